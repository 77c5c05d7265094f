"""Calibration error and proper scores of one expert, each with a bootstrap interval."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.binning import Scheme, answered, assign_bins, bin_edges
from cleaning.calibrate.measures.resampling import percentile_interval, redraw, redrawn_means
from cleaning.errors import InputError

PROBABILITY_FLOOR = 1e-12  # keeps the logarithm of a rounded-away probability finite (27.6 nats)


class Measure(NamedTuple):
    """A value and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def accuracy(correct: np.ndarray) -> float:
    """Share of answers that equal the given label, 0..1; higher is better."""
    return float(np.mean(correct))


def expected_calibration_error(
    confidence: np.ndarray, correct: np.ndarray, bins: int = 15, scheme: Scheme = "equal_mass"
) -> float:
    """Mean distance between confidence and accuracy over bins, weighted by count, 0..1; lower is better.

    confidence: (N,) in 0..1, NaN: abstained. correct: (N,) 0/1. Never exactly 0 on finite data: compare with
    ``expected_calibration_error_when_calibrated``. Source: Guo et al. 2017, equation 3; equal-mass bins:
    Nguyen and O'Connor 2015.
    """
    confidence, correct = answered(confidence, correct)
    edges = bin_edges(confidence, bins, scheme)
    gap = np.bincount(assign_bins(confidence, edges), correct - confidence, len(edges) + 1)
    return float(np.abs(gap).sum() / len(confidence))


def expected_calibration_error_when_calibrated(
    confidence: np.ndarray, bins: int = 15, scheme: Scheme = "equal_mass", draws: int = 200, seed: int = 0
) -> float:
    """Calibration error that a perfectly calibrated expert with these confidences stays under 95 times in 100.

    An expert whose error is below this shows no sign of being mis-calibrated. Rights and wrongs are redrawn from the
    confidences. Source: consistency resampling, Broecker and Smith 2007.
    """
    confidence, _ = answered(confidence, np.zeros(len(confidence)))
    edges = bin_edges(confidence, bins, scheme)
    assigned = assign_bins(confidence, edges)
    spread = np.sqrt(np.bincount(assigned, confidence * (1 - confidence), len(edges) + 1))
    gaps = np.random.default_rng(seed).standard_normal((draws, len(spread))) * spread
    return float(np.quantile(np.abs(gaps).sum(axis=1) / len(confidence), 0.95))


def negative_log_likelihood(label_probability: np.ndarray) -> float:
    """Mean -log of the probability given to the given label, in nats; lower is better. label_probability: (N,)."""
    return float(log_losses(label_probability).mean())


def negative_log_likelihood_top1(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Mean log-loss of "the predicted class is right", in nats; lower is better.

    For experts of whom only the top confidence is known; not comparable with ``negative_log_likelihood``.
    """
    return float(top1_log_losses(*answered(confidence, correct)).mean())


def brier_score_top1(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Mean (confidence - correct)^2, 0..1; lower is better. Source: Brier 1950, for the event "it is right"."""
    confidence, correct = answered(confidence, correct)
    return float(np.mean((confidence - correct) ** 2))


def brier_score_multiclass(label_probability: np.ndarray, squared_sum: np.ndarray) -> float:
    """Mean sum over classes of (probability - 1[class is the given label])^2, 0..2; lower is better.

    label_probability: (N,) probability of the given label. squared_sum: (N,) sum over classes of squared
    probabilities. Source: Brier 1950 (not halved).
    """
    return float(multiclass_brier_scores(label_probability, squared_sum).mean())


def log_losses(label_probability: np.ndarray) -> np.ndarray:
    """(N,) -log p of each given label, p not below 1e-12; rows of abstentions (NaN) are left out."""
    known = np.asarray(label_probability, float)
    return -np.log(np.maximum(known[~np.isnan(known)], PROBABILITY_FLOOR))


def top1_log_losses(confidence: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """(N,) log-loss of each "the predicted class is right"; of a score between 0 and 1 its share of both."""
    right, wrong = (-np.log(np.maximum(p, PROBABILITY_FLOOR)) for p in (confidence, 1 - np.asarray(confidence)))
    return correct * right + (1 - correct) * wrong


def multiclass_brier_scores(label_probability: np.ndarray, squared_sum: np.ndarray) -> np.ndarray:
    """(N,) Brier score of each sample; rows of abstentions (NaN) are left out."""
    known = ~np.isnan(label_probability)
    probability = np.asarray(label_probability, float)[known]
    return 1 - 2 * probability + np.asarray(squared_sum, float)[known]


def mean_with_interval(values: np.ndarray, bootstrap: int = 200, seed: int = 0) -> Measure:
    """Mean of ``values`` (N,) with its 95 % percentile bootstrap interval."""
    values = np.asarray(values, float)
    draws = redrawn_means(values, bootstrap, np.random.default_rng(seed))
    return Measure(float(values.mean()), *percentile_interval(draws))


def calibration_error_with_interval(
    confidence: np.ndarray,
    correct: np.ndarray,
    bins: int = 15,
    scheme: Scheme = "equal_mass",
    bootstrap: int = 200,
    seed: int = 0,
) -> Measure:
    """Expected calibration error with its 95 % bootstrap interval (bins kept fixed).

    A redrawn calibration error is larger than the error it was drawn from (noise adds distance), so the draws are
    moved back by their mean excess before the interval is read off, and cut at 0.
    """
    confidence, correct = answered(confidence, correct)
    edges = bin_edges(confidence, bins, scheme)
    count, rng = len(edges) + 1, np.random.default_rng(seed)
    if np.isin(correct, (0, 1)).all():
        cells = assign_bins(confidence, edges) * 2 + correct.astype(int)
        counts, sums = redraw(cells, confidence, 2 * count, bootstrap, rng)
        gaps = counts[:, 1::2] - sums.reshape(bootstrap, count, 2).sum(axis=2)
    else:  # a verifier's scores between 0 and 1
        gaps = redraw(assign_bins(confidence, edges), correct - confidence, count, bootstrap, rng)[1]
    draws = np.abs(gaps).sum(axis=1) / len(confidence)
    value = expected_calibration_error(confidence, correct, bins, scheme)
    low, high = percentile_interval(draws - draws.mean() + value)
    return Measure(value, max(low, 0.0), high)


def calibration_measures(
    confidence: np.ndarray,
    correct: np.ndarray,
    label_probability: np.ndarray | None = None,
    squared_sum: np.ndarray | None = None,
    *,
    bins: int = 15,
    scheme: Scheme = "equal_mass",
    bootstrap: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per measure of one expert: measure, value, low, high (95 % bootstrap), better ("higher"/"lower").

    Always: accuracy, mean_confidence, expected_calibration_error, expected_calibration_error_when_calibrated (the
    size chance alone reaches; no interval), negative_log_likelihood_top1, brier_score_top1; and for full experts,
    where ``label_probability`` (N,) is given, negative_log_likelihood and, with ``squared_sum`` (N,),
    brier_score_multiclass. Abstained rows are NaN in confidence, and in the others too.
    """
    if bootstrap < 2:
        raise InputError(f"{bootstrap} bootstrap draws give no interval; use at least 2 (200 is usual).")
    confidence, correct = answered(confidence, correct)
    by_name = {
        "accuracy": correct,
        "mean_confidence": confidence,
        "negative_log_likelihood_top1": top1_log_losses(confidence, correct),
        "brier_score_top1": (confidence - correct) ** 2,
    }
    if label_probability is not None:
        by_name["negative_log_likelihood"] = log_losses(label_probability)
        if squared_sum is not None:
            by_name["brier_score_multiclass"] = multiclass_brier_scores(label_probability, squared_sum)
    measures = {name: mean_with_interval(values, bootstrap, seed) for name, values in by_name.items()}
    measures["expected_calibration_error"] = calibration_error_with_interval(
        confidence, correct, bins, scheme, bootstrap, seed
    )
    by_chance = expected_calibration_error_when_calibrated(confidence, bins, scheme, bootstrap, seed)
    measures["expected_calibration_error_when_calibrated"] = Measure(by_chance, np.nan, np.nan)
    table = pd.DataFrame([(name, *measure) for name, measure in measures.items()])
    table.columns = ["measure", "value", "low", "high"]
    better = {"accuracy": "higher", "mean_confidence": "", "expected_calibration_error_when_calibrated": ""}
    return table.assign(better=[better.get(name, "lower") for name in table["measure"]])
