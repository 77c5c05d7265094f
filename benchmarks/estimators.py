"""Two estimators that the product was measured against, from the same cards (docs/estimates.md).

"difference"  prediction-powered (Angelopoulos et al. 2023): the recalibrated curve's mean over the cell plus the mean
              gap between verdict and curve on its cards (difference estimator, Sarndal et al. 1992).
"bayes"       beta posterior with a prior worth two cards, centred on the unfitted guess from the suspicion. Covers
              too rarely where the guess is off.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtr

from cleaning.estimate.answers import IntervalCurve
from cleaning.estimate.counted_verdicts import CountedVerdicts, count_verdicts
from cleaning.estimate.intervals import reach, share_ends
from cleaning.estimate.parts import Ends, estimate_parts, fitted_curve, mean_or_whole_stratum
from cleaning.estimate.recalibration import PRIOR_MEAN
from cleaning.estimate.split import Cells, Curve, ThresholdSplit
from cleaning.estimate.totals import Totals, detection_rate_of, part_multiplier, precision_of
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, logit

PRIOR_CARDS = 2.0
Estimator = Callable[[Cells, np.ndarray], Ends]


@dataclass(frozen=True)
class Answer:
    """Bands over thresholds."""

    precision: IntervalCurve
    detection_rate: IntervalCurve


def answer(
    name: str, audit: AuditDesign, verdicts: np.ndarray, ranking: Ranking, thresholds: np.ndarray, level: float = 0.95
) -> Answer:
    """What an estimator of ``OTHERS`` says of (T,) thresholds, with fixed-n ends. verdicts: (N,) 0, 1 or NaN."""
    counted_verdicts = count_verdicts(audit, verdicts, ranking)
    split = ThresholdSplit(counted_verdicts, ranking, ranking.flagged_counts(thresholds))
    curve, ends = OTHERS[name](counted_verdicts, audit, split)
    cells = split.cells(curve, counted_verdicts.code)
    rest = estimate_parts(cells, part_multiplier(cells, counted_verdicts.card_count, level, False), ends)
    rank = counted_verdicts.known_rank
    known, size = split.sums(rank, counted_verdicts.known_code), rest.size + split.sums(rank, np.ones(len(rank)))
    totals = Totals(*(known + number for number in (rest.point, rest.low, rest.high, rest.best)), size, rest)
    return Answer(precision_of(totals, totals, totals), detection_rate_of(totals, totals, totals))


def difference(counted_verdicts: CountedVerdicts, audit: AuditDesign, split: ThresholdSplit) -> tuple[Curve, Estimator]:
    """Curve plus mean gap.

    Ends of a cell as for so many plain cards as have the gap's variance; at least as wide as the curve's own variance
    says while cards are few.
    """
    curve = fitted_curve(counted_verdicts, split.ranking)
    gap = counted_verdicts.code - curve.at(logit(split.ranking.suspicion[counted_verdicts.rank]))
    gaps, squared = (split.cells(curve, value).wrong for value in (gap, gap**2))

    def ends(cells: Cells, multiplier: np.ndarray) -> Ends:
        mean = mean_or_whole_stratum(gaps, cells.cards, np.zeros_like(cells.curve))
        share = np.clip(cells.curve + mean, 0, 1)
        guess = cells.curve * (1 - cells.curve)
        squares = np.maximum(squared - gaps**2 / np.maximum(cells.cards, 1), 0)
        variance = (squares + PRIOR_CARDS * guess) / (np.maximum(cells.cards - 1, 0) + PRIOR_CARDS)
        steadied = (share * cells.cards + 0.5) / (cells.cards + 1)
        worth = cells.cards * np.clip(steadied * (1 - steadied) / np.maximum(variance, 1e-9), 0.5, 2)
        return _added(cells, share, *share_ends(share * worth, worth, multiplier[..., None]))

    return curve, ends


def bayes(*_: object) -> tuple[Curve, Estimator]:
    """Posterior mean with credible ends, from the unfitted guess."""

    def ends(cells: Cells, multiplier: np.ndarray) -> Ends:
        wrong = cells.wrong + PRIOR_CARDS * np.clip(cells.curve, 1e-6, 1 - 1e-6)
        right, tail = cells.cards + PRIOR_CARDS - wrong, ndtr(-multiplier[..., None])
        return _added(cells, wrong / (wrong + right), betaincinv(wrong, right, tail), betainccinv(wrong, right, tail))

    return Curve(*PRIOR_MEAN), ends


OTHERS = {"difference": difference, "bayes": bayes}


def _added(cells: Cells, share: np.ndarray, low: np.ndarray, high: np.ndarray) -> Ends:
    """(T, 2) numbers from shares of cells (T, 2, H): distances to the ends add in squares (MOVER: Zou, Donner 2008)."""
    unseen = 1 - cells.cards / np.maximum(cells.size, 1)  # finite-population correction
    down, up = (cells.size * np.sqrt(unseen) * np.maximum(distance, 0) for distance in (share - low, high - share))
    point = (cells.size * share).sum(2)
    return point, point - reach(down), point + reach(up)
