"""How one reviewer goes through a run, and which of the blind cards are shown open by lot."""

import hashlib
from dataclasses import dataclass, field

from cleaning.review.chosen import USUAL_OPEN_SHARE
from cleaning.review.queue import Filters


@dataclass(frozen=True)
class View:
    """How one reviewer goes through the run. mode: "blind" or "open"; open_share: part of the cards shown open.
    tab: which of the reviewer's windows asks."""

    reviewer: str
    mode: str = "blind"
    open_share: float = USUAL_OPEN_SHARE
    order: str = "suspicion"
    filters: Filters = field(default_factory=Filters)
    tab: str = ""


def lot(run_id: str, sample_id: str) -> float:
    """In [0, 1), drawn from the sample's id and the run: alike after every reload and for every reviewer."""
    digest = hashlib.sha256(f"{run_id}|{sample_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def mode_of(view: View, run_id: str, sample_id: str) -> str:
    """Blind or open: by setting, save the share drawn to be shown open."""
    return "open" if view.mode == "open" or lot(run_id, sample_id) < view.open_share else "blind"
