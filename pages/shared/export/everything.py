"""Everything as ZIP: at once where that is quick, else made in the background, with progress and a button to stop."""

import streamlit as st

from cleaning.export import Policy
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed, loaders
from pages.shared.export import big_files
from pages.shared.export.export_handout import EVERYTHING, Handout
from pages.shared.export.making import Making
from pages.shared.messages import guarded, plain

FILE = "second_opinion_export.zip"
MANY = 100_000  # samples from which on it takes longer than a person waits for a button
LOOKED_AFTER = 0.5  # seconds between two looks at the work


def everything(handout: Handout, settled: Policy) -> None:
    """The button, or what the work has come to."""
    if len(handout.workspace.dataset()) < MANY:
        st.download_button(
            "Download everything as ZIP",
            data=handout.download(EVERYTHING, settled),
            file_name=FILE,
            key=f"download_{EVERYTHING}",
            on_click="ignore",  # a rerun would forget what the click asks for before it is made
            icon=":material/folder_zip:",
        )
    elif making := loaders.making_begun(*_what(handout, settled)):
        every = LOOKED_AFTER if making.running else None
        st.fragment(guarded(_work), run_every=every)(handout, settled, making, watched=bool(every))
    else:
        st.button("Make everything as ZIP", key="make_everything", on_click=_begin, args=(handout, settled),
                  icon=":material/folder_zip:")  # fmt: skip
    st.caption("Every file below, with a manifest of their SHA-256 hashes.")


def _what(handout: Handout, settled: Policy) -> tuple[str, str, tuple]:
    """The log and the choices only ever grow, so their lengths say which they are."""
    return handout.workspace.id, handout.run.id, (settled, len(handout.decisions), len(handout.choices))


@guarded
def _begin(handout: Handout, settled: Policy) -> None:
    allowed.permit(EXPORT, handout.workspace)
    loaders.begin_making(*_what(handout, settled), Making(handout.maker(settled)))


@guarded
def _stop(handout: Handout, settled: Policy) -> None:
    loaders.forget_making(*_what(handout, settled))


def _work(handout: Handout, settled: Policy, making: Making, watched: bool) -> None:
    """watched: drawn again and again; ends, with the whole page drawn once more, when the work does. That takes a second
    of millions of samples, so what came of it stands there before."""
    running = making.running
    if running:
        st.progress(making.share, text=f"Making {plain(making.words)}")
        st.button("Stop", key="stop_everything", on_click=_stop, args=(handout, settled), icon=":material/stop:")
    elif making.failed:
        st.caption(plain(making.failed))
        st.button("Make it again", key="make_everything", on_click=_begin, args=(handout, settled))
    else:
        st.link_button(
            f"Download everything ({making.size / 1e6:,.0f} MB)",
            big_files.address(making, handout.workspace, EVERYTHING, FILE),
            key=f"download_{EVERYTHING}",
            icon=":material/folder_zip:",
        )
    if watched and not running:
        st.rerun()
