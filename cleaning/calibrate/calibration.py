"""One global, cross-fitted map per expert that makes its confidences honest, by kind of score.

full scores -> temperature (Guo et al. 2017, arXiv 1706.04599) · top-1 confidence -> Platt scaling on logit(p)
(Platt 1999) · hard answers -> shrunk accuracy (right + 1) / (n + 2) (Laplace's rule of succession).

Every map is fitted against the *given* labels, which themselves hold errors, and is applied only to samples of a
fold that it was not fitted on. Symbols: n samples, K classes, beta = 1 / T.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from cleaning.calibrate.logistic import fit_platt, logit, platt
from cleaning.calibrate.method_words import in_words
from cleaning.calibrate.temperature import fit_temperature, inside_range, relative_logits, temperatures
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import AnsweringExpert, Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.errors import InputError, NotFinite
from cleaning.scores.float_bits import all_finite

if TYPE_CHECKING:
    from cleaning.calibrate.calibrators import Calibrator

SUBSAMPLE_CELLS = 4_250_000  # logits used to fit a temperature: 17 MB, its error is then 1 to 2 % or less
SURE_MARGIN = 1e-6
FIRST_LOOK = 8  # one row in so many is enough to find where to start


@dataclass(frozen=True)
class Calibration:
    """A fitted map of one expert.

    method: "temperature" (parameter T), "platt" (slope a, intercept b: sigmoid(a logit(p) + b)) or
    "shrunk accuracy" (parameter c). parameters: fitted on all folds, for the report and for new samples.
    by_fold: (FOLD_COUNT, P); row f was fitted without fold f and is the one applied to fold f.
    at_bound: the temperature ended at the end of its range and means little.
    maps: where another method than its own was chosen, one map of the stated confidence a fold; else ().
    base: (FOLD_COUNT,) temperatures by which the other classes of a full expert then share the rest; else ().
    """

    expert: str
    method: str
    parameter_names: tuple[str, ...]
    parameters: np.ndarray
    by_fold: np.ndarray
    at_bound: bool = False
    maps: tuple[Calibrator, ...] = ()
    base: tuple[float, ...] = ()

    @property
    def temperatures(self) -> np.ndarray:
        """(FOLD_COUNT,) by which a full expert's logits are divided."""
        return np.array(self.base) if self.maps else self.by_fold[:, 0]

    def to_dict(self) -> dict:
        """As JSON keeps it; ``from_dict`` gives it back to the last bit."""
        told = asdict(self) | {"parameters": self.parameters.tolist(), "by_fold": self.by_fold.tolist()}
        return told if self.maps else {name: value for name, value in told.items() if name not in ("maps", "base")}

    @classmethod
    def from_dict(cls, kept: dict) -> Calibration:
        changed: dict = {k: np.array(kept[k]) for k in ("parameters", "by_fold")}
        if kept.get("maps"):
            from cleaning.calibrate.calibrators import Calibrator

            changed |= {"maps": tuple(Calibrator(**one) for one in kept["maps"]), "base": tuple(kept["base"])}
        return cls(**(kept | changed | {"parameter_names": tuple(kept["parameter_names"])}))

    def described(self) -> str:
        """``temperature scaling T = 1.43``"""
        values = ", ".join(f"{n} = {v:.3g}" for n, v in zip(self.parameter_names, self.parameters))
        return f"{in_words(self.method)} {values}".strip() + (" (at the end of its range)" if self.at_bound else "")


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
    overall, by_fold = temperatures(relative, labels, fold, start)
    at_bound = not inside_range(overall)
    return Calibration(expert.name, "temperature", ("T",), np.array([overall]), np.array(by_fold)[:, None], at_bound)


def temperature_rows(folds: Folds, class_count: int) -> np.ndarray:
    """Rows on which a temperature is fitted: all of them where that is cheap, else a fixed random subsample."""
    return folds.subsample(max(2_048, SUBSAMPLE_CELLS // class_count))


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


def shrunk_accuracy(right: int, answered: int) -> float:
    """(right + 1) / (answered + 2): the accuracy of hard answers, never exactly 0 or 1."""
    return (right + 1) / (answered + 2)


def calibrated_confidence(expert: AnsweringExpert, calibration: Calibration, folds: Folds) -> np.ndarray:
    """(N,) float32 calibrated confidence of an expert in its own answer; NaN where it abstains."""
    parameters = calibration.by_fold[folds.fold]
    if isinstance(expert, Top1Expert) and calibration.maps:
        confidence = mapped(calibration.maps, np.nan_to_num(expert.confidence, nan=0.5), folds.fold)
    elif isinstance(expert, Top1Expert):
        confidence = platt(np.nan_to_num(expert.confidence, nan=0.5), parameters[:, 0], parameters[:, 1])
    else:
        confidence = parameters[:, 0]
    return np.where(expert.predicted == ABSTAIN, np.nan, confidence).astype(np.float32)


def mapped(maps: Sequence[Calibrator], stated: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """(n,) each confidence by the map of its fold, never exactly 0 or 1."""
    said = np.empty(len(stated))
    for f, one in enumerate(maps):
        if (here := fold == f).any():
            said[here] = one(stated[here])
    return np.clip(said, SURE_MARGIN, 1 - SURE_MARGIN)
