"""The wrong labels in each part of a dataset, flagged and not, from its cells (a stratum's share of it).

Stratified Horvitz-Thompson (1952): every cell's share of wrong cards times its size, with weighted ends. Measured best
of three estimators (docs/estimates.md); the other two live with the benchmark.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.recalibration import fit_curve
from cleaning.estimate.split import Cells, Curve
from cleaning.estimate.weighted_ends import weighted_ends
from cleaning.suspect.ranking import Ranking

Ends = tuple[np.ndarray, np.ndarray, np.ndarray]
TINY = 1e-9
CURVE_WEIGHTS = 0.5  # power of the cards' weights; between the fit for the dataset and for the flagged part


@dataclass(frozen=True)
class Parts:
    """Wrong labels in the flagged and unflagged part, samples known exactly left out; all (T, 2), counts.

    size: samples. cards: random cards, as many plain ones as say as much. point, low, high: wrong labels. best: the
    point, or where that rests at the end of what is possible, the number that is missed as often on either side.
    """

    size: np.ndarray
    cards: np.ndarray
    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    best: np.ndarray


def fitted_curve(counted_verdicts: CountedVerdicts, ranking: Ranking) -> Curve:
    """The curve that says what is likely where cards say nothing, fitted on the cards."""
    suspicion, weight = ranking.suspicion[counted_verdicts.rank], counted_verdicts.weight**CURVE_WEIGHTS
    return Curve(*fit_curve(suspicion, counted_verdicts.code, weight).parameters)


def strata(cells: Cells, multiplier: np.ndarray) -> Ends:
    """Wrong labels in each part with their ends, all (T, 2): every cell's share of wrong cards times its size."""
    share = mean_or_whole_stratum(cells.wrong, cells.cards, cells.curve)
    return (cells.size * share).sum(2), *weighted_ends(cells, share, multiplier)


def estimate_parts(cells: Cells, multiplier: np.ndarray, ends: Callable[[Cells, np.ndarray], Ends] = strata) -> Parts:
    """Both parts from their cells; multiplier: (T, 2) standard errors to reach."""
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    least, most = wrong, size - (cards - wrong)  # what the cards have shown is certain
    point, low, high = ends(cells, multiplier)
    low, high = np.where(cards > 0, low, 0), np.where(cards > 0, high, size)
    best = _missed_as_often(cells, point)
    return Parts(size, cards, *(np.clip(number, least, most) for number in (point, low, high, best)))


def _missed_as_often(cells: Cells, point: np.ndarray) -> np.ndarray:
    """(T, 2) the point; where no card is wrong, or none right, the number with which that happens every other time."""
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    held = np.where(cells.cards > 0, cells.size, 0)
    spread = (held**2 / np.maximum(cells.cards, TINY)).sum(2)
    plain = np.maximum(held.sum(2) ** 2 / np.maximum(spread, TINY), TINY)  # as many plain cards (Kish 1965)
    beyond = np.where(cards > 0, (size - cards) * (1 - 0.5 ** (1 / np.maximum(plain, 1))), 0)
    none_right = np.where(cards - wrong <= TINY, point - beyond, point)
    return np.where(wrong <= TINY, point + beyond, none_right)


def mean_or_whole_stratum(total: np.ndarray, cards: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Mean per cell; a cell without cards takes its whole stratum's, a stratum without cards ``otherwise``."""
    both, both_cards = total.sum(1, keepdims=True), cards.sum(1, keepdims=True)
    whole = np.where(both_cards > 0, both / np.maximum(both_cards, 1), otherwise)
    return np.where(cards > 0, total / np.maximum(cards, 1), whole)
