"""Settle: cards on which reviewers differ, their answers side by side; and how the team decides."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from pages.shared import frame
from pages.shared.messages import guarded
from pages.shared.review import review_bar
from pages.shared.settle import settle_card, settled_lists, team_view

MINE, TO_SETTLE, SETTLED, ASKED, TEAM = "Mine", "To settle", "Settled", "Asked of me", "Team"
OTHERS = {
    MINE: settled_lists.mine,
    SETTLED: settled_lists.settled,
    ASKED: settle_card.asked_of_me,
    TEAM: team_view.team,
}


@guarded
def page() -> None:
    frame.header(
        "Settle", "Where reviewers differ, somebody decides. The experts' votes show only after your own answer."
    )
    desk = review_bar.opened_desk()
    if not review_bar.reviewer_named():
        return
    look = st.segmented_control(
        "Show",
        (MINE, TO_SETTLE, SETTLED, ASKED, TEAM),
        default=TO_SETTLE,
        required=True,
        key="settle_look",
        label_visibility="collapsed",
        bind="query-params",
    )
    OTHERS.get(look, settle_card.to_settle)(desk)


page()
