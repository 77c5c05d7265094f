"""A verifier's score between 0 and 1 counts as so much right and the rest wrong."""

import numpy as np
import pytest

from cleaning.calibrate.calibrators import fit_calibrator
from cleaning.calibrate.logistic import platt_targets
from cleaning.calibrate.measures.measures import calibration_error_with_interval, top1_log_losses


@pytest.mark.parametrize("method", ["platt", "beta", "histogram", "isotonic"])
def test_half_right_calibrates_to_a_half(method):
    confidence = np.random.default_rng(0).uniform(0.05, 0.95, 400)
    told = fit_calibrator(method, confidence, np.full(400, 0.5))(np.array([0.2, 0.5, 0.8]))
    assert told == pytest.approx([0.5] * 3, abs=0.01)


def test_targets_of_shares_lie_between_and_of_marks_are_platts():
    assert platt_targets(np.array([1, 0, 0.5])) == pytest.approx([2.5 / 3.5, 1 / 3.5, 0.5])


def test_log_loss_of_a_share_is_its_share_of_both():
    assert top1_log_losses(np.array([0.8]), np.array([0.25])) == pytest.approx(-0.25 * np.log(0.8) - 0.75 * np.log(0.2))


def test_the_interval_of_the_calibration_error_takes_shares_as_they_are():
    confidence = np.random.default_rng(0).uniform(0.05, 0.95, 400)
    told = calibration_error_with_interval(confidence, confidence)
    assert (told.value, told.low, told.high) == pytest.approx((0, 0, 0))
    off = calibration_error_with_interval(confidence, np.clip(confidence + 0.04, 0, 1))
    assert off.low > 0.03 and off.high < 0.05
