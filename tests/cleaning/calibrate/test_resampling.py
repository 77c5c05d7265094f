"""Intervals of redrawn figures, against draws whose quantiles are known."""

import numpy as np
import pytest

from cleaning.calibrate.measures.resampling import percentile_interval


@pytest.mark.parametrize(("level", "expected"), [(0.9, (5.0, 95.0)), (0.5, (25.0, 75.0)), (0.0, (50.0, 50.0))])
def test_the_interval_holds_the_middle_of_the_draws(level, expected):
    draws = np.random.default_rng(0).permutation(np.arange(101.0))
    assert percentile_interval(draws, level) == pytest.approx(expected)
