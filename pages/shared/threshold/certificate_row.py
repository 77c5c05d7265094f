"""At most how many labels are still wrong: the claim that is asked for, and where it stands."""

import streamlit as st

from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import AT_MOST
from pages.shared import glossary, loaders, state
from pages.shared.messages import guarded

_AT_MOST = "certificate_at_most"


@st.fragment
@guarded
def certificate_row(workspace: Workspace, run: Run) -> None:
    """The share to claim, and below it what can be claimed now and what the claim still needs."""
    st.markdown("## The certificate")
    told = loaders.certified(workspace.id, run.id)
    state.type_in(_AT_MOST, 100 * told.at_most)

    @guarded
    def changed() -> None:
        loaders.choosing(workspace.id, run.id).record(AT_MOST, round(state.number(_AT_MOST) / 100, 6))

    st.number_input(
        "To claim: at most % wrong", 0.0, 50.0, step=0.5, format="%.1f", key=_AT_MOST, on_change=changed, width=200
    )
    st.markdown(told.in_words())
    st.caption("The certificate to publish, which anybody can check, is on the Export page.")


def certificate_line(workspace: Workspace, run: Run) -> None:
    """Where the certificate stands, in a line, with the way to check it."""
    st.header("Certificate", help=glossary.meaning("random card", "flagged"))
    st.markdown(loaders.certified(workspace.id, run.id).in_words())
    st.caption(
        "Its page and its data are among the reports below. Whoever has them and the log of decisions can work it out "
        "anew with the same program, and comes to the same."
    )
