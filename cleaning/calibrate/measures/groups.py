"""Calibration by group (subject, class, source): where an expert is surer, or less sure, than it should be."""

import math

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.binning import answered
from cleaning.calibrate.measures.measures import expected_calibration_error
from cleaning.errors import InputError

SURE_OF_NORMALITY = 250.0  # variance of the number of rights from which the normal tail is accurate enough
PHASES = 1024  # points of the characteristic function: +-32 standard deviations at the variance above


def by_group(
    confidence: np.ndarray,
    correct: np.ndarray,
    groups: np.ndarray,
    *,
    level: float = 0.05,
    smallest_gap: float = 0.02,
    bins: int = 15,
) -> pd.DataFrame:
    """One row per group, widest alarm first: is the expert's confidence honest there?

    confidence: (N,) in 0..1, NaN: abstained. correct: (N,) 0/1. groups: (N,) names.
    Gives group, count, mean_confidence, accuracy, gap (mean_confidence - accuracy; above 0: over-confident), gap_low,
    gap_high (95 %, normal), expected_calibration_error, p_value (chance of so many or so few rights if every
    confidence were honest; two-sided, Poisson-binomial), adjusted_p_value (Holm 1979: the chance of a single false
    flag among all groups is at most ``level``) and flagged: adjusted_p_value < level and |gap| >= smallest_gap, so
    that big groups are not flagged for differences nobody minds.
    """
    groups = np.asarray(groups)
    if len(groups) != len(confidence):
        raise InputError(f"{len(groups)} group names for {len(confidence)} samples; every sample needs one.")
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    rows = []
    for name, members in zip(names, _members(codes, len(names))):
        if not np.isnan(np.asarray(confidence, float)[members]).all():
            rows.append(
                _row_of_group(name, *answered(np.asarray(confidence)[members], np.asarray(correct)[members]), bins)
            )
    table = pd.DataFrame(rows)
    table["adjusted_p_value"] = holm(table["p_value"].to_numpy())
    table["flagged"] = (table["adjusted_p_value"] < level) & (table["gap"].abs() >= smallest_gap)
    order = table.assign(size=-table["gap"].abs(), calm=~table["flagged"]).sort_values(["calm", "size", "group"])
    return table.loc[order.index].reset_index(drop=True)


def _members(codes: np.ndarray, group_count: int) -> list[np.ndarray]:
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=group_count))[:-1])


def _row_of_group(name: str, confidence: np.ndarray, correct: np.ndarray, bins: int) -> dict[str, object]:
    n = len(confidence)
    gap = float(confidence.mean() - correct.mean())
    half = 1.96 * math.sqrt(max(float(np.var(confidence - correct)), 0.25 / (n + 1)) / n)
    return {
        "group": name,
        "count": n,
        "mean_confidence": float(confidence.mean()),
        "accuracy": float(correct.mean()),
        "gap": gap,
        "gap_low": max(gap - half, -1.0),
        "gap_high": min(gap + half, 1.0),
        "expected_calibration_error": expected_calibration_error(confidence, correct, bins),
        "p_value": honest_p_value(confidence, int(correct.sum())),
    }


def honest_p_value(confidence: np.ndarray, right: int) -> float:
    """Two-sided chance of a number of rights as extreme as ``right`` if each confidence (n,) were honest."""
    mean, variance = float(confidence.sum()), float((confidence * (1 - confidence)).sum())
    if variance >= SURE_OF_NORMALITY:
        distance = max(abs(right - mean) - 0.5, 0.0)  # continuity correction
        return math.erfc(distance / math.sqrt(2 * variance))
    values, chance = _number_right(confidence, mean)
    below, above = chance[values <= right].sum(), chance[values >= right].sum()
    return float(min(1.0, 2 * min(below, above)))


def _number_right(confidence: np.ndarray, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Distribution of the number of rights (Poisson-binomial) by its characteristic function.

    Source: Hong 2013. Beyond 1,023 samples only the 1,024 counts around the mean are told apart; the rest has no
    weight worth counting at the variances this is used for.
    """
    size = min(len(confidence) + 1, PHASES)
    phase = np.exp(2j * np.pi * np.arange(size // 2 + 1) / size) - 1  # the other half are their conjugates
    transform = np.ones(len(phase), complex)
    for start in range(0, len(confidence), 1024):
        transform *= np.prod(1 + confidence[start : start + 1024, None] * phase, axis=0)
    chance = np.maximum(np.fft.hfft(transform, size) / size, 0.0)
    first = max(0, min(round(mean) - size // 2, len(confidence) + 1 - size))
    values = first + np.arange(size)
    return values, chance[values % size]


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's step-down adjusted p-values, in the order given. Source: Holm 1979."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted
