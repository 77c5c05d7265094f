"""How the files were read, step by step, in words; and what was left out."""

import pandas as pd
import streamlit as st

from cleaning.errors import counted
from data_adapters.contract import Reading
from data_adapters.plan import ReadingPlan
from pages.shared.load.wording import PAGE, ROLES, SOURCES
from pages.shared.messages import plain

ACCEPTED = "Fix '"
TALL = 14  # steps, from which on the table has a height of its own


def steps(plan: ReadingPlan) -> None:
    """Draws each decision with its value, source and evidence."""
    rows = [
        {
            "of": step.about,
            "what": step.part,
            "was taken as": ROLES.get(step.meaning, step.meaning),
            "how it is known": known(step.source, step.evidence),
        }
        for step in plan.decisions
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height=36 * TALL if len(rows) > TALL else "auto")


def known(source: str, evidence: str) -> str:
    """``worked out: called so``."""
    return f"{SOURCES[source]}: {evidence}" if evidence else SOURCES[source]


def notes(reading: Reading) -> None:
    """What else a person should know: what was left out, counts, and how things were written."""
    told = [note for note in dict.fromkeys(reading.plain_notes) if not note.startswith(ACCEPTED)]
    with st.expander(f"{counted(len(told), 'note')} on the reading: what was left out, and how it was written"):
        for note in told:
            st.markdown(f"- {plain(PAGE.retold(note), 400)}")


def put_right(reading: Reading, name: str) -> str:
    """What a fix was accepted for, in words."""
    start = f"{ACCEPTED}{name}' accepted: "
    said = (note.removeprefix(start) for note in reading.notes if note.startswith(start))
    return next(said, "It was put right.")
