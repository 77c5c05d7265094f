"""The decided random cards of a run: the only reviews that may stand for samples nobody looked at."""

from dataclasses import dataclass

import numpy as np

from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.suspect.ranking import Ranking


@dataclass(frozen=True)
class AuditCards:
    """Cards of a stratified random sample. rows: (n,) places in the dataset. stratum: (n,) 0..H-1. sizes: (H,)
    samples per stratum. lots: (n,) one over the chance that the card was drawn; None: alike within a stratum."""

    rows: np.ndarray
    stratum: np.ndarray
    sizes: np.ndarray
    lots: np.ndarray | None = None

    def weights(self) -> np.ndarray:
        """(n,) how many samples of its stratum each card stands for."""
        lots = np.ones(len(self.rows)) if self.lots is None else self.lots
        return lots * (self.sizes / np.bincount(self.stratum, lots, len(self.sizes)))[self.stratum]


def cards_that_count(counted: CountedVerdicts, ranking: Ranking) -> AuditCards | None:
    """The random cards that count, of whatever run; None where a stratum has none."""
    stratum = np.searchsorted(counted.starts, counted.drawn, side="right") - 1
    sizes = np.diff(counted.starts)
    if (np.bincount(stratum, minlength=len(sizes)) == 0).any():
        return None
    return AuditCards(ranking.rows[counted.drawn], stratum, sizes, counted.drawn_weight)
