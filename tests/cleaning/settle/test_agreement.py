"""Agreement between reviewers, against Krippendorff's published examples and by hand."""

import pytest

from cleaning.settle.reviewer_agreement import krippendorff_alpha, said_of_given, same_answer, wilson
from tests.cleaning.export.making import decide

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: four observers, twelve units, nominal
FOUR_OBSERVERS = (
    (1, 1, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4), (4, 4, 4, 4), (1, 1, 2, 1),
    (2, 2, 2, 2), (5, 5, 5), (1, 1), (3,),
)  # fmt: skip
TWO_OBSERVERS = tuple(zip("0100000100", "1110010000"))  # the same source, example A: two observers, ten units, binary


def test_alpha_as_in_krippendorff_2011():
    four = krippendorff_alpha(FOUR_OBSERVERS)
    assert four.point == pytest.approx(0.743, abs=5e-4)
    assert four.count == 11, "a unit with one value says nothing of agreement"
    assert krippendorff_alpha(TWO_OBSERVERS).point == pytest.approx(0.095, abs=5e-4)


def test_the_interval_holds_the_point_and_is_wide_with_few_units():
    four, two = krippendorff_alpha(FOUR_OBSERVERS), krippendorff_alpha(TWO_OBSERVERS)
    assert 0.3 < four.low < four.point < four.high <= 1
    assert -0.7 < two.low < two.point < two.high <= 1
    many = krippendorff_alpha(FOUR_OBSERVERS * 16)
    assert many.high - many.low == pytest.approx((four.high - four.low) / 4, rel=0.2), "sixteen times the units"


def test_nothing_to_disagree_on_has_no_alpha():
    for units in ([], [("a",)], [("a", "a"), ("a", "a", "a")]):
        alpha = krippendorff_alpha(units)
        assert alpha.point != alpha.point and alpha.low != alpha.low and alpha.high != alpha.high
    assert krippendorff_alpha([("a", "a"), ("b", "b")]).point == 1


def test_a_share_as_in_newcombe_1998():
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263, 0 of 20."""
    share = wilson(81, 263)
    assert (share.point, share.low, share.high) == pytest.approx((81 / 263, 0.2553, 0.3662), abs=5e-5)
    assert share.count == 263
    nothing, none, all_ = wilson(0, 0), wilson(0, 20), wilson(20, 20)
    assert nothing.point != nothing.point and (nothing.low, nothing.high, nothing.count) == (0, 1, 0)
    assert (none.low, none.high) == pytest.approx((0, 0.1611), abs=5e-5)
    assert (all_.low, all_.high) == pytest.approx((0.8389, 1), abs=5e-5)


@pytest.mark.parametrize(
    ("verdict", "labels", "view"),
    [
        ("keep", [0], "right"),
        ("relabel", [1], "wrong"),
        ("several_fit", [1, 0], "right"),
        ("several_fit", [1, 2], "wrong"),
        ("none_fits", [], "wrong"),
        ("unclear_item", [], "unclear"),
        ("unclear_options", [], "unclear"),
        ("unsure", [], None),
        ("needs_expert", [], None),
    ],
)
def test_what_a_vote_says_of_the_given_label(verdict, labels, view):
    assert said_of_given(decide("s", verdict, labels), 0) == view


@pytest.mark.parametrize(
    ("votes", "same"),
    [
        ([("several_fit", [2, 1]), ("several_fit", [1, 2])], True),
        ([("keep", [0]), ("relabel", [1])], False),
        ([("none_fits", []), ("none_fits", [])], True),
        ([("none_fits", []), ("unclear_item", [])], False),
        ([("keep", [0])], True),
    ],
)
def test_votes_are_the_same_by_their_set_of_labels_or_their_verdict(votes, same):
    assert same_answer([decide("s", verdict, labels) for verdict, labels in votes]) is same
