from pages.shared.messages import require_router

require_router()


from pages.shared.messages import guarded
from pages.shared.review import settings as review_settings
from pages.shared.review.component import review_card, review_grid
from pages.shared.review.simple import simple_card


@guarded
def page() -> None:
    """One card at a time, or a grid of thumbnails, by keyboard; the queue and its settings above."""
    review_settings.wide()
    desk = review_settings.opened_desk()
    if not review_settings.reviewer_named():
        return
    chosen = review_settings.bar(desk)
    if chosen.look == review_settings.GRID:
        review_grid(desk, chosen.view, chosen.size)
    elif chosen.look == review_settings.SIMPLE:
        simple_card(desk, chosen.view)
    else:
        review_card(desk, chosen.view)


page()
