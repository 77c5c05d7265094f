"""Where nobody signs in: one says who one is, by typing a name or by pressing one that is known here."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.shared import loaders, signed_in, state
from pages.shared.messages import guarded, plain

LONGEST = 40
FEW_NAMES = 12  # more are found by typing


def take(name: str) -> None:
    """Goes on under this name."""
    state.update(reviewer=name.strip()[:LONGEST])


def name_box(label: str, key: str, **about: Any) -> None:
    """A box for a name, the names known in the open workspace, and that this is no sign-in."""

    def typed() -> None:
        take(str(state.typed(key) or ""))

    def pressed() -> None:
        chosen = str(state.typed(f"{key}_known") or "")
        state.type_in(f"{key}_known", None)
        if chosen:
            take(chosen)

    if (state.typed(key) or "") != state.current().reviewer:  # given elsewhere, or pressed
        state.type_in(key, state.current().reviewer)
    st.text_input(label, key=key, max_chars=LONGEST, on_change=guarded(typed), **about)
    others = [name for name in loaders.known_names() if name != state.current().reviewer and len(name) <= LONGEST]
    _known(others, f"{key}_known", pressed)
    st.caption(signed_in.LOCAL)


def _known(names: Sequence[str], key: str, pressed: Callable[[], None]) -> None:
    if not names:
        return
    guarded_press, words = guarded(pressed), "Or one of those known here"
    if len(names) <= FEW_NAMES:
        st.pills(words, names, key=key, format_func=lambda name: plain(name, LONGEST), on_change=guarded_press)
    else:
        st.selectbox(words, names, None, key=key, placeholder="Choose a name", on_change=guarded_press)
