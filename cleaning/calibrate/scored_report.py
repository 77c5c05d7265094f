"""Scored answers before and after calibration: confidence against the verifier's score, cross-fitted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibrators import Calibrator, calibrator, cross_fitted, fit_calibrator
from cleaning.calibrate.report import ExpertReport, Stated
from cleaning.calibrate.stated_maps import as_calibration
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import Top1Expert
from cleaning.domain.folds import FOLD_COUNT, draw_folds
from cleaning.domain.scored import ScoredAnswers, ScoredExpert


def scored_confidence(expert: ScoredExpert, fold: np.ndarray) -> np.ndarray:
    """(N,) confidence calibrated by the expert's method, each fold's by a map fitted on the others; NaN where it gave no
    answer."""
    calibrated, known, fit = np.full(len(expert.score), np.nan), expert.answered, calibrator(expert.method)
    calibrated[known] = cross_fitted(fit, expert.confidence[known], expert.score[known], fold[known])
    return calibrated


def fitted_on_all(expert: ScoredExpert) -> Calibrator:
    """The map by the expert's method, fitted on all of its answers."""
    known = expert.answered
    return fit_calibrator(expert.method, expert.confidence[known], expert.score[known])


def scored_report(expert: ScoredExpert, fold: np.ndarray) -> ExpertReport:
    """An expert before and after, as ``cleaning.calibrate.report`` gives it; ``right`` (N,) is the verifier's score.

    fold: (N,) of ``draw_folds``.
    """
    known = expert.answered
    sure, score, fit = expert.confidence[known], expert.score[known], calibrator(expert.method)
    maps = [fit(sure[fold[known] != f], score[fold[known] != f]) for f in range(FOLD_COUNT)]
    calibration = as_calibration(expert.name, fitted_on_all(expert), tuple(maps), ())
    said = np.full(len(fold), np.nan)
    for f, one in enumerate(maps):
        said[known & (fold == f)] = one(expert.confidence[known & (fold == f)])
    predicted = np.where(known, 0, ABSTAIN).astype(np.int32)
    answering = Top1Expert(expert.name, predicted, expert.confidence.astype(np.float32), cost=expert.cost)
    right = np.where(known, expert.score, 0.0)
    return ExpertReport(answering, calibration, predicted, right, Stated(expert.confidence), Stated(said))


def scored_table(read: ScoredAnswers, experts: Sequence[ScoredExpert] | None = None, seed: int = 0) -> pd.DataFrame:
    """One row an expert: answered, mean score, and ECE, its level by chance, NLL and Brier before and after."""
    fold = draw_folds(read.sample_ids, seed).fold
    return pd.DataFrame([_row(expert, fold) for expert in (read.experts if experts is None else experts)])


def _row(expert: ScoredExpert, fold: np.ndarray) -> dict[str, object]:
    known = expert.answered
    row: dict[str, object] = {
        "expert": expert.name,
        "kind": "scored",
        "calibration": fitted_on_all(expert).described(),
        "answered": int(known.sum()),
        "mean_score": float(expert.score[known].mean()),
    }
    for moment, stated in (("before", expert.confidence), ("after", scored_confidence(expert, fold))):
        row[f"ece_{moment}"] = metrics.expected_calibration_error(stated[known], expert.score[known])
        row[f"nll_{moment}"] = metrics.negative_log_likelihood_top1(stated[known], expert.score[known])
        row[f"brier_{moment}"] = metrics.brier_score_top1(stated[known], expert.score[known])
        row[f"ece_by_chance_{moment}"] = metrics.expected_calibration_error_when_calibrated(stated[known])
    return row
