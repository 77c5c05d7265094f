from pages.shared.messages import require_router

require_router()

import streamlit as st

from pages.shared import review_settings
from pages.shared.messages import guarded
from pages.shared.review_card import review_card
from pages.shared.review_simple import simple_card


@guarded
def page() -> None:
    """One card at a time, by keyboard; the queue and its settings above."""
    desk = review_settings.opened_desk()
    view, simple = review_settings.bar(desk)
    if not view.reviewer:
        st.info(
            "Type your name or initials under **Reviewing as** in the sidebar (the arrow at the top left opens it): "
            "decisions are kept under it."
        )
    elif simple:
        simple_card(desk, view)
    else:
        review_card(desk, view)


page()
