"""How far the equal pool is trusted, against the normal approximation worked out beside it."""

import numpy as np
import pytest
from scipy.stats import norm

from cleaning.suspect.pool import equal_pool_trust


def test_the_equal_pool_is_held_against_the_best_expert_wherever_it_stands():
    rng = np.random.default_rng(4)
    columns = [rng.uniform(low, 0.9, 40) for low in (0.2, 0.4, 0.3)]
    for order in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        q = np.column_stack([columns[i] for i in order])
        best = q[:, np.log(q).sum(axis=0).argmax()]
        gain = np.log(q.mean(axis=1)) - np.log(best)
        expected = norm.cdf(gain.mean() / (gain.std() / np.sqrt(40)))
        assert 0.001 < expected < 0.999
        assert equal_pool_trust(q) == pytest.approx(expected, abs=1e-9)
