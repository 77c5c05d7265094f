"""Guesses before reviews, the recalibrated suspicion, and what the next cards bring."""

import numpy as np
import pytest
from scipy.special import expit

from cleaning.estimate import (
    cards_needed,
    cards_to_halve,
    count_verdicts,
    estimate,
    expected_finds,
    outlook,
    prior_band,
    prior_bands,
    recalibrate,
)
from cleaning.estimate.outlook import BELOW, FLAGGED, NEXT, duration, rounded
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

N, TRUE_CURVE = 6_000, (-1.2, 0.6)


@pytest.fixture(scope="module")
def scene():
    """Ranking, audit and truth of a set whose errors follow TRUE_CURVE."""
    rng = np.random.default_rng(4)
    z = rng.logistic(size=N) * 1.5 - 2
    wrong = (rng.random(N) < expit(TRUE_CURVE[0] + TRUE_CURVE[1] * z)).astype(float)
    ranking = rank_suspicion(expit(z))
    return ranking, draw_audit(ranking, 0.3, seed=0), wrong


def reviewed(scene, cards: int) -> np.ndarray:
    _, audit, wrong = scene
    verdicts = np.full(N, np.nan)
    verdicts[audit.rows[:cards]] = wrong[audit.rows[:cards]]
    return verdicts


def curve_of(scene, cards: int):
    ranking, audit, _ = scene
    return recalibrate(count_verdicts(audit, reviewed(scene, cards), ranking), ranking)


def test_a_guess_is_wide_and_in_steps_of_five_percent(scene):
    ranking, audit, wrong = scene
    band = prior_band(audit, ranking, 0.3)
    for share in (band.precision, band.detection_rate):
        assert share.high - share.low >= 0.2
        assert (share.low * 20) % 1 == pytest.approx(0, abs=1e-6)
    flagged = ranking.suspicion >= 0.3
    assert band.precision.low <= wrong[ranking.rows][flagged].mean() <= band.precision.high


def test_a_guess_knows_what_is_certain(scene):
    ranking, audit, _ = scene
    everything = prior_band(audit, ranking, 0.0)
    assert (everything.detection_rate.low, everything.detection_rate.high) == (1, 1)


def test_guesses_at_many_thresholds_are_those_at_each(scene):
    ranking, audit, _ = scene
    thresholds = np.array([0.05, 0.3, 0.8])
    assert prior_bands(audit, ranking, thresholds) == [prior_band(audit, ranking, t) for t in thresholds]


def test_cards_needed_reach_what_they_plan(scene):
    ranking, audit, _ = scene
    plan = cards_needed(audit, ranking, 0.3, 0.1, recalibration=curve_of(scene, 800))
    got = estimate(audit, reviewed(scene, plan.precision), ranking, 0.3)
    assert got.precision.half_width == pytest.approx(0.1, abs=0.03)
    narrow = cards_needed(audit, ranking, 0.3, 0.05)
    assert narrow.precision > cards_needed(audit, ranking, 0.3, 0.1).precision
    assert cards_needed(audit, ranking, 0.3, 0.1, anytime=False).precision < narrow.precision


def test_further_cards_that_halve_a_band(scene):
    ranking, audit, _ = scene
    now = estimate(audit, reviewed(scene, 150), ranking, 0.3)
    more = cards_to_halve(audit, ranking, now, count_verdicts(audit, reviewed(scene, 150), ranking))
    assert 150 < more.precision < 1_500, "a half-width falls with the root of the cards, so about thrice as many more"
    then = estimate(audit, reviewed(scene, 150 + more.precision), ranking, 0.3)
    assert then.precision.half_width == pytest.approx(now.precision.half_width / 2, rel=0.3)


def test_no_number_of_cards_halves_what_unsure_verdicts_widen(scene):
    ranking, audit, _ = scene
    verdicts = reviewed(scene, 150)
    verdicts[audit.rows[:150:2]] = 2.0
    now = estimate(audit, verdicts, ranking, 0.3)
    assert cards_to_halve(audit, ranking, now, count_verdicts(audit, verdicts, ranking)).precision is None
    one = reviewed(scene, 150)
    one[audit.rows[0]] = 2.0
    now, counted = estimate(audit, one, ranking, 0.3), count_verdicts(audit, one, ranking)
    assert 150 < cards_to_halve(audit, ranking, now, counted).precision < 2_500


def test_too_few_cards_recalibrate_nothing(scene):
    assert curve_of(scene, 39) is None
    ranking, audit, _ = scene
    nothing_wrong = np.where(np.isnan(reviewed(scene, 200)), np.nan, 0.0)
    assert recalibrate(count_verdicts(audit, nothing_wrong, ranking), ranking) is None


def test_the_recalibrated_suspicion_is_the_probability_of_an_error(scene):
    curve = curve_of(scene, 3_000)
    assert curve.parameters == pytest.approx(TRUE_CURVE, abs=0.15)
    suspicion = np.array([0.05, 0.3, 0.9])
    point, low, high = curve.probability(suspicion)
    truth = expit(TRUE_CURVE[0] + TRUE_CURVE[1] * np.log(suspicion / (1 - suspicion)))
    assert ((low <= truth) & (truth <= high)).all() and (low < point).all() and (point < high).all()
    few = curve_of(scene, 60).probability(suspicion)
    assert (few[2] - few[1] > high - low).all(), "fewer cards, wider band"


def test_expected_finds_hold_what_is_found(scene):
    ranking, _, wrong = scene
    by_rank, kept, told = wrong[ranking.rows], 0, 0
    for seed in range(60):
        audit = draw_audit(ranking, 0.3, seed)
        verdicts = np.full(N, np.nan)
        verdicts[audit.rows[:150]] = wrong[audit.rows[:150]]
        curve = recalibrate(count_verdicts(audit, verdicts, ranking), ranking)
        for start in (0, 50, 400, 1_500, 3_000):
            finds = expected_finds(curve, ranking.suspicion[start : start + 50])
            kept += finds.low <= by_rank[start : start + 50].sum() <= finds.high
            told += 1
    assert 0.9 <= kept / told < 1


def flagged_at(ranking, threshold):
    return ranking.suspicion[ranking.rank] >= threshold


def test_the_outlook_counts_only_open_cards(scene):
    ranking, _, _ = scene
    verdicts, curve = reviewed(scene, 400), curve_of(scene, 400)
    open_flagged = int((np.isnan(verdicts[ranking.rows]) & (ranking.suspicion >= 0.3)).sum())
    told = {s.which: s for s in outlook(curve, ranking, verdicts, flagged_at(ranking, 0.3))}
    assert [s.cards for s in told.values()] == [50, open_flagged, 50] and list(told) == [NEXT, FLAGGED, BELOW]
    assert told[NEXT].finds.point > told[BELOW].finds.point
    waiting = ranking.suspicion[np.isnan(verdicts[ranking.rows])]
    assert told[FLAGGED].finds.point == pytest.approx(curve.probability(waiting[:open_flagged])[0].sum())


def test_the_outlook_tells_no_stretch_twice(scene):
    ranking, _, wrong = scene
    curve, verdicts = curve_of(scene, 400), reviewed(scene, 400)
    top = ranking.rows[ranking.suspicion >= 0.3]
    verdicts[top[:-20]] = wrong[top[:-20]]
    assert [s.which for s in outlook(curve, ranking, verdicts, flagged_at(ranking, 0.3))] == [NEXT, BELOW]
    verdicts[top] = wrong[top]
    assert [s.which for s in outlook(curve, ranking, verdicts, flagged_at(ranking, 0.3))] == [NEXT]
    assert outlook(curve, ranking, wrong, flagged_at(ranking, 0.3)) == []


def test_counts_and_times_in_words():
    assert [rounded(c) for c in (0.83, 6.04, 14.4, 123, 5_678)] == ["0.8", "6.0", "14", "120", "5,700"]
    assert [duration(s) for s in (45, 400, 7_300, 7_200, 360_000)] == ["45 s", "7 min", "2 h 2 min", "2 h", "100 h"]
