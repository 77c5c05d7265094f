"""The decided audit cards of a run: the only reviews that may stand for samples nobody looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.keep.decisions import Decision
from cleaning.settle.verdict_codes import decided_rows


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


def decided_cards(dataset: Dataset, audit: pd.DataFrame, decisions: Sequence[Decision]) -> AuditCards | None:
    """The cards of a run's audit that count, or None where a stratum has none.

    In each stratum the cards count in their drawn order up to the first one nobody has decided, so that which cards
    count never depends on what was said. Whoever passed a card over has decided it.
    """
    audit = audit.sort_values("order", kind="stable")
    counted = audit[_before_first_open(audit, decided_rows(dataset, decisions))]
    strata = audit.drop_duplicates("stratum").sort_values("stratum")
    codes = pd.Index(strata["stratum"]).get_indexer(counted["stratum"])
    sizes = strata["stratum_size"].to_numpy(np.int64)
    if (np.bincount(codes, minlength=len(sizes)) == 0).any() or sizes.sum() != len(dataset):
        return None
    return AuditCards(counted["row"].to_numpy(np.int64), codes, sizes)


def _before_first_open(audit: pd.DataFrame, decided: np.ndarray) -> np.ndarray:
    open_card = ~np.isin(audit["row"].to_numpy(), decided)
    return pd.Series(open_card).groupby(audit["stratum"].to_numpy()).cumsum().to_numpy() == 0
