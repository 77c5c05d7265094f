"""Three estimators of the wrong labels in each part, from its cells (a stratum's share of it) and the same cards.

"strata"      stratified Horvitz-Thompson (1952): the share of wrong cards in the cell, with weighted ends. Default:
              measured best.
"difference"  prediction-powered (Angelopoulos et al. 2023): the recalibrated curve's mean over the cell plus the mean
              gap between verdict and curve on its cards (difference estimator, Sarndal et al. 1992).
"bayes"       beta posterior with a prior worth two cards, centred on the unfitted guess from the suspicion. Covers
              too rarely where the guess is off (docs/estimates.md); for comparison only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtr

from cleaning.estimate.evidence import Evidence
from cleaning.estimate.intervals import reach, share_ends
from cleaning.estimate.recalibration import PRIOR_MEAN, fit_curve
from cleaning.estimate.split import Cells, Curve
from cleaning.estimate.weighted_ends import weighted_ends
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking

Method = Literal["strata", "difference", "bayes"]
Ends = tuple[np.ndarray, np.ndarray, np.ndarray]
PRIOR_CARDS = 2.0
CURVE_WEIGHTS = 0.5  # power of the cards' weights; between the fit for the dataset and for the flagged part


@dataclass(frozen=True)
class Parts:
    """Wrong labels in the flagged and unflagged part, samples known exactly left out; all (T, 2), counts.

    size: samples. cards: audit cards. point, low, high: wrong labels.
    """

    size: np.ndarray
    cards: np.ndarray
    point: np.ndarray
    low: np.ndarray
    high: np.ndarray


def curve_for(method: Method, evidence: Evidence, audit: AuditDesign, ranking: Ranking) -> Curve:
    """The curve an estimator leans on: fitted on the cards, or the unfitted guess for "bayes"."""
    if method == "bayes":
        return Curve(*PRIOR_MEAN)
    return Curve(*fit_curve(evidence, audit, ranking, CURVE_WEIGHTS).parameters)


def estimate_parts(method: Method, cells: Cells, multiplier: np.ndarray) -> Parts:
    """Both parts from their cells; multiplier: (T, 2) standard errors to reach."""
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    least, most = wrong, size - (cards - wrong)  # what the cards have shown is certain
    point, low, high = ESTIMATORS[method](cells, multiplier)
    low, high = np.where(cards > 0, low, 0), np.where(cards > 0, high, size)
    return Parts(size, cards, *(np.clip(number, least, most) for number in (point, low, high)))


def strata(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Wrong labels in each part with their ends, all (T, 2): every cell's share of wrong cards times its size."""
    share = _mean_or_whole_stratum(cells.wrong, cells.cards, cells.curve)
    return (cells.size * share).sum(2), *weighted_ends(cells, share, multiplier)


def difference(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Wrong labels in each part with their ends, all (T, 2): curve plus mean gap.

    Ends of a cell as for so many plain cards as have the gap's variance; at least as wide as the curve's own variance
    says while cards are few.
    """
    gap = _mean_or_whole_stratum(cells.gap, cells.cards, np.zeros_like(cells.curve))
    share = np.clip(cells.curve + gap, 0, 1)
    guess = cells.curve * (1 - cells.curve)
    squares = np.maximum(cells.gap_squared - cells.gap**2 / np.maximum(cells.cards, 1), 0)
    variance = (squares + PRIOR_CARDS * guess) / (np.maximum(cells.cards - 1, 0) + PRIOR_CARDS)
    steadied = (share * cells.cards + 0.5) / (cells.cards + 1)
    worth = cells.cards * np.clip(steadied * (1 - steadied) / np.maximum(variance, 1e-9), 0.5, 2)
    return _added(cells, share, *share_ends(share * worth, worth, multiplier[..., None]))


def bayes(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Posterior mean of the wrong labels in each part with credible ends, all (T, 2)."""
    wrong = cells.wrong + PRIOR_CARDS * np.clip(cells.curve, 1e-6, 1 - 1e-6)
    right = cells.cards + PRIOR_CARDS - wrong
    tail = ndtr(-multiplier[..., None])
    return _added(cells, wrong / (wrong + right), betaincinv(wrong, right, tail), betainccinv(wrong, right, tail))


def _added(cells: Cells, share: np.ndarray, low: np.ndarray, high: np.ndarray) -> Ends:
    """(T, 2) numbers from shares of cells (T, 2, H): distances to the ends add in squares (MOVER: Zou, Donner 2008)."""
    unseen = 1 - cells.cards / np.maximum(cells.size, 1)  # finite-population correction
    down, up = (cells.size * np.sqrt(unseen) * np.maximum(distance, 0) for distance in (share - low, high - share))
    point = (cells.size * share).sum(2)
    return point, point - reach(down), point + reach(up)


ESTIMATORS: dict[str, Callable[[Cells, np.ndarray], Ends]] = {
    "strata": strata,
    "difference": difference,
    "bayes": bayes,
}


def _mean_or_whole_stratum(total: np.ndarray, cards: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Mean per cell; a cell without cards takes its whole stratum's, a stratum without cards ``otherwise``."""
    both, both_cards = total.sum(1, keepdims=True), cards.sum(1, keepdims=True)
    whole = np.where(both_cards > 0, both / np.maximum(both_cards, 1), otherwise)
    return np.where(cards > 0, total / np.maximum(cards, 1), whole)
