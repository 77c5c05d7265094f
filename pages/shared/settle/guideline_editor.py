"""Guidelines: written here, pinned from cards that are settled, read in the review room."""

import streamlit as st

from cleaning.review import ReviewDesk
from cleaning.review.team.guidelines import EVERYTHING, LONGEST_TEXT, guidelines, pin, unpin, write_guideline
from pages.shared import state
from pages.shared.messages import guarded, plain

_ABOUT, _TEXT, _PINNED = "guide_about", "guide_text", "guide_pinned"


def guideline_editor(desk: ReviewDesk) -> None:
    """One text at a time, of the dataset or of a class, and its examples."""
    st.subheader("Guidelines")
    st.caption("One key away (R) for everybody who reviews. Markdown and formulas; HTML is shown as text.")
    about = str(st.selectbox("About", [EVERYTHING, *desk.dataset.class_names], format_func=_named, key=_ABOUT))
    kept, key = guidelines(desk.store), f"{_TEXT}_{about}"
    st.text_area(
        "How to decide", kept.texts.get(about, ""), key=key, max_chars=LONGEST_TEXT, height=160,
        on_change=guarded(_written), args=(desk, about, key),
    )  # fmt: skip
    for sample_id in kept.examples.get(about, []):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Example: {plain(sample_id, 80)}")
            st.button(
                "Take away",
                key=f"unpin_{about}_{sample_id}",
                on_click=guarded(_unpinned),
                args=(desk, about, sample_id),
            )


def _named(about: str) -> str:
    return about or "The whole dataset"


def _written(desk: ReviewDesk, about: str, key: str) -> None:
    write_guideline(desk.store, state.current().reviewer, about, str(state.typed(key) or ""))


def _unpinned(desk: ReviewDesk, about: str, sample_id: str) -> None:
    unpin(desk.store, state.current().reviewer, about, sample_id)


def pin_card(desk: ReviewDesk, sample_id: str) -> None:
    """Makes the card an example of a class, or of the whole dataset."""
    with st.popover("Pin as an example", icon=":material/keep:"):
        key = f"{_PINNED}_{sample_id}"
        st.selectbox("Of", [EVERYTHING, *desk.dataset.class_names], format_func=_named, key=key)
        st.button("Pin", key=f"{key}_now", on_click=guarded(_pinned), args=(desk, sample_id, key))


def _pinned(desk: ReviewDesk, sample_id: str, key: str) -> None:
    pin(desk.store, state.current().reviewer, str(state.typed(key) or EVERYTHING), sample_id)
    st.toast("Pinned to the guidelines.")
