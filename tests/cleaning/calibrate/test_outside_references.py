"""Calibration error and temperature against scikit-learn and against a search that knows nothing of ours."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator

from cleaning.calibrate.measures import expected_calibration_error
from cleaning.calibrate.temperature import fit_temperature, relative_logits


@pytest.mark.parametrize(("scheme", "strategy"), [("equal_width", "uniform"), ("equal_mass", "quantile")])
@pytest.mark.parametrize(("n", "bins"), [(1500, 15), (3000, 10), (900, 30)])
def test_the_calibration_error_is_that_of_scikit_learns_curve(scheme, strategy, n, bins):
    rng = np.random.default_rng(n)
    confidence = rng.beta(3, 1.2, n)
    correct = (rng.random(n) < confidence**2).astype(int)
    true, said = calibration_curve(correct, confidence, n_bins=bins, strategy=strategy)
    if strategy == "uniform":
        edges = np.linspace(0, 1, bins + 1)
    else:
        edges = np.percentile(confidence, np.linspace(0, 100, bins + 1))
    counts = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=bins)
    expected = counts[counts > 0] @ np.abs(true - said) / n
    assert expected > 0.05  # there is something to measure
    assert expected_calibration_error(confidence, correct, bins, scheme) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_the_temperature_is_that_of_a_plain_search(classes, scale):
    rng = np.random.default_rng(classes)
    logits = rng.normal(0, 2, (4000, classes))
    chances = np.exp(log_softmax(logits, axis=1))
    labels = (rng.random((4000, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=classes - 1)
    stated, line = scale * logits, np.arange(4000)

    def loss(beta):
        return -log_softmax(beta * stated, axis=1)[line, labels].mean()

    found = 1 / minimize_scalar(loss, bounds=(0.01, 20), method="bounded", options={"xatol": 1e-12}).x
    assert fit_temperature(relative_logits(stated.copy()), labels) == pytest.approx(found, rel=1e-6)


class Handed(ClassifierMixin, BaseEstimator):
    """A classifier whose decision values are what it is handed."""

    def fit(self, logits, labels):
        self.classes_ = np.arange(logits.shape[1])
        return self

    def decision_function(self, logits):
        return logits

    def predict(self, logits):
        return logits.argmax(axis=1)


@pytest.mark.parametrize("scale", [0.4, 2.5])
def test_the_temperature_is_scikit_learns(scale):
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (3000, 6))
    labels = (rng.random((3000, 1)) > softmax(logits, axis=1).cumsum(axis=1)).sum(axis=1).clip(max=5)
    stated = scale * logits
    handed = FrozenEstimator(Handed().fit(stated, labels))
    told = CalibratedClassifierCV(handed, method="temperature").fit(stated, labels).predict_proba(stated)
    ours = softmax(stated / fit_temperature(relative_logits(stated.copy()), labels), axis=1)
    assert np.abs(ours - softmax(stated, axis=1)).max() > 0.1  # the temperature does something
    np.testing.assert_allclose(ours, told, atol=1e-6)
