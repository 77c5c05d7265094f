"""The same for scored answers: a calibration from one set of marked answers applied to another."""

import numpy as np
import pandas as pd

from cleaning.calibrate.logistic import platt
from cleaning.calibrate.saved import SavedCalibration, carried, saved_calibration
from cleaning.calibrate.scored_report import fitted_on_all, scored_confidence
from cleaning.domain.folds import draw_folds
from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError, first_five


def saved_of_scored(read: ScoredAnswers) -> SavedCalibration:
    """Platt scaling of every expert, fitted on all its answers."""
    return saved_calibration(read.name, len(read.sample_ids), [("scored", fitted_on_all(e)) for e in read.experts])


def scored_elsewhere(read: ScoredAnswers, saved: SavedCalibration, seed: int = 0) -> pd.DataFrame:
    """As ``cleaning.calibrate.saved.judged_elsewhere``, against the verifier's scores."""
    fold, rows = draw_folds(read.sample_ids, seed).fold, []
    for expert in read.experts:
        kept = saved.maps.get(expert.name)
        if kept is None or kept.kind != "scored":
            raise InputError(
                f"The calibration knows no scored answers of '{expert.name}'; it knows {first_five(saved.maps)}."
            )
        across = platt(np.nan_to_num(expert.confidence, nan=0.5), *kept.parameters)
        across = np.where(expert.answered, across, np.nan)
        told = carried(expert.confidence, scored_confidence(expert, fold), across, np.nan_to_num(expert.score))
        about = {"expert": expert.name, "calibration": kept.here().described(), "answered": int(expert.answered.sum())}
        rows.append(about | {"mean_score": float(expert.score[expert.answered].mean())} | told)
    return pd.DataFrame(rows)
