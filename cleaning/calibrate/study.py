"""One expert's calibration looked at closely: its parameters' spread, other methods, the number of bins.

Everything is against labels of the caller's: given ones, or corrected where decisions have settled.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.calibrators import METHODS, Recommendation, recommend
from cleaning.calibrate.report import ExpertReport, Stated
from cleaning.errors import InputError

BIN_COUNTS = (5, 10, 15, 20, 30, 50, 100)
STUDENT_97_5 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


def parameter_intervals(calibration: Calibration) -> pd.DataFrame:
    """parameter, value, low, high (95 %) from the fits that each leave one fold out.

    Delete-a-group jackknife, variance (G - 1)/G sum (theta_g - mean)^2, Student's t with G - 1 degrees of freedom.
    Source: Kott 2001, "The delete-a-group jackknife".
    """
    by_fold = np.asarray(calibration.by_fold, float)
    groups = len(by_fold)
    variance = (groups - 1) / groups * ((by_fold - by_fold.mean(axis=0)) ** 2).sum(axis=0)
    half = STUDENT_97_5[groups] * np.sqrt(variance)
    value = np.asarray(calibration.parameters, float)
    return pd.DataFrame(
        {"parameter": calibration.parameter_names, "value": value, "low": value - half, "high": value + half}
    )


def compare_methods(report: ExpertReport, fold: np.ndarray) -> Recommendation:
    """Which calibration suits an expert best, its own (temperature or shrunk accuracy) among them.

    fold: (N,) int. Raises InputError for hard answers, which state no confidence to calibrate.
    """
    if report.before is None:
        raise InputError(f"'{report.expert.name}' states no confidence, so there is no other way to calibrate it.")
    own = report.calibration.method
    also = {} if own in METHODS else {own: np.asarray(report.after.confidence, float)}
    return recommend(report.before.confidence, report.right, also=also, fold=fold)


def effect_of_bins(
    before: np.ndarray | None, after: np.ndarray, right: np.ndarray, counts: Sequence[int] = BIN_COUNTS
) -> pd.DataFrame:
    """Calibration error by number of equal-mass bins: bins, moment (before, after, by chance), value, low, high (95 %,
    bootstrap; NaN by chance), chosen (the number that cross-validation takes, ``bins_by_brier_score``).

    "by chance" is what a perfectly calibrated expert stays under 95 times in 100. before: (N,) or None.
    """
    rows = []
    for bins in counts:
        if before is not None:
            rows.append((bins, "before", *metrics.calibration_error_with_interval(before, right, bins)))
        rows.append((bins, "after", *metrics.calibration_error_with_interval(after, right, bins)))
        chance = metrics.expected_calibration_error_when_calibrated(after, bins)
        rows.append((bins, "by chance", chance, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=["bins", "moment", "value", "low", "high"])
    return table.assign(chosen=table["bins"] == metrics.bins_by_brier_score(after, right, counts))


MEASURES = {
    "accuracy": "accuracy",
    "mean_confidence": "mean confidence",
    "expected_calibration_error": "ECE",
    "negative_log_likelihood": "NLL, all classes (nats)",
    "negative_log_likelihood_top1": "NLL, is the answer right (nats)",
    "brier_score_multiclass": "Brier, all classes",
    "brier_score_top1": "Brier, is the answer right",
}


def before_and_after(report: ExpertReport, bins: int = 15) -> pd.DataFrame:
    """measure, moment, value, low, high (95 % bootstrap): an expert before and after its own calibration."""
    parts = [
        _measures(stated, report.right, bins).assign(moment=moment)
        for moment, stated in (("before", report.before), ("after", report.after))
        if stated is not None
    ]
    return pd.concat(parts, ignore_index=True)[["measure", "moment", "value", "low", "high"]]


def _measures(stated: Stated, right: np.ndarray, bins: int) -> pd.DataFrame:
    table = metrics.calibration_measures(
        stated.confidence, right, stated.label_probability, stated.squared_sum, bins=bins
    )
    table = table[table["measure"].isin(MEASURES)]
    return table.assign(measure=table["measure"].map(MEASURES))


def accuracy_against(report: ExpertReport, labels: np.ndarray, counted: np.ndarray) -> metrics.Measure:
    """Accuracy of the answers given to counted samples, with its 95 % bootstrap interval.

    labels: (N,) class codes. counted: (N,) bool.
    """
    inside = counted & report.answered
    if not inside.any():
        raise InputError(f"'{report.expert.name}' answered none of the samples that count.")
    return metrics.mean_with_interval((report.predicted == labels)[inside].astype(float))
