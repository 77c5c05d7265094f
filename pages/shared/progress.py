"""A progress bar for work whose outcome a cache keeps: shown at its first word, gone when the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Written = TypeVar("Written")
Progress = Callable[[float, str], None]


def silent(share: float, words: str) -> None:
    """Tells nobody."""


def from_outside(write: Callable[..., Written]) -> Callable[..., Written]:
    """The same, for use inside a cached function: what that writes Streamlit would write again at each look-up, so it is
    written as if from where this was called."""
    return partial(copy_context().run, write)


@contextmanager
def shown() -> Iterator[Progress]:
    """Tells of a share (0 to 1) in words, on a bar that only work really done brings up; also inside a cached function."""
    bars = list[DeltaGenerator]()

    def tell(share: float, words: str) -> None:
        if bars:
            bars[0].progress(share, text=words)
        else:
            bars.append(st.progress(share, text=words))

    try:
        yield from_outside(tell)
    finally:
        for bar in bars:
            bar.empty()
