"""How many bins of confidence to look at: chosen by cross-validation."""

from collections.abc import Sequence

import numpy as np

from cleaning.calibrate.measures.binning import answered, assign_bins, quantile_edges

BIN_COUNTS = (5, 10, 15, 20, 30, 50)
FOLDS = 5


def bins_by_brier_score(
    confidence: np.ndarray, correct: np.ndarray, counts: Sequence[int] = BIN_COUNTS, seed: int = 0
) -> int:
    """The number of equal-mass bins whose accuracy on four folds predicts best what is right on the fifth.

    Best: the lowest mean Brier score over five folds, of equals the fewest. confidence: (N,) in 0..1, NaN: abstained.
    correct: (N,) 0..1. Source: the width of a regressogram chosen by cross-validation.
    """
    confidence, correct = answered(confidence, correct)
    folds = min(FOLDS, len(confidence))
    if folds < 2:
        return counts[0]
    fold = np.random.default_rng(seed).permutation(len(confidence)) % folds
    losses = [np.mean([_loss(confidence, correct, fold == f, bins) for f in range(folds)]) for bins in counts]
    return int(counts[int(np.argmin(losses))])


def _loss(confidence: np.ndarray, correct: np.ndarray, left_out: np.ndarray, bins: int) -> float:
    edges = quantile_edges(confidence[~left_out], bins)
    assigned = assign_bins(confidence, edges)
    inside, size = assigned[~left_out], len(edges) + 1
    overall = correct[~left_out].mean()
    share = (np.bincount(inside, correct[~left_out], size) + overall) / (np.bincount(inside, minlength=size) + 1)
    return float(np.mean((share[assigned[left_out]] - correct[left_out]) ** 2))
