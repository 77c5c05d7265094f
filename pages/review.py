from pages.shared.messages import require_router

require_router()


from pages.shared import review_settings
from pages.shared.messages import guarded
from pages.shared.review_card import review_card
from pages.shared.review_simple import simple_card


@guarded
def page() -> None:
    """One card at a time, by keyboard; the queue and its settings above."""
    review_settings.wide()
    desk = review_settings.opened_desk()
    if not review_settings.reviewer_named():
        return
    view, simple = review_settings.bar(desk)
    if simple:
        simple_card(desk, view)
    else:
        review_card(desk, view)


page()
