"""Three experts asked in any order: useless ones are left out, chains are reached, abstentions never stand."""

import numpy as np
import pytest

from cleaning.experts.cascade import cascade_curves
from cleaning.experts.cascade.curves import area
from cleaning.experts.cascade.free_routing import free_routing, standing_in, upper_hull
from tests.cleaning.experts.cascade_cases import planted


def curves(skill, costs, n=6000, **more):
    labels, experts = planted(n=n, skill=skill, costs=costs, **more)
    return cascade_curves(experts, labels, repeats=4)


def test_a_useless_expert_in_the_middle_is_left_out():
    found = curves((0.6, -2.0, 2.0), (1.0, 6.0, 8.0))
    chains = ("calibrated", "calibrated, surer stands")
    gain = [found.difference("free routing", chain, 0.5).low for chain in chains]
    assert min(gain) > 0.01


@pytest.mark.parametrize("skill", [(0.4, 1.0, 1.8), (1.0, 1.1, 1.2)])
def test_free_routing_is_no_worse_than_the_better_chain(skill):
    found = curves(skill, (1.0, 3.0, 9.0))
    areas = {p: float(area(found.fractions, found.policy(p)).mean()) for p in found.accuracy}
    best = max(areas["calibrated"], areas["calibrated, surer stands"])
    assert areas["free routing"] > best - 0.005
    assert areas["random"] < areas["free routing"] < areas["oracle"]


def test_the_best_single_expert_is_as_accurate_as_alone_at_exactly_its_cost():
    """Costs between two steps of the grid; the second is worse than the first, so that nobody takes it."""
    found = curves((0.6, 0.1, 2.0), (1.0, 1.5, 6.0))
    for cost, name in ((1.0, "expert0"), (1.5, "expert0"), (6.0, "expert2"), (8.5, "expert2")):
        fraction = (cost - 1.0) / 7.5
        assert found.at("best single expert", fraction) == pytest.approx(found.alone[name])
    assert found.asked_at("best single expert", 1.0)[0].tolist() == [0.0, 0.0, 1.0]


def test_two_experts_have_no_other_order_to_try():
    assert "free routing" not in curves((0.4, 1.4), (1.0, 5.0), n=400).accuracy


def test_what_stands_in_a_state_by_hand():
    confidence = np.array([[0.6, np.nan, np.nan], [0.5, 0.4, np.nan], [0.9, 0.9, 0.9]])
    last, by = standing_in((0b011, 1), confidence, "last")
    assert last.tolist() == [0.5, 0.4, 0.0] and by.tolist()[:2] == [1, 1]
    surest, by = standing_in((0b011, 1), confidence, "higher")
    assert surest.tolist() == [0.6, 0.4, 0.0] and by.tolist()[:2] == [0, 1]


def test_an_abstention_of_the_last_leaves_what_stood():
    confidence = np.array([[0.6, 0.7], [np.nan, np.nan], [np.nan, np.nan]])
    held, by = standing_in((0b011, 1), confidence, "last")
    assert held.tolist() == [0.6, 0.7] and by.tolist() == [0, 0]


def test_the_upper_hull_by_hand():
    cost, accuracy = np.array([1.0, 2, 3, 4, 2.5]), np.array([0.5, 0.7, 0.71, 0.9, 0.6])
    assert upper_hull(cost, accuracy) == [0, 1, 3]


def test_plans_cost_what_they_ask_and_the_first_is_the_cheapest_alone():
    rng = np.random.default_rng(0)
    confidence, costs = rng.random((3, 2000)), np.array([2.0, 1.0, 5.0])
    right = (rng.random((3, 2000)) < confidence).astype(float)
    told = free_routing(confidence, right, costs, 10).followed(confidence, right)
    assert told[0][0] == pytest.approx(right[1].mean()) and told[0][1].tolist() == [0.0, 1.0, 0.0]
    assert all(1.0 <= asked @ costs <= 8.0 for _, asked in told) and told[-1][0] > right.mean(axis=1).max() + 0.1
