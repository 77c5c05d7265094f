"""How many bins of confidence a cascade learns with: chosen by cross-validation within what it learns from."""

from collections.abc import Sequence

import numpy as np

from cleaning.calibrate.measures.subsample import some_rows
from cleaning.experts.cascade.policies import FRACTIONS, routed

BIN_COUNTS = (5, 10, 20, 50, 100, 200)  # looked at
CHOICES = BIN_COUNTS[2:]  # chosen among: with fewer bins an exported router could spend only in steps of 10 or 20 %
FOLDS = 3
MOST_JUDGED = 100_000  # samples: more move no choice among so few numbers


def bins_by_cross_validation(
    confidence: np.ndarray,
    right: np.ndarray,
    costs: np.ndarray,
    counts: Sequence[int] = CHOICES,
    dealt: np.ndarray | None = None,
) -> int:
    """The number of bins with the largest area under accuracy against cost on folds left out; of equals the fewest.

    confidence: (M, n) calibrated, NaN: abstained. right: (M, n) 0..1. costs: (M,). Nothing but these is looked at: hand
    in the learning half alone, so that the judged half stays unseen. Of more than MOST_JUDGED samples so many random ones
    are looked at. dealt: see ``fold_areas``.
    """
    if confidence.shape[1] > MOST_JUDGED:
        some = some_rows(confidence.shape[1], MOST_JUDGED) if dealt is None else np.flatnonzero(dealt < MOST_JUDGED)
        confidence, right = confidence[:, some], right[:, some]
        dealt = None if dealt is None else dealt[some]
    areas = fold_areas(confidence, right, costs, counts, dealt).mean(axis=1)
    return int(counts[int(np.argmax(areas))])


def fold_areas(
    confidence: np.ndarray,
    right: np.ndarray,
    costs: np.ndarray,
    counts: Sequence[int] = CHOICES,
    dealt: np.ndarray | None = None,
) -> np.ndarray:
    """(counts, FOLDS) area on each fold, learned on the others.

    dealt: (n,) place of each sample in the random order in which folds are dealt out; None: as they come.
    """
    fold = np.random.default_rng(0).permutation(confidence.shape[1]) % FOLDS
    fold = fold if dealt is None else fold[dealt]
    areas = np.empty((len(counts), FOLDS))
    for f in range(FOLDS):
        learn, judge, own = confidence[:, fold != f], confidence[:, fold == f], right[:, fold == f]
        for place, bins in enumerate(counts):
            areas[place, f] = np.trapezoid(routed(learn, judge, own, costs, bins, "last").accuracy, FRACTIONS)
    return areas
