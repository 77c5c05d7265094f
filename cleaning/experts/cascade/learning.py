"""Which bins of confidence pass a sample on: learned from calibrated confidences alone, no label is looked at.

At a price per unit of cost, an expert passes a bin on if the confidence that the later experts are expected to add
there exceeds what they cost. With two experts this sends the bins with the largest advantage A_b = mean(confidence of
the large - confidence of the small); with more, the gain counts what later stages may add (backward induction).
Lowering the price sends more. Symbols: M experts, n samples, C cells (combinations of bins).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.measures.binning import assign_bins, quantile_edges

MOST_PRICES = 120
MOST_EMPTY = 100_000  # combinations of bins that are counted all, whether samples fall into them or not
EQUAL = 1e-12
Decisions = list[np.ndarray]


@dataclass(frozen=True)
class BinSums:
    """Samples summed up by the bins they fall into, as every decision depends on bins only.

    bins: (M - 1, C) bin at each stage. count: (C,) samples. total: (M, C) sum over them of what stands after each
    expert (confidence to learn from, right or wrong to judge by).
    """

    bins: np.ndarray
    count: np.ndarray
    total: np.ndarray


def summed(edges: Sequence[np.ndarray], confidence: np.ndarray, values: np.ndarray) -> BinSums:
    """Cells of samples whose standing confidence is (M, n), summing ``values`` (M, n)."""
    bins = np.stack([assign_bins(own, e) for own, e in zip(confidence, edges)])
    sizes = np.array([len(e) + 1 for e in edges])
    key = np.ravel_multi_index(bins, sizes)
    if sizes.prod() <= max(key.size, MOST_EMPTY):
        count = np.bincount(key)
        found = np.flatnonzero(count)
        count, total = count[found], np.stack([np.bincount(key, row)[found] for row in values])
    else:
        found, cell, count = np.unique(key, return_inverse=True, return_counts=True)
        total = np.stack([np.bincount(cell, row, len(found)) for row in values])
    return BinSums(np.stack(np.unravel_index(found, sizes)), count, total)


def stage_edges(confidence: np.ndarray, bins: int) -> list[np.ndarray]:
    """Quantile bins of the standing confidence (M, n) after each expert but the last."""
    return [quantile_edges(own, bins) for own in confidence[:-1]]


def advantage(cells: BinSums, stage: int, later: int, edges: Sequence[np.ndarray]) -> np.ndarray:
    """(bins of the stage,) mean confidence that ``later`` adds over ``stage``; 0 for bins without samples."""
    return _bin_mean(cells, stage, cells.total[later] - cells.total[stage], edges)


def _bin_mean(cells: BinSums, stage: int, total: np.ndarray, edges: Sequence[np.ndarray]) -> np.ndarray:
    size = len(edges[stage]) + 1
    count = np.bincount(cells.bins[stage], cells.count, size)
    return np.bincount(cells.bins[stage], total, size) / np.maximum(count, 1)


def decisions_at(price: float, cells: BinSums, edges: Sequence[np.ndarray], costs: np.ndarray) -> Decisions:
    """For each stage (its bins,) bool: pass on. price: confidence that one unit of cost must add at least.

    cells: sums of standing confidence. costs: (M,). Infinite prices: nobody passes on (+), everybody does (-).
    """
    if np.isinf(price):
        return [np.full(len(e) + 1, price < 0) for e in edges]
    value, decisions = cells.total[-1], list[np.ndarray]()
    for stage in range(len(edges) - 1, -1, -1):
        after = value - price * costs[stage + 1] * cells.count
        pass_on = _bin_mean(cells, stage, after - cells.total[stage], edges) >= -EQUAL
        value = np.where(pass_on[cells.bins[stage]], after, cells.total[stage])
        decisions.insert(0, pass_on)
    return decisions


def prices(cells: BinSums, edges: Sequence[np.ndarray], costs: np.ndarray) -> np.ndarray:
    """Prices, falling from +inf to -inf, at which decisions change: each bin's advantage per unit of cost.

    All of them for two experts; at most 120, evenly by rank, for chains.
    """
    found = [
        advantage(cells, stage, later, edges) / costs[stage + 1 : later + 1].sum()
        for stage in range(len(edges))
        for later in range(stage + 1, len(costs))
    ]
    distinct = np.unique(np.concatenate(found))[::-1]
    if len(costs) > 2 and len(distinct) > MOST_PRICES:
        distinct = distinct[np.linspace(0, len(distinct) - 1, MOST_PRICES).round().astype(int)]
    return np.concatenate([[np.inf], distinct, [-np.inf]])


def threshold_decisions(edges: Sequence[np.ndarray]) -> list[Decisions]:
    """Plain rule "pass on below a confidence", one set of decisions per quantile of each stage's confidence."""
    most = max(len(e) for e in edges) + 1
    shares = np.arange(most + 1) / most
    return [[np.arange(len(e) + 1) < round(share * (len(e) + 1)) for e in edges] for share in shares]


def judged(decisions: Decisions, cells: BinSums) -> float:
    """Mean of what stands at the end per sample under these decisions.

    cells: sums of right or wrong (accuracy), or of anything else.
    """
    stage = _ends(decisions, cells)
    return float(cells.total[stage, np.arange(len(stage))].sum() / cells.count.sum())


def asked_shares(decisions: Decisions, cells: BinSums) -> np.ndarray:
    """(M,) share of the samples about which each expert is asked under these decisions; the first always."""
    stage = _ends(decisions, cells)
    ended = np.bincount(stage, cells.count, len(decisions) + 1)
    return ended[::-1].cumsum()[::-1] / cells.count.sum()


def _ends(decisions: Decisions, cells: BinSums) -> np.ndarray:
    """(C,) the last expert that is asked in each cell."""
    stage = np.zeros(len(cells.count), int)
    going = np.ones(len(cells.count), bool)
    for m, pass_on in enumerate(decisions):
        going &= pass_on[cells.bins[m]]
        stage += going
    return stage
