"""What one browser tab has open: the only place that touches the session and the URL.

Everything else lives on disk. The URL carries ids (never a path), so a reload or a shared link comes back.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import streamlit as st

from cleaning.errors import InputError

_KEY = "second_opinion_state"
_ROUTED = "second_opinion_routed"
_ASKED = "second_opinion_asked"
MOST_ASKED = 100
Kind = TypeVar("Kind")
_IN_URL = {"workspace_id": "workspace", "run_id": "run", "reviewer": "reviewer"}


class NothingOpen(InputError):
    """There is nothing to show yet: no mistake, but the way to begin is told."""


class NotScored(NothingOpen):
    """The dataset is here and no run has scored it."""


@dataclass(frozen=True)
class AppState:
    workspace_id: str = ""
    run_id: str = ""
    reviewer: str = ""


def current() -> AppState:
    """This tab's state; in a new session what the URL says."""
    if _KEY not in st.session_state:
        named = {field: st.query_params.get(name, "")[:80] for field, name in _IN_URL.items()}
        st.session_state[_KEY] = AppState(**named)
    return st.session_state[_KEY]


def update(**changes: str) -> AppState:
    """Replaces some fields and writes the URL."""
    st.session_state[_KEY] = replace(current(), **changes)
    write_url()
    return st.session_state[_KEY]


def write_url() -> None:
    """Puts the state into the URL, where a page change may have dropped it."""
    for field in fields(AppState):
        name, value = _IN_URL[field.name], getattr(current(), field.name)
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def url() -> dict[str, str]:
    """The query parameters that bring another page to the same place."""
    return {_IN_URL[f.name]: getattr(current(), f.name) for f in fields(AppState) if getattr(current(), f.name)}


def mark_routed() -> None:
    """Called by app.py before any page runs."""
    st.session_state[_ROUTED] = True


def was_routed() -> bool:
    return st.session_state.get(_ROUTED, False)


def remember(name: str, value: object) -> None:
    """Keeps a small value for this tab under a name of its page."""
    st.session_state[f"second_opinion_{name}"] = value


def recall(name: str, default: object = None) -> object:
    return st.session_state.get(f"second_opinion_{name}", default)


def recalled(name: str, kind: type[Kind]) -> Kind | None:
    """What is kept for this tab, where it is of this kind."""
    value = recall(name)
    return value if isinstance(value, kind) else None


def ask(what: Hashable) -> None:
    """Marks something as wished for in this tab, so that it is shown from now on without another press."""
    asked_for = st.session_state.get(_ASKED, ())
    if what not in asked_for:
        st.session_state[_ASKED] = (*asked_for[-MOST_ASKED:], what)


def asked(what: Hashable) -> bool:
    return what in st.session_state.get(_ASKED, ())


def typed(key: str) -> object:
    """The current value of the widget with this key, for use in its callback."""
    return st.session_state.get(key)


def number(key: str) -> float:
    """The current value of the number input or slider with this key."""
    value = typed(key)
    assert isinstance(value, int | float)
    return value


def type_in(key: str, value: object) -> None:
    """Sets what the widget with this key shows; before the widget is drawn."""
    st.session_state[key] = value
