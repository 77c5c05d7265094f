"""The review of one run: which cards come, what they show, and what happens to decisions. No Streamlit, no HTTP."""

from pages.shared.review_desk.candidates import FEW_CLASSES
from pages.shared.review_desk.desk import MOST_CARDS, MOST_CELLS, ReviewDesk, View, open_desk
from pages.shared.review_desk.recording import MODES, MOST_DECISIONS, PICKED, Outcome
from pages.shared.review_desk.views import OPEN_SHARE

__all__ = [
    "FEW_CLASSES",
    "MODES",
    "MOST_CARDS",
    "MOST_CELLS",
    "MOST_DECISIONS",
    "OPEN_SHARE",
    "PICKED",
    "Outcome",
    "ReviewDesk",
    "View",
    "open_desk",
]
