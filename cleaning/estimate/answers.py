"""What an estimate says, for one threshold or for many."""

from dataclasses import dataclass

import numpy as np

from cleaning.estimate.intervals import Interval


@dataclass(frozen=True)
class IntervalCurve:
    """Points and interval ends over thresholds, (T,) each; points are NaN where nothing can be said."""

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, index: int) -> Interval:
        return Interval(float(self.point[index]), float(self.low[index]), float(self.high[index]))


@dataclass(frozen=True)
class Estimate:
    """What the reviews say about one threshold.

    precision, detection_rate: shares. wrong_total: wrong labels in the whole dataset (a count).
    flagged: samples at or above the threshold. card_count: audit cards counted; flagged_cards of them flagged and
    not known exactly. known_count: samples known exactly (parts reviewed without a gap). unsure_count: verdicts
    counted as right in one bound and wrong in the other. enough: the band is an estimate rather than a guess.
    """

    threshold: float
    flagged: int
    precision: Interval
    detection_rate: Interval
    wrong_total: Interval
    card_count: int
    flagged_cards: int
    known_count: int
    unsure_count: int
    enough: bool
    level: float
    anytime: bool


@dataclass(frozen=True)
class EstimateCurve:
    """``Estimate`` for T thresholds; arrays are (T,), the rest as there."""

    thresholds: np.ndarray
    flagged: np.ndarray
    precision: IntervalCurve
    detection_rate: IntervalCurve
    wrong_total: IntervalCurve
    flagged_cards: np.ndarray
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
            precision,
            detection_rate,
            wrong_total,
            self.card_count,
            int(self.flagged_cards[index]),
            self.known_count,
            self.unsure_count,
            bool(self.enough[index]),
            self.level,
            self.anytime,
        )
