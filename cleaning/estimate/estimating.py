"""Precision, detection rate and number of wrong labels, for one threshold or for many at once.

Two kinds of interval. ``anytime=True`` (default) holds at every moment at once: look after each card and stop when it
looks good, the coverage stays. ``anytime=False`` (fixed n) is narrower and holds only if the number of cards was
settled before the first verdict was seen. Both are asymptotic, made safe for few cards; docs/estimates.md has the
measured coverage of each.

Unsure verdicts count as right in one bound and as wrong in the other; in the point, as the recalibrated curve says.
"""

from functools import partial

import numpy as np

from cleaning.estimate.answers import Estimate, EstimateCurve
from cleaning.estimate.counted_verdicts import CountedVerdicts, count_verdicts
from cleaning.estimate.intervals import Interval
from cleaning.estimate.parts import fitted_curve
from cleaning.estimate.split import Curve, LimitedSplit, RuleSplit, Split, ThresholdSplit
from cleaning.estimate.totals import Totals, VerdictErrors, detection_rate_of, precision_of, totals_of, wrong_total_of
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, rank_suspicion

ENOUGH_CARDS = 20  # fewer give bands too wide to be worth more than a guess
ENOUGH_IN_PART = 5
NEARLY_KNOWN = 0.1  # of a part: so little not known exactly needs no cards of its own


def estimate(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    threshold: float,
    *,
    flaggable: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    counted: CountedVerdicts | None = None,
    errors: VerdictErrors | None = None,
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
        flaggable=flaggable,
        counted=counted,
        errors=errors,
    )
    return curve.at(0)


def estimate_curve(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    thresholds: np.ndarray,
    *,
    flaggable: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    counted: CountedVerdicts | None = None,
    errors: VerdictErrors | None = None,
) -> EstimateCurve:
    """Estimates for (T,) thresholds from the same random cards, whatever threshold they were drawn for.

    codes: (N,) 0 right, 1 wrong, 2 unsure, NaN not reviewed. suspicion: (N,) or its Ranking (pass the Ranking
    when asking often). flaggable: (N,) bool, samples that the run's rule allows to be flagged; None: all. anytime:
    intervals that hold at every moment at once, else fixed-n intervals. counted: which of the codes count, where that
    is worked out already. errors: how often verdicts may be wrong; None: never. Each band holds for
    one threshold chosen before the reviews, not for all thresholds together.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    counted_verdicts = counted or count_verdicts(audit, codes, ranking, handed_out)
    thresholds = np.asarray(thresholds, np.float64)
    split: Split = ThresholdSplit(counted_verdicts, ranking, ranking.flagged_counts(thresholds))
    if flaggable is not None:
        split = LimitedSplit(counted_verdicts, ranking, thresholds, flaggable[ranking.rows])
    curve = fitted_curve(counted_verdicts, ranking)
    return _answer(counted_verdicts, split, curve, thresholds, level, anytime, errors)


def estimate_rule(
    audit: AuditDesign,
    codes: np.ndarray,
    suspicion: np.ndarray | Ranking,
    flagged: np.ndarray,
    *,
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
    counted: CountedVerdicts | None = None,
    errors: VerdictErrors | None = None,
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
        counted=counted,
        errors=errors,
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
    counted: CountedVerdicts | None = None,
) -> Interval:
    """How many more wrong labels ``leaving`` holds than ``coming``, two sets (N,) bool without a common sample: what
    one flagged set would lose against another of them.

    Where both sets have cards enough, the distances of the two counts to their ends add in squares (MOVER: Zou and
    Donner 2008); else the ends themselves add. The point is NaN where the cards say nothing of a set. Else as
    ``estimate_rule``.
    """
    of_set = partial(estimate_rule, audit, codes, suspicion, level=level, anytime=anytime, counted=counted)
    told = [of_set(np.asarray(side, bool)) for side in (leaving, coming)]
    lost, won = (_wrong_in(one) for one in told)
    point, least, most = lost.point - won.point, lost.low - won.high, lost.high - won.low
    if all(one.enough or not one.judged for one in told):
        least = point - np.hypot(lost.point - lost.low, won.high - won.point)
        most = point + np.hypot(lost.high - lost.point, won.point - won.low)
    return Interval(float(point), float(least), float(most))


def _wrong_in(told: Estimate) -> Interval:
    """How many of the flagged labels are wrong; none where none is flagged."""
    shares = (told.precision.point, told.precision.low, told.precision.high) if told.judged else (0.0, 0.0, 0.0)
    return Interval(*(told.judged * share for share in shares))


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
    counted: CountedVerdicts | None = None,
    errors: VerdictErrors | None = None,
) -> EstimateCurve:
    """Estimates for a rule with several settings, each stricter than the one before, such as a rising tau.

    passes: (N,) int, how many of the ``settings`` flag each sample: setting t flags those with passes > t. Answers
    (settings,) in order, with NaN thresholds. Else as ``estimate_rule``.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    counted_verdicts = counted or count_verdicts(audit, codes, ranking, handed_out)
    split = RuleSplit(counted_verdicts, ranking, np.asarray(passes, np.int64)[ranking.rows], settings)
    curve = fitted_curve(counted_verdicts, ranking)
    return _answer(counted_verdicts, split, curve, np.full(settings, np.nan), level, anytime, errors)


def _answer(
    counted_verdicts: CountedVerdicts,
    split: Split,
    curve: Curve,
    thresholds: np.ndarray,
    level: float,
    anytime: bool,
    errors: VerdictErrors | None,
) -> EstimateCurve:
    readings = [0.0, None, 1.0] if counted_verdicts.unsure_count else [None]
    totals = [totals_of(counted_verdicts, split, curve, reading, level, anytime) for reading in readings]
    least, middle, most = totals[0], totals[len(totals) // 2], totals[-1]
    if errors is not None:
        ends = ((least, 1, 0), (middle, None, None), (most, 0, 1))
        least, middle, most = (errors.read(total, alarm, miss, level, anytime) for total, alarm, miss in ends)
    precision_enough, enough = _enough(counted_verdicts, split, middle)
    return EstimateCurve(
        thresholds,
        split.flagged,
        middle.size[:, 0].round().astype(int),
        precision_of(least, middle, most),
        detection_rate_of(least, middle, most),
        wrong_total_of(least, middle, most),
        middle.rest.cards[:, 0].round().astype(int),
        precision_enough,
        enough,
        counted_verdicts.card_count,
        len(counted_verdicts.known_rank),
        counted_verdicts.unsure_count,
        level,
        anytime,
    )


def _enough(counted_verdicts: CountedVerdicts, split: Split, middle: Totals) -> tuple[np.ndarray, np.ndarray]:
    """(T,) whether precision, and (T,) whether all, is more than a guess: each part it rests on has random cards, or
    is known well enough. Cards count whether or not their part has become known since, so no review takes it away."""
    drawn = split.sums(counted_verdicts.drawn, np.ones(counted_verdicts.card_count))
    nearly_known = middle.rest.size <= NEARLY_KNOWN * middle.size
    covered = (drawn >= np.minimum(ENOUGH_IN_PART, middle.size)) | nearly_known
    many = counted_verdicts.card_count >= ENOUGH_CARDS
    return covered[:, 0] & (many | nearly_known[:, 0]), covered.all(1) & (many | nearly_known.all(1))
