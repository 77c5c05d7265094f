"""Calibrators against scikit-learn, planted truths and invariants."""

import json

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from cleaning.calibrate import calibrators, logistic
from cleaning.calibrate.calibrators import (
    METHODS,
    Calibrator,
    calibrator,
    cross_fitted,
    fit_calibrator,
    random_folds,
    recommend,
    shift_check,
)
from cleaning.calibrate.logistic import platt_targets
from cleaning.calibrate.measures import bins_by_brier_score, expected_calibration_error
from cleaning.calibrate.measures.subsample import some_rows
from cleaning.calibrate.method_words import in_words
from cleaning.errors import InputError


def over_confident(n=5000, factor=2.0, seed=0, offset=0.0):
    """P(right) = sigmoid(logit(confidence) / factor + offset): Platt's family with slope 1 / factor."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(2.0, 2.0, n)
    return 1 / (1 + np.exp(-odds)), (rng.random(n) < 1 / (1 + np.exp(-odds / factor - offset))).astype(int)


def reference(features, correct):
    """scikit-learn on rows doubled with Platt's targets as weights, unregularised."""
    target = platt_targets(correct)
    doubled = np.vstack([features, features])
    labels = np.repeat([1, 0], len(correct))
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000)
    model.fit(doubled, labels, sample_weight=np.concatenate([target, 1 - target]))
    return [*model.coef_[0], model.intercept_[0]]


def test_platt_equals_scikit_learn_and_finds_the_planted_slope():
    confidence, correct = over_confident(factor=2.0, offset=-0.3)
    odds = np.log(confidence) - np.log1p(-confidence)
    fitted = fit_calibrator("platt", confidence, correct).parameters
    assert [fitted["slope"], fitted["intercept"]] == pytest.approx(reference(odds[:, None], correct), abs=1e-4)
    assert fitted["slope"] == pytest.approx(0.5, abs=0.05)


def test_platt_targets_by_hand():
    assert platt_targets(np.array([1, 1, 0])).tolist() == pytest.approx([3 / 4, 3 / 4, 1 / 3])


def test_beta_equals_scikit_learn():
    confidence, correct = over_confident(factor=2.0)
    features = np.column_stack([np.log(confidence), -np.log1p(-confidence)])
    fitted = fit_calibrator("beta", confidence, correct).parameters
    assert [fitted["a"], fitted["b"], fitted["c"]] == pytest.approx(reference(features, correct), abs=1e-3)


@pytest.mark.parametrize("method", ["platt", "beta"])
def test_a_fit_that_begins_in_cells_ends_where_one_over_all_samples_does(method, monkeypatch):
    confidence, correct = over_confident(60_000, factor=1.7, offset=0.3)
    steps = []
    monkeypatch.setattr(logistic, "_newton_step", counted_steps(logistic._newton_step, len(correct), steps))
    many = list(fit_calibrator(method, confidence, correct).parameters.values())
    assert len(steps) <= 2, "over all samples, after the cells"
    monkeypatch.setattr(logistic, "MANY", 10**9)
    assert many == pytest.approx(list(fit_calibrator(method, confidence, correct).parameters.values()), rel=1e-8)


def counted_steps(step, samples: int, steps: list):
    """The same step, which writes down each time that it looks at every sample."""

    def counting(weights, features, target, count):
        steps.extend([1] * (len(target) == samples))
        return step(weights, features, target, count)

    return counting


@pytest.mark.parametrize("decimals", [2, 15])
def test_isotonic_equals_scikit_learn(decimals):
    confidence, correct = over_confident(3_000)
    confidence = confidence.round(decimals)  # many equal ones, or none
    fitted = IsotonicRegression(out_of_bounds="clip").fit(confidence, correct)
    margin, asked = 1 / (len(correct) + 2), np.linspace(0, 1, 501)
    told = fit_calibrator("isotonic", confidence, correct)(asked)
    assert told == pytest.approx(fitted.predict(asked).clip(margin, 1 - margin), abs=1e-12)
    assert len(fit_calibrator("isotonic", confidence, correct).parameters["x"]) == len(fitted.X_thresholds_)


def test_beta_never_falls_even_where_confidence_misleads():
    rng = np.random.default_rng(0)
    confidence = rng.random(2000)
    wrong_way = (rng.random(2000) < 0.9 - 0.5 * confidence).astype(int)
    fitted = fit_calibrator("beta", confidence, wrong_way)
    assert fitted.parameters["a"] >= 0 and fitted.parameters["b"] >= 0
    assert (np.diff(fitted(np.linspace(0, 1, 50))) >= -1e-12).all()
    assert fitted(np.array([0.5]))[0] == pytest.approx(wrong_way.mean(), abs=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_maps_rise_stay_inside_0_and_1_and_survive_json(method):
    confidence, correct = over_confident(2000)
    fitted = fit_calibrator(method, confidence, correct)
    grid = np.linspace(0, 1, 300)
    mapped = fitted(grid)
    assert ((mapped >= 0) & (mapped <= 1)).all()
    if method != "histogram":
        assert (np.diff(mapped) >= -1e-12).all()
    again = Calibrator(method, json.loads(json.dumps(fitted.parameters)))
    assert np.array_equal(again(grid), mapped)
    assert np.isnan(fitted(np.array([np.nan, 0.5]))).tolist() == [True, False]


@pytest.mark.parametrize("method", METHODS[1:])
def test_every_method_makes_an_over_confident_expert_honest(method):
    confidence, correct = over_confident(10_000, factor=2.5)
    before = expected_calibration_error(confidence, correct)
    after = expected_calibration_error(cross_fitted(calibrator(method), confidence, correct), correct)
    assert before > 0.08 and after < 0.02


def test_histogram_by_hand():
    confidence = np.repeat([0.2, 0.9], [4, 8])
    correct = np.array([1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0])
    fitted = fit_calibrator("histogram", confidence, correct)
    assert fitted(np.array([0.2, 0.9])).tolist() == pytest.approx([2 / 6, 7 / 10])


def test_a_histogram_has_as_many_bins_as_cross_validation_chooses_on_what_it_is_fitted_on():
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    winding, flat = (rng.random(20_000) < chance for chance in (np.where((10 * confidence) % 1 < 0.5, 0.9, 0.1), 0.7))
    bins = [len(fit_calibrator("histogram", confidence, right).parameters["values"]) for right in (winding, flat)]
    assert bins == [bins_by_brier_score(confidence, right.astype(float)) for right in (winding, flat)]
    assert bins[0] >= 20 > bins[1]
    left_out = fit_calibrator("histogram", confidence[::2], winding[::2])(confidence[1::2])
    assert np.mean((left_out - winding[1::2]) ** 2) < 0.13  # by 15 bins, which never fall on the steps, it is 0.22


@pytest.mark.parametrize("method", METHODS)
def test_separable_and_one_sided_answers_stay_finite(method):
    for correct in (np.array([0, 0, 0, 1, 1, 1]), np.ones(6), np.zeros(6)):
        mapped = fit_calibrator(method, np.array([0.0, 0.2, 0.3, 0.8, 0.9, 1.0]), correct)(np.array([0.0, 0.5, 1.0]))
        assert np.isfinite(mapped).all()
        assert method == "none" or ((mapped > 0) & (mapped < 1)).all()  # a log-loss can be taken of it


def test_cross_fitting_never_sees_its_own_fold():
    confidence, correct = np.full(10, 0.5), np.zeros(10)
    fold = np.arange(10) % 2
    correct[fold == 1] = 1  # fold 0 is all wrong, fold 1 all right: each must be told the other's story
    calibrated = cross_fitted(calibrator("histogram"), confidence, correct, fold)
    assert calibrated[fold == 0] == pytest.approx(6 / 7)
    assert calibrated[fold == 1] == pytest.approx(1 / 7)


def test_folds_are_even_and_fixed_by_the_seed():
    assert np.bincount(random_folds(103)).tolist() == [21, 21, 21, 20, 20]
    assert np.array_equal(random_folds(50, seed=3), random_folds(50, seed=3))
    assert not np.array_equal(random_folds(50, seed=3), random_folds(50, seed=4))


def test_recommendation_takes_the_simplest_that_is_as_good():
    honest = recommend(*over_confident(6000, factor=1.0))
    assert honest.method == "none"
    stretched = recommend(*over_confident(6000, factor=2.5))
    assert stretched.method == "platt"
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    stairs = (rng.random(20_000) < np.where(confidence > 0.5, 0.95, np.where(confidence > 0.45, 0.1, 0.6))).astype(int)
    assert recommend(confidence, stairs).method in ("histogram", "isotonic")
    for result in (honest, stretched):
        assert result.table["recommended"].sum() == 1
        assert result.sentence.startswith(f"Use {in_words(result.method)}: ")
        assert result.table["worse_by"][0] == 0 and (result.table["worse_by"] >= 0).all()


def test_recommendation_is_not_lured_by_a_flexible_method_that_is_best_by_luck():
    results = [recommend(*over_confident(1500, factor=2.5, seed=seed)) for seed in range(12)]
    lured = [result.table["method"][0] != "platt" for result in results]
    assert any(lured)
    assert sum(result.method == "platt" for result in results) >= 10
    assert any("within one standard error" in result.sentence for result in results)


def test_recommendation_considers_methods_calibrated_elsewhere():
    confidence, correct = over_confident(6000, factor=2.5)
    odds = np.log(confidence) - np.log1p(-confidence)
    result = recommend(confidence, correct, also={"temperature": 1 / (1 + np.exp(-odds / 2.5))})
    assert result.method == "temperature"
    assert set(result.table["method"]) == {*METHODS, "temperature"}


def test_of_very_many_samples_some_are_compared(monkeypatch):
    confidence, correct = over_confident(6000, factor=2.5)
    fold, odds = random_folds(6000), np.log(confidence) - np.log1p(-confidence)
    told = {"temperature": 1 / (1 + np.exp(-odds / 2.5))}
    some = some_rows(6000, 1500)
    by_hand = recommend(
        confidence[some], correct[some], also={"temperature": told["temperature"][some]}, fold=fold[some]
    )
    whole = recommend(confidence, correct, also=told, fold=fold)
    monkeypatch.setattr(calibrators, "MOST_COMPARED", 1500)
    found = recommend(confidence, correct, also=told, fold=fold)
    assert found.table.equals(by_hand.table) and not found.table.equals(whole.table)


def test_some_rows_are_random_and_ascending():
    assert some_rows(5, 5) == slice(None)
    drawn = [some_rows(10, 4, seed) for seed in range(2000)]
    assert all((np.diff(rows) > 0).all() and len(rows) == 4 for rows in drawn)
    assert np.bincount(np.concatenate(drawn), minlength=10) == pytest.approx(800, rel=0.1)


def test_abstentions_do_not_count():
    confidence, correct = over_confident(500)
    gaps = np.concatenate([confidence, np.full(100, np.nan)])
    fitted = fit_calibrator("platt", gaps, np.concatenate([correct, np.zeros(100)]))
    assert fitted.parameters == fit_calibrator("platt", confidence, correct).parameters


def test_shift_check_finds_the_part_that_is_different():
    confidence, correct = over_confident(6000, factor=1.0)
    other, other_correct = over_confident(3000, factor=4.0, seed=9)
    table = shift_check(
        calibrator("platt"),
        np.concatenate([confidence, other]),
        np.concatenate([correct, other_correct]),
        np.repeat(["web", "photo", "scan"], 3000),
    )
    assert table["part"][0] == "scan" and table["lost"][0] > 0.03
    assert table["fitted_elsewhere"][0] > 0.1
    assert table["count"].sum() == 9000


def test_shift_check_of_many_parts_never_sees_the_part_it_judges(monkeypatch):
    monkeypatch.setattr("cleaning.calibrate.calibrators.MOST_SHIFT_FITS", 3)
    confidence, correct = over_confident(700, factor=1.0)
    confidence[:5] = np.nan
    parts = np.arange(700) // 100
    seen = []

    def fit(others, right):
        seen.append(set(np.flatnonzero(np.isin(confidence, others)) // 100))
        level = right.mean()
        return lambda judged: np.full(len(judged), level)

    table = shift_check(fit, confidence, correct, parts).set_index("part")
    assert seen[5:] == [{1, 2, 4, 5}, {0, 2, 3, 5, 6}, {0, 1, 3, 4, 6}] and len(seen) == 8  # five are cross-fitted
    together, known = np.isin(parts, (0, 3, 6)), ~np.isnan(confidence)
    level = correct[known & ~together].mean()
    inside = known & (parts == 3)
    assert table.loc["3", "fitted_elsewhere"] == pytest.approx(abs(correct[inside].mean() - level))
    assert table.loc["0", "count"] == 95 and table["count"].sum() == 695


def test_mistakes_are_told_in_words():
    with pytest.raises(InputError, match="none, platt, beta"):
        fit_calibrator("spline", np.array([0.5]), np.array([1]))
    with pytest.raises(InputError, match="answered no sample"):
        fit_calibrator("platt", np.array([np.nan]), np.array([1]))
    with pytest.raises(InputError, match="at least two parts"):
        shift_check(calibrator("none"), np.array([0.5]), np.array([1]), np.array(["a"]))
