"""Logits, their inverse, and the logistic fit with Platt's targets: what makes a stated confidence honest."""

from collections.abc import Sequence

import numpy as np

MANY = 50_000  # samples from which on a fit begins in cells
CELLS = 4_096
PIECE = 8_192  # numbers whose products BLAS adds up on one thread, whatever the machine
CONFIDENCE_MARGIN = 1e-6  # logit(p) is taken of p in [margin, 1 - margin]


def logit(probability: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)) in float64, with p held CONFIDENCE_MARGIN away from 0 and 1."""
    p = np.clip(np.asarray(probability, np.float64), CONFIDENCE_MARGIN, 1 - CONFIDENCE_MARGIN)
    return np.log(p) - np.log1p(-p)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow."""
    result = np.array(x, np.float64)  # the only copy: there may be millions
    result *= 0.5
    np.tanh(result, out=result)
    result += 1
    result *= 0.5
    return result[()]


def platt(confidence: np.ndarray, slope: np.ndarray | float, intercept: np.ndarray | float) -> np.ndarray:
    """sigmoid(slope logit(p) + intercept): a confidence as Platt scaling corrects it."""
    return sigmoid(slope * logit(confidence) + intercept)


def fit_platt(x: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of sigmoid(slope x + intercept) ~ P(right). x: (n,) finite. right: (n,) bool.

    (0, 0) for n = 0. Source: Platt 1999, section 2.2.
    """
    if len(x) == 0:
        return 0.0, 0.0
    slope, intercept = fit_logistic([x], right)
    return slope, intercept


def fit_logistic(features: Sequence[np.ndarray], right: np.ndarray) -> list[float]:
    """Weights and, last, the intercept of sigmoid(weights of features + intercept) ~ P(right), by damped Newton steps.

    features: (n,) each. right: (n,) bool, or scores in 0..1. Targets are Platt's, which keep the fit finite when every
    answer is right or the two parts separate. Many samples are first fitted as a few thousand cells of samples alike;
    from there one step over all of them ends the search.
    """
    target = platt_targets(right)
    weights = np.zeros(len(features) + 1)
    weights[-1] = logit(target.mean())
    if features and len(target) > MANY:
        weights = _descend(weights, *_in_cells(features, target))
    return _descend(weights, features, target, None).tolist()


def _descend(
    weights: np.ndarray, features: Sequence[np.ndarray], target: np.ndarray, count: np.ndarray | None
) -> np.ndarray:
    """Newton steps, halved while the loss would grow, until a step promises less than 1e-12 a sample.

    count: (n,) how many samples each of these stands for; None: one each.
    """
    enough = 1e-12 * (len(target) if count is None else float(count.sum()))
    loss = None
    for _ in range(100):
        step, promised = _newton_step(weights, features, target, count)
        if promised <= enough:
            return weights - step
        loss = _log_loss(weights, features, target, count) if loss is None else loss
        scale = 1.0
        while (trial := _log_loss(weights - scale * step, features, target, count)) > loss and scale > 1e-6:
            scale /= 2
        weights, loss = weights - scale * step, trial
    return weights


def _in_cells(features: Sequence[np.ndarray], target: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Mean features, mean target and count of the samples whose features have nearly the same sum."""
    total = sum(features[1:], start=features[0])
    low, high = float(total.min()), float(total.max())
    cell = ((total - low) * (0.0 if high == low else (CELLS - 1) / (high - low))).astype(np.int64)
    count = np.bincount(cell)
    held = np.flatnonzero(count)
    sums = [np.bincount(cell, one)[held] for one in (*features, target)]
    *means, mean_target = (one / count[held] for one in sums)
    return means, mean_target, count[held].astype(float)


def platt_targets(right: np.ndarray) -> np.ndarray:
    """(n,) what the fit aims at instead of 1 and 0: (n1 + 1)/(n1 + 2) and 1/(n0 + 2). Source: Lin, Lin, Weng 2007.

    A verifier's score in between aims in between, as so much of an answer right and the rest of it wrong.
    """
    share = np.asarray(right, float)
    ones = float(share.sum())
    return share * (ones + 1) / (ones + 2) + (1 - share) / (len(share) - ones + 2)


def _score(weights: np.ndarray, features: Sequence[np.ndarray], n: int) -> np.ndarray:
    score = np.full(n, weights[-1])
    for weight, feature in zip(weights, features):
        score += weight * feature
    return score


def _newton_step(
    weights: np.ndarray, features: Sequence[np.ndarray], target: np.ndarray, count: np.ndarray | None
) -> tuple[np.ndarray, float]:
    """The step, and by how much it would lower the loss were that a parabola (half Newton's decrement)."""
    chance = sigmoid(_score(weights, features, len(target)))
    error, spread = chance - target, chance * (1 - chance)
    if count is not None:
        error, spread = error * count, spread * count
    gradient = np.array([*(_dot(error, feature) for feature in features), error.sum()])
    hessian = np.empty((len(weights), len(weights)))
    hessian[-1, -1] = spread.sum()
    for row, feature in enumerate(features):
        spread_feature = spread * feature
        hessian[row, -1] = hessian[-1, row] = spread_feature.sum()
        hessian[row, :-1] = [_dot(spread_feature, other) for other in features]
    step = np.linalg.solve(hessian + 1e-9 * np.eye(len(weights)), gradient)
    return step, float(gradient @ step) / 2


def _dot(one: np.ndarray, other: np.ndarray) -> float:
    """The sum of products of (n,) and (n,), in pieces: BLAS would share longer ones among its threads, of which one then
    waits for a core that somebody else has, and add up in another order on another machine."""
    whole = len(one) - len(one) % PIECE
    pieces = np.vecdot(*(part[:whole].reshape(-1, PIECE) for part in (one, other)))
    return float(pieces.sum() + one[whole:] @ other[whole:])


def _log_loss(
    weights: np.ndarray, features: Sequence[np.ndarray], target: np.ndarray, count: np.ndarray | None
) -> float:
    score = _score(weights, features, len(target))
    log_sum = np.maximum(score, 0) + np.log1p(np.exp(-np.abs(score)))  # log(1 + exp(score)), without overflow
    each = log_sum - target * score
    return float(each.sum() if count is None else each @ count)
