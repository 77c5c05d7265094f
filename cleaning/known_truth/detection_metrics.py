"""How early a ranking brings the wrong labels, with bootstrap intervals; equal scores are one step, never an order.

Symbols: N judged samples, S steps (distinct scores), B resamples, Q measures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

PRECISIONS = (0.5, 0.7, 0.9)
MEASURES = (
    "average precision",
    "precision at E",
    *(f"detection at {100 * precision:.0f} %" for precision in PRECISIONS),
)
LEVEL = 0.95


@dataclass(frozen=True)
class Steps:
    """A ranking cut where the score changes. rows: (N,) highest score first. last: (S,) place of each step's last."""

    rows: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray) -> "Steps":
        """score: (N,) finite, higher = more likely wrong."""
        rows = np.argsort(-score, kind="stable")
        ordered = score[rows]
        return cls(rows, np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1))

    def counts(self, wrong: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(S,) wrong labels and (S,) samples from the top to each step's end, every sample ``weight`` times."""
        w = weight[self.rows]
        return np.cumsum(w * wrong[self.rows])[self.last], np.cumsum(w)[self.last]


def measure(steps: Steps, wrong: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """(Q,) MEASURES of one ranking; NaN when no label is wrong.

    wrong: (N,) 0 or 1. weight: (N,) how often each sample counts, once by default. Average precision: sum over steps
    of precision times gain in detection rate (as scikit-learn). Precision at E: among as many samples as labels are
    wrong; within a step the expectation over its orders. Detection at p: the highest detection rate of all steps
    with precision >= p, 0 where there is none.
    """
    found, taken = steps.counts(wrong, np.ones(len(wrong)) if weight is None else weight)
    errors = found[-1]
    if not errors:
        return np.full(len(MEASURES), np.nan)
    precision = found / np.maximum(taken, 1)
    average = (precision * np.diff(found, prepend=0)).sum() / errors
    at_errors = np.interp(errors, np.append(0, taken), np.append(0, found)) / errors
    detection = [found[precision >= least].max(initial=0) / errors for least in PRECISIONS]
    return np.array([average, at_errors, *detection])


@dataclass(frozen=True)
class Measured:
    """One ranking. point: (Q,). resampled: (B, Q), the same B resamples for all rankings of a set."""

    point: np.ndarray
    resampled: np.ndarray

    def interval(self) -> np.ndarray:
        """(2, Q) percentile bootstrap."""
        return interval(self.resampled)

    def over(self, other: "Measured") -> np.ndarray:
        """(3, Q) how much more than ``other``: point, low and high of the paired difference."""
        return np.vstack([self.point - other.point, interval(self.resampled - other.resampled)])


def interval(resampled: np.ndarray) -> np.ndarray:
    """(2, Q) the middle LEVEL of (B, Q) values."""
    return np.nanquantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)


def resample_weights(count: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """(N,) float64 of each resample: how often each of N samples is drawn, N times with replacement."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(0, count, count), minlength=count).astype(np.float64)


def measure_all(
    scores: Mapping[str, np.ndarray], wrong: np.ndarray, resamples: int, seed: int = 0
) -> dict[str, Measured]:
    """Every ranking on the set and on ``resamples`` draws of N samples with replacement, the same for all.

    scores: (N,) by name, higher = more likely wrong. wrong: (N,) bool.
    """
    wrong = np.asarray(wrong, np.float64)
    steps = {name: Steps.of(np.asarray(score, np.float64)) for name, score in scores.items()}
    resampled = {name: np.empty((resamples, len(MEASURES))) for name in scores}
    for b, weight in enumerate(resample_weights(len(wrong), resamples, seed)):
        for name in scores:
            resampled[name][b] = measure(steps[name], wrong, weight)
    return {name: Measured(measure(steps[name], wrong), resampled[name]) for name in scores}
