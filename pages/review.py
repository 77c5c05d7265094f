from pages.shared.messages import require_router

require_router()


from pages.shared import frame, loaders, state
from pages.shared.messages import guarded
from pages.shared.review import review_bar
from pages.shared.review.room import review_card, review_grid
from pages.shared.review.simple import simple_card


@guarded
def page() -> None:
    """One card at a time, or a grid of thumbnails, by keyboard; the queue and its settings above."""
    review_bar.wide()
    if not (state.current().reviewer and loaders.has_run()):
        frame.header("Review", "You decide first; what the experts say shows after your own answer.", "blind")
    desk = review_bar.opened_desk()
    if not review_bar.reviewer_named():
        return
    chosen = review_bar.bar(desk)
    if chosen.look == review_bar.GRID:
        review_grid(desk, chosen.view, chosen.size)
    elif chosen.look == review_bar.SIMPLE:
        simple_card(desk, chosen.view)
    else:
        review_card(desk, chosen.view)


page()
