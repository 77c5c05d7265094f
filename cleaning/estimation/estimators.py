"""Three estimators of the wrong labels in each cell (stratum x flagged or not), all from the same audit cards.

"strata"      stratified Horvitz-Thompson (1952): the share of wrong cards in the cell. Default: measured best.
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

from cleaning.audit import AuditDesign
from cleaning.estimation.evidence import Evidence
from cleaning.estimation.intervals import reach, share_ends
from cleaning.estimation.recalibration import PRIOR_MEAN, fit_curve
from cleaning.estimation.split import Cells, Curve
from cleaning.ranking import Ranking

Method = Literal["strata", "difference", "bayes"]
Ends = tuple[np.ndarray, np.ndarray, np.ndarray]
PRIOR_CARDS = 2.0
FEW_CARDS = {False: 2.0, True: 20.0}  # fixed n, anytime: cards of a kind at which an end goes half of the way to pooled
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


def estimate_parts(method: Method, cells: Cells, multiplier: np.ndarray, anytime: bool) -> Parts:
    """Both parts from their cells; multiplier: (T, 2) standard errors to reach.

    While cards are few one card of a big cell can decide the ends; they go part of the way to pooled ones, if those
    reach further. Anytime ends lie further out, where that happens with more cards too.
    """
    share, low, high = ESTIMATORS[method](cells, multiplier[..., None])
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    unseen = 1 - cells.cards / np.maximum(cells.size, 1)  # finite-population correction
    down, up = (cells.size * np.sqrt(unseen) * np.maximum(distance, 0) for distance in (share - low, high - share))
    least, most = wrong, size - (cards - wrong)  # what the cards have shown is certain
    point = np.clip((cells.size * share).sum(2), least, most)
    low, high = point - reach(down), point + reach(up)
    pooled_low, pooled_high = _pooled_ends(cells, unseen, point, multiplier)
    few = FEW_CARDS[anytime]
    low = low - few / (few + wrong) * np.maximum(low - pooled_low, 0)
    high = high + few / (few + cards - wrong) * np.maximum(pooled_high - high, 0)
    low, high = np.where(cards > 0, low, 0), np.where(cards > 0, high, size)
    return Parts(size, cards, point, np.clip(low, least, most), np.clip(high, least, most))


def _pooled_ends(
    cells: Cells, unseen: np.ndarray, point: np.ndarray, multiplier: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2) ends as for so many plain cards as would have the same variance (Korn and Graubard 1998).

    Reach further than the cells' combined ends where one card in a big cell decides, so that its lower end is no
    less likely than many others.
    """
    size = cells.size.sum(2)
    steadied = (cells.wrong + PRIOR_CARDS * cells.curve) / (cells.cards + PRIOR_CARDS)
    variance = np.where(cells.cards > 0, steadied * (1 - steadied) / np.maximum(cells.cards, 1), 0.25) * unseen
    variance = (cells.size**2 * variance).sum(2) / np.maximum(size, 1) ** 2
    share = point / np.maximum(size, 1)
    held_off = np.clip(share, 0.5 / (cells.cards.sum(2) + 1), 1 - 0.5 / (cells.cards.sum(2) + 1))
    effective = held_off * (1 - held_off) / np.maximum(variance, 1e-15)
    low, high = share_ends(share * effective, effective, multiplier)
    return (np.where(variance > 0, size * end, point) for end in (low, high))


def strata(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Share of wrong labels per cell with its ends, all (T, 2, H): share of wrong cards."""
    share = _mean_or_whole_stratum(cells.wrong, cells.cards, cells.curve)
    return share, *share_ends(cells.wrong, cells.cards, multiplier)


def difference(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Share of wrong labels per cell with its ends, all (T, 2, H): curve plus mean gap.

    Ends as for so many plain cards as have the gap's variance; at least as wide as the curve's own variance says
    while cards are few.
    """
    gap = _mean_or_whole_stratum(cells.gap, cells.cards, np.zeros_like(cells.curve))
    share = np.clip(cells.curve + gap, 0, 1)
    guess = cells.curve * (1 - cells.curve)
    squares = np.maximum(cells.gap_squared - cells.gap**2 / np.maximum(cells.cards, 1), 0)
    variance = (squares + PRIOR_CARDS * guess) / (np.maximum(cells.cards - 1, 0) + PRIOR_CARDS)
    steadied = (share * cells.cards + 0.5) / (cells.cards + 1)
    worth = cells.cards * np.clip(steadied * (1 - steadied) / np.maximum(variance, 1e-9), 0.5, 2)
    return share, *share_ends(share * worth, worth, multiplier)


def bayes(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Posterior mean share of wrong labels per cell with its credible ends, all (T, 2, H)."""
    wrong = cells.wrong + PRIOR_CARDS * np.clip(cells.curve, 1e-6, 1 - 1e-6)
    right = cells.cards + PRIOR_CARDS - wrong
    tail = ndtr(-multiplier)
    return wrong / (wrong + right), betaincinv(wrong, right, tail), betainccinv(wrong, right, tail)


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
