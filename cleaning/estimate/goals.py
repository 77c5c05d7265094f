"""Threshold by goal: enough flags right, or enough errors found (for a budget: ``ThresholdCurve.for_budget``)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cleaning.errors import InputError
from cleaning.estimate.answers import Estimate, EstimateCurve, IntervalCurve
from cleaning.estimate.estimating import estimate_curve
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking


@dataclass(frozen=True)
class ThresholdChoice:
    """A threshold and what it costs.

    flagged: samples at or above it. reached: whether the goal is met there (else the nearest there is).
    estimate: what the reviews say about it.
    """

    threshold: float
    flagged: int
    reached: bool
    estimate: Estimate


def threshold_for_precision(
    target: float,
    audit: AuditDesign,
    codes: np.ndarray,
    ranking: Ranking,
    *,
    confidence: float | None = 0.95,
    **options,
) -> ThresholdChoice:
    """Lowest threshold at which at least ``target`` of the flagged are wrong labels.

    confidence: the lower end of a one-sided band of that confidence reaches the target; None goes by the point.
    options: as for ``estimate_curve``. When the goal is not reached, the threshold that comes nearest.
    """
    curve = _curve_for_goal(target, audit, codes, ranking, confidence, options)
    values = _values(curve.precision, confidence)
    return _choose(curve, values, target, lambda reached: reached[-1])


def threshold_for_detection(
    target: float,
    audit: AuditDesign,
    codes: np.ndarray,
    ranking: Ranking,
    *,
    confidence: float | None = 0.95,
    **options,
) -> ThresholdChoice:
    """Highest threshold, so the fewest flags, that finds at least ``target`` of the wrong labels; as for precision.

    With few random cards the lower end stays low: confidence=None answers "about", by the point. To flag every sample is
    no answer, although nothing is then missed.
    """
    curve = _curve_for_goal(target, audit, codes, ranking, confidence, options)
    values = np.where(curve.flagged < audit.sample_count, _values(curve.detection_rate, confidence), -1.0)
    return _choose(curve, values, target, lambda reached: reached[0])


def _curve_for_goal(
    target: float,
    audit: AuditDesign,
    codes: np.ndarray,
    ranking: Ranking,
    confidence: float | None,
    options: dict,
) -> EstimateCurve:
    if not 0 < target < 1:
        raise InputError(f"A target of {target} is no share; expected a number between 0 and 1, such as 0.8.")
    if confidence is not None and not 0.5 < confidence < 1:
        raise InputError(f"A confidence of {confidence} is none; expected a number between 0.5 and 1, such as 0.95.")
    level = 2 * confidence - 1 if confidence else 0.95
    return estimate_curve(audit, codes, ranking, ranking.thresholds(), level=level, **options)


def _values(band: IntervalCurve, confidence: float | None) -> np.ndarray:
    values = band.point if confidence is None else band.low
    return np.where(np.isnan(values), -1.0, values)


def _choose(
    curve: EstimateCurve, values: np.ndarray, target: float, pick: Callable[[np.ndarray], int]
) -> ThresholdChoice:
    reached = np.flatnonzero(values >= target)
    index = int(pick(reached)) if len(reached) else int(values.argmax())
    return ThresholdChoice(float(curve.thresholds[index]), int(curve.flagged[index]), len(reached) > 0, curve.at(index))
