"""The review components: browser parts that hold the coming cards or thumbnails, and the Streamlit side that mounts
them."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from cleaning.domain.verdicts import KEEP, RELABEL, verdicts_for
from cleaning.errors import counted
from cleaning.keep.workspaces import workspaces_root
from cleaning.review import FEW_CLASSES, ReviewDesk, View
from cleaning.review.grid_desk import GridDesk
from cleaning.review.queue import Filters
from cleaning.review.session import MORE_RANDOM
from pages.shared import signed_in, state
from pages.shared.messages import guarded
from pages.shared.review.review_bar import PAIR, RANDOM_ONLY, STATUS_WORDS
from pages.shared.server import tokens
from pages.shared.server.browser_modules import loader

GRID_KEY = "review_grid"
_STYLES = {"room": ("card.css",), "grid": ("card.css", "grid/grid.css")}


@st.cache_resource(show_spinner=False)
def _component(name: str):
    """name: "room" or "grid", each a module of its own."""
    js = loader(f"review/browser/{name}.js", st.get_option("server.baseUrlPath"))
    css = "\n".join((Path(__file__).parent / "browser" / style).read_text(encoding="utf-8") for style in _STYLES[name])
    return st.components.v2.component(f"second_opinion_{name}", js=js, css=css)


def review_card(desk: ReviewDesk, view: View) -> None:
    """Mounts the review room for one reviewer's view of a run."""
    _component("room")(key="review_card", data=card_data(desk, view), height="content")


def review_grid(desk: ReviewDesk, view: View, size: int) -> None:
    """Mounts the grid: pages of ``size`` thumbnails of the view's confusion pair or class."""
    _component("grid")(
        key=GRID_KEY,
        data=grid_data(desk, view, size),
        height="content",
        on_ended_change=guarded(partial(next_group, desk, view)),
    )


def next_group(desk: ReviewDesk, view: View) -> None:
    """Once nothing of a group is left to a tab, the grid goes on to the largest one that has something, if the reviewer
    left the choice to it."""
    now = state.typed(PAIR)
    if now is None:
        return
    told = state.typed(GRID_KEY)
    ended = told.get("ended") if isinstance(told, dict) else None
    tab = str(ended[0])[:36] if isinstance(ended, list) and ended else ""
    plain_view = replace(view, filters=replace(view.filters, given=None, suggested=None), tab=tab)
    left = [(given, suggested) for given, suggested, _ in GridDesk(desk, plain_view).groups()]
    following = next((pair for pair in left if pair != now), None)
    if following is not None:
        state.type_in(PAIR, following)


def grid_data(desk: ReviewDesk, view: View, size: int) -> dict:
    """What the browser part of the grid is told."""
    told = _told_to_both(desk, view)
    names, filters = desk.dataset.class_names, view.filters
    pair = filters.given is not None and filters.suggested is not None
    links = onward_links(desk, view, in_grid=True)
    card = card_data(desk, view) | {"links": links}
    return told | {
        "view": f"{told['view']}:{size}",
        "size": size,
        "pair": pair,
        "question": what_they_share(names, filters),
        "links": links,
        "card": card,
    }


def what_they_share(names: Sequence[str], filters: Filters) -> str:
    """What a group's samples have in common, in words. Another label is called suggested only where all are flagged."""
    shared = [] if filters.given is None else [f"labelled {names[filters.given]}"]
    if filters.suggested is not None and filters.suggested == filters.given:
        shared.append("the experts agree")
    elif filters.suggested is not None:
        other = "the experts suggest" if filters.flagged_only else "likeliest other label"
        shared.append(f"{other} {names[filters.suggested]}")
    words = ", ".join(shared) or "all that is to decide"
    return words[0].upper() + words[1:]


def onward_links(desk: ReviewDesk, view: View, in_grid: bool = False) -> list[dict]:
    """Where to go from a queue that is done, or from the end of the grid: words and address each."""
    base = st.get_option("server.baseUrlPath").strip("/")
    here = {"workspace": desk.workspace.id, "run": desk.run.id, "reviewer": view.reviewer}
    ways = [
        ("Export corrected labels", "export", {}),
        ("Settle contested cards", "settle", {}),
        (f"{MORE_RANDOM} more random cards", "review", {RANDOM_ONLY: "true"}),
        ("See what a lower threshold would bring", "threshold", {}),
        ("Another dataset", "load", {}),
    ]
    if desk.facts.has_pictures and not in_grid:
        ways.insert(1, ("Look through groups in the grid", "review", {"review_look": "Grid"}))
    if view.filters.flagged_only:
        ways.insert(1, ("Go on with unflagged cards", "review", {"review_flagged": "false"}))
    prefix = f"/{base}/" if base else "/"
    return [
        {"words": words, "href": f"{prefix}{page}?{urlencode(here | more)}", "draws": RANDOM_ONLY in more}
        for words, page, more in ways
    ]


def card_data(desk: ReviewDesk, view: View) -> dict:
    """What the browser part is told: who it is, where the routes are, the keys and words."""
    return _told_to_both(desk, view) | {
        "settings": max((change.seq for change in desk.in_force().chosen.changes), default=0),
        "about": {"dataset": desk.workspace.name, "reviewer": view.reviewer},
        "links": onward_links(desk, view),
        "filtered": filters_in_words(desk.dataset.class_names, view.filters),
        "keys": desk.facts.keys,
        "search": desk.dataset.class_count > FEW_CLASSES and not desk.dataset.open_answers,
        "verdicts": [
            {"name": v.name, "words": v.words, "key": v.key, "meaning": v.meaning}
            for v in verdicts_for(desk.dataset.kind, desk.dataset.open_answers)
            if v.key or v.name in (KEEP, RELABEL)
        ],
    }


def filters_in_words(names: Sequence[str], filters: Filters) -> list[str]:
    """Which filters are on: what differs from the plain queue."""
    usual = Filters()
    other = "suggested" if filters.flagged_only else "likeliest other label"
    classes = (("labelled", filters.given), (other, filters.suggested))
    told = [f"{words} {names[code]}" for words, code in classes if code is not None]
    if filters.group is not None:
        told.append(str(filters.group))
    if filters.least_disagreement:
        told.append(f"at least {counted(filters.least_disagreement, 'expert')} against the label")
    if filters.status != usual.status:
        told.append(STATUS_WORDS[filters.status].lower())
    elif not filters.flagged_only:
        told.append("unflagged samples too")
    return told


def _told_to_both(desk: ReviewDesk, view: View) -> dict:
    identity = f"{desk.workspace.id}:{desk.run.id}:{view.reviewer}"
    claims = {
        "workspace": desk.workspace.id,
        "run": desk.run.id,
        "reviewer": view.reviewer,
        "mode": view.mode,
        "open_share": view.open_share,
    } | signed_in.claims_for_routes()
    filters, now = asdict(view.filters), desk.in_force()
    base = st.get_option("server.baseUrlPath").strip("/")
    return {
        "identity": identity,
        "view": f"{identity}:{view.mode}:{view.open_share}:{now.chosen.audit_share}:{view.order}:{filters}:{now.threshold}",
        "token": tokens.sign(workspaces_root(), claims),
        "base": f"/{base}/" if base else "/",
        "kind": desk.dataset.kind,
        "open_answers": desk.dataset.open_answers,
        "order": view.order,
        "filters": filters,
    }
