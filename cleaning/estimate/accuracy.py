"""Experts' accuracy on the whole dataset, estimated from its random cards.

Difference estimator with Horvitz-Thompson weights (Horvitz and Thompson 1952); ratio of totals by linearisation
(Saerndal et al. 1992, section 5.5). The cards were drawn at random within strata, so each stands for its share.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cleaning.estimate.audit_cards import AuditCards

Z = 1.959964


@dataclass(frozen=True)
class Marks:
    """One way to mark the answers. right: (N, M) bool. counts: (N,) bool, samples that are not dropped."""

    right: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Estimated:
    """point, low, high: (M,) accuracy on the whole dataset were every sample reviewed. residual: (n, M) what each card
    adds to the estimate's error. size: samples that count, estimated."""

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    residual: np.ndarray
    size: float


def estimate_accuracy(
    right_given: np.ndarray, marks: Marks, cards: AuditCards, unclear: np.ndarray | None = None
) -> Estimated:
    """Accuracy on the whole dataset from its random cards, with 95 % intervals.

    right_given: (N, M). Accuracy on the given labels is known for all samples; random cards tell how much it changes.
    unclear: places of cards without a final label: by their given label in the point, wrong in the lower end, right in
    the upper one.
    """
    point, residual, size = _difference_estimate(right_given, marks.right, marks.counts, cards)
    ends = []
    for right, sign in ((False, -1), (True, 1)):
        assumed = marks.right.copy()
        if unclear is not None:
            assumed[unclear] = right
        end, errors, count = _difference_estimate(right_given, assumed, marks.counts, cards)
        spread = np.sqrt([variance_of(errors[:, m], cards) for m in range(len(end))]) / count
        ends.append(np.clip(end + sign * Z * spread, 0, 1))
    low, high = ends
    return Estimated(np.clip(point, 0, 1), low, high, residual, size)


def _difference_estimate(right_given: np.ndarray, right: np.ndarray, counts: np.ndarray, cards: AuditCards):
    """((M,) ratio estimate, (n, M) residuals, estimated number of samples that count)."""
    gained = right[cards.rows].astype(np.float64) - right_given[cards.rows]
    left_out = 1.0 - counts[cards.rows]
    weights = cards.weights()
    size = float(len(right_given) - weights @ left_out)
    point = (right_given.sum(axis=0) + weights @ gained) / size
    return point, gained + point * left_out[:, None], size


def variance_of(residual: np.ndarray, cards: AuditCards) -> float:
    """Variance of the sum over all samples of which each card's (n,) residual is seen.

    A stratum's variance is at least 0.25 / (n + 1), so that cards that all agree do not claim certainty.
    """
    total, weights = 0.0, cards.weights()
    for stratum, size in enumerate(cards.sizes):
        mine = cards.stratum == stratum
        part, weight = residual[mine], weights[mine]
        n = float(weight.sum() ** 2 / (weight**2).sum())  # as many cards of one weight say as much (Kish 1965)
        if n < size:
            around = (part - np.average(part, weights=weight)) ** 2
            spread = max(float(np.average(around, weights=weight)) * n / max(n - 1, 1), 0.25 / (n + 1))
            total += size**2 * (1 - n / size) * spread / n
    return total


def estimated_neighbours(names: tuple[str, ...], estimated: Estimated, cards: AuditCards) -> list[tuple]:
    """Chance that two neighbours change places, by the normal approximation of the estimates' difference."""
    from scipy.special import ndtr

    rows = []
    for a, b in pairwise(np.argsort(-estimated.point, kind="stable")):
        spread = np.sqrt(variance_of(estimated.residual[:, a] - estimated.residual[:, b], cards)) / estimated.size
        gap = float(estimated.point[a] - estimated.point[b])
        swapped = float(ndtr(-gap / spread)) if spread > 0 else 0.5 * (gap == 0)
        rows.append(("audit estimate", names[a], names[b], swapped))
    return rows
