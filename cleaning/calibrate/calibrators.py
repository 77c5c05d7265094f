"""Other ways to calibrate a top-1 confidence, compared on samples they were not fitted on.

none · Platt scaling (Platt 1999) · beta calibration (Kull, Silva Filho, Flach 2017) · histogram binning (Zadrozny and
Elkan 2001) · isotonic regression (Zadrozny and Elkan 2002). Each learns P(predicted class = given label) from the
expert's own confidence; the given labels hold errors, so this is agreement with them. Symbols: n samples.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count

import numpy as np
import pandas as pd

from cleaning.calibrate import logistic
from cleaning.calibrate.logistic import CONFIDENCE_MARGIN, fit_logistic, logit, platt, sigmoid
from cleaning.calibrate.measures import bins_by_brier_score, expected_calibration_error
from cleaning.calibrate.measures.binning import assign_bins, quantile_edges
from cleaning.calibrate.measures.measures import top1_log_losses
from cleaning.calibrate.measures.subsample import some_rows
from cleaning.calibrate.method_words import in_words
from cleaning.errors import InputError, one_of

METHODS = ("none", "platt", "beta", "histogram", "isotonic")  # from the simplest to the most flexible
SIMPLICITY = ("none", "shrunk accuracy", "temperature", *METHODS[1:])
MOST_COMPARED = 100_000  # samples on which methods are compared; differences that more would show are below 0.001 nats
MOST_SHIFT_FITS = 20  # of more parts some are left out together: a thousand fits would take many seconds


@dataclass(frozen=True)
class Calibrator:
    """A fitted map from raw to calibrated confidence; call it on (n,) confidences (NaN stays NaN).

    method: one of METHODS. parameters, all plain numbers and lists so that they can be written as JSON:
    none {}; platt slope, intercept: sigmoid(slope logit(p) + intercept); beta a, b, c:
    sigmoid(a ln p - b ln(1 - p) + c); histogram edges, values; isotonic x, y: knots joined by straight lines.
    """

    method: str
    parameters: dict[str, float | list[float]] = field(default_factory=dict)

    def __call__(self, confidence: np.ndarray) -> np.ndarray:
        return APPLY[self.method](np.asarray(confidence, float), self.parameters)

    def described(self) -> str:
        """``Platt scaling slope = 0.71, intercept = -0.2``; a curve of many knots tells none."""
        numbers = (f"{name} = {value:.3g}" for name, value in self.parameters.items() if not isinstance(value, list))
        return f"{in_words(self.method)} {', '.join(numbers)}".strip()


def fit_calibrator(method: str, confidence: np.ndarray, correct: np.ndarray) -> Calibrator:
    """Fits ``method`` on confidence (n,) in 0..1 (NaN: abstained, left out) and correct (n,) 0/1, or a
    verifier's score between.

    Raises InputError for an unknown method or where nothing was answered.
    """
    if method not in FIT:
        raise InputError(f"Unknown calibration method '{method}': choose {one_of(METHODS)}.")
    known = ~np.isnan(np.asarray(confidence, float))
    if not known.any():
        raise InputError("The expert answered no sample, so there is nothing to calibrate on.")
    parameters = FIT[method](np.asarray(confidence, float)[known], np.asarray(correct, float)[known])
    return Calibrator(method, parameters)


def fit_platt(confidence: np.ndarray, correct: np.ndarray) -> Calibrator:
    """Platt scaling on logit(p): two parameters. See ``fit_calibrator``."""
    return fit_calibrator("platt", confidence, correct)


def _platt(confidence: np.ndarray, correct: np.ndarray) -> dict[str, float]:
    slope, intercept = logistic.fit_platt(logit(confidence), correct)
    return {"slope": slope, "intercept": intercept}


def _beta(confidence: np.ndarray, correct: np.ndarray) -> dict[str, float]:
    """a and b are kept from falling below 0 (the map must not fall) by fitting again without the offender."""
    features = _log_features(confidence)
    kept = [0, 1]
    while True:
        *weights, c = fit_logistic([features[one] for one in kept], correct)
        if min(weights, default=0.0) >= 0:
            break
        kept.pop(int(np.argmin(weights)))
    full = dict(zip(kept, weights))
    return {"a": full.get(0, 0.0), "b": full.get(1, 0.0), "c": c}


def _histogram(confidence: np.ndarray, correct: np.ndarray) -> dict[str, list[float]]:
    """Equal-mass bins, as many as cross-validation chooses; each says its shrunk accuracy (right + 1) / (n + 2), never
    exactly 0 or 1."""
    edges = quantile_edges(confidence, bins_by_brier_score(confidence, correct))
    assigned = assign_bins(confidence, edges)
    right = np.bincount(assigned, correct, len(edges) + 1)
    values = (right + 1) / (np.bincount(assigned, minlength=len(edges) + 1) + 2)
    return {"edges": edges.tolist(), "values": values.tolist()}


def _isotonic(confidence: np.ndarray, correct: np.ndarray) -> dict[str, list[float]]:
    """Knots of the rising step function, held 1 / (n + 2) away from 0 and 1 so that the log-loss stays finite.

    Equal confidences are one point, as they must be told the same; of a level only its two ends are knots.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(confidence)
    x, y = confidence[order], correct[order]
    first = np.flatnonzero(np.diff(x, prepend=-1.0) > 0)
    count = np.diff(first, append=len(x))
    y = isotonic_regression(np.add.reduceat(y, first) / count, weights=count).x
    change = np.diff(y) != 0
    knot = np.append(True, change) | np.append(change, True)
    margin = 1 / (len(confidence) + 2)
    return {"x": x[first][knot].tolist(), "y": np.clip(y[knot], margin, 1 - margin).tolist()}


FIT: dict[str, Callable[[np.ndarray, np.ndarray], dict]] = {
    "none": lambda confidence, correct: {},
    "platt": _platt,
    "beta": _beta,
    "histogram": _histogram,
    "isotonic": _isotonic,
}


def _apply_histogram(confidence: np.ndarray, p: Mapping) -> np.ndarray:
    values = np.asarray(p["values"])[assign_bins(confidence, np.asarray(p["edges"])).clip(max=len(p["edges"]))]
    return np.where(np.isnan(confidence), np.nan, values)


def _apply_beta(confidence: np.ndarray, p: Mapping) -> np.ndarray:
    of_right, of_wrong = _log_features(confidence)
    return sigmoid(p["a"] * of_right + p["b"] * of_wrong + p["c"])


APPLY: dict[str, Callable[[np.ndarray, Mapping], np.ndarray]] = {
    "none": lambda confidence, p: confidence,
    "platt": lambda confidence, p: platt(confidence, p["slope"], p["intercept"]),
    "beta": _apply_beta,
    "histogram": _apply_histogram,
    "isotonic": lambda confidence, p: np.interp(confidence, p["x"], p["y"]),
}


def _log_features(confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    held = np.clip(confidence, CONFIDENCE_MARGIN, 1 - CONFIDENCE_MARGIN)
    return np.log(held), -np.log1p(-held)


def random_folds(n: int, folds: int = 5, seed: int = 0) -> np.ndarray:
    """(n,) int fold of each sample, sizes equal within one."""
    fold = np.empty(n, int)
    fold[np.random.default_rng(seed).permutation(n)] = np.arange(n) % folds
    return fold


Fit = Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]]


def cross_fitted(fit: Fit, confidence: np.ndarray, correct: np.ndarray, fold: np.ndarray | None = None) -> np.ndarray:
    """(N,) calibrated confidence, each fold's by a map fitted on the other folds.

    fit(confidence, correct) gives a function of confidences. fold: (N,) int, default five random ones.
    """
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    fold = random_folds(len(confidence)) if fold is None else np.asarray(fold)
    calibrated = np.full(len(confidence), np.nan)
    for f in np.unique(fold):
        part = fold == f
        calibrated[part] = fit(confidence[~part], correct[~part])(confidence[part])
    return calibrated


def calibrator(method: str) -> Callable[[np.ndarray, np.ndarray], Calibrator]:
    """The fit function of one of METHODS, for ``cross_fitted`` and the cascade."""
    return lambda confidence, correct: fit_calibrator(method, confidence, correct)


@dataclass(frozen=True)
class Recommendation:
    """method: the simplest that is as good as the best. table: see ``recommend``. sentence: why, in words."""

    method: str
    table: pd.DataFrame
    sentence: str


def recommend(
    confidence: np.ndarray,
    correct: np.ndarray,
    methods: Sequence[str] = METHODS,
    *,
    also: Mapping[str, np.ndarray] | None = None,
    fold: np.ndarray | None = None,
    bins: int = 15,
) -> Recommendation:
    """Which calibration to use for one expert, by cross-fitted log-loss and the one-standard-error rule.

    confidence: (N,) raw, NaN: abstained. correct: (N,) 0/1. also: cross-fitted calibrated confidences (N,) of other
    methods, such as {"temperature": ...}. Recommended is the simplest method whose mean log-loss exceeds the best
    one's by at most one standard error of the difference (paired by sample; Breiman et al. 1984, section 3.4.3).
    Of more than MOST_COMPARED samples so many random ones are fitted and judged. table, best first: method, log_loss
    (top-1, nats), worse_by (than the best), standard_error (of worse_by), expected_calibration_error, brier_score_top1,
    recommended.
    """
    judged = some_rows(len(confidence), MOST_COMPARED)
    confidence, correct = np.asarray(confidence, float)[judged], np.asarray(correct, float)[judged]
    fold = None if fold is None else np.asarray(fold)[judged]
    also = {method: np.asarray(calibrated, float)[judged] for method, calibrated in (also or {}).items()}
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as threads:
        fitted = threads.map(lambda m: cross_fitted(calibrator(m), confidence, correct, fold), methods)
        candidates = dict(zip(methods, fitted)) | also
    known = ~np.isnan(confidence)
    right = correct[known]
    losses = {m: top1_log_losses(c[known], right) for m, c in candidates.items()}
    best = min(losses, key=lambda m: losses[m].mean())
    rows = [_judged(m, candidates[m][known], right, losses[m], losses[best], bins) for m in candidates]
    table = pd.DataFrame(rows).sort_values("log_loss", kind="stable", ignore_index=True)
    good = set(table["method"][table["worse_by"] <= table["standard_error"]])
    choice = min(good, key=_simplicity)
    table["recommended"] = table["method"] == choice
    return Recommendation(choice, table, _why(table, choice, best))


def _judged(method, calibrated, right, loss, best_loss, bins) -> dict[str, object]:
    return {
        "method": method,
        "log_loss": loss.mean(),
        "worse_by": (loss - best_loss).mean(),
        "standard_error": (loss - best_loss).std() / np.sqrt(len(loss)),
        "expected_calibration_error": expected_calibration_error(calibrated, right, bins),
        "brier_score_top1": float(np.mean((calibrated - right) ** 2)),
    }


def _simplicity(method: str) -> int:
    return SIMPLICITY.index(method) if method in SIMPLICITY else len(SIMPLICITY)


def _why(table: pd.DataFrame, choice: str, best: str) -> str:
    row, use = table.set_index("method").loc[choice], in_words(choice)
    error = f"calibration error {100 * row['expected_calibration_error']:.1f} points"
    if choice == best:
        return f"Use {use}: it has the lowest cross-fitted log-loss ({row['log_loss']:.4f}; {error})."
    return (
        f"Use {use}: {in_words(best)} has a log-loss lower by only {row['worse_by']:.4f}, within one standard error "
        f"({row['standard_error']:.4f}), and {use} is simpler ({error})."
    )


def shift_check(
    fit: Fit, confidence: np.ndarray, correct: np.ndarray, parts: np.ndarray, bins: int = 15
) -> pd.DataFrame:
    """Does a calibration fitted on the other parts hold on this one? One row per part, worst first.

    parts: (N,) names (group, source, a split column of the user's); at least two. Gives part, count, accuracy,
    expected_calibration_error fitted_elsewhere and fitted_everywhere (cross-fitted over all samples), and
    lost (the difference): well above 0 means that calibration does not carry over to this part. Of more than
    MOST_SHIFT_FITS parts several are left out together, so that no fit has seen the part that it is judged on.
    """
    confidence, correct, parts = (
        np.asarray(confidence, float),
        np.asarray(correct, float),
        np.asarray(parts).astype(str),
    )
    names, part = np.unique(parts, return_inverse=True)
    if len(names) < 2:
        raise InputError("The shift check needs at least two parts; this column has one value. Choose another column.")
    everywhere, elsewhere = cross_fitted(fit, confidence, correct), fitted_elsewhere(fit, confidence, correct, part)
    columns = ["part", "count", "accuracy", "fitted_elsewhere", "fitted_everywhere", "lost"]
    rows = [
        (names[part[rows[0]]], *_carried_over(correct[rows], elsewhere[rows], everywhere[rows], bins))
        for rows in _rows_by_part(part, ~np.isnan(elsewhere))
    ]
    return pd.DataFrame(rows, columns=columns).sort_values("lost", ascending=False, ignore_index=True)


def fitted_elsewhere(fit: Fit, confidence: np.ndarray, correct: np.ndarray, part: np.ndarray) -> np.ndarray:
    """(N,) calibrated confidence by maps that never saw the sample's own part. part: (N,) int."""
    elsewhere = np.full(len(part), np.nan)
    left_out, known = part % MOST_SHIFT_FITS, ~np.isnan(confidence)
    for together in np.unique(left_out[known]):
        inside, others = known & (left_out == together), known & (left_out != together)
        if others.any():
            elsewhere[inside] = fit(confidence[others], correct[others])(confidence[inside])
    return elsewhere


def _rows_by_part(part: np.ndarray, counted: np.ndarray) -> list[np.ndarray]:
    """Rows of each part that has any, parts in order. part: (N,) int. counted: (N,) bool."""
    rows = np.flatnonzero(counted)
    rows = rows[np.argsort(part[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(part[rows])) + 1) if len(rows) else []


def _carried_over(correct: np.ndarray, elsewhere: np.ndarray, everywhere: np.ndarray, bins: int) -> tuple:
    """(count, accuracy, error fitted elsewhere, fitted everywhere, lost) of one part."""
    there, here = (expected_calibration_error(c, correct, bins) for c in (elsewhere, everywhere))
    return len(correct), correct.mean(), there, here, there - here
