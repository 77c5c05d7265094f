"""The review component: a browser part that holds the coming cards, and the Streamlit side that mounts it."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import streamlit as st

from cleaning.verdicts import KEEP, RELABEL, VERDICTS
from pages.shared import tokens
from pages.shared.review_desk import FEW_CLASSES, ReviewDesk, View

_HERE = Path(__file__).parent
_PARTS = ("dom", "outbox", "deck", "views", "overlays", "room")


@lru_cache(maxsize=1)
def _sources() -> tuple[str, str]:
    parts = [(_HERE / "browser" / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS]
    return "\n".join(parts), (_HERE / "card.css").read_text(encoding="utf-8")


@st.cache_resource(show_spinner=False)
def _component():
    js, css = _sources()
    return st.components.v2.component("second_opinion_review", js=js, css=css)


def review_card(desk: ReviewDesk, view: View, key: str = "review_card") -> None:
    """Mounts the review room for one reviewer's view of a run."""
    _component()(key=key, data=card_data(desk, view), height="content")


def card_data(desk: ReviewDesk, view: View) -> dict:
    """What the browser part is told: who it is, where the routes are, the keys and words."""
    identity = f"{desk.workspace.id}:{desk.run.id}:{view.reviewer}"
    claims = {
        "workspace": desk.workspace.id,
        "run": desk.run.id,
        "reviewer": view.reviewer,
        "mode": view.mode,
        "open_share": view.open_share,
    }
    filters = asdict(view.filters)
    base = st.get_option("server.baseUrlPath").strip("/")
    return {
        "identity": identity,
        "view": f"{identity}:{view.mode}:{view.open_share}:{view.order}:{filters}:{desk.threshold()}",
        "token": tokens.sign(desk.root, claims),
        "base": f"/{base}/" if base else "/",
        "kind": desk.dataset.kind,
        "keys": desk.facts.keys,
        "search": desk.dataset.class_count > FEW_CLASSES,
        "order": view.order,
        "filters": filters,
        "verdicts": [
            {"name": v.name, "words": v.words, "key": v.key, "meaning": v.meaning}
            for v in VERDICTS
            if v.key or v.name in (KEEP, RELABEL)
        ],
    }
