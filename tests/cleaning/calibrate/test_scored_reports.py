"""Reports on marked answers are the same figures as the table of the command line."""

import numpy as np
import pytest

from cleaning.calibrate.calibrators import METHODS, calibrator
from cleaning.calibrate.report import calibration_table
from cleaning.calibrate.scored_report import scored_confidence, scored_report, scored_table
from cleaning.calibrate.study import before_and_after, compare_methods, parameter_intervals
from cleaning.domain.folds import draw_folds
from cleaning.domain.scored import ScoredAnswers, ScoredExpert


def judged(n: int = 600, seed: int = 1) -> ScoredAnswers:
    """A judge's scores between 0 and 1, about half of what the expert claims."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.05, 0.95, n)
    score = np.clip(sure / 2 + rng.normal(0, 0.1, n), 0, 1)
    sure[::7] = score[::7] = np.nan
    return ScoredAnswers("judged", np.array([f"j{i}" for i in range(n)], object), (ScoredExpert("one", sure, score),))


READ = judged()
FOLD = draw_folds(READ.sample_ids).fold


def test_a_report_says_what_the_table_says():
    row = calibration_table([scored_report(READ.experts[0], FOLD)]).iloc[0]
    table = scored_table(READ).iloc[0]
    for name in ("ece_before", "ece_after", "nll_before", "nll_after", "brier_before", "brier_after"):
        assert row[name] == pytest.approx(table[name], abs=1e-6), name
    assert row["accuracy_on_given"] == pytest.approx(table["mean_score"]) and row["answered"] == table["answered"]
    assert table["ece_after"] < table["ece_before"] / 3


@pytest.mark.parametrize("method", METHODS)
def test_each_fold_is_said_by_a_map_of_the_others(method):
    (expert,) = READ.calibrated_by({"one": method}).experts
    report, told = scored_report(expert, FOLD), scored_confidence(expert, FOLD)
    known, own = ~np.isnan(expert.confidence), FOLD == 0
    fitted = calibrator(method)(expert.confidence[known & ~own], expert.score[known & ~own])
    np.testing.assert_allclose(told[known & own], fitted(expert.confidence[known & own]), atol=1e-12)
    np.testing.assert_allclose(report.after.confidence, told, atol=1e-12)
    assert report.calibration.method == method and np.isnan(report.after.confidence[0])


def test_what_pages_show_of_a_report_works_on_scores():
    report = scored_report(READ.experts[0], FOLD)
    advised = compare_methods(report, FOLD)
    assert advised.method in METHODS and advised.method != "none"
    values = before_and_after(report).set_index(["measure", "moment"])["value"]
    assert values["ECE", "after"] < values["ECE", "before"]
    assert list(parameter_intervals(report.calibration)["parameter"]) == ["slope", "intercept"]
