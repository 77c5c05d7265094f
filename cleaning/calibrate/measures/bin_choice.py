"""How many bins of confidence to look at: chosen by cross-validation."""

from collections.abc import Sequence

import numpy as np

from cleaning.calibrate.measures.binning import answered, edges_of_ordered
from cleaning.calibrate.measures.subsample import some_rows

BIN_COUNTS = (5, 10, 15, 20, 30, 50)
FOLDS = 5
MOST_JUDGED = 100_000  # samples: more move no choice among so few numbers


def bins_by_brier_score(
    confidence: np.ndarray, correct: np.ndarray, counts: Sequence[int] = BIN_COUNTS, seed: int = 0
) -> int:
    """The number of equal-mass bins whose accuracy on four folds predicts best what is right on the fifth.

    Best: the lowest mean Brier score over five folds, of equals the fewest. confidence: (N,) in 0..1, NaN: abstained.
    correct: (N,) 0..1. Of more than MOST_JUDGED answered samples so many random ones are looked at.
    Source: the width of a regressogram chosen by cross-validation.
    """
    confidence, correct = answered(confidence, correct)
    judged = some_rows(len(confidence), MOST_JUDGED, seed)
    confidence, correct = confidence[judged], correct[judged]
    folds = min(FOLDS, len(confidence))
    if folds < 2:
        return counts[0]
    order = np.argsort(confidence)
    fold = (np.random.default_rng(seed).permutation(len(confidence)) % folds)[order]
    confidence, correct = confidence[order], correct[order]
    losses = np.mean([_losses(confidence, correct, fold == f, counts) for f in range(folds)], axis=0)
    return int(counts[int(np.argmin(losses))])


def _losses(confidence: np.ndarray, correct: np.ndarray, left_out: np.ndarray, counts: Sequence[int]) -> list[float]:
    """Mean Brier score on what is left out, for each number of bins. confidence: (N,) rising, so that a bin is a run of
    it and needs no look at every sample."""
    inside, outside = (_Runs(confidence[part], correct[part]) for part in (~left_out, left_out))
    losses = []
    for bins in counts:
        edges = edges_of_ordered(inside.confidence, bins)
        size, right, _ = inside.within(edges)
        share = (right + inside.right[-1] / len(inside.confidence)) / (size + 1)
        size, right, squared = outside.within(edges)
        losses.append(float((size * share**2 - 2 * share * right + squared).sum() / len(outside.confidence)))
    return losses


class _Runs:
    """confidence: (n,) rising. right, squared: (n + 1,) sums of what is right, and of its squares, up to each place."""

    def __init__(self, confidence: np.ndarray, correct: np.ndarray) -> None:
        self.confidence = confidence
        self.right, self.squared = (np.concatenate([[0.0], part.cumsum()]) for part in (correct, correct**2))

    def within(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(bins,) how many there are between the edges, and both sums; a value on an edge belongs to the lower bin."""
        ends = np.concatenate([[0], np.searchsorted(self.confidence, edges, side="right"), [len(self.confidence)]])
        return np.diff(ends), np.diff(self.right[ends]), np.diff(self.squared[ends])
