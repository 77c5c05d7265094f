"""Flags that a run's rule limits: whatever a threshold says of them, it says of the same samples named otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.estimate import estimate, estimate_curve, estimate_rule, prior_band, threshold_for_precision
from cleaning.estimate.flag_counts import curve_of
from cleaning.estimate.planning import cards_needed
from cleaning.estimate.ranked_run import RankedRun
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

N = 900


@pytest.fixture(scope="module")
def scene():
    """(suspicion, its audit, verdicts on 150 cards)."""
    rng = np.random.default_rng(4)
    suspicion = rng.beta(0.6, 1.5, N)
    audit = draw_audit(suspicion, 0.5, 1)
    verdicts = np.full(N, np.nan)
    rows = audit.rows[:150]
    verdicts[rows] = rng.random(150) < suspicion[rows]
    return suspicion, audit, verdicts


def ends(interval):
    return interval.point, interval.low, interval.high


def test_a_limited_threshold_is_estimated_as_the_set_that_it_flags(scene):
    suspicion, audit, verdicts = scene
    flaggable = np.random.default_rng(0).random(N) < 0.6
    thresholds = np.array([0.7, 0.2, 0.5])  # in any order
    curve = estimate_curve(audit, verdicts, suspicion, thresholds, flaggable=flaggable)
    for place, threshold in enumerate(thresholds):
        alone = estimate_rule(audit, verdicts, suspicion, flaggable & (suspicion >= threshold))
        told = curve.at(place)
        assert told.flagged == alone.flagged == (flaggable & (suspicion >= threshold)).sum()
        assert ends(told.precision) == pytest.approx(ends(alone.precision), abs=1e-12)
        assert ends(told.detection_rate) == pytest.approx(ends(alone.detection_rate), abs=1e-12)


def test_a_set_named_by_a_rule_keeps_level_and_kind_of_interval(scene):
    suspicion, audit, verdicts = scene
    for options in ({"level": 0.5}, {"anytime": False}, {"handed_out": 120}):
        by_rule = estimate_rule(audit, verdicts, suspicion, suspicion >= 0.5, **options)
        by_threshold = estimate(audit, verdicts, suspicion, 0.5, **options)
        assert ends(by_rule.precision) == pytest.approx(ends(by_threshold.precision), abs=1e-3)
        assert ends(by_rule.wrong_total) == pytest.approx(ends(by_threshold.wrong_total), rel=1e-2)
        assert (by_rule.level, by_rule.anytime) == (by_threshold.level, by_threshold.anytime)


def test_a_limit_that_is_a_threshold_guesses_as_that_threshold(scene):
    suspicion, audit, _ = scene
    ranking, flaggable = rank_suspicion(suspicion), suspicion >= 0.7
    limited = prior_band(audit, ranking, 0.3, flaggable=flaggable)
    assert limited == prior_band(audit, ranking, 0.7)
    assert limited != prior_band(audit, ranking, 0.3)
    wanted = cards_needed(audit, ranking, 0.7, 0.1)
    assert cards_needed(audit, ranking, 0.3, 0.1, flaggable=flaggable) == wanted
    run = RankedRun(ranking, audit, flaggable, 0.3, flaggable)
    assert run.flagged_at(0.3).tolist() == flaggable.tolist() and run.made_by_threshold
    assert replace(run, flaggable=None).flagged_at(0.3).tolist() == (suspicion >= 0.3).tolist()
    assert run.guess(0.3) == limited and replace(run, flaggable=None, _guesses={}).guess(0.3) != limited


def test_a_limited_curve_counts_only_what_may_be_flagged(scene):
    suspicion, _, _ = scene
    flaggable = suspicion >= 0.7
    curve, whole = curve_of(suspicion, flaggable), curve_of(suspicion)
    assert curve.flagged_at(0.3) == flaggable.sum() == whole.flagged_at(0.7) and curve.sample_count == N
    assert curve.bins.tolist() == whole.bins.tolist(), "the histogram shows every sample"
    none = curve_of(suspicion, np.zeros(N, bool))
    assert (
        none.flagged_at(0.0) == 0 and none.for_budget(0) == 0.0 and none.lowest_flagged(np.array([0])).tolist() == [1]
    )


def test_a_goal_out_of_reach_gives_the_threshold_that_comes_nearest(scene):
    suspicion, audit, verdicts = scene
    ranking = rank_suspicion(suspicion)
    found = threshold_for_precision(0.999, audit, verdicts, ranking)
    assert not found.reached
    lows = [estimate(audit, verdicts, ranking, t, level=0.9).precision.low for t in ranking.thresholds()]
    assert found.estimate.precision.low == pytest.approx(max(lows), abs=1e-12)
    assert found.flagged == (suspicion >= found.threshold).sum()
