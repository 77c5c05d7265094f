"""The bar above the cards: which queue, how it is filtered, blind or open, simple view."""

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.stored import now
from cleaning.keep.workspaces import workspaces_root
from cleaning.review import ReviewDesk, View
from cleaning.review.chosen import MODES, Choosing
from cleaning.review.grid_desk import GridDesk
from cleaning.review.queue import STATUSES, Filters
from pages.shared import glossary, loaders, own_name, state
from pages.shared.messages import guarded, plain
from pages.shared.server.desks import open_desk
from pages.shared.settings_history import last_change, settings_history

ORDERS = {
    "learning": "Learned from verdicts",
    "suspicion": "Most suspicious first",
    "class": "By given label",
    "pair": "By confusion pair",
    "group": "By group",
}


CARDS, GRID, SIMPLE = "Cards", "Grid", "Simple"
SIZES = (24, 60, 120)
PAIR = "review_pair"  # key of the group that the grid shows
IN_URL: Final = "query-params"  # a reload comes back to the same queue
RANDOM_ONLY = "review_random"
MOST_PAIRS = 200  # offered for the grid
MOST_NAMES = 2_000  # classes that a select box still lists quickly
STATUS_WORDS = {
    "open": "Still to decide",
    "decided": "All I have decided",
    **{name: BY_NAME[name].words for name in STATUSES if name in BY_NAME},
}
WIDER = """<style>
.stMainBlockContainer {max-width: 100rem; padding: 4.1rem 2rem 0}
@media (max-width: 860px) {.stMainBlockContainer {padding: 3.8rem 0.75rem 0}}
/* one row on a phone, and in a short window as at 200 % zoom: the card needs the height */
@media (max-width: 520px), (max-height: 520px) {
  .st-key-review_bar {flex-wrap: nowrap; gap: 0.35rem}
  .st-key-review_bar > div {min-width: 0; flex: 0 1 auto}
  .st-key-review_bar > div:has([data-testid=stButtonGroup]) {flex: none}
  .st-key-review_bar [data-testid=stPopoverButton] p {position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
    overflow: hidden; white-space: nowrap}
  .st-key-review_bar > div:has(> [data-testid=stCaptionContainer]) {display: none}  /* the card tells news too */
}
@media (max-width: 520px) {.st-key-review_size {display: none}}
</style>"""
NAME_WIDTH, ORDER_WIDTH = 480, 250  # pixels


@dataclass(frozen=True)
class BarChoice:
    """What the bar says. look: CARDS, GRID or SIMPLE; size: thumbnails a page of the grid."""

    view: View
    look: str
    size: int = SIZES[1]


def wide() -> None:
    """The whole width of the window for the card, and no scrolling."""
    st.html(WIDER)


def reviewer_named() -> bool:
    """Whether it is known who reviews; asks for a name if not."""
    if state.current().reviewer:
        return True

    @guarded
    def given() -> None:
        own_name.take(str(state.typed("review_name") or ""))

    with st.container(width=NAME_WIDTH):
        st.markdown("## Who is reviewing?")
        st.markdown("Decisions are kept under this name. It appears in exports; initials or a pseudonym are fine.")
        own_name.name_box("Name or initials", "review_name")
        st.button("Start reviewing", type="primary", on_click=given, key="review_start")
    return False


def opened_desk() -> ReviewDesk:
    """The desk of the run this tab looks at."""
    run = loaders.opened_run()
    return open_desk(workspaces_root(), state.current().workspace_id, run.id)


def bar(desk: ReviewDesk) -> BarChoice:
    """Draws the bar and gives what is chosen there."""
    has_grid = desk.facts.has_pictures
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_bar"):
        look = _look() if has_grid else CARDS
        chosen_place = st.container(width=ORDER_WIDTH)
        with st.popover("Filter", icon=":material/filter_alt:"):
            filters = _filters(desk)
        with st.popover("Mode", icon=":material/visibility:"):
            mode, share, simple = _mode(desk)
        with st.popover("Changes", icon=":material/history:"):
            settings_history(desk.in_force())
        plain_view = View(state.current().reviewer, mode, share, "suspicion", filters)
        if look == GRID:
            view = replace(plain_view, filters=_pair(desk, plain_view, chosen_place))
            return BarChoice(view, GRID, _size())
        view = replace(plain_view, order=_order(desk, chosen_place))
        left_out = int((~desk.facts.showable).sum())
        words = f"{left_out:,} samples have no picture and are left out." if left_out else _changed_by_others(desk)
        if words:
            st.caption(words)
    return BarChoice(view, SIMPLE if simple else CARDS)


def _changed_by_others(desk: ReviewDesk) -> str:
    """The last change of a setting, while it is somebody else's; "" otherwise."""
    now = desk.in_force()
    mine = not now.chosen.changes or now.chosen.changes[-1].who == state.current().reviewer
    return "" if mine else plain(last_change(now))


def _size() -> int:
    chosen = st.segmented_control(
        "Thumbnails",
        SIZES,
        default=SIZES[1],
        required=True,
        key="review_size",
        label_visibility="collapsed",
        bind=IN_URL,
    )
    return chosen or SIZES[1]


def _look() -> str:
    """Cards or grid."""
    chosen = st.segmented_control(
        "Show",
        (CARDS, GRID),
        default=CARDS,
        required=True,
        key="review_look",
        label_visibility="collapsed",
        bind=IN_URL,
    )
    return chosen or CARDS


def _order(desk: ReviewDesk, place) -> str:
    """The orders there is something to go by for."""
    known = {"group": desk.dataset.group is not None}
    orders = [o for o in ORDERS if known.get(o, True)]
    return place.selectbox(
        "Order", orders, format_func=ORDERS.get, key="review_order", label_visibility="collapsed", bind=IN_URL
    )


def _pair(desk: ReviewDesk, view: View, place) -> Filters:
    """Which confusion pair or class the grid shows; largest first."""
    pairs = GridDesk(desk, view).groups()
    if view.filters.given is not None or view.filters.suggested is not None or not pairs:
        place.caption("As filtered")
        return view.filters
    names = desk.dataset.class_names
    by_class: dict[int, int] = {}
    for given, _, count in pairs:
        by_class[given] = by_class.get(given, 0) + count
    classes = sorted(by_class, key=lambda given: -by_class[given])
    offered: list[tuple[int, int | None]] = [(given, suggested) for given, suggested, _ in pairs[:MOST_PAIRS]]
    offered += [(given, None) for given in classes[:MOST_PAIRS]]
    kept = state.typed(PAIR)
    if isinstance(kept, tuple) and kept not in offered:
        offered.append(kept)  # decided to the end: stays chosen until the reviewer moves on
    given, suggested = place.selectbox(
        "Samples",
        offered,
        format_func=lambda pair: f"{names[pair[0]]} → {_name(names, pair[1])}",
        key=PAIR,
        label_visibility="collapsed",
        bind=IN_URL,
    )
    return replace(view.filters, given=given, suggested=suggested)


def _filters(desk: ReviewDesk) -> Filters:
    names = desk.dataset.class_names
    codes = [None, *range(len(names))]
    given = suggested = None
    if len(names) <= MOST_NAMES:
        given, suggested = (
            st.selectbox(words, codes, format_func=lambda c: _name(names, c), key=key, bind=IN_URL)
            for words, key in (("Given label", "review_given"), ("Suggested label", "review_suggested"))
        )
    group = None
    if desk.dataset.group is not None:
        values = [None, *desk.facts.groups]
        group = st.selectbox(
            (desk.dataset.group_name or "Group").capitalize(),
            values,
            format_func=lambda v: v or "any",
            key="review_group",
            bind=IN_URL,
        )
    experts = len(desk.run.expert_names)
    least = st.slider(
        "Experts that disagree with the given label, at least", 0, experts, 0, key="review_least", bind=IN_URL
    )
    status = st.selectbox(
        "Your decision",
        list(STATUS_WORDS),
        format_func=lambda status: STATUS_WORDS.get(status, ""),
        key="review_status",
        bind=IN_URL,
    )
    flagged = st.toggle(
        "Flagged samples only",
        value=True,
        key="review_flagged",
        disabled=status != "open",
        bind=IN_URL,
        help=glossary.meaning("flagged", "threshold"),
    )
    random_only = st.toggle(
        "Random cards only",
        key=RANDOM_ONLY,
        bind=IN_URL,
        help=glossary.meaning("random card"),
    )
    return Filters(given, suggested, group, least, flagged, status, random_only)


def _name(names: tuple[str, ...], code: int | None) -> str:
    return "any" if code is None else names[code]


def _mode(desk: ReviewDesk) -> tuple[str, float, bool]:
    """The run's setting; a change is recorded with who made it, and counts for everybody."""
    chosen = desk.in_force().chosen
    mode, share = chosen.mode, chosen.open_share

    @guarded
    def record(key: str) -> None:
        value = state.number(f"review_{key}") / 100 if key.endswith("_share") else state.typed(f"review_{key}")
        choosing = Choosing(desk.store, desk.run.id, state.current().reviewer, now)
        choosing.record(key, value)

    st.radio(
        "Cards",
        MODES,
        index=MODES.index(mode),
        key="review_mode",
        on_change=record,
        args=("mode",),
        help=glossary.meaning("blind", "open"),
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
    st.slider(
        "Random cards in the plain queue (%)",
        0,
        50,
        round(100 * chosen.audit_share),
        key="review_audit_share",
        on_change=record,
        args=("audit_share",),
        help="Random cards: without them nobody can say how right the flags are, or how many wrong labels are left.",
    )
    simple = st.toggle("Simple view", key="review_simple", bind=IN_URL, help="Plain buttons instead of the fast card.")
    return mode, share, simple
