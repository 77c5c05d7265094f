"""Calibration of the three kinds of score against hand-computed cases, scikit-learn and invariants."""

import math

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from cleaning.calibrate import calibration, logistic
from cleaning.calibrate.calibration import calibrate, calibrated_confidence, shrunk_accuracy
from cleaning.calibrate.logistic import fit_platt, logit, sigmoid
from cleaning.calibrate.temperature import TEMPERATURE_RANGE, fit_temperature, relative_logits, row_sums, temperatures
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.errors import InputError
from tests.factories import planted_dataset


class PassesOn(ClassifierMixin, BaseEstimator):
    """A classifier whose decision values are its input, so that scikit-learn calibrates exactly them."""

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, x):
        return x[:, 0] if x.shape[1] == 1 else x

    def predict(self, x):
        return (x[:, 0] > 0).astype(int) if x.shape[1] == 1 else x.argmax(1)


def reference_calibrator(scores, y, method):
    model = CalibratedClassifierCV(FrozenEstimator(PassesOn().fit(scores, y)), method=method).fit(scores, y)
    return model.calibrated_classifiers_[0].calibrators[0]


def some_logits(n=3000, classes=7, seed=0, scale=1.0):
    """Logits and labels drawn from their softmax, so that T = scale is right."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n, classes))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(1)  # the Gumbel trick draws from the softmax
    return relative_logits((logits * scale).astype(np.float32)), labels


def mean_log_loss(logits, labels, temperature):
    return -log_softmax(logits.astype(np.float64) / temperature, axis=1)[np.arange(len(labels)), labels].mean()


@pytest.mark.parametrize(("classes", "scale"), [(3, 3.0), (7, 0.4), (7, 2.5), (60, 1.7)])
def test_temperature_equals_scikit_learn(classes, scale):
    logits, labels = some_logits(classes=classes, scale=scale)
    labels[: 5 * classes] = np.repeat(np.arange(classes), 5)  # scikit-learn wants to see every class five times
    beta = reference_calibrator(logits.astype(np.float64), labels, "temperature").beta_
    assert fit_temperature(logits, labels) == pytest.approx(1 / beta, rel=1e-3)


def test_temperature_by_hand():
    """Two classes, always logit 2 for the first, right 3 times in 4: sigmoid(2 / T) = 3/4, so T = 2 / ln 3."""
    logits = np.tile(np.float32([2, 0]), (400, 1))
    labels = np.repeat([0, 0, 0, 1], 100)
    assert fit_temperature(logits, labels) == pytest.approx(2 / np.log(3), rel=1e-5)


@pytest.mark.parametrize("start", [0.02, 0.3, 1.0, 7.0, 50.0])
def test_temperature_does_not_depend_on_where_the_search_starts(start):
    logits, labels = some_logits(scale=2.0)
    assert fit_temperature(logits, labels, start) == pytest.approx(fit_temperature(logits, labels), rel=1e-5)


def test_temperature_is_near_one_on_calibrated_logits_and_scales_with_them():
    logits, labels = some_logits(n=8000)
    natural = fit_temperature(logits, labels)
    assert natural == pytest.approx(1, abs=0.05)
    for scale in (0.2, 3.0):
        assert fit_temperature(logits * np.float32(scale), labels) == pytest.approx(natural * scale, rel=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_log_loss_is_never_worse_and_no_other_temperature_is_better(seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, rng.uniform(0.5, 6), (200, 4)).astype(np.float32)
    labels = np.where(rng.random(200) < 0.6, logits.argmax(1), rng.integers(0, 4, 200))
    fitted = fit_temperature(logits, labels)
    least = mean_log_loss(logits, labels, fitted)
    for other in (1.0, fitted * 0.98, fitted * 1.02):
        assert least <= mean_log_loss(logits, labels, other) + 1e-9


def test_temperature_stops_at_the_ends_of_its_range_and_says_so():
    logits, _ = some_logits(n=500)
    expert = FullExpert("sure", scores=logits)
    planted = planted_dataset(n=500, classes=7)
    for labels, end in ((logits.argmax(1), TEMPERATURE_RANGE[0]), (logits.argmin(1), TEMPERATURE_RANGE[1])):
        fitted = calibrate(expert, labels, planted.folds())
        assert fitted.at_bound and fitted.parameters[0] == pytest.approx(end, rel=1e-3)
        assert "at the end of its range" in fitted.described()
    inside = calibrate(expert, np.where(np.arange(500) % 3, logits.argmax(1), 0), planted.folds())
    assert not inside.at_bound and "range" not in inside.described()


def test_temperature_without_samples_changes_nothing():
    assert fit_temperature(np.empty((0, 3), np.float32), np.empty(0, int)) == 1.0


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.4, -1.0), (2.5, 0.7)])
def test_platt_equals_scikit_learn(slope, intercept):
    rng = np.random.default_rng(0)
    x = logit(rng.beta(4, 1.2, 3000))
    right = rng.random(3000) < sigmoid(slope * x + intercept)
    reference = reference_calibrator(x[:, None], right.astype(int), "sigmoid")
    # scikit-learn's map is 1 / (1 + exp(a x + b)): the signs are turned
    assert fit_platt(x, right) == pytest.approx((-reference.a_, -reference.b_), abs=1e-3)


def test_platt_by_hand_when_all_are_right():
    """Four right answers, one confidence: every target is (4 + 1) / (4 + 2), and the map must give it."""
    slope, intercept = fit_platt(np.full(4, 1.5), np.ones(4, bool))
    assert sigmoid(slope * 1.5 + intercept) == pytest.approx(5 / 6, abs=1e-6)


def test_platt_stays_finite_when_the_two_parts_separate():
    x = np.array([-5.0, -4, 4, 5] * 20)
    slope, intercept = fit_platt(x, x > 0)
    assert np.isfinite([slope, intercept]).all()
    assert sigmoid(slope * 5 + intercept) > 0.9 > 0.1 > sigmoid(slope * -5 + intercept)
    assert fit_platt(np.empty(0), np.empty(0, bool)) == (0.0, 0.0)


def test_platt_leaves_honest_confidences_alone():
    rng = np.random.default_rng(1)
    confidence = rng.beta(4, 1.5, 40_000)
    slope, intercept = fit_platt(logit(confidence), rng.random(40_000) < confidence)
    assert (slope, intercept) == (pytest.approx(1, abs=0.05), pytest.approx(0, abs=0.06))


def test_logit_and_sigmoid_at_their_ends():
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
    assert logit(np.array([0.75])) == pytest.approx(np.log(3))
    assert sigmoid(np.array([-1e6, 0, 1e6])).tolist() == [0, 0.5, 1]
    assert sigmoid(logit(np.array([0.1, 0.9]))) == pytest.approx([0.1, 0.9])


def hand_folds(n):
    return Folds((np.arange(n) % FOLD_COUNT).astype(np.int8), np.arange(n))


def test_shrunk_accuracy_by_hand():
    assert shrunk_accuracy(0, 0) == 0.5
    assert shrunk_accuracy(7, 8) == 0.8
    given = np.zeros(10, np.int32)
    # folds 0 1 2 3 4 0 1 2 3 4; abstains on rows 0 and 5 (all of fold 0), wrong on row 1 (fold 1)
    expert = VotesExpert("v", predicted=np.array([ABSTAIN, 1, 0, 0, 0, ABSTAIN, 0, 0, 0, 0], np.int32))
    fitted = calibrate(expert, given, hand_folds(10))
    assert fitted.parameters.tolist() == [(7 + 1) / (8 + 2)]
    assert fitted.by_fold[:, 0] == pytest.approx([8 / 10, 7 / 8, 6 / 8, 6 / 8, 6 / 8])
    assert fitted.described() == "shrunk accuracy c = 0.8"
    confidence = calibrated_confidence(expert, fitted, hand_folds(10))
    assert confidence.dtype == np.float32
    assert np.isnan(confidence[[0, 5]]).all()
    assert confidence[[1, 2]] == pytest.approx([7 / 8, 6 / 8])


def test_platt_confidence_is_that_of_the_samples_own_fold():
    planted = planted_dataset(n=400, kinds=("top1",), experts=1)
    (expert,), folds = planted.experts, planted.folds()
    fitted = calibrate(expert, planted.dataset.given_labels, folds)
    confidence = calibrated_confidence(expert, fitted, folds)
    row = int(np.flatnonzero((folds.fold == 3) & (expert.predicted != ABSTAIN))[0])
    slope, intercept = fitted.by_fold[3]
    p = float(expert.confidence[row])
    assert confidence[row] == pytest.approx(1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + intercept))), abs=1e-5)
    assert (np.isnan(confidence) == (expert.predicted == ABSTAIN)).all()


@pytest.mark.parametrize("kind", ["logits", "probabilities", "top1", "votes"])
def test_a_fold_never_sees_its_own_labels(kind):
    planted = planted_dataset(n=600, kinds=(kind,), experts=1)
    (expert,), folds, given = planted.experts, planted.folds(), planted.dataset.given_labels
    before = calibrate(expert, given, folds)
    for f in range(FOLD_COUNT):
        changed = np.where(folds.fold == f, (given + 1) % 6, given).astype(np.int32)
        after = calibrate(expert, changed, folds)
        # a temperature is searched from the overall one, so that it may differ in its last digits
        assert after.by_fold[f] == pytest.approx(before.by_fold[f], rel=1e-5)
        for other in set(range(FOLD_COUNT)) - {f}:
            assert abs(after.by_fold[other] - before.by_fold[other]).max() > 0.01


def test_probabilities_are_calibrated_as_their_logarithms():
    logits, labels = some_logits(scale=1.8)
    probabilities = np.exp(log_softmax(logits, axis=1))
    folds = planted_dataset(n=len(labels), classes=7).folds()
    as_logits = calibrate(FullExpert("l", scores=logits), labels, folds)
    as_probabilities = calibrate(FullExpert("p", scores=probabilities, score_kind="probabilities"), labels, folds)
    assert as_probabilities.by_fold == pytest.approx(as_logits.by_fold, rel=1e-3)


@pytest.mark.parametrize("padding", [np.nan, -np.inf])
def test_options_that_do_not_exist_do_not_count(padding):
    """The same questions with and without a column of padding have the same temperature."""
    logits, labels = some_logits(classes=3)
    padded = np.column_stack([logits, np.full((len(logits), 2), padding, np.float32)])
    folds = planted_dataset(n=len(labels), classes=5).folds()
    plain = calibrate(FullExpert("plain", scores=logits), labels, folds)
    assert calibrate(FullExpert("padded", scores=padded), labels, folds).by_fold == pytest.approx(
        plain.by_fold, rel=1e-6
    )
    relative = relative_logits(padded.copy())
    assert np.isfinite(relative).all() and (relative.max(axis=1) == 0).all()
    assert (np.exp(relative[:, 3:]) == 0).all()


def test_rows_on_which_an_expert_is_silent_do_not_count():
    logits, labels = some_logits(n=1000)
    folds = planted_dataset(n=1000, classes=7).folds()
    silent = np.arange(1000) % 4 == 0
    rows = np.where(silent, ABSTAIN, np.arange(1000))
    fitted = calibrate(FullExpert("e", scores=logits, rows=rows), labels, folds)
    assert fitted.parameters[0] == pytest.approx(fit_temperature(logits[~silent], labels[~silent]), rel=1e-5)


def test_an_expert_that_answers_nothing_is_told_in_words():
    planted = planted_dataset(n=50)
    nobody = np.full(50, ABSTAIN, np.int32)
    silent = [
        VotesExpert("quiet", predicted=nobody),
        Top1Expert("quiet", predicted=nobody, confidence=np.full(50, np.nan, np.float32)),
        FullExpert("quiet", scores=np.ones((50, 6), np.float32), rows=nobody),
    ]
    for expert in silent:
        with pytest.raises(InputError, match="Expert 'quiet' "):
            calibrate(expert, planted.dataset.given_labels, planted.folds())


def test_a_temperature_fitted_on_a_subsample_is_close(monkeypatch):
    planted = planted_dataset(n=6000, kinds=("logits",), experts=1)
    (expert,), folds, given = planted.experts, planted.folds(), planted.dataset.given_labels
    whole = calibrate(expert, given, folds)
    monkeypatch.setattr(calibration, "SUBSAMPLE_CELLS", 3000 * 6)
    assert len(calibration.temperature_rows(folds, 6)) == 3000
    assert calibrate(expert, given, folds).parameters == pytest.approx(whole.parameters, rel=0.1)
    assert calibrate(expert, given, folds).parameters != pytest.approx(whole.parameters, rel=1e-6)


@pytest.mark.parametrize("classes", (3, 10, 250, 1_000))
def test_a_rows_sum_is_the_same_whatever_rows_stand_beside_it(classes):
    x = np.random.default_rng(0).random((64, classes), dtype=np.float32)
    whole = row_sums(x)
    for first, last in ((0, 1), (0, 6), (1, 4), (3, 50), (61, 64)):
        np.testing.assert_array_equal(row_sums(x[first:last]), whole[first:last])
    np.testing.assert_allclose(whole, x.sum(axis=1, dtype=np.float64), rtol=1e-6)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.5, 40.0])
def test_temperatures_of_folds_equal_fits_of_their_own(scale):
    """Near or far from where the search starts, and where leaving a fold out moves the optimum by more than a step."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 6, 400)
    logits = rng.normal(size=(400, 6)).astype(np.float32)
    logits[np.arange(400), labels] += rng.normal(1.5, 1, 400).astype(np.float32)
    fold = np.arange(400) % FOLD_COUNT
    relative = relative_logits(logits * np.float32(scale))
    for start in (1.0, scale):
        overall, by_fold = temperatures(relative, labels, fold, start)
        assert overall == pytest.approx(fit_temperature(relative, labels), rel=2e-5)
        for f in range(FOLD_COUNT):
            assert by_fold[f] == pytest.approx(fit_temperature(relative[fold != f], labels[fold != f]), rel=2e-5)


@pytest.mark.parametrize("n", [0, 1, logistic.PIECE - 1, logistic.PIECE, 3 * logistic.PIECE + 5])
def test_products_are_added_up_in_pieces(n):
    one, other = np.random.default_rng(0).normal(size=(2, n))
    assert logistic._dot(one, other) == pytest.approx(math.fsum(one * other), rel=1e-12, abs=1e-10)
