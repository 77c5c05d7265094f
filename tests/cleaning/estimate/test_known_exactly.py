"""Ten samples of which everything is reviewed: every figure by hand, unsure verdicts on either side."""

from dataclasses import astuple

import numpy as np
import pytest

from cleaning.estimate import (
    cards_needed,
    count_verdicts,
    estimate,
    estimate_curve,
    estimate_exchange,
    estimate_nested,
    estimate_rule,
    prior_band,
    prior_bands,
    recalibrate,
)
from cleaning.estimate.outlook import duration, rounded
from cleaning.estimate.parts import estimate_parts
from cleaning.estimate.split import Cells
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import logit, rank_suspicion

SUSPICION = np.arange(10, 0, -1) / 11  # row r is the r-th most suspicious; four lie at or above 0.6
SURE = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0.0])
UNSURE = np.array([1, 2, 0, 0, 0, 2, 0, 0, 0, 1.0])
RANKING = rank_suspicion(SUSPICION)
AUDIT = draw_audit(RANKING, 0.6, 0)


@pytest.fixture(scope="module")
def thousand():
    """(ranking, audit, verdicts of the first 200 cards) of 1,000 samples, wrong more often where more suspicious."""
    rng = np.random.default_rng(2)
    suspicion = rng.random(1_000)
    ranking = rank_suspicion(suspicion)
    audit = draw_audit(ranking, 0.7, 0)
    verdicts = np.full(1_000, np.nan)
    verdicts[audit.rows[:200]] = rng.random(200) < suspicion[audit.rows[:200]] ** 2
    return ranking, audit, verdicts


def test_what_is_known_is_known():
    now = estimate(AUDIT, SURE, RANKING, 0.6)
    assert astuple(now.precision) == (0.5, 0.5, 0.5)
    assert astuple(now.detection_rate) == pytest.approx((2 / 3,) * 3)
    assert astuple(now.wrong_total) == (3, 3, 3)
    assert (now.flagged, now.known_count, now.card_count, now.flagged_cards, now.unsure_count) == (4, 10, 10, 0, 0)
    assert now.enough and now.precision.half_width == 0


def test_an_unsure_verdict_counts_as_right_at_one_end_and_as_wrong_at_the_other():
    now = estimate(AUDIT, UNSURE, RANKING, 0.6)
    assert (now.precision.low, now.precision.high) == pytest.approx((1 / 4, 2 / 4))
    assert (now.wrong_total.low, now.wrong_total.high) == pytest.approx((2, 4))
    assert (now.detection_rate.low, now.detection_rate.high) == pytest.approx((1 / 3, 2 / 3))
    assert now.unsure_count == 2
    for interval in (now.precision, now.detection_rate, now.wrong_total):
        assert interval.low < interval.point < interval.high
        assert interval.half_width == pytest.approx((interval.high - interval.low) / 2)


def test_flagging_nothing_or_everything():
    none, everything = (estimate(AUDIT, SURE, RANKING, threshold) for threshold in (1.0, 0.0))
    assert np.isnan(none.precision.point) and (none.precision.low, none.precision.high) == (0, 1)
    assert astuple(none.detection_rate) == (0, 0, 0) and astuple(everything.detection_rate) == (1, 1, 1)
    assert astuple(everything.precision) == pytest.approx((0.3,) * 3)


def test_any_set_is_counted_as_it_is():
    flagged = np.isin(np.arange(10), [0, 5, 9])
    now = estimate_rule(AUDIT, SURE, RANKING, flagged)
    assert astuple(now.precision) == pytest.approx((2 / 3,) * 3) and now.flagged == 3 and np.isnan(now.threshold)
    settings = estimate_nested(AUDIT, SURE, RANKING, np.array([3, 0, 2, 0, 0, 1, 0, 0, 0, 0]), 3)
    assert settings.flagged.tolist() == [3, 2, 1]
    assert settings.precision.point == pytest.approx([1, 1, 1])
    assert settings.detection_rate.point == pytest.approx([1, 2 / 3, 1 / 3])


def test_an_exchange_is_the_difference_of_two_counts():
    leaving, coming = np.isin(np.arange(10), [0, 2, 4]), np.isin(np.arange(10), [5, 6])
    assert astuple(estimate_exchange(AUDIT, SURE, RANKING, leaving, coming)) == pytest.approx((1, 1, 1))
    assert astuple(estimate_exchange(AUDIT, SURE, RANKING, coming, leaving)) == pytest.approx((-1, -1, -1))


def test_bands_hold_at_every_moment_unless_told_otherwise(thousand):
    ranking, audit, verdicts = thousand
    flagged = ranking.rank < 300
    for usual, fixed in (
        [estimate(audit, verdicts, ranking, 0.7, **o) for o in ({}, {"anytime": False})],
        [estimate_rule(audit, verdicts, ranking, flagged, **o) for o in ({}, {"anytime": False})],
        [estimate_curve(audit, verdicts, ranking, np.array([0.7]), **o).at(0) for o in ({}, {"anytime": False})],
        [estimate_nested(audit, verdicts, ranking, flagged + 0, 1, **o).at(0) for o in ({}, {"anytime": False})],
    ):
        assert (usual.anytime, fixed.anytime) == (True, False) and usual.level == fixed.level == 0.95
        for name in ("precision", "detection_rate", "wrong_total"):
            wide, narrow = getattr(usual, name), getattr(fixed, name)
            assert narrow.half_width < wide.half_width and narrow.point == wide.point
    sides = (ranking.rank < 100, (ranking.rank >= 300) & (ranking.rank < 500))
    wide, narrow = (estimate_exchange(audit, verdicts, ranking, *sides, **o) for o in ({}, {"anytime": False}))
    assert narrow.half_width < wide.half_width


def test_guesses_plan_cards_for_bands_that_hold_at_every_moment_unless_told_otherwise(thousand):
    ranking, audit, _ = thousand
    by_moment = {}
    for anytime in (True, False):
        planned = cards_needed(audit, ranking, 0.7, 0.1, anytime=anytime)
        assert prior_band(audit, ranking, 0.7, anytime=anytime).cards == planned
        assert prior_bands(audit, ranking, np.array([0.7]), anytime=anytime)[0].cards == planned
        by_moment[anytime] = planned
    assert by_moment[False].precision < by_moment[True].precision
    assert prior_band(audit, ranking, 0.7).cards == by_moment[True]
    assert prior_bands(audit, ranking, np.array([0.7]))[0].cards == by_moment[True]
    assert cards_needed(audit, ranking, 0.7, 0.1) == by_moment[True]


def test_each_quantity_has_a_width_of_its_own(thousand):
    ranking, audit, _ = thousand
    both = cards_needed(audit, ranking, 0.7, (0.1, 0.2))
    assert both.precision == cards_needed(audit, ranking, 0.7, 0.1).precision
    assert both.detection_rate == cards_needed(audit, ranking, 0.7, 0.2).detection_rate
    assert cards_needed(audit, ranking, 0.7, 0.1, level=0.8).precision < both.precision


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (9.94, "9.9"),
        (9.95, "10"),
        (9.96, "10"),
        (99.4, "99"),
        (99.6, "100"),
        (100, "100"),
        (114, "110"),
        (1_250, "1,200"),
    ],
)
def test_counts_are_told_no_finer_than_they_are_known(count, words):
    assert rounded(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (89, "89 s"),
        (90, "2 min"),
        (89 * 60, "89 min"),
        (90 * 60, "1 h 30 min"),
        (2 * 3600, "2 h"),
        (86_340, "23 h 59 min"),
        (86_460, "24 h"),
        (3_600_000, "1,000 h"),
    ],
)
def test_times_are_told_in_what_reads_best(seconds, words):
    assert duration(seconds) == words


def test_a_part_that_is_seen_whole_has_no_width():
    """Two strata, of which every sample is a card: what is wrong in each part is counted, not estimated."""
    size, wrong = np.array([[[4.0, 6.0], [10.0, 5.0]]]), np.array([[[3.0, 1.0], [2.0, 0.0]]])
    curve = np.full_like(size, 0.3)
    parts = estimate_parts(Cells(size, size, curve, wrong), np.full((1, 2), 1.96))
    assert parts.low.tolist() == parts.point.tolist() == parts.high.tolist() == [[4, 2]]
    assert parts.size.tolist() == parts.cards.tolist() == [[10, 15]]


def test_half_seen_is_narrower_than_little_seen():
    """The finite-population correction: the same cards of a smaller part say more, by the root of what is unseen."""

    def width(size: float) -> float:
        size, cards, wrong = (np.full((1, 2, 1), v) for v in (size, 50.0, 20.0))
        curve = np.full_like(size, 0.4)
        cells = Cells(size, cards, curve, wrong)
        parts = estimate_parts(cells, np.full((1, 2), 1.96))
        return float((parts.high - parts.low)[0, 0] / size[0, 0, 0])

    assert width(100.0) / width(1e9) == pytest.approx(np.sqrt(0.5), rel=0.03)


def test_the_recalibrated_curve_is_the_posterior_mode_with_its_sandwich(thousand):
    """Independently: there the gradient of the weighted log-posterior is 0, and the band is H^-1 S H^-1."""
    ranking, audit, verdicts = thousand
    counted_verdicts = count_verdicts(audit, verdicts, ranking)
    curve = recalibrate(counted_verdicts, ranking)
    x = logit(ranking.suspicion[counted_verdicts.rank])
    design, seen = np.column_stack([np.ones_like(x), x]), counted_verdicts.code
    weight = (audit.sizes / np.bincount(counted_verdicts.stratum))[counted_verdicts.stratum]
    weight = weight / weight.mean()
    chance = 1 / (1 + np.exp(-design @ curve.parameters))
    prior = np.diag(1 / np.array([2.0, 0.7]) ** 2)
    gradient = design.T @ (weight * (seen - chance)) - prior @ (curve.parameters - [-0.7, 0.8])
    assert gradient == pytest.approx([0, 0], abs=1e-3)
    inverse = np.linalg.inv((design.T * (weight * chance * (1 - chance))) @ design + prior)
    score = (weight * (seen - chance))[:, None] * design
    assert curve.covariance == pytest.approx(inverse @ (score.T @ score + prior) @ inverse, rel=1e-3)
    assert curve.card_count == len(x)
