"""One expert's calibration looked at closely, and groups' intervals: by hand and against scipy."""

import numpy as np
import pytest
from scipy.stats import t

from cleaning.calibrate.calibration import Calibration, calibrate
from cleaning.calibrate.calibrators import METHODS, random_folds, recommend
from cleaning.calibrate.measures import by_group, expected_calibration_error
from cleaning.calibrate.report import report_expert
from cleaning.calibrate.study import (
    STUDENT_97_5,
    accuracy_against,
    before_and_after,
    compare_methods,
    effect_of_bins,
    parameter_intervals,
)
from cleaning.errors import InputError
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def planted():
    return planted_dataset(n=600, kinds=("logits", "top1", "votes"), experts=3)


@pytest.fixture(scope="module")
def reports(planted):
    """A full, a top-1 and a votes expert."""
    folds, given = planted.folds(), planted.dataset.given_labels
    return [report_expert(planted.dataset, e, calibrate(e, given, folds), folds) for e in planted.experts]


def test_parameter_intervals_by_hand():
    """Jackknife by folds: variance 4/5 of the sum of squares about their mean, Student's t with 4 degrees."""
    by_fold = np.array([[1.0, 2.0], [1.2, 2.0], [0.8, 2.0], [1.1, 2.0], [0.9, 2.0]])
    table = parameter_intervals(Calibration("e", "platt", ("slope", "intercept"), np.array([1.05, 2.0]), by_fold))
    half = t.ppf(0.975, 4) * np.sqrt(4 / 5 * (0.04 + 0.04 + 0.01 + 0.01))
    assert table["parameter"].tolist() == ["slope", "intercept"] and table["value"].tolist() == [1.05, 2.0]
    assert table["low"].to_numpy() == pytest.approx([1.05 - half, 2.0], abs=1e-3)
    assert table["high"].to_numpy() == pytest.approx([1.05 + half, 2.0], abs=1e-3)


def test_students_quantiles_are_those_of_scipy():
    assert {groups: t.ppf(0.975, groups - 1) for groups in STUDENT_97_5} == pytest.approx(STUDENT_97_5, abs=6e-4)


def test_every_method_and_an_experts_own_are_compared(planted, reports):
    fold = planted.folds().fold
    full, top1, votes = reports
    assert set(compare_methods(full, fold).table["method"]) == {*METHODS, full.calibration.method}
    assert set(compare_methods(top1, fold).table["method"]) == set(METHODS)
    with pytest.raises(InputError, match="states no confidence"):
        compare_methods(votes, fold)
    own = compare_methods(full, fold).table.set_index("method").loc[full.calibration.method]
    stated = full.after.confidence.astype(float)
    assert own["expected_calibration_error"] == pytest.approx(expected_calibration_error(stated, full.right))


def test_the_effect_of_the_number_of_bins(reports):
    full, _, votes = reports
    table = effect_of_bins(full.before.confidence, full.after.confidence, full.right, counts=(5, 20))
    assert table["bins"].tolist() == [5, 5, 5, 20, 20, 20]
    assert table["moment"].tolist() == ["before", "after", "by chance"] * 2
    for bins, moment, value in table[["bins", "moment", "value"]].itertuples(index=False):
        if moment != "by chance":
            assert value == expected_calibration_error(getattr(full, moment).confidence, full.right, bins)
    assert effect_of_bins(None, votes.after.confidence, votes.right, (5,))["moment"].tolist() == ["after", "by chance"]
    usual = effect_of_bins(None, full.after.confidence, full.right)["bins"].unique()
    assert (np.diff(usual) > 0).all() and 15 in usual, "the usual number among them"


def test_before_and_after_in_words(reports):
    full, top1, votes = (before_and_after(report) for report in reports)
    assert set(full["moment"]) == set(top1["moment"]) == {"before", "after"} and set(votes["moment"]) == {"after"}
    assert "NLL, all classes (nats)" in set(full["measure"]) - set(top1["measure"])
    by_name = full.set_index(["measure", "moment"])["value"]
    assert by_name["ECE", "after"] == pytest.approx(
        expected_calibration_error(reports[0].after.confidence, reports[0].right)
    )
    assert by_name["NLL, all classes (nats)", "after"] < by_name["NLL, all classes (nats)", "before"]
    assert (full["low"] <= full["high"]).all()


def test_accuracy_counts_only_answers_to_what_counts(planted, reports):
    labels, votes = planted.dataset.given_labels, reports[2]
    counted = np.arange(600) < 300
    told = accuracy_against(votes, labels, counted)
    inside = counted & (votes.predicted >= 0)
    assert told.value == pytest.approx((votes.predicted == labels)[inside].mean())
    assert told.low < told.value < told.high
    with pytest.raises(InputError, match="answered none"):
        accuracy_against(votes, labels, votes.predicted < 0)


def test_a_groups_interval_by_hand():
    """Twenty samples at 0.8, 14 of them right: gap 0.1, normal interval; with all alike a floor of 0.25 / (n + 1)."""
    right = np.arange(20) < 14
    row = by_group(np.full(20, 0.8), right, np.full(20, "a")).iloc[0]
    half = 1.96 * np.sqrt(0.7 * 0.3 / 20)
    assert (row["gap"], row["gap_low"], row["gap_high"]) == pytest.approx((0.1, 0.1 - half, 0.1 + half))
    alike = by_group(np.full(20, 0.8), np.ones(20, bool), np.full(20, "a")).iloc[0]
    half = 1.96 * np.sqrt(0.25 / 21 / 20)
    assert (alike["gap_low"], alike["gap_high"]) == pytest.approx((-0.2 - half, -0.2 + half))
    alone = by_group(np.array([0.0]), np.array([1]), np.array(["a"])).iloc[0]
    assert alone["gap_low"] == -1.0, "no gap is wider"


def test_five_folds_unless_told_otherwise():
    assert np.bincount(random_folds(23)).tolist() == [5, 5, 5, 4, 4]
    assert np.bincount(random_folds(7, folds=3)).tolist() == [3, 2, 2]
    assert (random_folds(50) == random_folds(50)).all() and (random_folds(50) != random_folds(50, seed=1)).any()


def test_a_recommendation_by_hand():
    """An honest expert, compared with one that states the truth: within one standard error the simpler is taken."""
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.5, 1, 400)
    right = rng.random(400) < confidence
    found = recommend(
        confidence, right, methods=("none",), also={"temperature": confidence, "oracle": right * 0.9 + 0.05}
    )
    table = found.table.set_index("method")
    assert found.method == "oracle" and found.sentence.startswith("Use oracle: it has the lowest cross-fitted log-loss")
    losses = -np.log(np.where(right, confidence, 1 - confidence))
    best = np.full(400, -np.log(0.95))
    assert table.loc["none", "log_loss"] == pytest.approx(losses.mean())
    assert table.loc["none", "worse_by"] == pytest.approx((losses - best).mean())
    assert table.loc["none", "standard_error"] == pytest.approx((losses - best).std() / 20)
    assert table.loc["none", "brier_score_top1"] == pytest.approx(np.mean((confidence - right) ** 2))
    assert recommend(confidence, right, ("none",), also={"temperature": confidence}).method == "none"


def test_one_bin_compares_the_means():
    """0.9, 0.7, 0.5 and 0.3 stated, two of them right: 0.6 against 0.5."""
    assert expected_calibration_error([0.9, 0.7, 0.5, 0.3], [1, 0, 1, 0], bins=1) == pytest.approx(0.1)
    with pytest.raises(InputError, match="at least 1"):
        expected_calibration_error([0.9], [1], bins=0)
