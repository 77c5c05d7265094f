"""The bound: exact where it can be worked out by hand, and holding in simulated audits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from cleaning.certify.most_wrong import StrataCounts, log_evidence, most_wrong, refuted

LOGITS = np.array([1.0, -1.5, -4.0])


def strata(size, cards, bad, found=None, open_=None, logit=LOGITS) -> StrataCounts:
    size, cards, bad = (np.asarray(values, float) for values in (size, cards, bad))
    found = bad if found is None else np.asarray(found, float)
    open_ = size - cards if open_ is None else np.asarray(open_, float)
    return StrataCounts(size, cards, bad, found, open_, np.asarray(logit)[: len(size)])


def test_before_the_first_card_everything_unreviewed_may_be_wrong():
    assert most_wrong(strata([30, 70], [0, 0], [0, 0]), 0.05) == 100
    assert most_wrong(strata([30, 70], [0, 0], [0, 0], found=[4, 0], open_=[20, 70]), 0.05) == 94


def test_what_is_reviewed_as_a_whole_is_exact():
    assert most_wrong(strata([30, 70], [30, 70], [5, 2]), 0.05) == 7


def test_more_than_there_are_is_refuted_whatever_the_cards_say():
    told = strata([5, 21, 110], [0, 21, 110], [0, 0, 33])
    assert most_wrong(told, 0.05) == 38 and not refuted(told, 38, 0.05) and refuted(told, 39, 0.05)


def test_a_simple_alternative_gives_the_hypergeometric_ratio(monkeypatch):
    """One stratum of 50, 20 cards, none bad, against "10 or more": Q / L with one alternative of half the rate."""
    monkeypatch.setattr("cleaning.certify.most_wrong.SLOPES", (1.0,))
    monkeypatch.setattr("cleaning.certify.most_wrong.PARTS", (0.5,))
    likeliest = np.prod([(40 - i) / (50 - i) for i in range(20)])
    told = log_evidence(strata([50], [20], [0]), 10)
    assert told == pytest.approx(20 * np.log(0.9) - np.log(likeliest), abs=1e-6)


def test_the_likeliest_way_is_the_best_of_all_ways():
    """Against every division of the total between two strata, tried one by one."""
    from cleaning.certify import most_wrong as module

    told = strata([40, 60], [15, 20], [3, 1])
    good = told.cards - told.bad
    ways = np.array([(a, b) for a in range(3, 29) for b in range(1, 42) if a + b >= 22], float)
    best = max(module._log_likelihood(told, good, way).sum() for way in ways)
    upper = float(module._likeliest(told, good, 22))
    assert best - 1e-9 <= upper <= best + 0.02


def test_more_good_cards_lower_the_bound_and_bad_ones_raise_it():
    few, more = strata([100, 400, 1_500], [20, 30, 50], [2, 1, 0]), strata([100, 400, 1_500], [40, 60, 100], [4, 2, 0])
    worse = strata([100, 400, 1_500], [20, 30, 50], [2, 1, 3])
    assert most_wrong(more, 0.05) < most_wrong(few, 0.05) < most_wrong(worse, 0.05)
    assert most_wrong(few, 0.05) < most_wrong(few, 0.01)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_refuted_stays_so_for_larger_numbers(data):
    size = np.array(data.draw(st.lists(st.integers(5, 400), min_size=1, max_size=3)), float)
    cards = np.array([data.draw(st.integers(0, int(n))) for n in size], float)
    bad = np.array([data.draw(st.integers(0, int(n * 0.3))) for n in cards], float)
    told = strata(size, cards, bad)
    bound = most_wrong(told, 0.05)
    assert bad.sum() <= bound <= (size - cards + bad).sum()
    above = np.unique(np.linspace(bound + 1, (size - cards + bad).sum(), 8).astype(int))
    assert all(refuted(told, total, 0.05) for total in above if total > bound)


def test_many_moments_at_once_are_told_as_each_alone():
    size, cards = [100.0, 900.0], np.array([[5, 10], [20, 40], [60, 100]], float)
    bad = np.array([[1, 0], [3, 1], [9, 1]], float)
    together = log_evidence(strata(size, cards, bad), 60)
    assert together == pytest.approx([float(log_evidence(strata(size, c, b), 60)) for c, b in zip(cards, bad)])


@pytest.mark.parametrize("slope", [0.0, 2.0])
def test_it_holds_at_every_moment_of_nearly_all_audits(slope):
    """150 audits of 150 cards, looked at after every third; the suspicion says nothing, or more than is allowed for."""
    size, missed = np.array([60, 200, 740]), 0
    chance = expit(-2 + slope * (LOGITS + 1.5))
    for seed in range(150):
        rng = np.random.default_rng(seed)
        wrong = [rng.random(n) < p for n, p in zip(size, chance)]
        order = rng.permutation(np.repeat([0, 1, 2], [30, 50, 70]))
        drawn = np.stack([np.cumsum(order == h) for h in range(3)], 1)[2::3]
        found = np.stack([np.r_[0, np.cumsum(wrong[h])][drawn[:, h]] for h in range(3)], 1)
        missed += refuted(strata(size, drawn, found), sum(map(sum, wrong)), 0.05).any()
    assert missed <= 0.05 * 150
