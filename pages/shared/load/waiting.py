"""Long work with its progress and a way out, where the button was that began it.

Each word about the progress is a call of Streamlit: there a press of Cancel, or leaving the page, ends the work.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.messages import guarded, plain


@contextmanager
def waiting(
    words: str, key: str, cancelled: Callable[[], None], place: DeltaGenerator
) -> Iterator[Callable[[str, float], None]]:
    """Gives what tells of the work: words, and a share from 0 to 1. cancelled: called when Cancel was pressed.

    place: where the button was, an ``st.empty`` that is there in each run of the page: else what stands below it would
    move, and be seen twice meanwhile.
    """
    with place.container(horizontal=True, vertical_alignment="center", key=f"waiting_{key}"):
        bar = st.progress(0.0, text=plain(words))
        st.button("Cancel", key=f"cancel_{key}", on_click=guarded(cancelled))

    def tell(words: str, share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=plain(words, 120))

    yield tell
    place.empty()
