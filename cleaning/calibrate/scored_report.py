"""Scored answers before and after calibration: confidence against the verifier's score, cross-fitted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.calibrators import Fit, cross_fitted, fit_platt
from cleaning.domain.folds import draw_folds
from cleaning.domain.scored import ScoredAnswers, ScoredExpert


def scored_confidence(expert: ScoredExpert, fold: np.ndarray, fit: Fit = fit_platt) -> np.ndarray:
    """(N,) calibrated confidence, each fold's by a map fitted on the others; NaN where it gave no answer."""
    calibrated, known = np.full(len(expert.score), np.nan), expert.answered
    calibrated[known] = cross_fitted(fit, expert.confidence[known], expert.score[known], fold[known])
    return calibrated


def fitted_on_all(expert: ScoredExpert) -> Calibration:
    """Platt scaling fitted on all of an expert's answers."""
    known = expert.answered
    told = fit_platt(expert.confidence[known], expert.score[known]).parameters
    values = np.array([told["slope"], told["intercept"]], float)
    return Calibration(expert.name, "platt", ("slope", "intercept"), values, values[None])


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
