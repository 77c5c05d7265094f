"""Wilson's interval as SciPy and Newcombe's table give it."""

import numpy as np
import pytest
from scipy.stats import binomtest

from cleaning.calibrate.measures.shares import wilson_interval


def test_as_in_newcombe_1998():
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_as_in_scipy_and_for_many_at_once():
    hits, count = np.array([0, 1, 3, 48, 10, 700]), np.array([10, 2, 10, 80, 10, 14_042])
    expected = [binomtest(int(h), int(n)).proportion_ci(method="wilson") for h, n in zip(hits, count)]
    low, high = wilson_interval(hits, count)
    assert low == pytest.approx([e.low for e in expected], abs=1e-12)
    assert high == pytest.approx([e.high for e in expected], abs=1e-12)
