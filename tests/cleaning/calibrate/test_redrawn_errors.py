"""Calibration errors redrawn by counts of right answers, against the same redrawn by sums of scores."""

import numpy as np
import pytest

from cleaning.calibrate.measures import calibration_error_with_interval


def test_the_interval_of_a_calibration_error_is_the_same_by_counts_and_by_sums():
    rng = np.random.default_rng(5)
    confidence = rng.uniform(0.5, 1, 2_000)
    correct = (rng.random(2_000) < confidence).astype(float)
    scores = correct.copy()
    scores[0] = abs(scores[0] - 1e-9)  # no longer 0 or 1 alone: read as a verifier's scores
    counted = calibration_error_with_interval(confidence, correct, bootstrap=2_000)
    summed = calibration_error_with_interval(confidence, scores, bootstrap=2_000, seed=1)
    assert counted.value == pytest.approx(summed.value, abs=1e-6)
    assert counted.low == pytest.approx(summed.low, abs=0.002) and counted.high == pytest.approx(summed.high, abs=0.002)
