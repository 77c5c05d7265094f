import pytest

from cleaning.keep.decisions import Decision
from cleaning.settle.anchoring import Anchoring, agrees, anchoring, anchoring_of


def test_difference_as_in_newcombe_1998():
    """Newcombe 1998, "Interval estimation for the difference", table II, case 56/70 against 48/80, method 10."""
    found = anchoring(48, 80, 56, 70)
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_without_cards_of_one_kind_nothing_is_known():
    assert anchoring(3, 4, 0, 0) == Anchoring(3, 4, 0, 0, 0.0, -1.0, 1.0)
    assert not anchoring(300, 400, 3, 4).enough and anchoring(3, 5, 3, 5).enough


@pytest.mark.parametrize(
    ("verdict", "labels", "expected"),
    [
        ("keep", (2,), True),
        ("relabel", (1,), False),
        ("several_fit", (1, 2), True),
        ("several_fit", (0, 1), False),
        ("none_fits", (), False),
        ("unsure", (), None),
        ("skip", (), None),
        ("unclear_item", (), None),
    ],
)
def test_agreement_with_the_given_label(verdict, labels, expected):
    assert agrees(Decision("u", "r", "s", "ann", verdict, labels), 2) is expected


def test_only_verdicts_that_speak_of_the_label_count():
    def made(verdict, mode, labels=()):
        return Decision("u", "r", "s", "ann", verdict, labels, mode=mode), 0

    found = anchoring_of(
        [
            made("keep", "blind", (0,)),
            made("relabel", "blind", (1,)),
            made("keep", "open", (0,)),
            made("unsure", "open"),
        ]
    )
    assert (found.blind_agreeing, found.blind_cards, found.open_agreeing, found.open_cards) == (1, 2, 1, 1)
    assert found.difference == 0.5
