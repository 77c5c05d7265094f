"""Estimates from random cards: by hand on small cases, against references, and over many planted audits."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import beta

from cleaning.errors import InputError
from cleaning.estimate import (
    count_verdicts,
    estimate,
    estimate_curve,
    estimate_exchange,
    estimate_nested,
    estimate_rule,
    threshold_for_detection,
    threshold_for_precision,
)
from cleaning.estimate.intervals import anytime_multiplier, normal_multiplier, ratio_low, share_ends
from cleaning.suspect.audit import AuditDesign, draw_audit
from cleaning.suspect.ranking import rank_suspicion

N = 3_000


def planted(seed: int = 0, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """(n,) suspicions and whether the label is wrong, foretold by them."""
    rng = np.random.default_rng(seed)
    z = rng.logistic(size=n) * 1.5 - 3
    return expit(z), (rng.random(n) < expit(-0.7 + 0.8 * z)).astype(float)


class Reviewed:
    """A planted set whose first random cards are reviewed."""

    def __init__(self, cards: int, seed: int = 0, threshold: float = 0.3) -> None:
        self.suspicion, self.wrong = planted()
        self.ranking = rank_suspicion(self.suspicion)
        self.threshold = threshold
        self.audit = draw_audit(self.ranking, threshold, seed)
        self.verdicts = np.full(N, np.nan)
        self.verdicts[self.audit.rows[:cards]] = self.wrong[self.audit.rows[:cards]]

    def estimate(self, **options):
        return estimate(self.audit, self.verdicts, self.ranking, self.threshold, **options)

    def curve(self, thresholds, **options):
        return estimate_curve(self.audit, self.verdicts, self.ranking, np.asarray(thresholds), **options)

    def truth(self, threshold: float) -> tuple[float, float]:
        flagged = self.suspicion >= threshold
        return self.wrong[flagged].mean(), self.wrong[flagged].sum() / self.wrong.sum()


def two_strata() -> tuple[AuditDesign, np.ndarray, np.ndarray]:
    """Ten samples, four flagged; two cards of the flagged (one wrong), three of the others (one wrong)."""
    suspicion = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1])
    rows, stratum = np.array([1, 6, 3, 9, 4, 0, 5, 2, 7, 8]), np.array([0, 1, 0, 1, 1, 0, 1, 0, 1, 1])
    audit = AuditDesign(rows, stratum, np.array([0, 4, 10]), np.array([0.4, 0.6]), 0.5, 0)
    verdicts = np.full(10, np.nan)
    verdicts[[1, 3]] = 1, 0
    verdicts[[6, 9, 4]] = 0, 0, 1
    return audit, verdicts, suspicion


def test_by_hand():
    audit, verdicts, suspicion = two_strata()
    now = estimate(audit, verdicts, suspicion, 0.5)
    assert now.flagged == 4 and now.card_count == 5 and now.flagged_cards == 2
    assert now.precision.point == pytest.approx(1 / 2)
    assert now.wrong_total.point == pytest.approx(4 * 1 / 2 + 6 * 1 / 3)
    assert now.detection_rate.point == pytest.approx(2 / 4)
    assert now.wrong_total.low >= 2, "two wrong ones were seen"
    assert now.wrong_total.high <= 7, "three right ones were seen"


def test_a_threshold_inside_a_stratum_uses_the_same_cards():
    audit, verdicts, suspicion = two_strata()
    now = estimate(audit, verdicts, suspicion, 0.75)  # flags rows 0 and 1; the card of row 1 is wrong
    assert (now.flagged, now.flagged_cards) == (2, 1)
    assert now.precision.point == pytest.approx(0.75), "one of two is seen, and it is wrong"
    assert now.wrong_total.point == pytest.approx(2 * 0.75 + 2 * 0 + 6 / 3)


def test_everything_reviewed_is_exact_at_every_threshold():
    reviewed = Reviewed(N)
    thresholds = [0.0, 0.1, 0.3, 0.7]
    curve = reviewed.curve(thresholds)
    for at, threshold in enumerate(thresholds):
        for band, real in zip((curve.precision, curve.detection_rate), reviewed.truth(threshold)):
            assert (band.low[at], band.point[at], band.high[at]) == pytest.approx((real, real, real))
    assert curve.wrong_total.point == pytest.approx(reviewed.wrong.sum())
    assert curve.enough.all()


def test_no_review_says_nothing():
    now = Reviewed(0).estimate()
    assert (now.precision.low, now.precision.high) == (0, 1)
    assert (now.detection_rate.low, now.detection_rate.high) == (0, 1)
    assert not now.enough and now.card_count == 0


def test_suspicious_cards_reviewed_with_gaps_do_not_count():
    reviewed = Reviewed(100)
    before = reviewed.estimate()
    soon = np.isin(reviewed.ranking.rows, reviewed.audit.rows[:400])
    suspicious = reviewed.ranking.rows[~soon][:150]
    reviewed.verdicts[suspicious[1:]] = 1.0  # all of them wrong, says somebody
    assert np.isnan(reviewed.verdicts[reviewed.ranking.rows[:40]]).any()
    assert reviewed.estimate() == before


def test_the_most_suspicious_reviewed_without_a_gap_are_known_exactly():
    reviewed = Reviewed(100)
    before, top = reviewed.estimate(), reviewed.ranking.rows[:120]
    reviewed.verdicts[top] = reviewed.wrong[top]
    known = reviewed.estimate()
    assert known.known_count >= 120 and known.precision.half_width < before.precision.half_width
    whole = reviewed.estimate(), reviewed.curve([reviewed.suspicion[top].min()]).at(0)
    assert whole[1].precision.half_width == 0
    assert whole[1].precision.point == pytest.approx(reviewed.wrong[top].mean())


def test_a_part_that_is_reviewed_but_for_a_few_is_no_guess():
    reviewed = Reviewed(60)
    flagged = reviewed.ranking.rows[reviewed.ranking.suspicion >= 0.3]
    left_open = flagged[~np.isin(flagged, reviewed.audit.rows[:60])][-20:]
    reviewed.verdicts[flagged] = reviewed.wrong[flagged]
    reviewed.verdicts[left_open] = np.nan
    now = reviewed.estimate()
    assert now.flagged_cards < 5 and now.enough
    assert now.precision.half_width <= 10.5 / len(flagged), "the open ones right or wrong"


def test_a_card_skipped_over_ends_its_strata_run_unless_it_was_handed_out():
    reviewed = Reviewed(100)
    first = reviewed.audit.rows[0]
    reviewed.verdicts[first] = np.nan
    shorter = reviewed.estimate()
    left = 100 - reviewed.audit.counts(100)[reviewed.audit.stratum[0]]
    assert shorter.card_count == left
    handed_out = reviewed.estimate(handed_out=100)
    assert (handed_out.card_count, handed_out.unsure_count) == (100, 1)


def test_unsure_verdicts_widen_both_ways():
    reviewed = Reviewed(150)
    sure = reviewed.estimate()
    cards = reviewed.audit.rows[:150]
    unsure = cards[reviewed.suspicion[cards] >= 0.3][:6]
    ends = []
    for verdict in (0.0, 1.0, 2.0):
        reviewed.verdicts[unsure] = verdict
        ends.append(reviewed.estimate())
    right, wrong, both = ends
    assert both.unsure_count == 6
    assert both.precision.low == pytest.approx(right.precision.low, rel=5e-3)  # the curve differs a little
    assert both.precision.high == pytest.approx(wrong.precision.high, rel=5e-3)
    assert both.precision.half_width > sure.precision.half_width
    assert right.precision.point < both.precision.point < wrong.precision.point


def test_unsure_verdicts_where_errors_are_rare_do_not_invent_errors():
    reviewed = Reviewed(300)
    sure = reviewed.estimate()
    quiet = [row for row in reviewed.audit.rows[:300] if reviewed.suspicion[row] < 0.02]
    reviewed.verdicts[quiet[: len(quiet) // 2]] = 2.0
    unsure = reviewed.estimate()
    assert unsure.wrong_total.point == pytest.approx(sure.wrong_total.point, rel=0.25)
    assert unsure.wrong_total.high > sure.wrong_total.high


def test_any_rule_equals_the_threshold_that_flags_the_same():
    reviewed = Reviewed(200)
    by_threshold = reviewed.estimate()
    flagged = reviewed.suspicion >= reviewed.threshold
    by_rule = estimate_rule(reviewed.audit, reviewed.verdicts, reviewed.ranking, flagged)
    for name in ("precision", "detection_rate", "wrong_total"):
        assert astuple(getattr(by_rule, name)) == pytest.approx(astuple(getattr(by_threshold, name)), rel=2e-3)
    assert (by_rule.flagged, by_rule.flagged_cards) == (by_threshold.flagged, by_threshold.flagged_cards)


def test_all_settings_of_a_rule_at_once_equal_one_at_a_time():
    reviewed = Reviewed(250)
    reviewed.verdicts[reviewed.ranking.rows[:40]] = reviewed.wrong[reviewed.ranking.rows[:40]]
    reviewed.verdicts[reviewed.audit.rows[5]] = 2.0
    passes = np.random.default_rng(1).integers(0, 5, N)
    whole = estimate_nested(reviewed.audit, reviewed.verdicts, reviewed.ranking, passes, 4)
    for setting in range(4):
        one = estimate_rule(reviewed.audit, reviewed.verdicts, reviewed.ranking, passes > setting)
        same = whole.at(setting)
        assert (same.flagged, same.flagged_cards, same.enough) == (one.flagged, one.flagged_cards, one.enough)
        for name in ("precision", "detection_rate", "wrong_total"):
            assert astuple(getattr(same, name)) == pytest.approx(astuple(getattr(one, name)))


def test_the_estimate_comes_near_the_truth_with_many_cards():
    reviewed = Reviewed(1_500)
    now = reviewed.estimate()
    precision, detection = reviewed.truth(0.3)
    assert now.precision.point == pytest.approx(precision, abs=0.05)
    assert now.detection_rate.point == pytest.approx(detection, abs=0.05)


def test_looking_at_will_costs_width():
    reviewed = Reviewed(200)
    fixed, anytime = reviewed.estimate(anytime=False), reviewed.estimate()
    assert fixed.precision.half_width < anytime.precision.half_width < 1.8 * fixed.precision.half_width
    assert reviewed.estimate(level=0.8).precision.half_width < anytime.precision.half_width


def test_bands_tighten_with_cards():
    widths = [Reviewed(cards).estimate().precision.half_width for cards in (20, 80, 320, 1_280)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("wrong", "cards"), [(0, 12), (1, 12), (6, 12), (30, 200), (200, 200)])
def test_ends_of_a_share_lie_between_jeffreys_and_the_exact_ones(wrong, cards):
    low, high = (float(end) for end in share_ends(np.array(wrong), np.array(cards), normal_multiplier(0.95)))
    exact = beta.ppf(0.025, wrong, cards - wrong + 1) if wrong else 0.0
    jeffreys = beta.ppf(0.025, wrong + 0.5, cards - wrong + 0.5) if wrong else 0.0
    assert exact - 1e-9 <= low <= jeffreys + 1e-9
    exact = beta.ppf(0.975, wrong + 1, cards - wrong) if wrong < cards else 1.0
    jeffreys = beta.ppf(0.975, wrong + 0.5, cards - wrong + 0.5) if wrong < cards else 1.0
    assert jeffreys - 1e-9 <= high <= exact + 1e-9


def test_the_ratio_end_solves_its_equation():
    above, above_low, below, below_high = 40.0, 25.0, 60.0, 90.0
    share = float(ratio_low(above, above_low, below, below_high))
    r = share / (1 - share)
    assert (above - r * below) ** 2 == pytest.approx((above - above_low) ** 2 + r**2 * (below_high - below) ** 2)
    assert share < above / (above + below)
    assert ratio_low(np.array(0.0), np.array(0.0), np.array(0.0), np.array(5.0)) == 0


def test_the_anytime_multiplier_is_the_mixture_boundary():
    """A Gaussian random walk crosses it at any time up to 2,000 with less than 5 % probability."""
    steps = np.random.default_rng(0).normal(size=(2_000, 2_000)).cumsum(1)
    times = np.arange(1, 2_001)
    crossed = (np.abs(steps) > anytime_multiplier(times, 0.95) * np.sqrt(times)).any(1).mean()
    assert 0.01 < crossed < 0.05
    assert (np.abs(steps) > normal_multiplier(0.95) * np.sqrt(times)).any(1).mean() > 0.3


def two_sides(suspicion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples that another order of the same set might lose and win at a budget."""
    near = np.random.default_rng(3).random(N) < 0.5
    return (suspicion >= 0.25) & near, (suspicion >= 0.15) & (suspicion < 0.25) & near


def test_what_one_set_loses_against_another_is_known_when_all_is_reviewed():
    reviewed = Reviewed(N)
    leaving, coming = two_sides(reviewed.suspicion)
    real = reviewed.wrong[leaving].sum() - reviewed.wrong[coming].sum()
    told = estimate_exchange(reviewed.audit, reviewed.verdicts, reviewed.ranking, leaving, coming)
    assert astuple(told) == pytest.approx((real, real, real))
    nothing = np.zeros(N, bool)
    assert astuple(estimate_exchange(reviewed.audit, reviewed.verdicts, reviewed.ranking, nothing, nothing)) == (
        0,
        0,
        0,
    )
    unknown = estimate_exchange(reviewed.audit, np.full(N, np.nan), reviewed.ranking, leaving, coming)
    assert (unknown.low, unknown.high) == (-coming.sum(), leaving.sum())


def test_the_interval_of_an_exchange_holds_as_often_as_it_says_from_both_sides():
    below, above, simulations = np.zeros(2), np.zeros(2), 200
    for seed in range(simulations):
        reviewed = Reviewed(120, seed=seed)
        sides = two_sides(reviewed.suspicion)
        for order, (leaving, coming) in enumerate((sides, sides[::-1])):
            told = estimate_exchange(
                reviewed.audit, reviewed.verdicts, reviewed.ranking, leaving, coming, anytime=False
            )
            real = reviewed.wrong[leaving].sum() - reviewed.wrong[coming].sum()
            below[order] += real < told.low
            above[order] += real > told.high
    missed = np.array([below, above]) / simulations
    assert missed.sum(axis=0).max() <= 0.09 and missed.max() <= 0.06 and missed.max() > 0


def test_intervals_hold_as_often_as_they_say():
    hits, fixed_hits, simulations = np.zeros(2), np.zeros(2), 200
    for seed in range(simulations):
        reviewed = Reviewed(120, seed=seed)
        for kept, now in ((hits, reviewed.estimate()), (fixed_hits, reviewed.estimate(anytime=False))):
            bands = (now.precision, now.detection_rate)
            kept += [b.low <= real <= b.high for b, real in zip(bands, reviewed.truth(0.3))]
    assert (hits / simulations >= 0.97).all()
    assert (fixed_hits / simulations >= 0.91).all() and (fixed_hits / simulations < 1).any()


def test_a_promised_precision_is_kept():
    reviewed = Reviewed(600)
    choice = threshold_for_precision(0.5, reviewed.audit, reviewed.verdicts, reviewed.ranking)
    assert choice.reached and choice.estimate.precision.low >= 0.5
    assert reviewed.truth(choice.threshold)[0] >= 0.5
    thresholds = reviewed.ranking.thresholds()
    lower = reviewed.curve(thresholds[thresholds < choice.threshold], level=0.9)
    assert (lower.precision.low < 0.5).all(), "the lowest threshold that keeps it"
    beyond = threshold_for_precision(0.999, reviewed.audit, reviewed.verdicts, reviewed.ranking)
    assert not beyond.reached


def test_a_promised_detection_rate_is_the_highest_threshold_that_keeps_it():
    reviewed = Reviewed(1_200)
    choice = threshold_for_detection(0.4, reviewed.audit, reviewed.verdicts, reviewed.ranking)
    assert choice.reached and choice.estimate.detection_rate.low >= 0.4
    by_point = threshold_for_detection(0.4, reviewed.audit, reviewed.verdicts, reviewed.ranking, confidence=None)
    assert by_point.flagged < choice.flagged


@pytest.mark.parametrize(("target", "confidence"), [(1.0, 0.95), (80, 0.95), (0.8, 0.4)])
def test_a_target_that_is_none_is_a_sentence(target, confidence):
    reviewed = Reviewed(50)
    with pytest.raises(InputError, match="expected a number between"):
        threshold_for_precision(target, reviewed.audit, reviewed.verdicts, reviewed.ranking, confidence=confidence)


def test_verdicts_of_another_dataset_are_refused():
    reviewed = Reviewed(10)
    with pytest.raises(ValueError, match="11 codes"):
        count_verdicts(reviewed.audit, np.full(11, np.nan), reviewed.ranking)
