"""Precision, detection rate and number of wrong labels, for one threshold or for many at once.

Two kinds of interval. ``anytime=True`` (default) holds at every moment at once: look after each card and stop when it
looks good, the coverage stays. ``anytime=False`` (fixed n) is narrower and holds only if the number of cards was
settled before the first verdict was seen. Both are asymptotic, made safe for few cards; docs/estimates.md has the
measured coverage of each.

Unsure verdicts count as right in one bound and as wrong in the other; in the point, as the recalibrated curve says.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from cleaning.domain.judgements import UNSURE
from cleaning.estimate.answers import Estimate, EstimateCurve, IntervalCurve
from cleaning.estimate.counted_verdicts import CountedVerdicts, count_verdicts
from cleaning.estimate.intervals import Interval, anytime_multiplier, normal_multiplier, ratio_low, reach
from cleaning.estimate.parts import Parts, estimate_parts, fitted_curve
from cleaning.estimate.split import Cells, Curve, LimitedSplit, RuleSplit, Split, ThresholdSplit
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, logit, rank_suspicion

ENOUGH_CARDS = 20  # fewer give bands too wide to be worth more than a guess
ENOUGH_IN_PART = 5
NEARLY_KNOWN = 0.1  # of a part: so little not known exactly needs no cards of its own


def estimate(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    threshold: float,
    *,
    may_flag: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
) -> Estimate:
    """Estimate for the samples with ``suspicion >= threshold``; see ``estimate_curve``."""
    thresholds = np.array([threshold], np.float64)
    curve = estimate_curve(
        audit,
        codes,
        suspicion,
        thresholds,
        level=level,
        anytime=anytime,
        handed_out=handed_out,
        may_flag=may_flag,
        shown_here=shown_here,
    )
    return curve.at(0)


def estimate_curve(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    thresholds: np.ndarray,
    *,
    may_flag: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
) -> EstimateCurve:
    """Estimates for (T,) thresholds from the same audit cards, whatever threshold they were drawn for.

    codes: (N,) 0 right, 1 wrong, 2 unsure, NaN not reviewed. suspicion: (N,) or its Ranking (pass the Ranking
    when asking often). may_flag: (N,) bool, samples that the run's rule allows to be flagged; None: all. anytime:
    intervals that hold at every moment at once, else fixed-n intervals. Each band holds for one threshold chosen
    before the reviews, not for all thresholds together.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    counted_verdicts = count_verdicts(audit, codes, ranking, handed_out, shown_here)
    thresholds = np.asarray(thresholds, np.float64)
    split: Split = ThresholdSplit(counted_verdicts, ranking, ranking.flagged_counts(thresholds))
    if may_flag is not None:
        split = LimitedSplit(counted_verdicts, ranking, thresholds, may_flag[ranking.rows])
    return _answer(counted_verdicts, split, fitted_curve(counted_verdicts, audit, ranking), thresholds, level, anytime)


def estimate_rule(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    flagged: np.ndarray,
    *,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
) -> Estimate:
    """Estimate for any other flagged set, (N,) bool, such as the paper's rule, from the same cards.

    ``suspicion`` is the one the audit was drawn for; ``threshold`` of the answer is NaN. Else as ``estimate_curve``.
    """
    passes = np.asarray(flagged, bool).astype(np.int64)
    curve = estimate_nested(
        audit,
        codes,
        suspicion,
        passes,
        1,
        level=level,
        anytime=anytime,
        handed_out=handed_out,
        shown_here=shown_here,
    )
    return curve.at(0)


def estimate_exchange(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    leaving: np.ndarray,
    coming: np.ndarray,
    *,
    level: float = 0.95,
    anytime: bool = True,
    shown_here: np.ndarray | None = None,
) -> Interval:
    """How many more wrong labels ``leaving`` holds than ``coming``, two sets (N,) bool without a common sample: what
    one flagged set would lose against another of them.

    Where both sets have cards enough, the distances of the two counts to their ends add in squares (MOVER: Zou and
    Donner 2008); else the ends themselves add. The point is NaN where the cards say nothing of a set. Else as
    ``estimate_rule``.
    """
    of_set = partial(estimate_rule, audit, codes, suspicion, level=level, anytime=anytime, shown_here=shown_here)
    told = [of_set(np.asarray(side, bool)) for side in (leaving, coming)]
    lost, won = (_wrong_in(one) for one in told)
    point, least, most = lost.point - won.point, lost.low - won.high, lost.high - won.low
    if all(one.enough or not one.flagged for one in told):
        least = point - np.hypot(lost.point - lost.low, won.high - won.point)
        most = point + np.hypot(lost.high - lost.point, won.point - won.low)
    return Interval(float(point), float(least), float(most))


def _wrong_in(told: Estimate) -> Interval:
    """How many of the flagged labels are wrong; none where none is flagged."""
    shares = (told.precision.point, told.precision.low, told.precision.high) if told.flagged else (0.0, 0.0, 0.0)
    return Interval(*(told.flagged * share for share in shares))


def estimate_nested(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    passes: np.ndarray,
    settings: int,
    *,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
) -> EstimateCurve:
    """Estimates for a rule with several settings, each stricter than the one before, such as a rising tau.

    passes: (N,) int, how many of the ``settings`` flag each sample: setting t flags those with passes > t. Answers
    (settings,) in order, with NaN thresholds. Else as ``estimate_rule``.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    counted_verdicts = count_verdicts(audit, codes, ranking, handed_out, shown_here)
    split = RuleSplit(counted_verdicts, ranking, np.asarray(passes, np.int64)[ranking.rows], settings)
    curve = fitted_curve(counted_verdicts, audit, ranking)
    return _answer(counted_verdicts, split, curve, np.full(settings, np.nan), level, anytime)


def _answer(
    counted_verdicts: CountedVerdicts,
    split: Split,
    curve: Curve,
    thresholds: np.ndarray,
    level: float,
    anytime: bool,
) -> EstimateCurve:
    readings = [0.0, None, 1.0] if counted_verdicts.unsure_count else [None]
    totals = [_totals(counted_verdicts, split, curve, reading, level, anytime) for reading in readings]
    least, middle, most = totals[0], totals[len(totals) // 2], totals[-1]
    return EstimateCurve(
        thresholds,
        split.flagged,
        precision_of(least, middle, most, split.flagged),
        detection_rate_of(least, middle, most),
        _wrong_total(least, middle, most),
        middle.rest.cards[:, 0].astype(int),
        _enough(counted_verdicts, middle),
        counted_verdicts.card_count,
        len(counted_verdicts.known_rank),
        counted_verdicts.unsure_count,
        level,
        anytime,
    )


@dataclass(frozen=True)
class Totals:
    """Wrong labels in the flagged (column 0) and unflagged (1) part, samples known exactly included; (T, 2) each.

    size: samples. rest: those not known exactly, with their cards.
    """

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    size: np.ndarray
    rest: Parts


def _totals(
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
    known = split.known(known_code)
    cells = split.cells(curve, code)
    rest = estimate_parts(cells, part_multiplier(cells, counted_verdicts.card_count, level, anytime))
    size = rest.size + split.known(np.ones(len(counted_verdicts.known_rank)))
    return Totals(known + rest.point, known + rest.low, known + rest.high, size, rest)


def part_multiplier(cells: Cells, card_count: float, level: float, anytime: bool) -> np.ndarray:
    """(T, 2) standard errors to reach; information grows faster than cards where a part runs out of samples."""
    size, cards = cells.size.sum(2), cells.cards.sum(2)
    if not anytime:
        return np.full(size.shape, normal_multiplier(level))
    left = 1 - cards / np.maximum(size, 1)
    return anytime_multiplier(card_count / np.maximum(left, 1e-6), level)


def precision_of(least: Totals, middle: Totals, most: Totals, flagged: np.ndarray) -> IntervalCurve:
    """Share of the flagged that are wrong; unsure cards as right in ``least`` and as wrong in ``most``."""
    some, over = flagged > 0, np.maximum(flagged, 1)
    return IntervalCurve(
        np.where(some, middle.point[:, 0] / over, np.nan),
        np.where(some, least.low[:, 0] / over, 0.0),
        np.where(some, most.high[:, 0] / over, 1.0),
    )


def detection_rate_of(least: Totals, middle: Totals, most: Totals) -> IntervalCurve:
    """Unsure cards pull both ways: wrong among flagged and right elsewhere is the most that can be detected."""
    found, missed = middle.point.T
    both = found + missed
    point = np.where(both > 0, found / np.where(both > 0, both, 1), np.nan)
    low = ratio_low(least.point[:, 0], least.low[:, 0], most.point[:, 1], most.high[:, 1])
    high = 1 - ratio_low(least.point[:, 1], least.low[:, 1], most.point[:, 0], most.high[:, 0])
    flagged, unflagged = middle.size.T
    sure = np.where(flagged == 0, 0.0, np.where(unflagged == 0, 1.0, np.nan))
    return IntervalCurve(*(np.where(np.isnan(sure), end, sure) for end in (point, low, high)))


def _wrong_total(least: Totals, middle: Totals, most: Totals) -> IntervalCurve:
    down, up = reach(least.point - least.low), reach(most.high - most.point)
    return IntervalCurve(middle.point.sum(1), least.point.sum(1) - down, most.point.sum(1) + up)


def _enough(counted_verdicts: CountedVerdicts, middle: Totals) -> np.ndarray:
    """(T,) whether both parts have the cards, or are known well enough, that a band is more than a guess."""
    rest = middle.rest
    nearly_known = rest.size <= NEARLY_KNOWN * middle.size
    covered = ((rest.cards >= np.minimum(ENOUGH_IN_PART, rest.size)) | nearly_known).all(1)
    return covered & ((counted_verdicts.card_count >= ENOUGH_CARDS) | (rest.size.sum(1) == 0))
