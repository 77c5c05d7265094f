"""The review of one run: which cards come, what they show, and what happens to decisions. No Streamlit, no HTTP."""

from cleaning.review.candidates import FEW_CLASSES
from cleaning.review.desk import MOST_CARDS, MOST_CELLS, ReviewDesk, View
from cleaning.review.recording import MODES, MOST_DECISIONS, PICKED, Outcome
from cleaning.review.views import OPEN_SHARE

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
]
