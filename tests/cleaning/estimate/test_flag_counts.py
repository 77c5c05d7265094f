"""The threshold curve, budgets and hours, and the paper's rule over all its settings."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.errors import InputError
from cleaning.estimate.flag_counts import (
    BIN_COUNT,
    STEP_LIMIT,
    TAU_GRID,
    cards_in,
    curve_of,
    paper_table,
    seconds_per_card,
    shortest_between,
)
from cleaning.suspect.suspicion import expert_agreement

suspicions = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=60)


@given(suspicions)
def test_every_step_counts_the_samples_at_or_above_it(values):
    curve = curve_of(values)
    counted = [sum(v >= t for v in values) for t in curve.thresholds]
    assert curve.flagged.tolist() == counted
    assert (np.diff(curve.thresholds) > 0).all()
    assert curve.thresholds[0] == 0 and curve.thresholds[-1] == 1
    assert len(curve.thresholds) <= STEP_LIMIT
    assert curve.bins.sum() == len(values) and len(curve.bins) == BIN_COUNT


@given(suspicions, st.integers(0, 70))
def test_a_budget_is_never_exceeded_and_used_as_far_as_ties_allow(values, budget):
    curve = curve_of(values)
    flagged = curve.flagged_at(curve.for_budget(budget))
    assert flagged <= budget
    possible = [sum(v >= t for v in values) for t in values] + [0]
    assert flagged == max(count for count in possible if count <= budget)


@given(suspicions, st.integers(0, 60))
def test_a_larger_budget_flags_a_superset(values, budget):
    curve = curve_of(values)
    assert curve.for_budget(budget + 1) <= curve.for_budget(budget)


def test_a_budget_by_hand():
    curve = curve_of([0.1, 0.9, 0.5, 0.5])
    assert curve.for_budget(1) == 0.6  # the shortest number above 0.5
    assert curve.for_budget(2) == 0.6  # both samples at 0.5 or neither
    assert curve.for_budget(3) == 0.2
    assert curve.for_budget(4) == 0.0
    assert curve.for_budget(0) == 1.0


def test_the_last_flagged_sample_of_each_count():
    curve = curve_of([0.1, 0.9, 0.5, 0.6])
    assert curve.lowest_flagged(np.array([[0, 1], [3, 4]])).tolist() == [[1.0, 0.9], [0.5, 0.1]]


def test_hours_become_whole_cards():
    assert cards_in(1, 10) == 360
    assert cards_in(0.1, 7) == 51  # 360 s hold 51.4 cards
    assert cards_in(4.1, 2) == 7_380  # though 4.1 * 3,600 is a hair less than 14,760
    curve = curve_of(np.arange(1000) / 1000)
    assert curve.flagged_at(curve.for_budget(cards_in(1, 10))) == 360
    with pytest.raises(InputError, match="more than 0"):
        cards_in(1, 0)
    with pytest.raises(InputError, match="0 or more"):
        curve.for_budget(-1)


def test_the_pace_is_a_mean_in_which_a_pause_counts_little():
    assert seconds_per_card([4.0] * 19) is None
    assert seconds_per_card([4.0] * 10 + [8.0] * 10) == 6.0
    assert seconds_per_card([4.0] * 19 + [3_600.0]) == 5.8  # (19 * 4 + 40) / 20
    assert seconds_per_card([0.0] * 30 + [4.0] * 20) == 4.0  # undone and untimed cards say nothing


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_shortest_number_lies_between(first, second):
    above, up_to = min(first, second), max(first, second)
    if above < up_to:
        assert above < shortest_between(above, up_to) <= up_to
    assert shortest_between(0.52, 0.58) == 0.53
    assert shortest_between(0.1234, 0.1236) == 0.1235


def test_the_tail_of_a_million_samples_can_be_chosen_finely():
    suspicion = np.random.default_rng(0).beta(0.3, 3, 1_000_000)
    curve = curve_of(suspicion)
    assert len(curve.thresholds) <= STEP_LIMIT
    few = curve.flagged[(curve.flagged > 0) & (curve.flagged < 1_000)]
    assert len(few) > 50
    ratio = curve.flagged[:-1][curve.flagged[1:] > 200] / curve.flagged[1:][curve.flagged[1:] > 200]
    assert ratio[1:].max() < 1.06  # neighbouring steps differ by 6 % of the flagged at most


def test_unusable_suspicions_are_refused():
    for bad in ([], [0.2, np.nan], [0.2, 1.2], [-0.1]):
        with pytest.raises(InputError, match="usable suspicions"):
            curve_of(bad)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.booleans())
def test_the_paper_table_counts_as_the_rule_itself(seed, experts, coarse):
    rng = np.random.default_rng(seed)
    predicted = rng.integers(-1, 3, (40, experts)).astype(np.int32)
    confidence = rng.random((40, experts)).astype(np.float32)
    confidence = confidence.round(2) if coarse else confidence
    confidence[predicted == -1] = np.nan
    given_labels = rng.integers(0, 3, 40)
    order = rng.permutation(40)
    table = paper_table(predicted, confidence, given_labels, order)
    view = expert_agreement(SimpleNamespace(predicted=predicted, confidence=confidence), given_labels)
    for agree in range(1, experts + 1):
        for place in range(0, len(TAU_GRID), 7):
            flagged = view.flagged(agree, TAU_GRID[place])
            assert table.flagged[agree - 1, place] == flagged.sum()
            assert table.shared[agree - 1, place] == flagged[order[: flagged.sum()]].sum()


def test_the_paper_table_is_the_same_in_chunks(monkeypatch):
    rng = np.random.default_rng(1)
    predicted, confidence = rng.integers(0, 3, (100, 3)), rng.random((100, 3))
    labels, order = rng.integers(0, 3, 100), rng.permutation(100)
    whole = paper_table(predicted, confidence, labels, order)
    monkeypatch.setattr("cleaning.estimate.flag_counts.CHUNK_ROWS", 7)
    parts = paper_table(predicted, confidence, labels, order)
    assert (whole.flagged == parts.flagged).all() and (whole.shared == parts.shared).all()
    assert whole.flagged[0, 0] > 0
