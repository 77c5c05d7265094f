"""Another calibration than an expert's own, chosen for a run: a map of the confidence that it states.

A full expert's best class is then given what the map says of softmax(logits) as handed in, and the others share the rest
in the proportions that its temperature gives them ("none": as handed in). "recommended" is the one that cross-fitted
likelihood of the given label prefers to the expert's own beyond noise, else its own.
"""

import numpy as np

from cleaning.calibrate.calibration import Calibration, calibrated_confidence, temperature_rows
from cleaning.calibrate.calibrators import METHODS, Calibrator, fit_calibrator, recommend
from cleaning.calibrate.temperature import relative_logits, row_sums
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.domain.settings import RECOMMENDED
from cleaning.errors import InputError, one_of
from cleaning.scores.rows import chunk_rows

BEYOND_NOISE = 2.0  # standard errors of the difference by which another method has to be better


def calibrate_by(method: str, own: Calibration, expert: Expert, given_labels: np.ndarray, folds: Folds) -> Calibration:
    """The expert's map by a method of METHODS, or RECOMMENDED; own: its own, which comes back where that is meant.

    Raises InputError where the expert's scores do not allow it.
    """
    if method == own.method or (method == RECOMMENDED and isinstance(expert, VotesExpert)):
        return own
    able = [own.method] if isinstance(expert, VotesExpert) else list(dict.fromkeys([own.method, *METHODS, RECOMMENDED]))
    if method not in able:
        raise InputError(f"Expert '{expert.name}' cannot be calibrated by '{method[:40]}': choose {one_of(able)}.")
    stated, right, fold, by_own = _stated(expert, own, given_labels, folds)
    if method == RECOMMENDED:
        method = recommended(own.method, stated, right, fold, by_own)
    if method == own.method:
        return own
    maps = tuple(fit_calibrator(method, stated[fold != f], right[fold != f]) for f in range(FOLD_COUNT))
    base: tuple[float, ...] = ()
    if isinstance(expert, FullExpert):
        base = (1.0,) * FOLD_COUNT if method == "none" else tuple(own.by_fold[:, 0].tolist())
    return as_calibration(expert.name, fit_calibrator(method, stated, right), maps, base)


def recommended(own: str, stated: np.ndarray, right: np.ndarray, fold: np.ndarray, by_own: np.ndarray) -> str:
    """The method that is better than an expert's own by more than BEYOND_NOISE standard errors, else its own.

    stated: (n,) confidence as handed in. by_own: (n,) cross-fitted by its own method.
    """
    table = recommend(stated, right, also={} if own in METHODS else {own: by_own}, fold=fold).table
    row = table.set_index("method").loc[own]
    better = row["worse_by"] > BEYOND_NOISE * row["standard_error"]
    return str(table["method"][table["recommended"]].iloc[0]) if better else own


def as_calibration(
    name: str, overall: Calibrator, maps: tuple[Calibrator, ...], base: tuple[float, ...]
) -> Calibration:
    """One map fitted on all and one a fold (``maps``, FOLD_COUNT) as a calibration; base: as there. Maps of few numbers
    tell them as parameters; a curve of many knots tells none."""
    numbers = [{k: v for k, v in m.parameters.items() if not isinstance(v, list)} for m in (overall, *maps)]
    names = tuple(numbers[0])
    values = [[told[name] for name in names] for told in numbers]
    parameters = np.array(values, np.float64).reshape(1 + FOLD_COUNT, len(names))
    return Calibration(name, overall.method, names, parameters[0], parameters[1:], False, maps, base)


def _stated(
    expert: Expert, own: Calibration, given_labels: np.ndarray, folds: Folds
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(n,) each of the answers on which maps are fitted: confidence as handed in, whether right, fold, and the
    confidence by the expert's own calibration."""
    if isinstance(expert, Top1Expert):
        answered = expert.predicted != ABSTAIN
        right = expert.predicted[answered] == given_labels[answered]
        by_own = calibrated_confidence(expert, own, folds)[answered]
        return np.asarray(expert.confidence, float)[answered], right, folds.fold[answered], by_own.astype(float)
    assert isinstance(expert, FullExpert), "votes state nothing"
    rows = temperature_rows(folds, expert.scores.shape[1])
    step = chunk_rows(expert.scores.shape[1])
    parts = [_stated_here(expert, own, given_labels, folds, rows[at : at + step]) for at in range(0, len(rows), step)]
    stated, right, fold, by_own = map(np.concatenate, zip(*parts))
    return stated, right, fold, by_own


def _stated_here(
    expert: FullExpert, own: Calibration, given_labels: np.ndarray, folds: Folds, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """``_stated`` of some rows, so few that the processor's cache holds their logits."""
    logits = expert.logits(rows)
    answered = ~np.isnan(logits).all(axis=1)
    if not answered.all():
        rows, logits = rows[answered], logits[answered]
    relative_logits(logits)
    right = logits.argmax(axis=1) == given_labels[rows]
    beta = (1 / own.by_fold[folds.fold[rows], 0]).astype(np.float32)
    return _top(logits), right, folds.fold[rows], _top(logits * beta[:, None])


def _top(relative: np.ndarray) -> np.ndarray:
    """(n,) probability of the best class by logits (n, K) relative to it."""
    return (1 / row_sums(np.exp(relative))).astype(float)


def settled_on(best: np.ndarray, exponentials: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Makes (n, K) exponentials probabilities whose best class has what is ``said`` (n,); (n,) their sums, all 1.

    best: (n,) the best classes. Where no other class has anything, the best keeps all.
    """
    line = np.arange(len(best))
    exponentials[line, best] = 0
    others = row_sums(exponentials)
    some = others > 0
    exponentials *= np.where(some, (1 - said) / np.where(some, others, 1), 0)[:, None]
    exponentials[line, best] = np.where(some, said, 1)
    return np.ones(len(best), np.float32)
