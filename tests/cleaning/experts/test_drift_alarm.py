"""The router's own alarm: its tests against scipy's, false alarms by simulation, and changes that it must notice."""

import json
import math

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency, fisher_exact, ttest_ind_from_stats

import cleaning.experts.cascade.router as online
from cleaning.experts.cascade import Answers, learn_router, route_all, router_json
from tests.cleaning.experts.cascade_cases import planted


@pytest.mark.parametrize("degrees", [1, 2, 3, 8, 9, 10])
def test_the_tail_of_chi_squared_is_scipys(degrees):
    for x in (0.0, 0.3, 4.0, 25.0, 80.0):
        assert online.chi_squared_tail(x, degrees) == pytest.approx(chi2.sf(x, degrees), abs=1e-12)


@pytest.mark.parametrize("table", [(40, 100, 60, 100), (400, 1000, 4, 50), (0, 300, 9, 300), (50, 50, 500, 500)])
def test_shares_are_compared_by_fishers_exact_test(table):
    hits, of, now, now_of = table
    square = [[now, now_of - now], [hits, of - hits]]
    one_sided = [fisher_exact(square, alternative=side).pvalue for side in ("less", "greater")]
    assert online.share_p_value(hits, of, now, now_of) == pytest.approx(min(1.0, 2 * min(one_sided)), abs=1e-9)


def test_counts_are_compared_as_by_scipy_and_small_bins_are_put_together():
    then, now = [100, 90, 80, 70, 30], [20, 30, 14, 25, 11]
    expected = chi2_contingency([then, now], correction=False).pvalue
    assert online.counts_p_value(then, now) == pytest.approx(expected, abs=1e-12)
    together = chi2_contingency([[100, 90, 100], [20, 30, 25]], correction=False).pvalue
    assert online.counts_p_value([100, 90, 98, 1, 1], [20, 30, 24, 0, 1]) == pytest.approx(together, abs=1e-12)
    assert online.counts_p_value([0, 400, 0], [0, 60, 0]) == 1.0  # one cell: nothing to compare


def test_means_are_compared_by_welchs_statistic():
    rng = np.random.default_rng(0)
    now = rng.random(4000)
    then = {"mean": 0.51, "deviation": 0.25, "counts": [5000]}
    expected = ttest_ind_from_stats(0.51, 0.25, 5000, now.mean(), now.std(ddof=1), 4000, equal_var=False).pvalue
    assert online.mean_p_value(then, now.tolist()) == pytest.approx(expected, rel=0.01)
    same = {"mean": 0.1, "deviation": 0.0, "counts": [500]}
    assert online.mean_p_value(same, [0.1] * 700) == 1.0 and online.mean_p_value(same, [0.2] * 60) == 0.0


def windows_of(router, experts, window, level):
    """All samples through the router as online, watched; the watch afterwards."""
    watch = online.Watch(router, window, level)
    answers = [list(zip(e.predicted.tolist(), e.confidence.tolist())) for e in experts]
    by_name = {e.name: own for e, own in zip(experts, answers)}
    for i in range(len(answers[0])):
        online.ask_in_turn(router, lambda name, i=i: by_name[name][i], watch)
    return watch


def alarmed_windows(watch):
    return len({alarm.samples for alarm in watch.alarms})


@pytest.mark.parametrize(
    "case",
    [
        {"skill": (0.6, 1.6), "costs": (1.0, 4.0)},
        {"skill": (0.3, 1.0, 2.0), "costs": (1.0, 3.0, 10.0), "abstaining": 0.05},
    ],
)
def test_false_alarms_are_no_more_than_the_level(case):
    """24 routers, each learned on 2,000 samples and watched over 40 windows of 250 of the same kind."""
    raised = {0.01: 0, 0.2: 0}
    for seed in range(24):
        labels, experts = planted(12_000, seed=seed, **case)
        first = [Answers(e.name, e.predicted[:2000], e.confidence[:2000], e.cost) for e in experts]
        later = [Answers(e.name, e.predicted[2000:], e.confidence[2000:], e.cost) for e in experts]
        router = learn_router(first, labels[:2000], fraction=0.4, bins=20)
        for level in raised:
            raised[level] += alarmed_windows(windows_of(router, later, 250, level))
    rates = {level: count / (24 * 40) for level, count in raised.items()}
    assert rates[0.01] <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 960)
    assert 0.04 <= rates[0.2] <= 0.2 + 3 * math.sqrt(0.2 * 0.8 / 960)  # it is alive, and within its level


def harder(experts, by):
    """The same answers, of an expert whose log-odds have sunk."""
    sunk = [np.log(e.confidence / (1 - e.confidence)) - by for e in experts]
    return [Answers(e.name, e.predicted, 1 / (1 + np.exp(-own)), e.cost) for e, own in zip(experts, sunk)]


def test_a_change_is_noticed_in_its_first_window_and_said_in_words():
    labels, experts = planted(4000)
    router = json.loads(router_json(learn_router(experts, labels, fraction=0.3)))
    _, others = planted(500, seed=9)
    assert windows_of(router, others, 500, 0.01).alarms == []
    alarms = windows_of(router, harder(others, 0.8), 500, 0.01).alarms
    assert {a.samples for a in alarms} == {500}
    said = " ".join(a.sentence for a in alarms)
    asked = (route_all(router, harder(others, 0.8))["asked"] == 2).mean()
    assert f"{100 * asked:.1f} % go on from expert0 to expert1 where calibration saw" in said
    assert "expert0 is" in said and "sure on average where calibration saw" in said


def test_an_expert_that_falls_silent_is_noticed():
    labels, experts = planted(4000)
    router = learn_router(experts, labels, fraction=0.3)
    _, others = planted(500, seed=9, abstaining=0.1)
    assert any("silence" in a.sentence for a in windows_of(router, others, 500, 0.01).alarms)


def test_the_record_holds_counts_of_those_who_were_asked():
    labels, experts = planted(1000, abstaining=0.1)
    router = learn_router(experts, labels, fraction=0.5)
    first, second = router["seen"]
    asked = route_all(router, experts)["asked"]
    assert first["asked"] == 1000 and second["asked"] == (asked == 2).sum()
    for seen in router["seen"]:
        assert len(seen["counts"]) == 10 == len(seen["edges"]) + 1
        assert sum(seen["counts"]) + seen["silent"] == seen["asked"]
    assert first["silent"] == (experts[0].predicted < 0).sum()


def test_what_cannot_be_watched_is_told():
    labels, experts = planted(300)
    router = learn_router(experts, labels, fraction=0.5)
    with pytest.raises(online.RouterError, match="at least 50 samples"):
        online.Watch(router, window=10)
    with pytest.raises(online.RouterError, match="keeps no record"):
        online.Watch({k: v for k, v in router.items() if k != "seen"})
