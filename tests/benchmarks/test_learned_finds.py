"""The simulated reviews that judge the learning order: its halves, its random cards, and that it finds what clusters."""

import numpy as np
import pytest

from benchmarks.learning import BUDGETS, Half, JudgedPart, _finds, measure, reviewed
from cleaning.review.learning.learned_chance import SeenSamples


@pytest.fixture(scope="module")
def part():
    """Wrong labels in one class of six, which suspicion does not tell."""
    rng = np.random.default_rng(4)
    n, given = 1_200, rng.integers(0, 6, 1_200)
    suspicion = 1 / (1 + np.exp(-rng.normal(-2, 1.5, n)))
    predicted = np.column_stack([given, (given + rng.integers(0, 2, n)) % 6])
    seen = SeenSamples(np.arange(n), suspicion, given, (given + 1) % 6, 6, None, predicted, rng.random((n, 2)))
    wrong = (rng.random(n) < np.where(given == 2, 0.6, 0.04)).astype(float)
    return JudgedPart("planted", seen, wrong)


def test_both_orders_hand_out_the_same_random_cards_and_every_card_once(part):
    half = Half.of(part, 0)
    plain, learned = reviewed(half, None)[0], reviewed(half, half.wrong)[0]
    for log in (plain, learned):
        assert sorted(log) == list(range(600))
    below = half.seen.suspicion < np.quantile(half.seen.suspicion, 0.3)
    early = [[row for row in log[:200] if below[row]] for log in (plain, learned)]
    assert set(early[0]) & set(half.drawn[:40].tolist()) <= set(early[1])
    assert half.drawn[0] in plain[:5] and half.drawn[0] in learned[:5]


def test_it_finds_more_where_errors_cluster(part):
    told = measure(part, 2)
    at = BUDGETS.index(200)
    assert told.learned[:, at].sum() > 1.2 * told.plain[:, at].sum() and told.used.mean() > 0.5
    assert np.isnan(told.plain[:, BUDGETS.index(1_000)]).all(), "no half is that long"
    half = Half.of(part, 0)
    assert _finds(half, np.arange(600))[at] == half.wrong[:200].sum()
