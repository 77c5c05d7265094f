"""The bar above the cards: which queue, how it is filtered, blind or open, simple view."""

import streamlit as st

from cleaning.review_queue import Filters
from cleaning.run_store import now, workspaces_root
from pages.shared import loaders, state
from pages.shared.review_desk import MODES, OPEN_SHARE, ReviewDesk, View, open_desk

ORDERS = {
    "suspicion": "Most suspicious first",
    "class": "By given label",
    "pair": "By confusion pair",
    "group": "By group",
    "finds": "By expected finds",
}


WIDER = "<style>.stMainBlockContainer {max-width: 100rem; padding: 4.1rem 2rem 0}</style>"


def wide() -> None:
    """The whole width of the window for the card, and no scrolling."""
    st.html(WIDER)


def reviewer_named() -> bool:
    """Whether it is known who reviews; asks for a name if not."""
    if state.current().reviewer:
        return True

    def given() -> None:
        state.update(reviewer=str(state.typed("review_name") or "").strip()[:40])

    st.markdown("## Who is reviewing?")
    st.markdown("Decisions are kept under this name. It appears in exports; initials or a pseudonym are fine.")
    st.text_input("Name or initials", key="review_name", max_chars=40, on_change=given)
    st.button("Start reviewing", type="primary", on_click=given, key="review_start")
    return False


def opened_desk() -> ReviewDesk:
    """The desk of the run this tab looks at."""
    run = loaders.opened_run()
    return open_desk(workspaces_root(), state.current().workspace_id, run.id)


def bar(desk: ReviewDesk) -> tuple[View, bool]:
    """Draws the bar; gives the chosen view and whether the simple view is wanted."""
    order_place, filter_place, mode_place, rest = st.columns([3, 2, 2, 3], vertical_alignment="center")
    orders = [o for o in ORDERS if o != "group" or desk.dataset.group is not None]
    order = order_place.selectbox(
        "Order", orders, format_func=ORDERS.get, key="review_order", label_visibility="collapsed"
    )
    with filter_place.popover("Filter", icon=":material/filter_alt:", width="stretch"):
        filters = _filters(desk)
    with mode_place.popover("Mode", icon=":material/visibility:", width="stretch"):
        mode, share, simple = _mode(desk)
    left_out = int((~desk.facts.showable).sum())
    if left_out:
        rest.caption(f"{left_out:,} samples have no picture and are left out.")
    return View(state.current().reviewer, mode, share, order, filters), simple


def _filters(desk: ReviewDesk) -> Filters:
    names = desk.dataset.class_names
    codes = [None, *range(len(names))]
    given = suggested = None
    if len(names) <= 2_000:
        given = st.selectbox("Given label", codes, format_func=lambda c: _name(names, c), key="review_given")
        suggested = st.selectbox(
            "Suggested label", codes, format_func=lambda c: _name(names, c), key="review_suggested"
        )
    group = None
    if desk.dataset.group is not None:
        values = [None, *sorted(set(map(str, desk.dataset.group)))]
        group = st.selectbox(
            (desk.dataset.group_name or "Group").capitalize(),
            values,
            format_func=lambda v: v or "any",
            key="review_group",
        )
    experts = len(desk.run.expert_names)
    least = st.slider("Experts that disagree with the given label, at least", 0, experts, 0, key="review_least")
    flagged = st.toggle("Flagged samples only", value=True, key="review_flagged")
    return Filters(given, suggested, group, least, flagged)


def _name(names: tuple[str, ...], code: int | None) -> str:
    return "any" if code is None else names[code]


def _mode(desk: ReviewDesk) -> tuple[str, float, bool]:
    """The run's setting; a change is recorded with who made it, and counts for everybody."""
    mode = str(desk.store.choice(desk.run.id, "mode", "blind"))
    share = float(desk.store.choice(desk.run.id, "open_share", OPEN_SHARE))

    def record(key: str) -> None:
        value = state.typed(f"review_{key}")
        desk.store.set_choice(
            desk.run.id, key, value / 100 if key == "open_share" else value, at=now(), who=state.current().reviewer
        )

    st.radio(
        "Cards",
        MODES,
        index=MODES.index(mode) if mode in MODES else 0,
        key="review_mode",
        on_change=record,
        args=("mode",),
        format_func={"blind": "Blind: labels hidden until you decide", "open": "Open: given label and votes shown"}.get,
    )
    st.slider(
        "Of blind cards, shown open at random (%)",
        0,
        50,
        round(100 * share),
        key="review_open_share",
        on_change=record,
        args=("open_share",),
        help="Measures how much seeing the given label sways decisions.",
    )
    simple = st.toggle("Simple view", key="review_simple", help="Plain buttons instead of the fast card.")
    return mode, share, simple
