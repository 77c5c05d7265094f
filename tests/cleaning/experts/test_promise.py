"""The promised operating point: its p-value against an outside reference, and that promises hold on other samples."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from cleaning.errors import InputError
from cleaning.experts.cascade import Answers, promised, route_all
from cleaning.experts.cascade.promise import gap_p_value
from cleaning.experts.cascade.router import check_router
from tests.cleaning.experts.cascade_cases import planted


def naive_p_value(better, worse, n, margin):
    """From the definition: every outcome of n pairs, one by one, at 13 shares of unlike answers."""
    interval = binomtest(better + worse, n).proportion_ci(0.999, "exact")

    def z_of(b, w):
        unlike = max((b + w) / n, margin)
        return ((b - w) / n + margin) / math.sqrt((unlike - margin**2) / n)

    chances = []
    for share in np.linspace(max(interval.low, margin), interval.high, 13):
        up, down = (share - margin) / 2, (share + margin) / 2
        total = 0.0
        for b in range(n + 1):
            for w in range(n + 1 - b):
                if z_of(b, w) >= z_of(better, worse) - 1e-9:
                    ways = math.comb(n, b) * math.comb(n - b, w)
                    total += ways * up**b * down**w * max(0.0, 1 - share) ** (n - b - w)
        chances.append(total)
    return 0.001 + max(chances)


@pytest.mark.parametrize(("better", "worse", "n", "margin"), [(5, 3, 30, 0.1), (0, 2, 40, 0.2), (6, 6, 25, 0.3)])
def test_the_p_value_is_that_of_every_outcome_counted(better, worse, n, margin):
    assert gap_p_value(better, worse, n, margin) == pytest.approx(naive_p_value(better, worse, n, margin), abs=1e-9)


def test_p_values_at_the_ends_by_hand():
    assert gap_p_value(0, 0, 2000, 0.01) == pytest.approx(0.001)  # fewer than 1 % are unlike, which proves it
    # nobody unlike in 100: at least as extreme only with nobody worse or more better than worse; at q = margin 0.99^100
    assert gap_p_value(0, 0, 100, 0.01) >= 0.001 + 0.99**100
    assert gap_p_value(0, 50, 50, 0.5) == pytest.approx(1.0)
    with_none_better = binomtest(10, 2000, 0.01, alternative="less").pvalue  # q = margin: only the second is ever right
    assert gap_p_value(0, 10, 2000, 0.01) >= 0.001 + with_none_better - 1e-12


@pytest.mark.parametrize(("unlike", "margin"), [(0.04, 0.02), (0.1, 0.02), (0.1, 0.05), (0.4, 0.05)])
def test_a_gap_just_too_large_is_taken_for_proved_as_often_as_the_level_and_no_more(unlike, margin):
    """At the edge of what is to be refuted: wrong 5 times in 100 at most, and not far fewer (it is not wasteful)."""
    rng = np.random.default_rng(1)
    draws = rng.multinomial(400, [(unlike - margin) / 2, (unlike + margin) / 2, 1 - unlike], 800)
    found, back = np.unique(draws[:, :2], axis=0, return_inverse=True)
    wrong = np.array([gap_p_value(better, worse, 400, margin) <= 0.05 for better, worse in found])[back].mean()
    assert 0.025 <= wrong <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 800)


def cut(experts, rows):
    return [Answers(e.name, e.predicted[rows], e.confidence[rows], e.cost) for e in experts]


@pytest.mark.parametrize("answer", ["last", "higher"])
def test_a_promise_holds_on_others_95_times_in_100(answer):
    """60 splits of 40,000 planted samples: learned and proved on 3,000, checked on the others."""
    labels, experts = planted(40_000, (0.6, 1.6), seed=3)
    rng, held, fractions = np.random.default_rng(0), 0, []
    for seed in range(60):
        order = rng.permutation(40_000)
        few, others = order[:3000], order[3000:]
        made = promised(cut(experts, few), labels[few], 2.0, answer=answer, bins=20, seed=seed)
        fractions.append(made.fraction)
        if made.router is None:
            held += 1  # nothing promised
            continue
        decided = route_all(made.router, cut(experts, others))["predicted"].to_numpy()
        large = experts[1].predicted[others]
        held += (decided == labels[others]).mean() >= (large == labels[others]).mean() - 0.02
    assert held >= 0.95 * 60
    assert 0.2 < np.mean(fractions) < 0.9, "a promise that sends everybody on would say nothing"


def test_the_router_is_learned_on_one_half_and_tells_its_promise():
    labels, experts = planted(6000)
    made = promised(experts, labels, 2.0, confidence=0.9)
    router = check_router(made.router)
    assert router["learned"]["samples"] == made.learned == made.proved == 3000
    assert router["promise"]["points"] == 2.0 and router["promise"]["confidence"] == 0.9
    assert router["learned"]["fraction_spent"] == pytest.approx(made.fraction)
    prove = np.random.default_rng(0).permutation(6000)[3000:]
    decided = route_all(router, cut(experts, prove))["predicted"].to_numpy()
    gap = (decided == labels[prove]).mean() - (experts[1].predicted[prove] == labels[prove]).mean()
    assert gap == pytest.approx(made.gap) and made.cost_share == pytest.approx((1 + 4 * made.fraction) / 4)
    assert made.sentence().startswith("Promised with 90 % confidence: at most 2 points below expert1 alone, at ")


def test_more_points_and_less_confidence_are_cheaper():
    labels, experts = planted(6000)
    asked = [(1.0, 0.95), (2.0, 0.95), (4.0, 0.95), (4.0, 0.6)]
    spent = [promised(experts, labels, points, confidence=sure).fraction for points, sure in asked]
    assert spent == sorted(spent, reverse=True) and spent[-1] < spent[0]


def test_scores_of_a_verifier_are_promised_on_as_well():
    labels, experts = planted(6000)
    scored = [
        Answers(e.name, np.zeros(6000, int), e.confidence, e.cost, score=np.where(e.predicted == labels, 0.9, 0.2))
        for e in experts
    ]
    made = promised(scored, np.zeros(6000, int), 4.0)
    assert made.router is not None and 0 < made.fraction < 0.9


def test_too_few_samples_promise_nothing_and_say_so():
    labels, experts = planted(80)
    made = promised(experts, labels, 0.1)
    assert made.router is None and made.cost_share == 1
    assert (
        made.sentence().startswith("Nothing cheaper than expert1 alone can be promised")
        and "more samples" in made.sentence()
    )


def test_promises_that_cannot_be_are_told():
    labels, experts = planted(100)
    for points, confidence in ((-1, 0.95), (101, 0.95), (1, 0.3), (1, 1.0)):
        with pytest.raises(InputError, match="cannot be"):
            promised(experts, labels, points, confidence=confidence)
