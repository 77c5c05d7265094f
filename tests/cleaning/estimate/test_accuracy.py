"""Experts' accuracy from random cards, by hand on ten samples, and by coverage."""

import numpy as np
import pytest
from scipy.stats import norm

from cleaning.domain.judgements import UNSURE
from cleaning.estimate.accuracy import Marks, estimate_accuracy, estimated_neighbours, variance_of
from cleaning.estimate.audit_cards import AuditCards, cards_that_count
from cleaning.estimate.counted_verdicts import count_verdicts
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import rank_suspicion

CARDS = AuditCards(np.array([0, 2, 4, 6, 8]), np.array([0, 0, 1, 1, 1]), np.array([4, 6]))
RIGHT_GIVEN = np.array([1, 1, 0, 1, 1, 0, 1, 1, 1, 0], bool)[:, None]


def marks(right_on_cards, counts_on_cards=(1, 1, 1, 1, 1)) -> Marks:
    """Marks that differ from those by the given labels on the cards only."""
    right, counts = RIGHT_GIVEN.copy(), np.ones(10, bool)
    right[CARDS.rows, 0] = right_on_cards
    counts[CARDS.rows] = counts_on_cards
    return Marks(right, counts)


def test_each_card_stands_for_its_share_of_the_stratum():
    assert CARDS.weights().tolist() == [2, 2, 2, 2, 2]
    uneven = AuditCards(np.arange(3), np.array([0, 0, 1]), np.array([4, 6]))
    assert uneven.weights().tolist() == [2, 2, 6]


def test_accuracy_by_hand():
    """7 of 10 right by the given labels; one card gained and two lost, each worth two samples: 5 of 10."""
    told = estimate_accuracy(RIGHT_GIVEN, marks([1, 1, 0, 0, 1]), CARDS)
    assert told.point == pytest.approx([(7 + 2 - 2 - 2) / 10]) and told.size == 10
    assert told.residual[:, 0].tolist() == [0, 1, -1, -1, 0]
    half = 1.959964 * np.sqrt(variance_of(told.residual[:, 0], CARDS)) / 10
    assert told.low == pytest.approx(np.clip(told.point - half, 0, 1))
    assert told.high == pytest.approx(np.clip(told.point + half, 0, 1))


def test_dropped_samples_leave_the_number_that_counts():
    """One card dropped stands for two samples; it was right by its given label and is not now."""
    told = estimate_accuracy(RIGHT_GIVEN, marks([0, 0, 1, 1, 1], [0, 1, 1, 1, 1]), CARDS)
    assert told.size == 8 and told.point == pytest.approx([(7 - 2) / 8])


def test_cards_without_a_final_label_count_both_ways():
    told = estimate_accuracy(RIGHT_GIVEN, marks([1, 0, 1, 1, 1]), CARDS, unclear=np.array([2, 4]))
    right, wrong = (marks([1, by, by, 1, 1]) for by in (1, 0))
    assert told.point == estimate_accuracy(RIGHT_GIVEN, marks([1, 0, 1, 1, 1]), CARDS).point
    assert told.low == estimate_accuracy(RIGHT_GIVEN, wrong, CARDS).low
    assert told.high == estimate_accuracy(RIGHT_GIVEN, right, CARDS).high


def test_an_accuracy_is_a_share():
    two = AuditCards(np.arange(2), np.zeros(2, int), np.array([10]))
    for said in (0, 1):
        given = np.full((10, 1), bool(said))
        told = estimate_accuracy(given, Marks(given, np.ones(10, bool)), two)
        assert told.point == said and told.low >= 0 and told.high <= 1 and told.low < told.high
    lost = Marks(np.zeros((10, 1), bool), np.ones(10, bool))
    few_right = np.arange(10)[:, None] < 2  # both cards are lost, which stands for more than were ever right
    told = estimate_accuracy(few_right, lost, two)
    assert (told.point, told.low) == (0, 0)


def test_the_variance_by_hand():
    seen = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    first = 4**2 * (1 - 2 / 4) * 0.5 / 2  # of [1, 0]: 1/2
    second = 6**2 * (1 - 3 / 6) * (0.25 / 4) / 3  # cards that all agree do not claim certainty
    assert variance_of(seen, CARDS) == pytest.approx(first + second)
    single = AuditCards(np.array([0]), np.array([0]), np.array([3]))
    assert variance_of(np.array([1.0]), single) == pytest.approx(9 * (1 - 1 / 3) * 0.125)
    whole = AuditCards(np.arange(3), np.zeros(3, int), np.array([3]))
    assert variance_of(np.array([1.0, 0.0, 1.0]), whole) == 0


def test_intervals_hold_the_accuracy_of_all_samples():
    rng = np.random.default_rng(0)
    given, truth = rng.random((2_000, 1)) < 0.9, rng.random((2_000, 1)) < 0.8
    strata, inside = np.repeat([0, 1], [500, 1_500]), []
    for _ in range(300):
        rows = np.r_[rng.choice(500, 60, replace=False), 500 + rng.choice(1_500, 60, replace=False)]
        told = estimate_accuracy(
            given, Marks(truth, np.ones(2_000, bool)), AuditCards(rows, strata[rows], np.array([500, 1_500]))
        )
        inside.append(bool(told.low[0] <= truth.mean() <= told.high[0]))
    assert 0.9 <= np.mean(inside) < 1


def test_neighbours_change_places_as_often_as_their_gap_says():
    right_given = np.column_stack([RIGHT_GIVEN[:, 0], ~RIGHT_GIVEN[:, 0], RIGHT_GIVEN[:, 0]])
    right = right_given.copy()
    right[0, 0] = False
    told = estimate_accuracy(right_given, Marks(right, np.ones(10, bool)), CARDS)
    assert told.point == pytest.approx([0.5, 0.3, 0.7])
    rows = estimated_neighbours(("a", "b", "c"), told, CARDS)
    assert [row[:3] for row in rows] == [("audit estimate", "c", "a"), ("audit estimate", "a", "b")]
    for (better, worse), row in zip(((2, 0), (0, 1)), rows):
        spread = np.sqrt(variance_of(told.residual[:, better] - told.residual[:, worse], CARDS)) / 10
        assert row[3] == pytest.approx(norm.cdf(-(told.point[better] - told.point[worse]) / spread))


# -- which cards count ----------------------------------------------------------------------------------------------

RANKING = rank_suspicion(np.linspace(1, 0, 40))

# six cards of 40 samples in two strata, handed out alternately
AUDIT = AuditDesign(
    np.array([3, 20, 5, 30, 1, 25]), np.array([0, 1] * 3), np.array([0, 10, 40]), np.array([0.5, 0.5]), 0.5, 0
)


def said(*rows) -> np.ndarray:
    """(40,) codes: somebody is unsure about these samples."""
    codes = np.full(40, np.nan)
    codes[list(rows)] = UNSURE
    return codes


def test_cards_count_up_to_the_first_open_one_of_their_stratum():
    cards = cards_that_count(
        count_verdicts(AUDIT, said(3, 1, 20, 30, 25), RANKING), RANKING
    )  # 5 is open, so 1 does not count
    assert cards.rows.tolist() == [3, 20, 25, 30] and cards.stratum.tolist() == [0, 1, 1, 1]
    assert cards.sizes.tolist() == [10, 30] and cards.weights().tolist() == [10, 10, 10, 10]


def test_no_cards_where_a_stratum_has_none():
    for codes in (said(3, 5, 1), said()):
        assert cards_that_count(count_verdicts(AUDIT, codes, RANKING), RANKING) is None
