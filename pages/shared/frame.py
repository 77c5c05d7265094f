"""What every page has around it: who reviews, what is open."""

from pathlib import Path

import streamlit as st

from cleaning.domain.scored import MARKED
from cleaning.errors import InputError
from cleaning.keep.workspaces import Workspace
from pages.shared import glossary, loaders, own_name, signed_in, state
from pages.shared.leading_focus import leading_focus
from pages.shared.messages import plain

ALL_DECIDED = "All decided: export"
LOGO = Path(__file__).with_name("logo.svg")
SAMPLES = {"image": "images", "question": "questions", MARKED: "samples with marked answers"}
TIGHTER = """<style>
.st-key-narrow_navigation {display: none}
div:has(> .st-key-narrow_navigation) {position: absolute; width: auto}
@media (max-width: 767px) {
  /* Streamlit folds the steps away in a narrow window: there they stand beside the logo, as icons */
  .st-key-narrow_navigation {display: flex; position: fixed; z-index: 999991; top: 0; right: 0.4rem; height: 3.75rem;
    width: auto !important; align-items: center;
    flex-wrap: nowrap; gap: 0}
  .st-key-narrow_navigation p {position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden}
  .st-key-narrow_navigation a {padding: 0.2rem; gap: 0}
  /* of the logo only its mark, so that the steps touch nothing */
  [data-testid=stHeader] img {width: 1.8rem; height: 1.8rem; max-width: none; object-fit: cover; object-position: left}
  [data-testid=stButtonGroup] > div {flex-wrap: wrap; mask-image: none}
}
@media (max-width: 420px) {
  [data-testid=stButtonGroup] button[data-variant="segmented_control"] {padding-inline: 0.5rem}
}
@media (hover: none) {
  /* where nothing hovers it would always lie over the legend; a double tap shows the whole figure again */
  [data-testid=stPlotlyChart] .modebar-container {display: none}
  /* nor do the tools of a table lie over what stands above it */
  [data-testid=stDataFrame] {margin-top: 1.6rem}
}
/* as high as the boxes and buttons beside them, so that labels and edges lie on one line */
[data-testid=stButtonGroup] button[data-variant="segmented_control"] {min-height: 2.5rem}
/* what is folded away takes no focus, nor does the link that each heading has to itself */
[data-testid=stSidebar][data-collapsed="true"] * {visibility: hidden !important}
[data-testid=stHeaderActionElements] {display: none}
a:focus-visible {outline: 3px solid light-dark(#0F6E66, #3AA79B) !important; outline-offset: 1px}
/* Streamlit fades captions to 60 %, which nobody reads: 2.7 to 1 */
[data-testid=stCaptionContainer] {opacity: 1}
[data-testid=stCaptionContainer] :is(p, li) {color: light-dark(#5A6166, #A9AFB3)}
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 3rem; max-width: 78rem}
.stMainBlockContainer h1 {padding-top: 0.2rem}
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
        leading_focus()


def narrow_navigation(pages: list) -> None:
    """The steps as icons, for windows too narrow for the bar of steps."""
    with st.container(horizontal=True, key="narrow_navigation"):
        for page in pages:
            st.page_link(page, label=page.title, icon=page.icon, help=page.title)


def _open_dataset() -> None:
    if not state.current().workspace_id:
        st.caption("No dataset chosen")
        return
    try:
        opened = loaders.opened_workspace()
    except InputError:
        st.caption("The dataset in this link is not here")
        return
    st.caption(f"{plain(opened.name, 60)} · {samples_told(opened)}")


def samples_told(workspace: Workspace) -> str:
    """How many samples it has, and of what kind."""
    return f"{workspace.about['samples']:,} {SAMPLES[workspace.kind]}"


def _reviewer() -> None:
    if signed_in.required():
        signed_in.leave()
        return

    own_name.name_box(
        "Reviewing as",
        "reviewer_name",
        placeholder="your name or initials",
        help="Decisions are kept under this name. It appears in exports; a pseudonym is fine.",
    )


def onward(page: str, words: str) -> None:
    """The way to the next step."""
    if st.button(words, type="primary", icon=":material/arrow_forward:", key=f"onward_{page}"):
        st.switch_page(f"pages/{page}.py", query_params=state.url())


def onward_to_cards(workspace_id: str, run_id: str, words: str) -> None:
    """The way to the cards, in these words, or to the export once none of them is left for this person."""
    seen = loaders.glance_at(workspace_id, run_id)
    if seen.cards and not seen.left:
        onward("export", ALL_DECIDED)
    else:
        onward("review", words)


def header(title: str, words: str, *explained: str) -> None:
    """What is open, the page's title, and the one line that says what it is for. explained: words of the glossary."""
    if state.current().workspace_id:
        _open_dataset()
    st.markdown(f"# {title}")
    st.markdown(words, help=glossary.meaning(*explained) or None)
