"""Wrong labels in the flagged and the unflagged part, and what follows of them: precision, detection rate, their sum."""

from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.judgements import UNSURE
from cleaning.estimate.answers import IntervalCurve
from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.intervals import anytime_multiplier, normal_multiplier, ratio_low, reach
from cleaning.estimate.parts import Parts, estimate_parts
from cleaning.estimate.split import Cells, Curve, Split
from cleaning.suspect.ranking import logit

LEAST_INFORMED = 0.2  # verdicts that tell less than this from chance tell nothing


@dataclass(frozen=True)
class Totals:
    """Wrong labels in the flagged (column 0) and unflagged (1) part, samples known exactly included; (T, 2) each.

    best: to be told alone; point: what the interval was made around. size: samples. rest: those not known exactly,
    with their cards.
    """

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    best: np.ndarray
    size: np.ndarray
    rest: Parts


def totals_of(
    counted_verdicts: CountedVerdicts, split: Split, curve: Curve, reading: float | None, level: float, anytime: bool
) -> Totals:
    """reading: what an unsure verdict counts as, 0 right to 1 wrong; None: as the curve says at its suspicion."""
    code, known_code = (
        np.where(said == UNSURE, curve.at(logit(split.ranking.suspicion[rank])) if reading is None else reading, said)
        for said, rank in (
            (counted_verdicts.code, counted_verdicts.rank),
            (counted_verdicts.known_code, counted_verdicts.known_rank),
        )
    )
    known = split.sums(counted_verdicts.known_rank, known_code)
    cells = split.cells(curve, code)
    rest = estimate_parts(cells, part_multiplier(cells, counted_verdicts.card_count, level, anytime))
    size = rest.size + split.sums(counted_verdicts.known_rank, np.ones(len(known_code)))
    return Totals(known + rest.point, known + rest.low, known + rest.high, known + rest.best, size, rest)


@dataclass(frozen=True)
class VerdictErrors:
    """What share of verdicts may be wrong: false alarms on right labels and misses on wrong ones, each as its least and
    its most, in the flagged (column 0) and the unflagged (1) part; (2, 2) each, rows least and most."""

    false_alarm: np.ndarray
    miss: np.ndarray

    @classmethod
    def of(cls, false_alarm: tuple[float, float], miss: tuple[float, float], repeated: float | None) -> "VerdictErrors":
        """repeated: where a label counts as wrong below the threshold only if a second look says so too, the least
        share of mistakes that the second look is thought to repeat; None: nothing is looked at twice."""
        alarm, missed = (np.repeat(np.array(ends)[:, None], 2, 1) for ends in (false_alarm, miss))
        if repeated is not None:
            alarm[0, 1] *= alarm[0, 1]
            alarm[1, 1] *= max(alarm[1, 1], repeated)
            missed[:, 1] *= 2 - missed[:, 1]
        return cls(alarm, missed)

    def read(self, totals: Totals, false_alarm: int | None, miss: int | None, level: float, anytime: bool) -> Totals:
        """The totals as they are if verdicts err so often (0 least, 1 most, None between): of S samples of which w are
        wrong, w (1 - miss) + (S - w) false_alarm are judged wrong (Rogan and Gladen 1978).

        Of samples known but for that, each verdict errs by chance: at most their number times the larger variance.
        What cards stand for varies by mistakes already.
        """
        alarm, missed = (
            ends.mean(0) if end is None else ends[end]
            for ends, end in ((self.false_alarm, false_alarm), (self.miss, miss))
        )
        size, informed = totals.size, np.maximum(1 - alarm - missed, LEAST_INFORMED)

        def truly(judged: np.ndarray) -> np.ndarray:
            return np.clip((judged - size * alarm) / informed, 0, size)

        known = np.maximum(size - totals.rest.size, 0)
        spread = np.sqrt(known * np.maximum(alarm * (1 - alarm), missed * (1 - missed)))
        reached = spread * (anytime_multiplier(np.maximum(known, 1), level) if anytime else normal_multiplier(level))
        low = truly(totals.point - np.hypot(totals.point - totals.low, reached))
        high = truly(totals.point + np.hypot(totals.high - totals.point, reached))
        return replace(totals, point=truly(totals.point), low=low, high=high, best=truly(totals.best))


def part_multiplier(cells: Cells, card_count: float, level: float, anytime: bool) -> np.ndarray:
    """(T, 2) standard errors to reach; information grows faster than cards where a part runs out of samples."""
    size, cards = cells.size.sum(2), cells.cards.sum(2)
    if not anytime:
        return np.full(size.shape, normal_multiplier(level))
    left = 1 - cards / np.maximum(size, 1)
    return anytime_multiplier(card_count / np.maximum(left, 1e-6), level)


def precision_of(least: Totals, middle: Totals, most: Totals) -> IntervalCurve:
    """Share of the flagged that are wrong; unsure cards as right in ``least`` and as wrong in ``most``."""
    flagged = middle.size[:, 0]
    some, over = flagged > 0, np.maximum(flagged, 1)
    return IntervalCurve(
        np.where(some, middle.best[:, 0] / over, np.nan),
        np.where(some, least.low[:, 0] / over, 0.0),
        np.where(some, most.high[:, 0] / over, 1.0),
    )


def detection_rate_of(least: Totals, middle: Totals, most: Totals) -> IntervalCurve:
    """Unsure cards pull both ways: wrong among flagged and right elsewhere is the most that can be detected."""
    found, missed = middle.best.T
    both = found + missed
    point = np.where(both > 0, found / np.where(both > 0, both, 1), np.nan)
    low = ratio_low(least.point[:, 0], least.low[:, 0], most.point[:, 1], most.high[:, 1])
    high = 1 - ratio_low(least.point[:, 1], least.low[:, 1], most.point[:, 0], most.high[:, 0])
    flagged, unflagged = middle.size.T
    sure = np.where(flagged == 0, 0.0, np.where(unflagged == 0, 1.0, np.nan))
    return IntervalCurve(*(np.where(np.isnan(sure), end, sure) for end in (point, low, high)))


def wrong_total_of(least: Totals, middle: Totals, most: Totals) -> IntervalCurve:
    down, up = reach(least.point - least.low), reach(most.high - most.point)
    return IntervalCurve(middle.best.sum(1), least.point.sum(1) - down, most.point.sum(1) + up)
