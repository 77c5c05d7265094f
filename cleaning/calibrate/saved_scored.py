"""The same for scored answers: a calibration from one set of marked answers applied to another."""

import numpy as np
import pandas as pd

from cleaning.calibrate.saved import SavedCalibration, carried, saved_map
from cleaning.calibrate.scored_report import fitted_on_all, scored_confidence
from cleaning.domain.folds import draw_folds
from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError, first_five


def saved_of_scored(read: ScoredAnswers) -> SavedCalibration:
    """Every expert's map by its method, fitted on all its answers."""
    maps = {expert.name: saved_map(expert.name, "scored", fitted_on_all(expert)) for expert in read.experts}
    return SavedCalibration(maps, read.name, len(read.sample_ids))


def scored_elsewhere(read: ScoredAnswers, saved: SavedCalibration, seed: int = 0) -> pd.DataFrame:
    """As ``cleaning.calibrate.saved.judged_elsewhere``, against the verifier's scores."""
    fold, rows = draw_folds(read.sample_ids, seed).fold, []
    for expert in read.experts:
        kept = saved.maps.get(expert.name)
        if kept is None or kept.kind != "scored":
            raise InputError(
                f"The calibration knows no scored answers of '{expert.name}'; it knows {first_five(saved.maps)}."
            )
        across = kept.calibrator()(np.where(expert.answered, expert.confidence, np.nan))
        told = carried(expert.confidence, scored_confidence(expert, fold), across, np.nan_to_num(expert.score))
        about: dict[str, object] = {"expert": expert.name, "calibration": kept.calibrator().described()}
        about |= {"answered": int(expert.answered.sum()), "mean_score": float(expert.score[expert.answered].mean())}
        rows.append(about | told)
    return pd.DataFrame(rows)
