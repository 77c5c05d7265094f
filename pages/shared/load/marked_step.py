"""Answers that a verifier has marked, on the Load page: what was read of them, and the button that opens them."""

import pandas as pd
import streamlit as st

from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.scored.marked_source import read_marked_source
from pages.shared import state
from pages.shared.frame import SAMPLES
from pages.shared.load import intake
from pages.shared.load.arriving import Brought
from pages.shared.messages import guarded, plain
from pages.shared.percentages import in_percent, share

ROWS = 6
WHY = (
    "The answers are marked already and there are no labels, so there is nothing to clean. How sure each expert is can be "
    "calibrated against its marks, and a cascade can choose whom to ask."
)
BESIDE = (
    "The answers bear marks as well. Taken by their marks alone, nothing is cleaned: how sure each expert is can be "
    "calibrated against them, and a cascade can choose whom to ask."
)
EXPERTS = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "answers": st.column_config.NumberColumn("answers", format="localized"),
    "score": share("mean score"),
    "confidence": share("mean confidence"),
}


def marked_answers(brought: Brought, reading: Reading | None) -> ScoredAnswers | None:
    """What was brought as marked answers, read once; None where it holds none.

    reading: what it gives as a dataset; only where that is nothing, or has free answers, are marks looked for.
    """
    if reading is not None and not reading.dataset.open_answers:
        return None
    kept = state.recalled("marked", tuple)
    if kept is not None and kept[0] == brought.key:
        return kept[1]
    try:
        read = read_marked_source(brought.path)
    except InputError:  # the reading as a dataset tells what is wrong with the files
        read = None
    state.remember("marked", (brought.key, read))
    return read


def alone(read: ScoredAnswers, brought: Brought, name: str) -> None:
    """Draws what was read, where that is all there is, and the button. name: "": as the files are called."""
    parts = f"{len(read.sample_ids):,} {SAMPLES['marked']}", counted(len(read.experts), "expert")
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    left.markdown(f"### {plain(name or read.name, 60)}\n\n{plain(', '.join(parts))}")
    with right:
        intake.name_asked(name or read.name)
    st.caption(WHY)
    _button("Go on with them", "primary", read, brought, name)
    st.dataframe(in_percent(experts_read(read), EXPERTS), column_config=EXPERTS, hide_index=True, width="stretch")
    st.dataframe(first_answers(read), hide_index=True, width="stretch")
    for note in read.notes:
        st.caption(plain(note, 400))


def beside(read: ScoredAnswers, brought: Brought, name: str) -> None:
    """The second way, where the same answers can be cleaned as well."""
    _button("Go on by their marks", "secondary", read, brought, name)
    st.caption(BESIDE)


def experts_read(read: ScoredAnswers) -> pd.DataFrame:
    """One row an expert: how many answers, and their mean score and confidence."""
    return pd.DataFrame(
        {
            "expert": e.name,
            "answers": int(e.answered.sum()),
            "score": float(e.score[e.answered].mean()),
            "confidence": float(e.confidence[e.answered].mean()),
        }
        for e in read.experts
    )


def first_answers(read: ScoredAnswers) -> pd.DataFrame:
    """The first samples: of each expert how sure it is and its score."""
    table: dict[str, list] = {"sample": [str(one) for one in read.sample_ids[:ROWS]]}
    for expert in read.experts[:ROWS]:
        table[f"{expert.name}: confidence"] = expert.confidence[:ROWS].round(3).tolist()
        table[f"{expert.name}: score"] = expert.score[:ROWS].round(3).tolist()
    return pd.DataFrame(table)


def _button(words: str, kind, read: ScoredAnswers, brought: Brought, name: str) -> None:
    if st.button(words, type=kind, key="open_marked"):
        _open(read, brought, name)


@guarded
def _open(read: ScoredAnswers, brought: Brought, name: str) -> None:
    intake.open_marked(read, name)
    brought.let_go()
    for forgotten in ("brought", "marked"):
        state.remember(forgotten, None)
    st.switch_page("pages/calibrate.py", query_params=state.url())
