"""The decided audit cards of a run: the only reviews that may stand for samples nobody looked at."""

from dataclasses import dataclass

import numpy as np

from cleaning.suspect.audit import AuditDesign


@dataclass(frozen=True)
class AuditCards:
    """Cards of a stratified random sample. rows: (n,) places in the dataset. stratum: (n,) 0..H-1. sizes: (H,)
    samples per stratum."""

    rows: np.ndarray
    stratum: np.ndarray
    sizes: np.ndarray

    def weights(self) -> np.ndarray:
        """(n,) how many samples of its stratum each card stands for."""
        return (self.sizes / np.bincount(self.stratum, minlength=len(self.sizes)))[self.stratum]


def cards_that_count(audit: AuditDesign, counted: np.ndarray) -> AuditCards | None:
    """The counted cards, (n,) bool as from ``evidence.counted_cards``; None where a stratum has none."""
    rows, stratum = audit.rows[counted], audit.stratum[counted]
    if (np.bincount(stratum, minlength=len(audit.sizes)) == 0).any():
        return None
    return AuditCards(rows, stratum, audit.sizes)
