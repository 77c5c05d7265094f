"""Does a calibration carry over to a part of the data, by more than chance?

Every part is judged by a map that never saw it. Small parts lose something by chance alone, so what parts of the same
sizes lose that are drawn at random is told beside it, with an interval of the loss itself and a random half.
"""

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import Fit, cross_fitted, fitted_elsewhere, random_folds, shift_check
from cleaning.calibrate.measures import expected_calibration_error
from cleaning.calibrate.study import STUDENT_97_5

RANDOM_HALF = "a random half, for comparison"
JACKKNIFE_GROUPS = 10
MOST_DRAWS, MOST_JUDGED = 40, 1_200  # permutations, and parts judged in all of them together
REFITS = 4  # maps fitted on other random folds, so that chance holds their spread as well


def shift_against_chance(
    fit: Fit, confidence: np.ndarray, correct: np.ndarray, parts: np.ndarray, bins: int = 15
) -> pd.DataFrame:
    """``shift_check`` with low and high (95 %, of lost), by_chance (what 19 in 20 parts of this size, drawn at random,
    stay under) and beyond_chance; RANDOM_HALF is the last row."""
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    known = ~np.isnan(confidence)
    confidence, correct, parts = confidence[known], correct[known], np.asarray(parts).astype(str)[known]
    table = shift_check(fit, confidence, correct, parts, bins)
    chance = _by_chance(fit, confidence, correct, parts, bins)
    maps = fitted_elsewhere(fit, confidence, correct, np.unique(parts, return_inverse=True)[1])
    everywhere = cross_fitted(fit, confidence, correct)
    ends = [_interval(correct, maps, everywhere, np.flatnonzero(parts == row.part), bins) for row in table.itertuples()]
    table["low"], table["high"] = [low for low, _ in ends], [high for _, high in ends]
    table["by_chance"] = [chance[part] for part in table["part"]]
    table["beyond_chance"] = (table["lost"] > table["by_chance"]) & (table["low"] > 0)
    return pd.concat([table, _random_half(fit, confidence, correct, bins)], ignore_index=True)


def _by_chance(fit: Fit, confidence, correct, parts: np.ndarray, bins: int) -> dict[str, float]:
    """By part the 95 % quantile of what is lost where the parts' names are dealt out at random."""
    names, part = np.unique(parts, return_inverse=True)
    rng = np.random.default_rng(0)
    draws = max(8, min(MOST_DRAWS, MOST_JUDGED // len(names)))
    everywhere = cross_fitted(fit, confidence, correct)
    refits = [cross_fitted(fit, confidence, correct, random_folds(len(part), seed=1 + r)) for r in range(REFITS)]
    lost = np.empty((draws, len(names)))
    for draw in range(draws):
        dealt, other = rng.permutation(part), refits[draw % REFITS]
        for place in range(len(names)):
            lost[draw, place] = _lost(correct, other, everywhere, np.flatnonzero(dealt == place), bins)
    return dict(zip(names, np.quantile(np.abs(lost), 0.95, axis=0)))


def _interval(correct, elsewhere, everywhere, rows: np.ndarray, bins: int) -> tuple[float, float]:
    """95 % interval of what a part loses: delete-a-group jackknife (Kott 2001) with Student's t."""
    if len(rows) < 2 * JACKKNIFE_GROUPS:
        return -1.0, 1.0
    group = np.arange(len(rows)) % JACKKNIFE_GROUPS
    values = np.array([_lost(correct, elsewhere, everywhere, rows[group != g], bins) for g in range(JACKKNIFE_GROUPS)])
    variance = (JACKKNIFE_GROUPS - 1) / JACKKNIFE_GROUPS * ((values - values.mean()) ** 2).sum()
    half = STUDENT_97_5[JACKKNIFE_GROUPS] * float(np.sqrt(variance))
    lost = _lost(correct, elsewhere, everywhere, rows, bins)
    return lost - half, lost + half


def _lost(correct, elsewhere, everywhere, rows: np.ndarray, bins: int) -> float:
    """How much larger the calibration error of some rows is under maps that never saw their part."""
    there, here = (expected_calibration_error(c[rows], correct[rows], bins) for c in (elsewhere, everywhere))
    return there - here


def _random_half(fit: Fit, confidence, correct, bins: int) -> pd.DataFrame:
    """The row of a half drawn at random: what is lost where nothing shifts."""
    half = np.where(random_folds(len(confidence), 2, seed=7) == 0, RANDOM_HALF, "other")
    if len(confidence) < 4:
        return pd.DataFrame()
    row = shift_check(fit, confidence, correct, half, bins)
    return row[row["part"] == RANDOM_HALF].assign(beyond_chance=False)
