"""The temperature of a full expert: fitted by Newton's method on all folds, and once without each fold.

Symbols: n samples, K classes, T temperature, beta = 1 / T. Source: Guo et al. 2017 (arXiv 1706.04599), section 4.2.
"""

import numpy as np

from cleaning.domain.folds import FOLD_COUNT
from cleaning.scores.exponentials import UNIT, raised

TEMPERATURE_RANGE = (0.02, 50.0)
TOLERANCE = 1e-6  # relative, of a temperature
NEWTON_TOLERANCE = 3e-4  # of the last Newton step: what remains after it is of the order of its square
SMALL_STEP = 0.01
LOOKS = 3  # at all logits from which to take a step
PADDING = np.float32(-1e4)  # stands for an option that a question does not have; exp of it is 0


def relative_logits(logits: np.ndarray) -> np.ndarray:
    """(n, K) logits minus their row maximum, in place; options that do not exist (NaN, -inf) become PADDING."""
    top = logits.max(axis=1, keepdims=True)
    if np.isnan(top).any():
        np.copyto(logits, -np.inf, where=np.isnan(logits))
        top = logits.max(axis=1, keepdims=True)
    logits -= top
    return np.maximum(logits, PADDING, out=logits)


def fit_temperature(logits: np.ndarray, labels: np.ndarray, start: float = 1.0) -> float:
    """Temperature T that minimises the mean negative log-likelihood of ``labels`` under softmax(logits / T).

    logits: (n, K) finite, row maximum 0 (``relative_logits``). labels: (n,) in 0..K-1. The predicted class never
    changes. The loss is convex in 1/T; safeguarded Newton steps in beta = 1/T, kept inside a bracket that halves when
    a step leaves it.
    Returns the end of TEMPERATURE_RANGE where the optimum lies beyond it, 1.0 for n = 0.
    Source: Guo et al. 2017, section 4.2.
    """
    if len(labels) == 0:
        return 1.0
    low, high = 1 / TEMPERATURE_RANGE[1], 1 / TEMPERATURE_RANGE[0]
    beta = float(np.clip(1 / start, low, high))
    label_logits = logits[np.arange(len(labels)), labels].astype(np.float64)
    for _ in range(60):
        slope, curvature = (part.mean() for part in _loss_slopes(logits, label_logits, beta)[:2])
        low, high = (beta, high) if slope < 0 else (low, beta)
        step = beta - slope / curvature if curvature > 0 else -1.0
        newton = low < step < high
        following = step if newton else (low + high) / 2
        if abs(following - beta) <= (NEWTON_TOLERANCE if newton else TOLERANCE) * beta:
            return 1 / following
        beta = following
    return 1 / beta


def row_sums(x: np.ndarray) -> np.ndarray:
    """(n, K) to (n,) sums, in the dtype of ``x``; a row's sum is the same whatever rows stand beside it.

    A product with ones would be a third faster, but BLAS adds the last rows of a block in another order on some
    processors.
    """
    return np.einsum("ij->i", x)


def _loss_slopes(logits: np.ndarray, label_logits: np.ndarray, beta: float, orders: int = 2) -> list[np.ndarray]:
    """Each sample's first ``orders`` (2 or 3) derivatives of its loss in beta, (n,) float64 each.

    They are the mean of the logits under softmax(beta z) minus the label's logit, their variance, and their third
    central moment. In pieces that fit the cache.
    """
    found = [np.empty(len(logits)) for _ in range(orders)]
    step = max(16, 131_072 // logits.shape[1])
    e = np.empty((min(step, len(logits)), logits.shape[1]), np.float32)
    for start in range(0, len(logits), step):
        z = logits[start : start + step]
        part, e = slice(start, start + len(z)), e[: len(z)]
        np.multiply(z, np.float32(beta * UNIT), out=e)
        raised(e, out=e)
        total = row_sums(e).astype(np.float64)
        moments = []
        for _ in range(orders):
            e *= z
            moments.append(row_sums(e) / total)
        mean, square = moments[:2]
        found[0][part] = mean - label_logits[part]
        found[1][part] = square - mean * mean
        if orders > 2:
            found[2][part] = moments[2] - 3 * square * mean + 2 * mean**3
    return found


def temperatures(logits: np.ndarray, labels: np.ndarray, fold: np.ndarray, start: float) -> tuple[float, list[float]]:
    """The temperature fitted on all folds, and FOLD_COUNT, each fitted without one; in two or three passes.

    Leaving a fold out moves the optimum little: one step of Halley's method from near the overall optimum, whose error
    is of the third order, finds it and the overall one (a step of 1 % leaves an error near 1e-6). Where a step is
    larger, there is a fit of its own.
    """
    label_logits = logits[np.arange(len(labels)), labels].astype(np.float64)
    beta = 1 / start
    for _ in range(LOOKS):
        sums = [np.bincount(fold, part, FOLD_COUNT) for part in _loss_slopes(logits, label_logits, beta, orders=3)]
        step = _halley(*(part.sum() for part in sums))
        if abs(step) <= SMALL_STEP * beta or not step < beta:
            break
        beta -= step
    near = abs(step) <= SMALL_STEP * beta and inside_range(1 / beta)
    overall = 1 / (beta - step) if near else fit_temperature(logits, labels, start)
    by_fold = []
    for f, left in enumerate(zip(*(part.sum() - part for part in sums))):
        step = _halley(*left)
        if near and abs(step) <= SMALL_STEP * beta:
            by_fold.append(1 / (beta - step))
        else:
            by_fold.append(fit_temperature(logits[fold != f], labels[fold != f], start=overall))
    return overall, by_fold


def _halley(slope: float, curvature: float, third: float) -> float:
    """What Halley's method takes from beta; infinite where it knows no step."""
    if curvature <= 0:
        return np.inf
    newton = slope / curvature
    bend = 1 - newton * third / (2 * curvature)
    return newton / bend if bend > 0.5 else np.inf


def inside_range(temperature: float) -> bool:
    return TEMPERATURE_RANGE[0] * 1.001 < temperature < TEMPERATURE_RANGE[1] * 0.999
