"""Cascade: hand-computed cases, invariants, operating points."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.experts.cascade import (
    Answers,
    best_under_cost,
    cascade_curves,
    cheapest_within,
    operating_point,
)
from cleaning.experts.cascade.expert_answers import standing
from cleaning.experts.cascade.learning import (
    advantage,
    asked_shares,
    decisions_at,
    judged,
    prices,
    stage_edges,
    summed,
)
from cleaning.experts.cascade.policies import FRACTIONS, by_chance, by_oracle, by_threshold, routed
from tests.cleaning.experts.cascade_cases import planted

COSTS = np.array([1.0, 3.0])


def test_which_answer_stands_by_hand():
    nan = np.nan
    confidence = np.array([[0.9, 0.9, nan, 0.5, nan], [0.6, 0.95, 0.3, nan, nan]])
    answers = np.array([[1, 1, -1, 1, -1], [2, 2, 2, -1, -1]])
    held, answer = standing(confidence, answers, "last")
    assert held[1].tolist() == [0.6, 0.95, 0.3, 0.5, 0.0] and answer[1].tolist() == [2, 2, 2, 1, -1]
    held, answer = standing(confidence, answers, "higher")
    assert held[1].tolist() == [0.9, 0.95, 0.3, 0.5, 0.0] and answer[1].tolist() == [1, 2, 2, 1, -1]
    assert held[0].tolist() == [0.9, 0.9, 0.0, 0.5, 0.0]


def hand_case():
    """Three bins of two samples: small 0.3, 0.6, 0.9; advantage of the large 0.1, 0.3, -0.2."""
    small = np.array([0.29, 0.31, 0.59, 0.61, 0.89, 0.91])
    large = np.array([0.4, 0.4, 0.9, 0.9, 0.7, 0.7])
    return np.stack([small, large])


def test_bins_with_the_largest_advantage_go_first():
    confidence = hand_case()
    edges = stage_edges(confidence, 3)
    cells = summed(edges, confidence, confidence)
    assert advantage(cells, 0, 1, edges) == pytest.approx([0.1, 0.3, -0.2])
    assert prices(cells, edges, COSTS)[1:-1] == pytest.approx([0.1, 0.1 / 3, -0.2 / 3])
    sent = [decisions_at(p, cells, edges, COSTS)[0].tolist() for p in prices(cells, edges, COSTS)]
    assert sent == [
        [False, False, False],
        [False, True, False],
        [True, True, False],
        [True, True, True],
        [True, True, True],
    ]


def test_accuracy_of_routing_by_hand():
    confidence = hand_case()
    right = np.array([[0, 0, 1, 0, 1, 1], [1, 0, 1, 1, 0, 1]])
    curve = routed(confidence, confidence, right, COSTS, 3, "last").accuracy
    # nobody 3/6; middle bin +1 -> 4/6; low bin +1 -> 5/6; high bin -1 -> 4/6
    assert np.interp([0, 1 / 3, 2 / 3, 1], FRACTIONS, curve) == pytest.approx([3 / 6, 4 / 6, 5 / 6, 4 / 6], abs=0.01)
    surer = routed(confidence, confidence, right, COSTS, 3, "higher").accuracy
    assert surer[-1] == pytest.approx(5 / 6)  # the high bin keeps the small's surer answers


def test_baselines_by_hand():
    right = np.array([[0, 0, 1, 1], [1, 0, 0, 1]])
    confidence = np.array([[0.2, 0.4, 0.6, 0.8], [0.5, 0.5, 0.5, 0.5]])
    at = [0, 0.25, 0.5, 0.75, 1.0]
    assert np.interp(at, FRACTIONS, by_oracle(right, COSTS).accuracy) == pytest.approx([0.5, 0.75, 0.75, 0.75, 0.75])
    assert np.interp(at, FRACTIONS, by_chance(confidence, right).accuracy) == pytest.approx([0.5, 0.5, 0.5, 0.5, 0.5])
    assert np.interp(at, FRACTIONS, by_threshold(confidence, confidence, right, COSTS).accuracy) == pytest.approx(
        [0.5, 0.75, 0.75, 0.5, 0.5]
    )


def test_oracle_of_a_chain_takes_the_cheapest_gain_first():
    right = np.array([[0, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0]])
    costs = np.array([1.0, 1.0, 3.0])
    # sample 1 costs 1 (second expert), sample 0 costs 1 + 3: of 4 x 4 possible, gains end at 1/16 and 5/16
    assert np.interp([0, 1 / 16, 5 / 16, 1], FRACTIONS, by_oracle(right, costs).accuracy) == pytest.approx(
        [0.25, 0.5, 0.75, 0.75], abs=0.02
    )


def test_a_chain_looks_past_an_expert_that_is_no_better():
    """The second expert adds nothing, the third much: backward induction still passes samples through to it."""
    n = 1000
    small = np.linspace(0.2, 0.6, n)
    confidence = np.stack([small, small, np.full(n, 0.95)])
    costs = np.array([1.0, 0.1, 0.1])
    edges = stage_edges(confidence, 10)
    first, second = decisions_at(1.0, summed(edges, confidence, confidence), edges, costs)
    assert first.all() and second.all()
    first, second = decisions_at(3.0, summed(edges, confidence, confidence), edges, costs)
    assert first[0] and not first[-1]


def test_chain_decisions_are_at_least_as_good_as_brute_force():
    """Two bins a stage: all 16 sets of decisions tried; the price's choice has the best net confidence."""
    rng = np.random.default_rng(0)
    first = rng.choice([0.3, 0.7], 500)
    second = np.where(rng.random(500) < 0.6, first + 0.1, 0.9)
    second = np.where(second > 0.6, 0.85, 0.45)
    confidence = np.stack([first, second, rng.choice([0.5, 0.95], 500)])
    costs = np.array([1.0, 1.0, 2.0])
    edges = stage_edges(confidence, 2)
    cells = summed(edges, confidence, confidence)
    options = [np.array(bits, bool) for bits in ((0, 0), (0, 1), (1, 0), (1, 1))]

    def net(decisions, price):
        return judged(decisions, cells) - price * (asked_shares(decisions, cells)[1:] @ costs[1:])

    for price in (0.01, 0.03, 0.06, 0.1, 0.2):
        best = max(net([a, b], price) for a in options for b in options)
        assert net(decisions_at(price, cells, edges, costs), price) == pytest.approx(best, abs=0.01)


@pytest.fixture(scope="module")
def curves():
    labels, experts = planted(6000)
    return cascade_curves(experts, labels, repeats=6)


def test_ends_of_every_curve_are_the_experts_alone(curves):
    for policy, accuracy in curves.accuracy.items():
        assert accuracy[:, 0] == pytest.approx(curves.alone["expert0"]), policy
        if policy not in ("oracle", "calibrated, surer stands"):
            assert accuracy[:, -1] == pytest.approx(curves.alone["expert1"]), policy
    assert curves.accuracy["calibrated, surer stands"][:, -1] == pytest.approx(curves.take_higher["calibrated"])


def test_oracle_is_never_beaten_and_routing_beats_chance(curves):
    for policy, accuracy in curves.accuracy.items():
        assert (curves.accuracy["oracle"] >= accuracy - 1e-12).all(), policy
    assert curves.difference("calibrated", "random").low > 0.01
    assert (curves.accuracy["calibrated"].mean(0)[1:-1] > curves.accuracy["random"].mean(0)[1:-1]).all()


def test_chain_of_three_keeps_the_same_invariants():
    labels, experts = planted(4000, (0.3, 1.0, 2.0), (1.0, 3.0, 10.0))
    chain = cascade_curves(experts, labels, repeats=4)
    for policy, accuracy in chain.accuracy.items():
        assert accuracy[:, 0] == pytest.approx(chain.alone["expert0"]), policy
        assert (chain.accuracy["oracle"] >= accuracy - 1e-12).all(), policy
    assert chain.accuracy["calibrated"][:, -1] == pytest.approx(chain.alone["expert2"])
    assert chain.difference("calibrated", "random").low > 0
    assert chain.cost_at(1.0) == 14.0 and chain.cost_at(0.0) == 1.0


def test_order_of_samples_and_names_of_classes_change_nothing_but_the_halves():
    labels, experts = planted(3000, seed=4)
    shuffle = np.random.default_rng(1).permutation(3000)
    relabelled = [replace(e, predicted=(e.predicted + 3) % 10) for e in experts]
    same = cascade_curves(relabelled, (labels + 3) % 10, repeats=3)
    first = cascade_curves(experts, labels, repeats=3)
    assert same.table().equals(first.table())
    shuffled = [replace(e, predicted=e.predicted[shuffle], confidence=e.confidence[shuffle]) for e in experts]
    moved = cascade_curves(shuffled, labels[shuffle], repeats=12).summary()["value"]
    assert moved.to_numpy() == pytest.approx(cascade_curves(experts, labels, repeats=12).summary()["value"], abs=0.02)
    confidence = np.stack([e.confidence for e in experts])
    right = np.stack([e.predicted == labels for e in experts])
    there = routed(confidence, confidence, right, COSTS, 50, "last").accuracy
    back = routed(confidence[:, shuffle], confidence[:, shuffle], right[:, shuffle], COSTS, 50, "last").accuracy
    assert there == pytest.approx(back, abs=1e-12)


def test_calibration_gives_back_what_an_over_confident_expert_loses():
    """Log-odds stretched: raw confidences mislead, calibrated ones do not."""
    labels, experts = planted(8000, (0.5, 0.8), stretch=(1.0, 1.0), seed=2)
    _, stretched = planted(8000, (0.5, 0.8), stretch=(1.0, 4.0), seed=2)
    honest = cascade_curves(experts, labels, repeats=6)
    loud = cascade_curves(stretched, labels, repeats=6)
    assert loud.take_higher["calibrated"].mean() == pytest.approx(honest.take_higher["calibrated"].mean(), abs=0.003)
    assert loud.take_higher["raw"].mean() < loud.take_higher["calibrated"].mean() - 0.01
    assert loud.at("calibrated", 0.5).mean() == pytest.approx(honest.at("calibrated", 0.5).mean(), abs=0.003)
    assert loud.difference("calibrated", "uncalibrated", 0.5).low > 0.01


def test_intervals_of_halves_are_as_wide_as_sampling():
    """Spread over halves = spread of the whole's mean over fresh datasets: sqrt(p (1 - p) / N)."""
    labels, experts = planted(2000, seed=5)
    alone = cascade_curves(experts, labels, repeats=200, calibrate=None).alone["expert0"]
    p = alone.mean()
    assert alone.std(ddof=1) == pytest.approx(np.sqrt(p * (1 - p) / 2000), rel=0.15)


def test_calibrated_confidences_are_taken_as_they_are():
    labels, experts = planted(2000)
    curves = cascade_curves(experts, labels, repeats=3, calibrate=None)
    assert "uncalibrated" not in curves.accuracy and "raw" not in curves.take_higher
    seen = []

    def spy(confidence, correct):
        seen.append((len(confidence), float(correct.mean())))
        return lambda values: values

    by_name = cascade_curves(experts, labels, repeats=3, calibrate={"expert0": spy, "expert1": spy})
    assert len(seen) == 6 and {n for n, _ in seen} == {1000}
    assert np.array_equal(by_name.accuracy["calibrated"], curves.accuracy["calibrated"])


def test_calibration_never_sees_the_judged_half():
    """A map that remembers every sample it was fitted on is of no use on the judged half."""
    labels, experts = planted(1000)

    def memory(confidence, correct):
        known = dict(zip(confidence, correct))
        return lambda values: np.array([known.get(value, value) for value in values])

    curves = cascade_curves(experts, labels, repeats=4, calibrate=memory)
    assert np.array_equal(curves.take_higher["calibrated"], curves.take_higher["raw"])


def test_who_has_stopped_is_not_asked_again():
    """Passed on by the second expert's bin, but stopped at the first: costs nothing, the first answer stands."""
    confidence = np.array([[0.2, 0.8], [0.3, 0.3], [0.9, 0.9]])
    cells = summed([np.array([0.5]), np.array([0.5])], confidence, np.array([[0, 0], [0, 0], [1.0, 1.0]]))
    decisions = [np.array([True, False]), np.array([True, False])]
    assert judged(decisions, cells) == 0.5
    assert asked_shares(decisions, cells).tolist() == [1.0, 0.5, 0.5]


def test_decisions_never_see_the_judged_half():
    """Wrong labels planted in nothing but the judged half leave the decisions, so the answers, as they were."""
    labels, experts = planted(2000)
    confidence = np.stack([e.confidence for e in experts])
    learn, judge = confidence[:, :1000], confidence[:, 1000:]
    right = np.stack([e.predicted == labels for e in experts])[:, 1000:].astype(float)
    flipped = routed(learn, judge, 1 - right, COSTS, 20, "last").accuracy
    assert flipped == pytest.approx(1 - routed(learn, judge, right, COSTS, 20, "last").accuracy)


def test_abstentions_fall_back_and_never_crash():
    labels, experts = planted(3000, abstaining=0.2)
    curves = cascade_curves(experts, labels, repeats=3)
    spoke = experts[0].predicted >= 0
    assert curves.alone["expert0"].mean() == pytest.approx(
        (experts[0].predicted[spoke] == labels[spoke]).mean() * spoke.mean(), abs=0.02
    )
    assert (curves.accuracy["calibrated"][:, -1] > curves.alone["expert1"]).all()  # filled in


def test_tables_are_complete(curves):
    table = curves.table()
    assert set(table["policy"]) == set(curves.accuracy) and len(table) == 7 * 101
    assert (table["low"] <= table["accuracy"]).all() and (table["accuracy"] <= table["high"]).all()
    assert table.loc[table["fraction"] == 0.5, "cost"].tolist() == [3.0] * 7
    summary = curves.summary((0.5,)).set_index(["policy", "measure"])["value"]
    random = curves.accuracy["random"]
    assert summary["random", "area"] == pytest.approx((random[:, 0] + random[:, -1]).mean() / 2)
    assert summary["calibrated", "accuracy at 50 %"] == pytest.approx(curves.accuracy["calibrated"][:, 50].mean())
    assert curves.points()["cost"].tolist() == [1.0, 4.0, 5.0, 5.0]


def test_operating_points_meet_their_goals(curves):
    cheap = best_under_cost(curves, 0.6)
    assert cheap.cost == pytest.approx(2.4) and cheap.fraction == pytest.approx(0.35) and cheap.reached
    assert cheap.cost_saved.value == pytest.approx(0.4)
    near = cheapest_within(curves, 1.0)
    assert near.gap.value == pytest.approx(-0.01, abs=1e-9) and near.reached
    assert near.cost_saved.low < near.cost_saved.value < near.cost_saved.high
    less = operating_point(curves, near.fraction - 0.02)
    assert less.gap.value < -0.01
    assert cheapest_within(curves, 3.0).fraction < near.fraction
    assert near.gap.low < near.gap.value < near.gap.high


def test_goals_out_of_reach_say_so(curves):
    assert not best_under_cost(curves, 0.2).reached  # the first expert alone costs a quarter
    missed = cheapest_within(curves, -20.0)
    assert not missed.reached and missed.sentence().startswith("The goal cannot be met")


def test_operating_point_in_words(curves):
    sentence = operating_point(curves, 0.5).sentence()
    assert sentence.startswith("Send 50 % of the samples on from expert0 to expert1: ")
    assert "at 75 % of its cost" in sentence
    labels, experts = planted(500, (0.3, 1.0, 2.0), (1.0, 3.0, 10.0))
    chain = operating_point(cascade_curves(experts, labels, repeats=2), 0.5).sentence()
    assert chain.startswith("Spend 50 % of the possible extra cost on expert1, expert2 after expert0: ")


def test_a_falling_curve_is_not_followed_down():
    labels, experts = planted(4000, (1.6, 0.4))
    curves = cascade_curves(experts, labels, repeats=4)
    assert curves.accuracy["calibrated"].mean(0)[-1] < curves.accuracy["calibrated"].mean(0).max()
    point = best_under_cost(curves, 10.0)
    assert point.fraction < 0.9 and point.accuracy.value == pytest.approx(curves.accuracy["calibrated"].mean(0).max())


def bad_answers(**changes):
    labels, experts = planted(100)
    return labels, [experts[0], replace(experts[1], **changes)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cost": 0.0}, "above 0"),
        ({"name": "expert0"}, "same expert twice"),
        ({"predicted": np.zeros(5)}, "Join its file by sample id"),
        ({"confidence": np.full(100, 1.5)}, "outside 0 to 1"),
        ({"predicted": np.full(100, -1)}, "answered none"),
    ],
)
def test_experts_that_do_not_fit_are_named(changes, words):
    labels, experts = bad_answers(**changes)
    with pytest.raises(InputError, match=words):
        cascade_curves(experts, labels, repeats=2)


def test_impossible_wishes_are_told_in_words(curves):
    labels, experts = planted(100)
    with pytest.raises(InputError, match="at least two experts"):
        cascade_curves(experts[:1], labels)
    with pytest.raises(InputError, match="0 bins"):
        cascade_curves(experts, labels, bins=0)
    with pytest.raises(InputError, match="choose one of calibrated"):
        curves.at("magic", 0.5)
    with pytest.raises(InputError, match="choose expert0 or expert1"):
        operating_point(curves, 0.5, reference="expert9")
    with pytest.raises(InputError, match="between 0 and 1"):
        operating_point(curves, 1.5)
    with pytest.raises(InputError, match="too few"):
        cascade_curves([Answers("a", np.zeros(2), np.ones(2)), Answers("b", np.zeros(2), np.ones(2))], np.zeros(2))
