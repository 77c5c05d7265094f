"""The demo by a button, for a home that has no dataset yet: made, scored and opened at its first card."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cleaning.keep.workspaces import workspaces_root
from pages.shared import state
from pages.shared.load.arriving import Brought
from pages.shared.load.intake import look_at, score
from pages.shared.load.waiting import waiting
from pages.shared.messages import guarded

SETS = {"digits": "Handwritten digits", "questions": "Exam questions"}
_WANTED = "demo_wanted"


def offer() -> None:
    """Two buttons, and where they were the progress of making what was asked for."""
    st.header("Try it first")
    st.caption(
        "A made dataset with planted mistakes and simulated experts. It takes a few seconds and asks for no files."
    )
    place = st.empty()
    wanted = state.recall(_WANTED)
    if wanted:
        _open(str(wanted), place)
        return
    with place.container(horizontal=True, gap="small"):
        for name, words in SETS.items():
            first = name == "digits"
            st.button(
                words,
                key=f"demo_{name}",
                type="primary" if first else "secondary",
                on_click=guarded(state.remember),
                args=(_WANTED, name),
            )


@guarded
def _open(name: str, place: DeltaGenerator) -> None:
    state.remember(_WANTED, None)  # an error, or a press of Cancel, ends it
    with waiting("Making the demo", "demo", lambda: None, place) as tell:
        make(name, tell)
    st.switch_page("pages/review.py", query_params=state.url())


def make(name: str, tell: Callable[[str, float], None]) -> None:
    """Writes the demo below the workspaces, scores one of its sets and opens it in this tab."""
    from data_adapters.demo import write_demo

    folders = write_demo(workspaces_root() / "demo", lambda words, share: tell(words, share / 2))
    folder = next(folder for folder in folders if folder.name == name)
    tell("Reading it", 0.5)
    reading = look_at(Brought(folder, f"demo {name}")).to_score(False)
    assert reading is not None, "the demo is whole"
    score(reading, lambda words, share: tell(words, 0.5 + share / 2))
