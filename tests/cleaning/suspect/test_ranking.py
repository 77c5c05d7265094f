"""Samples in order of suspicion, by hand."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.suspect import ranking as module
from cleaning.suspect.ranking import logit, rank_suspicion


@pytest.fixture
def ranking():
    return rank_suspicion(np.array([0.2, 0.9, 0.5, 0.5, 0.1]))


def test_most_suspicious_first_and_equals_in_row_order(ranking):
    assert ranking.rows.tolist() == [1, 2, 3, 0, 4]
    assert ranking.rank.tolist() == [3, 0, 1, 2, 4]
    assert ranking.suspicion.tolist() == [0.9, 0.5, 0.5, 0.2, 0.1]
    assert ranking.ascending.tolist() == [0.1, 0.2, 0.5, 0.5, 0.9]
    assert rank_suspicion(np.full(1_000, 0.5)).rows.tolist() == list(range(1_000))


def test_an_order_that_is_known_is_not_sought_again(monkeypatch):
    rng = np.random.default_rng(0)
    suspicion = rng.integers(0, 400, 5_000) / 400  # many are equal
    known = np.lexsort((rng.random(5_000), -suspicion))  # equals in any order
    expected = rank_suspicion(suspicion)
    monkeypatch.setattr(module.np, "argsort", None)
    found = rank_suspicion(suspicion, known)
    for name in vars(expected):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def test_an_order_that_does_not_descend_is_not_taken(ranking):
    found = rank_suspicion(np.array([0.2, 0.9, 0.5, 0.5, 0.1]), np.arange(5))
    assert found.rows.tolist() == ranking.rows.tolist()


def test_a_threshold_flags_what_lies_at_or_above_it(ranking):
    assert ranking.flagged_counts(np.array([0.5, 0.51, 1.0, 0.0, 0.9])).tolist() == [3, 1, 0, 5, 1]


def test_equals_are_flagged_together_or_not_at_all(ranking):
    assert [ranking.ties_kept_whole(count) for count in range(8)] == [0, 1, 1, 3, 4, 5, 5, 5]


def test_thresholds_fall_and_are_closer_where_few_are_flagged(ranking):
    assert ranking.thresholds().tolist() == [0.9, 0.5, 0.2, 0.1]
    many = rank_suspicion(np.linspace(0, 1, 10_001))
    told = many.thresholds(50)
    counts = many.flagged_counts(told)
    assert len(told) <= 50 and (np.diff(told) < 0).all() and counts[0] == 1 and counts[-1] == 10_001
    assert counts[:5].tolist() == [1, 2, 3, 4, 5] and (counts[1:] / counts[:-1])[10:].max() < 1.35


def test_sums_over_the_most_suspicious_are_exact_for_few_samples(ranking):
    value = np.array([3.0, 1.0, 4.0, 1.0, 5.0])  # by rank: each sample is a block of its own
    running = ranking.cumulative(value)
    assert ranking.sum_above(running, np.arange(6)).tolist() == [0, 3, 4, 8, 9, 14]
    assert ranking.block_logits == pytest.approx(np.log([9, 1, 1, 1 / 4, 1 / 9]))


def test_sums_over_many_samples_are_those_of_their_blocks(monkeypatch):
    """Ten samples in four blocks, of 2, 3, 2 and 3; inside a block a sum grows evenly."""
    monkeypatch.setattr(module, "BLOCKS", 4)
    suspicion = np.arange(1, 11) / 11
    ranking = rank_suspicion(suspicion)
    assert ranking.block_edges.tolist() == [0, 2, 5, 7, 10]
    odds = np.log(suspicion / (1 - suspicion))[::-1]
    assert ranking.block_logits == pytest.approx([odds[:2].mean(), odds[2:5].mean(), odds[5:7].mean(), odds[7:].mean()])
    running = ranking.cumulative(np.array([1.0, 2.0, 0.0, 1.0]))
    assert running.tolist() == [0, 2, 8, 8, 11]
    assert ranking.sum_above(running, np.array([1, 3, 6, 10])).tolist() == [1, 4, 8, 11]


def test_logits_are_held_where_suspicion_says_no_more():
    assert logit(np.array([0.0, 0.5, 1.0, 0.75])) == pytest.approx([-14, 0, 14, np.log(3)])


@pytest.mark.parametrize("bad", [-0.01, 1.01, np.nan])
def test_a_suspicion_that_is_none_is_named_by_its_row(bad):
    with pytest.raises(InputError, match="1 suspicion outside 0 to 1 or missing, in rows 2"):
        rank_suspicion(np.array([0.0, 1.0, bad]))
