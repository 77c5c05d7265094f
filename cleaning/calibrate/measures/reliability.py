"""The reliability diagram as a table."""

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.binning import Scheme, answered, assign_bins, bin_edges
from cleaning.calibrate.measures.shares import wilson_interval


def reliability_curve(
    confidence: np.ndarray,
    correct: np.ndarray,
    bins: int = 15,
    scheme: Scheme = "equal_mass",
    bootstrap: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per bin that holds samples: how sure the expert was there, and how often right.

    confidence: (N,) in 0..1, NaN: abstained. correct: (N,) 0/1.
    Gives bin, low, high (edges), count, mean_confidence, accuracy, accuracy_low, accuracy_high (95 % bootstrap: rows
    of the bin redrawn, so the number of rights is binomial; a bin all right or all wrong, whose bootstrap has no
    width, gets the Wilson interval instead). Fewer rows than ``bins`` where confidences tie or bins are empty.
    """
    confidence, correct = answered(confidence, correct)
    edges = bin_edges(confidence, bins, scheme)
    assigned = assign_bins(confidence, edges)
    count = np.bincount(assigned, minlength=len(edges) + 1)
    filled = np.flatnonzero(count)
    count = count[filled]
    right = np.bincount(assigned, correct, len(edges) + 1)[filled]
    low, high = _accuracy_band(right, count, bootstrap, seed)
    return pd.DataFrame(
        {
            "bin": filled,
            "low": np.concatenate([[0.0], edges])[filled],
            "high": np.concatenate([edges, [1.0]])[filled],
            "count": count,
            "mean_confidence": np.bincount(assigned, confidence, len(edges) + 1)[filled] / count,
            "accuracy": right / count,
            "accuracy_low": low,
            "accuracy_high": high,
        }
    )


def _accuracy_band(right: np.ndarray, count: np.ndarray, draws: int, seed: int):
    share = right / count
    redrawn = np.random.default_rng(seed).binomial(count, share, (draws, len(count))) / count
    low, high = np.quantile(redrawn, [0.025, 0.975], axis=0)
    wilson_low, wilson_high = wilson_interval(right, count)
    certain = (right == 0) | (right == count)
    return np.where(certain, wilson_low, low), np.where(certain, wilson_high, high)
