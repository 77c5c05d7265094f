"""Scores of pooled probabilities: (N, C), the given label first; higher means more likely wrong."""

import numpy as np

from cleaning.suspect.pool import SMALLEST


def ratio(pooled: np.ndarray) -> np.ndarray:
    """(N,) the default's log ratio of (N, C) pooled values."""
    best = np.maximum(pooled[:, 1:].max(axis=1), SMALLEST)
    return np.log(best) - np.log(np.maximum(pooled[:, 0], SMALLEST))


def own_only(p: np.ndarray) -> np.ndarray:
    return -np.log(np.maximum(p[:, 0], SMALLEST))


def flatness(p: np.ndarray) -> np.ndarray:
    """(N,) entropy of each sample's pool as a share of what it can be."""
    p = p / np.maximum(p.sum(axis=1, keepdims=True), SMALLEST)
    options = np.maximum((p > 0).sum(axis=1), 2)
    return -(p * np.log(np.maximum(p, SMALLEST))).sum(axis=1) / np.log(options)


def less_entropy(p: np.ndarray) -> np.ndarray:
    p = p / np.maximum(p.sum(axis=1, keepdims=True), SMALLEST)
    return ratio(p) + 0.3 * (p * np.log(np.maximum(p, SMALLEST))).sum(axis=1)
