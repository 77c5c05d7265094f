"""How errors and words from data reach a person: as sentences, and never as markup."""

import functools
import logging
import re
from collections.abc import Callable

import streamlit as st

from cleaning.errors import InputError, NothingToClean
from pages.shared import signed_in, state

_log = logging.getLogger("second_opinion")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=@&])")


def plain(text: object, limit: int = 300) -> str:
    """Text from data, escaped so that Streamlit's Markdown shows it as it is (no links, images, formulas)."""
    return escaped(in_cell(text, limit))


def in_cell(text: object, limit: int = 300) -> str:
    """Text from data on one line, for the cells and heads of tables: those are no Markdown, and show an escape as it is."""
    words = str(text).replace("\n", " ")
    return words if len(words) <= limit else words[: limit - 1] + "…"


def escaped(text: str) -> str:
    """Text from data, lines and all."""
    return _MARKDOWN.sub(r"\\\1", text)


def show_error(error: InputError) -> None:
    """One sentence in a box."""
    st.error(plain(error, 1_000), icon=":material/error:")


def show_other_ways(nothing: NothingToClean) -> None:
    """Why there is nothing to clean here, and the pages that work on marked answers."""
    st.info(plain(nothing), icon=":material/fact_check:")
    with st.container(horizontal=True, gap="small", key="other_ways"):
        for page, words in (("calibrate", "Calibrate"), ("cascade", "Cascade")):
            if st.button(words, type="primary" if page == "calibrate" else "secondary", key=f"marked_to_{page}"):
                st.switch_page(f"pages/{page}.py", query_params=state.url())


def show_way_to_begin(nothing: state.NothingOpen) -> None:
    """What is missing, and the button that leads to it."""
    st.info(plain(nothing), icon=":material/folder_open:")
    if isinstance(nothing, state.NotScored):
        if st.button("Score it", type="primary", key="score_it"):
            st.switch_page("pages/runs.py", query_params=state.url())
    elif st.button("Choose a dataset", type="primary", key="choose_dataset"):
        st.switch_page("pages/load.py")


def guarded(body: Callable) -> Callable:
    """Shows a user's mistake as a sentence; logs ours and says so, in page bodies, fragments and callbacks. Nothing
    runs for whom the session has ended."""

    @functools.wraps(body)
    def wrapper(*args, **kwargs):
        try:
            signed_in.require_session()
            return body(*args, **kwargs)
        except NothingToClean as nothing:
            show_other_ways(nothing)
        except state.NothingOpen as nothing:
            show_way_to_begin(nothing)
        except InputError as error:
            show_error(error)
        except Exception as error:
            if type(error).__module__.startswith("streamlit."):  # stop, rerun and page switches are no faults
                raise
            _log.exception("a page failed")
            st.error(
                "Something went wrong on our side; nothing you saved is lost. Reload the page; "
                "if it happens again, report it with the time shown in the server's log.",
                icon=":material/bug_report:",
            )
        return None

    return wrapper


def require_router() -> None:
    """First line of every page: nothing of a page runs unless app.py has run before it."""
    if not state.was_routed():
        st.switch_page("app.py")
        st.stop()
