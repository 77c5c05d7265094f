"""Thresholds by goal, budget and time on twenty samples that are all reviewed, so that every answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import InputError
from cleaning.estimate import threshold_for_detection, threshold_for_precision
from cleaning.estimate.flag_counts import TAU_GRID, cards_in, curve_of, paper_table, shortest_between
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

SUSPICION = np.arange(20, 0, -1) / 21  # row r is the r-th most suspicious
WRONG = np.isin(np.arange(20), [0, 1, 3, 6]).astype(float)


def chosen(search, target, wrong=WRONG, **options):
    """(flagged, reached) at the threshold that a goal gives."""
    ranking = rank_suspicion(SUSPICION)
    found = search(target, draw_audit(ranking, 0.5, 0), wrong, ranking, **options)
    assert found.flagged == (found.threshold <= SUSPICION).sum() == found.estimate.flagged
    return found.flagged, found.reached


@pytest.mark.parametrize(("target", "flagged"), [(0.25, 1), (0.26, 2), (0.5, 2), (0.51, 4), (0.75, 4), (0.76, 7)])
def test_the_fewest_flags_that_find_enough(target, flagged):
    """Found after 1, 2, 4 and 7 flags: 1, 2, 3 and 4 of 4. One step higher finds too few."""
    for confidence in (0.95, None):
        assert chosen(threshold_for_detection, target, confidence=confidence) == (flagged, True)


@pytest.mark.parametrize(("target", "flagged"), [(0.99, 2), (0.75, 4), (0.7, 4), (0.55, 7), (0.5, 8), (0.2, 20)])
def test_the_most_flags_that_are_right_often_enough(target, flagged):
    """Right after 2, 4, 7, 8 and 20 flags: 2, 3, 4, 4 and 4 of them. One step lower is right too rarely."""
    for confidence in (0.95, None):
        assert chosen(threshold_for_precision, target, confidence=confidence) == (flagged, True)


def test_a_goal_out_of_reach_gives_the_nearest_and_says_so():
    late = np.isin(np.arange(20), [4, 5]).astype(float)  # right at best after 6 flags, 2 of them
    assert chosen(threshold_for_precision, 0.5, wrong=late) == (6, False)


def test_confidence_is_that_of_one_end():
    ranking = rank_suspicion(SUSPICION)
    audit = draw_audit(ranking, 0.5, 0)
    for search in (threshold_for_precision, threshold_for_detection):
        assert search(0.5, audit, WRONG, ranking).estimate.level == pytest.approx(0.9)
        assert search(0.5, audit, WRONG, ranking, confidence=0.8).estimate.level == pytest.approx(0.6)
        assert search(0.5, audit, WRONG, ranking, confidence=None).estimate.level == 0.95
        for target, confidence in ((0, 0.95), (1, 0.95), (0.5, 0.5), (0.5, 1.0)):
            with pytest.raises(InputError, match="expected a number between"):
                search(target, audit, WRONG, ranking, confidence=confidence)


@pytest.mark.parametrize(
    ("above", "up_to", "shortest"),
    [
        (0.5, 0.6, 0.6),  # the upper end itself counts
        (0.6, 0.65, 0.61),  # the lower does not
        (0.55, 0.56, 0.56),
        (0.0, 1.0, 0.1),
        (0.0999, 0.1001, 0.1),
        (0.99, 1.0, 1.0),
    ],
)
def test_decimals_that_end_in_both_numbers(above, up_to, shortest):
    assert shortest_between(above, up_to) == shortest


def test_neighbouring_numbers_have_nothing_shorter_between_them():
    one = 0.1234567890123456
    assert shortest_between(one, np.nextafter(one, 1)) == np.nextafter(one, 1)


def test_suspicions_that_share_their_decimals_are_flagged_together_or_told_apart():
    tied = curve_of([0.61, 0.6, 0.6, 0.59])
    assert [tied.for_budget(b) for b in range(5)] == [0.7, 0.61, 0.61, 0.6, 0.0]
    near = curve_of([0.12345601, 0.12345602, 0.12345603])
    assert [near.flagged_at(near.for_budget(b)) for b in range(4)] == [0, 1, 2, 3]


def test_certain_suspicion_is_left_out_only_just_above_one():
    curve = curve_of([1.0, 1.0, 0.3])
    assert 1 < curve.for_budget(1) < 1 + 1e-12 and curve.for_budget(2) == 0.4


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_every_sample_has_a_step_just_below_it(values):
    """Within the four decimals that steps have, so that the last of a few can be chosen."""
    curve = curve_of(values)
    below = curve.thresholds[np.searchsorted(curve.thresholds, values, side="right") - 1]
    assert (np.asarray(values) - below <= 1e-4 + 1e-9).all()


def test_bins_hold_their_lower_end_and_the_last_both():
    bins = curve_of([0.0, 0.005, 0.01, 0.5, 0.999, 1.0]).bins
    assert {int(b): int(bins[b]) for b in np.flatnonzero(bins)} == {0: 2, 1: 1, 50: 1, 99: 2}


def test_no_time_holds_no_card_and_less_is_refused():
    assert cards_in(0, 8) == 0 and cards_in(8 / 3600, 8) == 1
    for hours, seconds in ((-0.1, 8), (1, 0), (1, -8), (float("nan"), 8)):
        with pytest.raises(InputError, match="hours are 0 or more"):
            cards_in(hours, seconds)


def test_the_places_of_tau_are_its_hundredths():
    """Two experts agree on another label, the less sure of them at 0.755: at every tau up to 0.75, at none above."""
    predicted, confidence = np.array([[1, 1], [0, 1]]), np.array([[0.9, 0.755], [0.8, 0.304]])
    table = paper_table(predicted, confidence, np.zeros(2, int), np.array([0, 1]))
    passing = [np.flatnonzero(row) for row in table.flagged]
    assert TAU_GRID.tolist() == pytest.approx([place / 100 for place in range(101)])
    assert passing[1].tolist() == list(range(76)), "both agree"
    assert table.flagged[0].tolist() == [2] * 31 + [1] * 45 + [0] * 25, "one is enough: the second sample up to 0.30"
