"""The paper's rule at every K and tau against the truth, beside this run at as many flags.

Symbols: M experts, T values of tau, J judged samples, B resamples.
"""

import numpy as np
import pandas as pd

from cleaning.estimate.flag_counts import TAU_GRID
from cleaning.known_truth.detection_metrics import Steps, interval, resample_weights
from cleaning.known_truth.known import KnownTruth

RESAMPLES = 200


def paper_surface(known: KnownTruth, resamples: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """One row for each K and tau that flags a judged sample.

    Columns: agree, tau, flagged, precision, detection_rate (each with _low and _high, 95 %, percentile bootstrap),
    run_precision and run_detection_rate of this run's most suspicious samples, as many; gain, gain_low, gain_high:
    detection rate of this run minus the rule's, paired; on_frontier: no other setting is as good in both and better
    in one.
    """
    view, wrong = known.agreement(), known.wrong.astype(float)
    tau = np.searchsorted(TAU_GRID, view.weakest, side="right") - 1
    steps, experts = Steps.of(known.suspicion), known.run.predicted.shape[1]
    cell = view.count.astype(np.int64) * (len(TAU_GRID) + 1) + tau + 1
    point = _measured(cell, experts, steps, wrong, np.ones(len(wrong)))
    weights = resample_weights(len(wrong), resamples, seed)
    return _table(point, np.stack([_measured(cell, experts, steps, wrong, weight) for weight in weights]))


def _measured(cell: np.ndarray, experts: int, steps: Steps, wrong: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(5, M, T): flagged, precision, detection rate, this run's precision and detection rate at as many flags."""
    flagged, found = (_passing(cell, experts, w) for w in (weight, weight * wrong))
    run_found, run_taken = steps.counts(wrong, weight)
    at_as_many = np.interp(flagged, np.append(0, run_taken), np.append(0, run_found))
    errors = max(float(run_found[-1]), 1.0)
    many = np.maximum(flagged, 1)
    return np.stack([flagged, found / many, found / errors, at_as_many / many, at_as_many / errors])


def _passing(cell: np.ndarray, experts: int, weight: np.ndarray) -> np.ndarray:
    """(M, T) total weight of the samples that pass each K and tau."""
    size = len(TAU_GRID) + 1
    total = np.bincount(cell, weight, (experts + 1) * size).reshape(experts + 1, size)
    return total[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1][1:, 1:]


def _table(point: np.ndarray, drawn: np.ndarray) -> pd.DataFrame:
    agree, place = np.nonzero(point[0] > 0)
    at = (slice(None), agree, place)
    low, high = interval(drawn[:, :, agree, place])
    gain_low, gain_high = interval(drawn[:, 4, agree, place] - drawn[:, 2, agree, place])
    flagged, precision, detection, run_precision, run_detection = point[at]
    table = pd.DataFrame(
        {
            "agree": agree + 1,
            "tau": TAU_GRID[place],
            "flagged": flagged.astype(int),
            "precision": precision,
            "precision_low": low[1],
            "precision_high": high[1],
            "detection_rate": detection,
            "detection_rate_low": low[2],
            "detection_rate_high": high[2],
            "run_precision": run_precision,
            "run_detection_rate": run_detection,
            "gain": run_detection - detection,
            "gain_low": gain_low,
            "gain_high": gain_high,
        }
    )
    return table.assign(on_frontier=on_frontier(precision, detection))


def on_frontier(precision: np.ndarray, detection: np.ndarray) -> np.ndarray:
    """(S,) bool: settings that no other one beats in one and equals in the other."""
    order = np.lexsort((-precision, -detection))
    best = np.maximum.accumulate(np.append(-np.inf, precision[order]))[:-1]
    kept = np.zeros(len(precision), bool)
    kept[order] = precision[order] > best
    return kept
