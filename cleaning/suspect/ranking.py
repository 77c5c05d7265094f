"""Samples in order of suspicion, prepared once so that no later question costs a pass over all samples."""

from dataclasses import dataclass

import numpy as np

from cleaning.errors import InputError, counted, first_five

BLOCKS = 8_192  # resolution of population sums; a block holds one sample up to this many samples
LOGIT_BOUND = 14.0  # suspicion nearer to 0 or 1 than 8e-7 says no more than that


@dataclass(frozen=True)
class Ranking:
    """Suspicion sorted once.

    rows: (N,) row numbers, most suspicious first, ties in row order. ascending: (N,) suspicions, least first.
    rank: (N,) int32, place of each row in that order (0 = most suspicious).
    block_edges: (G+1,) ranks and block_logits: (G,) mean logit of suspicion between them, G <= 8,192.
    """

    rows: np.ndarray
    ascending: np.ndarray
    rank: np.ndarray
    block_edges: np.ndarray
    block_logits: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def suspicion(self) -> np.ndarray:
        """(N,) suspicions in the order of ``rows``, most suspicious first (a view)."""
        return self.ascending[::-1]

    def flagged_counts(self, thresholds: np.ndarray) -> np.ndarray:
        """(T,) how many samples have suspicion >= each threshold."""
        return len(self) - np.searchsorted(self.ascending, np.asarray(thresholds, np.float64), side="left")

    def ties_kept_whole(self, count: int) -> int:
        """Largest number of flagged samples up to ``count`` that some threshold can flag."""
        if count >= len(self):
            return len(self)
        return len(self) - int(np.searchsorted(self.ascending, self.suspicion[count], side="right"))

    def thresholds(self, points: int = 200) -> np.ndarray:
        """At most ``points`` thresholds, descending, closer together where few samples are flagged."""
        counts = np.unique(np.geomspace(1, len(self), points).round().astype(int))
        return np.unique(self.suspicion[counts - 1])[::-1]

    def cumulative(self, per_block: np.ndarray) -> np.ndarray:
        """(G+1,) running sum over samples of a quantity given per block."""
        return np.concatenate([[0.0], np.cumsum(per_block * np.diff(self.block_edges))])

    def sum_above(self, cumulative: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """Sum over the samples with rank below ``ranks`` (linear inside a block)."""
        return np.interp(ranks, self.block_edges, cumulative)


def logit(probability: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)), held within +-14."""
    p = np.asarray(probability, np.float64)
    with np.errstate(divide="ignore"):
        return np.clip(np.log(p) - np.log1p(-p), -LOGIT_BOUND, LOGIT_BOUND)


def rank_suspicion(suspicion: np.ndarray, order: np.ndarray | None = None) -> Ranking:
    """Ranking of (N,) suspicions in [0, 1]; raises InputError for missing or outlying values.

    order: (N,) all rows, most suspicious first, ties in any order, where that is known: it is not sought again.
    """
    suspicion = np.asarray(suspicion, np.float64)
    bad = np.flatnonzero(~((suspicion >= 0) & (suspicion <= 1)))
    if len(bad):
        raise InputError(
            f"{counted(len(bad), 'suspicion')} outside 0 to 1 or missing, in rows {first_five(bad)}. "
            "Score the dataset again; every sample needs a suspicion."
        )
    rows = None if order is None else _ties_by_row(suspicion, order)
    if rows is None:
        rows = np.argsort(-suspicion, kind="stable")
    rank = np.empty(len(rows), np.int32)
    rank[rows] = np.arange(len(rows), dtype=np.int32)
    ascending = np.ascontiguousarray(suspicion[rows[::-1]])
    edges = np.unique(np.linspace(0, len(rows), min(BLOCKS, len(rows)) + 1).astype(np.int64))
    logits = np.add.reduceat(logit(ascending[::-1]), edges[:-1]) / np.diff(edges)
    return Ranking(rows, ascending, rank, edges, logits)


def _ties_by_row(suspicion: np.ndarray, order: np.ndarray) -> np.ndarray | None:
    """(N,) rows of a descending order with equal suspicions in row order; None where it does not descend."""
    rows = np.array(order, np.int64)
    descending = suspicion[rows]
    step = np.diff(descending)
    if (step > 0).any():
        return None
    tied = np.flatnonzero(step == 0)
    if len(tied):
        places = np.union1d(tied, tied + 1)
        rows[places] = rows[places][np.lexsort((rows[places], -descending[places]))]
    return rows
