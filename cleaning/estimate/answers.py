"""What an estimate says, for one threshold or for many."""

from dataclasses import dataclass

import numpy as np

from cleaning.estimate.intervals import Interval

IF_RIGHT = "if the verdicts are right"  # said beside every interval that rests on verdicts
EXACT = 5e-10  # of a share: no wider than rounding


@dataclass(frozen=True)
class IntervalCurve:
    """Points and interval ends over thresholds, (T,) each; points are NaN where nothing can be said."""

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, index: int) -> Interval:
        return Interval(float(self.point[index]), float(self.low[index]), float(self.high[index]))


def in_words(interval: Interval, enough: bool = True, digits: int = 1) -> str:
    """A share as people read it. Where an interval reaches to all or nothing its other end speaks, and the best value
    is told behind it; where nothing is left to estimate the share alone."""
    point, low, high = (f"{100 * share:.{digits}f} %" for share in (interval.point, interval.low, interval.high))
    if interval.high - interval.low <= EXACT:
        return f"{point}, known exactly"
    if not enough or interval.point != interval.point:
        return f"between {low} and {high}; too few random cards for a best value"
    if interval.high >= 1 - EXACT:
        return f"at least {low}; best value {point}"
    if interval.low <= EXACT:
        return f"at most {high}; best value {point}"
    return f"{point}, between {low} and {high}"


@dataclass(frozen=True)
class Estimate:
    """What the reviews say about one threshold.

    precision, detection_rate: shares. wrong_total: wrong labels in the whole dataset (a count).
    flagged: samples at or above the threshold; judged: those of them that can be shown, of which the estimates speak.
    card_count: random cards counted; flagged_cards: of the flagged not known exactly. known_count: samples known exactly
    (parts reviewed without a gap). unsure_count: verdicts counted as right in one bound and wrong in the other.
    precision_enough: the precision's band is an estimate rather than a guess; enough: so are all.
    """

    threshold: float
    flagged: int
    judged: int
    precision: Interval
    detection_rate: Interval
    wrong_total: Interval
    card_count: int
    flagged_cards: int
    known_count: int
    unsure_count: int
    precision_enough: bool
    enough: bool
    level: float
    anytime: bool


@dataclass(frozen=True)
class EstimateCurve:
    """``Estimate`` for T thresholds; arrays are (T,), the rest as there."""

    thresholds: np.ndarray
    flagged: np.ndarray
    judged: np.ndarray
    precision: IntervalCurve
    detection_rate: IntervalCurve
    wrong_total: IntervalCurve
    flagged_cards: np.ndarray
    precision_enough: np.ndarray
    enough: np.ndarray
    card_count: int
    known_count: int
    unsure_count: int
    level: float
    anytime: bool

    def at(self, index: int) -> Estimate:
        bands = (self.precision, self.detection_rate, self.wrong_total)
        precision, detection_rate, wrong_total = (band.at(index) for band in bands)
        return Estimate(
            float(self.thresholds[index]),
            int(self.flagged[index]),
            int(self.judged[index]),
            precision,
            detection_rate,
            wrong_total,
            self.card_count,
            int(self.flagged_cards[index]),
            self.known_count,
            self.unsure_count,
            bool(self.precision_enough[index]),
            bool(self.enough[index]),
            self.level,
            self.anytime,
        )
