"""One global, cross-fitted map per expert that makes its confidences honest, by kind of score.

full scores -> temperature (Guo et al. 2017, arXiv 1706.04599) · top-1 confidence -> Platt scaling on logit(p)
(Platt 1999) · hard answers -> shrunk accuracy (right + 1) / (n + 2) (Laplace's rule of succession).

Every map is fitted against the *given* labels, which themselves hold errors, and is applied only to samples of a
fold that it was not fitted on. Symbols: n samples, K classes, beta = 1 / T.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import AnsweringExpert, Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.errors import InputError, NotFinite
from cleaning.scores.exponentials import UNIT, raised
from cleaning.scores.float_bits import all_finite

TEMPERATURE_RANGE = (0.02, 50.0)
SUBSAMPLE_CELLS = 4_250_000  # logits used to fit a temperature: 17 MB, its error is then 1 to 2 % or less
FIRST_LOOK = 8  # one row in so many is enough to find where to start
TOLERANCE = 1e-6  # relative, of a temperature
NEWTON_TOLERANCE = 3e-4  # of the last Newton step: what remains after it is of the order of its square
SMALL_STEP = 0.01
LOOKS = 3  # at all logits from which to take a step
CONFIDENCE_MARGIN = 1e-6  # logit(p) is taken of p in [margin, 1 - margin]
PADDING = np.float32(-1e4)  # stands for an option that a question does not have; exp of it is 0


@dataclass(frozen=True)
class Calibration:
    """A fitted map of one expert.

    method: "temperature" (parameter T), "platt" (slope a, intercept b: sigmoid(a logit(p) + b)) or
    "shrunk accuracy" (parameter c). parameters: fitted on all folds, for the report and for new samples.
    by_fold: (FOLD_COUNT, P); row f was fitted without fold f and is the one applied to fold f.
    at_bound: the temperature ended at the end of its range and means little.
    """

    expert: str
    method: str
    parameter_names: tuple[str, ...]
    parameters: np.ndarray
    by_fold: np.ndarray
    at_bound: bool = False

    def to_dict(self) -> dict:
        """As JSON keeps it; ``from_dict`` gives it back to the last bit."""
        return asdict(self) | {"parameters": self.parameters.tolist(), "by_fold": self.by_fold.tolist()}

    @classmethod
    def from_dict(cls, kept: dict) -> "Calibration":
        arrays = {k: np.array(kept[k]) for k in ("parameters", "by_fold")}
        return cls(**(kept | arrays | {"parameter_names": tuple(kept["parameter_names"])}))

    def described(self) -> str:
        """``temperature T = 1.43``"""
        values = ", ".join(f"{n} = {v:.3g}" for n, v in zip(self.parameter_names, self.parameters))
        return f"{self.method} {values}" + (" (at the end of its range)" if self.at_bound else "")


def calibrate(expert: Expert, given_labels: np.ndarray, folds: Folds) -> Calibration:
    """Fits the map that belongs to the expert's kind of score. Raises InputError when it answers nothing."""
    match expert:
        case FullExpert():
            return _calibrate_full(expert, given_labels, folds)
        case Top1Expert():
            return _calibrate_top1(expert, given_labels, folds)
        case VotesExpert():
            return _calibrate_votes(expert, given_labels, folds)


def _calibrate_full(expert: FullExpert, given_labels: np.ndarray, folds: Folds) -> Calibration:
    rows = temperature_rows(folds, expert.scores.shape[1])
    logits = expert.logits(rows)
    if expert.unchecked and not all_finite(logits):
        raise NotFinite(expert.name)
    labels, fold = given_labels[rows], folds.fold[rows]
    answered = np.isfinite(logits[np.arange(len(rows)), labels])
    if not answered.all():
        logits, labels, fold = logits[answered], labels[answered], fold[answered]
    if len(labels) == 0:
        raise InputError(f"Expert '{expert.name}' gives no score to any given label. Check its class order.")
    relative = relative_logits(logits)
    start = fit_temperature(relative[::FIRST_LOOK], labels[::FIRST_LOOK])
    overall, by_fold = _temperatures(relative, labels, fold, start)
    at_bound = not _inside_range(overall)
    return Calibration(expert.name, "temperature", ("T",), np.array([overall]), np.array(by_fold)[:, None], at_bound)


def temperature_rows(folds: Folds, class_count: int) -> np.ndarray:
    """Rows on which a temperature is fitted: all of them where that is cheap, else a fixed random subsample."""
    return folds.subsample(max(2_048, SUBSAMPLE_CELLS // class_count))


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


def _temperatures(logits: np.ndarray, labels: np.ndarray, fold: np.ndarray, start: float) -> tuple[float, list[float]]:
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
    near = abs(step) <= SMALL_STEP * beta and _inside_range(1 / beta)
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


def _inside_range(temperature: float) -> bool:
    return TEMPERATURE_RANGE[0] * 1.001 < temperature < TEMPERATURE_RANGE[1] * 0.999


def _calibrate_top1(expert: Top1Expert, given_labels: np.ndarray, folds: Folds) -> Calibration:
    answered = expert.predicted != ABSTAIN
    x = logit(expert.confidence[answered])
    right = expert.predicted[answered] == given_labels[answered]

    def fit(part: np.ndarray) -> tuple[float, float]:
        return fit_platt(x[part], right[part])

    return _cross_fitted(expert.name, "platt", ("slope", "intercept"), fit, folds.fold[answered])


def _calibrate_votes(expert: VotesExpert, given_labels: np.ndarray, folds: Folds) -> Calibration:
    answered = expert.predicted != ABSTAIN
    right = expert.predicted[answered] == given_labels[answered]

    def fit(part: np.ndarray) -> tuple[float]:
        return (shrunk_accuracy(int(right[part].sum()), int(part.sum())),)

    return _cross_fitted(expert.name, "shrunk accuracy", ("c",), fit, folds.fold[answered])


def _cross_fitted(
    name: str, method: str, names: tuple[str, ...], fit: Callable[[np.ndarray], tuple], fold: np.ndarray
) -> Calibration:
    if len(fold) == 0:
        raise InputError(f"Expert '{name}' answers no sample of this dataset. Check its ids, or leave it out.")
    overall = np.array(fit(np.ones(len(fold), bool)))
    return Calibration(name, method, names, overall, np.array([fit(fold != f) for f in range(FOLD_COUNT)]))


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

    features: (n,) each. right: (n,) bool. Targets are Platt's, which keep the fit finite when every answer is right or
    the two parts separate.
    """
    target = platt_targets(right)
    weights = np.zeros(len(features) + 1)
    weights[-1] = logit(target.mean())
    loss = _log_loss(weights, features, target)
    for _ in range(100):
        step = _newton_step(weights, features, target)
        scale = 1.0
        while (trial := _log_loss(weights - scale * step, features, target)) > loss and scale > 1e-6:
            scale /= 2
        weights = weights - scale * step
        if loss - trial <= 1e-12 * len(target):
            break
        loss = trial
    return weights.tolist()


def platt_targets(right: np.ndarray) -> np.ndarray:
    """(n,) what the fit aims at instead of 1 and 0: (n1 + 1)/(n1 + 2) and 1/(n0 + 2). Source: Lin, Lin, Weng 2007."""
    ones = int(np.sum(right))
    return np.where(right, (ones + 1) / (ones + 2), 1 / (len(right) - ones + 2))


def _score(weights: np.ndarray, features: Sequence[np.ndarray]) -> np.ndarray:
    return sum(weight * feature for weight, feature in zip(weights, features)) + weights[-1]


def _newton_step(weights: np.ndarray, features: Sequence[np.ndarray], target: np.ndarray) -> np.ndarray:
    chance = sigmoid(_score(weights, features))
    error, spread = chance - target, chance * (1 - chance)
    gradient = np.array([*(error @ feature for feature in features), error.sum()])
    hessian = np.empty((len(weights), len(weights)))
    hessian[-1, -1] = spread.sum()
    for row, feature in enumerate(features):
        hessian[row, -1] = hessian[-1, row] = spread @ feature
        hessian[row, :-1] = [spread @ (feature * other) for other in features]
    return np.linalg.solve(hessian + 1e-9 * np.eye(len(weights)), gradient)


def _log_loss(weights: np.ndarray, features: Sequence[np.ndarray], target: np.ndarray) -> float:
    score = _score(weights, features)
    log_sum = np.maximum(score, 0) + np.log1p(np.exp(-np.abs(score)))  # log(1 + exp(score)), without overflow
    return float((log_sum - target * score).sum())


def shrunk_accuracy(right: int, answered: int) -> float:
    """(right + 1) / (answered + 2): the accuracy of hard answers, never exactly 0 or 1."""
    return (right + 1) / (answered + 2)


def calibrated_confidence(expert: AnsweringExpert, calibration: Calibration, folds: Folds) -> np.ndarray:
    """(N,) float32 calibrated confidence of an expert in its own answer; NaN where it abstains."""
    parameters = calibration.by_fold[folds.fold]
    if isinstance(expert, Top1Expert):
        confidence = platt(np.nan_to_num(expert.confidence, nan=0.5), parameters[:, 0], parameters[:, 1])
    else:
        confidence = parameters[:, 0]
    return np.where(expert.predicted == ABSTAIN, np.nan, confidence).astype(np.float32)
