"""A progress bar for work whose outcome a cache keeps: shown at its first word, gone when the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Progress = Callable[[float, str], None]


def silent(share: float, words: str) -> None:
    """Tells nobody."""


@contextmanager
def shown() -> Iterator[Progress]:
    """Tells of a share (0 to 1) in words, on a bar that only work really done brings up.

    It may be called inside a cached function: what that writes Streamlit would write again at each look-up, so the
    bar is written as if from outside.
    """
    bars, outside = list[DeltaGenerator](), copy_context()

    def tell(share: float, words: str) -> None:
        if bars:
            outside.run(bars[0].progress, share, text=words)
        else:
            bars.append(outside.run(st.progress, share, text=words))

    try:
        yield tell
    finally:
        for bar in bars:
            bar.empty()
