"""The review of one run: which cards come, what they show, and what happens to decisions. No Streamlit, no HTTP."""

from cleaning.review.candidates import FEW_CLASSES
from cleaning.review.desk import MOST_CARDS, MOST_CELLS, ReviewDesk, View
from cleaning.review.recording import LONGEST_NOTE, MOST_DECISIONS, PICKED, Outcome, Sent

__all__ = [
    "FEW_CLASSES",
    "LONGEST_NOTE",
    "MOST_CARDS",
    "MOST_CELLS",
    "MOST_DECISIONS",
    "PICKED",
    "Outcome",
    "ReviewDesk",
    "Sent",
    "View",
]
