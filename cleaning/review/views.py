"""How one reviewer goes through a run, and which of the blind cards are shown open by lot."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cleaning.domain.card_kinds import ADJUDICATION, MAYBE_RANDOM
from cleaning.domain.dataset import Dataset, rows_of_ids
from cleaning.domain.verdicts import UNDO
from cleaning.keep.decisions import BLIND, SEEN, Decision
from cleaning.keep.leases import Holder
from cleaning.review.chosen import USUAL_OPEN_SHARE, Chosen
from cleaning.review.queue import Filters

NOT_BY_LOT = ("grid", ADJUDICATION)  # Decision.card of what shows labels or votes by its nature


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

    @property
    def holder(self) -> Holder:
        """Whom cards are leased to."""
        return Holder(self.reviewer, self.tab)


def lot(run_id: str, sample_id: str) -> float:
    """In [0, 1), drawn from the sample's id and the run: alike after every reload and for every reviewer."""
    digest = hashlib.sha256(f"{run_id}|{sample_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def mode_of(view: View, run_id: str, sample_id: str) -> str:
    """Blind or open: by setting, save the share drawn to be shown open."""
    return "open" if view.mode == "open" or lot(run_id, sample_id) < view.open_share else "blind"


def open_shares_of(choices: pd.DataFrame | None) -> dict[str, float]:
    """By run id the largest share of blind cards ever shown open by lot; runs not named: the usual one."""
    ids = () if choices is None else choices["run_id"].unique()
    return {run_id: Chosen.of(choices, run_id).largest_open_share for run_id in ids}


def shown_by(run_id: str, dataset: Dataset, decisions: Iterable[Decision]) -> np.ndarray:
    """(N,) bool: samples that somebody decided when this run showed them and they may have come as random cards."""
    decisions = list(decisions)
    undone = {d.undoes for d in decisions if d.verdict == UNDO}
    mine = [d.sample_id for d in decisions if d.run_id == run_id and d.card in MAYBE_RANDOM and d.uuid not in undone]
    rows = rows_of_ids(dataset.sample_ids, mine)
    shown = np.zeros(len(dataset), bool)
    shown[rows[rows >= 0]] = True
    return shown


def drawn_by_lot(decision: Decision, open_shares: Mapping[str, float]) -> bool:
    """Whether chance decided if a card was shown blind or open; only such cards tell what seeing the label does."""
    if decision.card in NOT_BY_LOT or decision.mode == SEEN:
        return False
    largest = open_shares.get(decision.run_id, Chosen().largest_open_share)
    return decision.mode == BLIND or lot(decision.run_id, decision.sample_id) < largest
