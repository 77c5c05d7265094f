"""What every page has around it: who reviews, what is open."""

from pathlib import Path

import streamlit as st

from cleaning.errors import InputError
from pages.shared import loaders, signed_in, state
from pages.shared.messages import plain

LOGO = Path(__file__).with_name("logo.svg")
TIGHTER = """<style>
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 3rem; max-width: 78rem}
/* the theme's own colour is too faint in the dark for the words of what is chosen */
button[data-variant="segmented_control"][data-selected], [role="tab"][aria-selected="true"] p,
[data-testid="stSliderThumbValue"] {color: light-dark(#0B5F58, #6CCFC3) !important}
</style>"""


def sidebar() -> None:
    """The reviewer's name and what is open, folded away at first."""
    st.logo(str(LOGO), size="large")
    st.html(TIGHTER)
    with st.sidebar:
        _reviewer()
        _open_dataset()


def _open_dataset() -> None:
    if not state.current().workspace_id:
        st.caption("No dataset open")
        return
    try:
        opened = loaders.opened_workspace()
    except InputError:
        st.caption("The dataset in this link is not here")
        return
    kind = "images" if opened.kind == "image" else "questions"
    st.caption(f"{plain(opened.name, 60)} · {opened.about['samples']:,} {kind}")


def _reviewer() -> None:
    if signed_in.required():
        signed_in.leave()
        return

    def changed() -> None:
        state.update(reviewer=str(state.typed("reviewer_name") or "").strip()[:40])

    st.text_input(
        "Reviewing as",
        value=state.current().reviewer,
        key="reviewer_name",
        placeholder="your name or initials",
        max_chars=40,
        on_change=changed,
        help="Decisions are kept under this name. It appears in exports; a pseudonym is fine. This is no sign-in: on this "
        "machine everybody may use any name.",
    )


def onward(page: str, words: str) -> None:
    """The way to the next step."""
    if st.button(words, type="primary", icon=":material/arrow_forward:", key=f"onward_{page}"):
        st.switch_page(f"pages/{page}.py", query_params=state.url())


def header(title: str, words: str) -> None:
    """What is open, the page's title, and the one line that says what it is for."""
    if state.current().workspace_id:
        _open_dataset()
    st.markdown(f"# {title}")
    st.markdown(words)
