"""How honest one expert's confidences are: calibration errors, proper scores, reliability curves, words.

Everything works on plain arrays of one expert: ``confidence`` (N,) in 0..1 of its predicted class (NaN where it
abstained: such rows are left out) and ``correct`` (N,) True where that class is the given label. The given labels
themselves hold errors, so "accuracy" here is agreement with the given labels.
"""

from cleaning.calibrate.measures.bin_choice import bins_by_brier_score
from cleaning.calibrate.measures.binning import assign_bins, bin_edges, quantile_edges
from cleaning.calibrate.measures.groups import by_group
from cleaning.calibrate.measures.measures import (
    Measure,
    accuracy,
    brier_score_multiclass,
    brier_score_top1,
    calibration_error_with_interval,
    calibration_measures,
    expected_calibration_error,
    expected_calibration_error_when_calibrated,
    mean_with_interval,
    negative_log_likelihood,
    negative_log_likelihood_top1,
)
from cleaning.calibrate.measures.reliability import reliability_curve
from cleaning.calibrate.measures.words import overconfidence_sentence

__all__ = [
    "Measure",
    "accuracy",
    "assign_bins",
    "bin_edges",
    "bins_by_brier_score",
    "brier_score_multiclass",
    "brier_score_top1",
    "by_group",
    "calibration_error_with_interval",
    "calibration_measures",
    "expected_calibration_error",
    "expected_calibration_error_when_calibrated",
    "mean_with_interval",
    "negative_log_likelihood",
    "negative_log_likelihood_top1",
    "overconfidence_sentence",
    "quantile_edges",
    "reliability_curve",
]
