"""The queue by hand: how many random cards go with it and where they stand, cards put off, orders of few samples."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from cleaning.estimate.flag_counts import curve_of
from cleaning.review.queue import (
    Filters,
    Queue,
    QueueAhead,
    audit_card_count,
    audit_rows,
    build_queue,
    interleave,
    remaining,
    rows_of,
)


def scores_of(given, suggested, suspicion=None) -> pd.DataFrame:
    """A run's table of a dataset whose samples stand by falling suspicion, so that row r is the r-th card."""
    n = len(given)
    suspicion = np.linspace(0.9, 0.1, n) if suspicion is None else suspicion
    return pd.DataFrame(
        {
            "sample_id": [f"s{r}" for r in range(n)],
            "row": np.arange(n),
            "given": given,
            "suggested": suggested,
            "suspicion": suspicion,
        }
    )


def queue_of(scores: pd.DataFrame, audit: pd.DataFrame | None = None, flagged: int | None = None, **wishes) -> Queue:
    """The queue in which so many of the most suspicious samples are flagged; all unless told."""
    count = len(scores) if flagged is None else flagged
    return build_queue(scores, audit, flagged=np.arange(len(scores)) < count, **wishes)


@pytest.mark.parametrize(
    ("flagged", "share", "cards"),
    [
        (1_000, 0.2, 250),
        (1_000, 0.5, 1_000),
        (900, 0.1, 100),
        (901, 0.1, 101),  # 100.1 rounded up
        (10, 0.2, 100),  # what a first estimate needs
        (0, 0.2, 100),
        (1_000, 0.0, 0),
        (0, 0.0, 0),
        (1_000, 1.0, 0),
    ],
)
def test_how_many_audit_cards_go_with_so_many_flagged(flagged, share, cards):
    assert audit_card_count(flagged, share) == cards


@pytest.mark.parametrize(("share", "cards"), [(0.2, 250), (0.5, 1_000), (0.0, 0)])
def test_the_queue_comes_to_an_end_with_its_audit_cards(share, cards):
    """Of 3,000 samples the 1,000 most suspicious are wanted; all others are drawn, and only so many are shown."""
    scores = scores_of(np.repeat([0, 1], [1_000, 2_000]), np.ones(3_000, int))
    drawn = scores.iloc[1_000:][["row", "sample_id"]]
    queue = queue_of(scores, drawn, flagged=1_000, audit_share=share)
    assert len(queue) == 1_000 + cards and queue.audit.sum() == cards
    assert queue.rows[queue.audit].tolist() == list(range(1_000, 1_000 + cards))
    if cards:
        middle = queue.audit[: len(queue) // 2].mean()
        assert middle == pytest.approx(share, abs=0.01), "evenly, not at the end"


def test_one_card_in_five_is_drawn_unless_told_otherwise():
    scores = scores_of(np.zeros(1_000, int), np.ones(1_000, int))
    queue = queue_of(scores, scores.iloc[500:], flagged=500)
    assert queue.audit.sum() == 125 and queue.audit[:100].sum() == 20


def test_audit_cards_stand_in_the_middle_of_their_share():
    """One in four: after a card and a half, then after every third."""
    queue = interleave(np.arange(9), np.arange(100, 103), 0.25)
    assert queue.rows.tolist() == [0, 1, 100, 2, 3, 4, 101, 5, 6, 7, 102, 8]
    assert queue.rows[queue.audit].tolist() == [100, 101, 102]


def test_a_sample_that_is_flagged_and_drawn_comes_once_where_it_comes_first():
    early = interleave(np.array([7, 8, 9]), np.array([9, 7]), 0.5)
    assert early.rows.tolist() == [7, 9, 8] and early.audit.tolist() == [False, True, False]


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5])
def test_an_audit_share_that_is_none_is_refused(share):
    with pytest.raises(InputError, match="expected a number from 0 to below 1"):
        interleave(np.arange(3), np.arange(3, 5), share)


def test_cards_put_off_come_last_and_stay_audit_cards():
    queue = Queue(np.array([4, 0, 2, 3]), np.array([False, True, False, False]))
    rest = remaining(queue, np.zeros(6, bool), np.array([0, 4]))
    assert rest.rows.tolist() == [2, 3, 0, 4] and rest.audit.tolist() == [False, False, True, False]


def test_cards_put_off_elsewhere_do_not_come_into_this_queue():
    """Put off in another queue, with other filters: they are no cards of this one."""
    queue = Queue(np.array([4, 0, 2]), np.array([False, True, False]))
    rest = remaining(queue, np.zeros(6, bool), np.array([5, 1, 0]))
    assert rest.rows.tolist() == [4, 2, 0] and rest.audit.tolist() == [False, False, True]


def test_cards_put_off_and_decided_since_are_gone():
    queue = Queue(np.array([4, 0, 2]), np.zeros(3, bool))
    gone = np.zeros(6, bool)
    gone[[0, 5]] = True
    assert remaining(queue, gone, np.array([0, 4, 5])).rows.tolist() == [2, 4]
    assert remaining(queue, np.ones(6, bool), np.array([0])).rows.tolist() == []
    assert remaining(queue, gone, np.array([], int)).rows.tolist() == [4, 2]
    assert remaining(queue, gone).rows.tolist() == [4, 2]


def test_ids_that_are_not_in_the_run_have_no_row():
    scores = scores_of([0, 0, 0], [1, 1, 1])
    assert rows_of(scores, ["s2", "strange", "s0"]).tolist() == [0, 2]
    assert rows_of(scores, []).tolist() == [] and rows_of(scores, iter(["s1"])).tolist() == [1]


def test_audit_cards_by_row_or_by_id_keep_their_drawn_order():
    scores = scores_of([0] * 4, [1] * 4).iloc[[2, 0, 3, 1]]
    assert audit_rows(scores, pd.DataFrame({"sample_id": ["s3", "gone", "s0"]})).tolist() == [3, 0]
    assert audit_rows(scores, pd.DataFrame({"row": [1, 2], "sample_id": ["s1", "s2"]})).tolist() == [1, 2]
    assert audit_rows(scores, None).tolist() == [] and audit_rows(scores, scores.iloc[:0]).tolist() == []


def test_confusion_pairs_are_blocks_largest_first():
    """(1, 0) comes three times, (0, 1) and (0, 2) twice each: of equally many the more suspicious first."""
    scores = scores_of([0, 1, 0, 1, 0, 0, 1], [2, 0, 1, 0, 2, 1, 0])
    assert queue_of(scores, order="pair").rows.tolist() == [1, 3, 6, 0, 4, 2, 5]


def test_no_two_confusion_pairs_are_taken_for_one():
    """(0, 3) and (1, 0), (2, 0) and (1, 3): codes of pairs must not run into each other."""
    scores = scores_of([1, 0, 1, 0, 2, 1, 1], [0, 3, 0, 3, 0, 3, 3])
    assert queue_of(scores, order="pair").rows.tolist() == [0, 2, 1, 3, 5, 6, 4]


def test_groups_are_blocks_largest_first_and_classes_follow_their_code():
    scores = scores_of([2, 0, 1, 0, 2], [0, 1, 0, 1, 0])
    group = np.array(["web", "scan", "web", "scan", "scan"], object)
    assert queue_of(scores, order="group", group=group).rows.tolist() == [1, 3, 4, 0, 2]
    assert queue_of(scores, order="class").rows.tolist() == [1, 3, 2, 0, 4]


def test_nothing_flagged_has_an_order_all_the_same():
    scores = scores_of([0, 1], [1, 0])
    for order in ("suspicion", "class", "pair", "group", "learning"):
        queue = queue_of(scores, flagged=0, order=order, group=np.array(["a", "b"], object))
        assert len(queue) == 0


def test_learning_goes_by_the_chance_where_it_is_known():
    scores = scores_of([0, 0, 1, 1], [1, 1, 0, 0], suspicion=[0.9, 0.8, 0.7, 0.6])
    assert queue_of(scores, order="learning").rows.tolist() == [0, 1, 2, 3]
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    assert queue_of(scores, order="learning", chance=chance).rows.tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(given=1), [1, 3, 5]),
        (Filters(suggested=2), [0, 1]),
        (Filters(given=1, suggested=2), [1]),
        (Filters(given=0, suggested=0), []),
        (Filters(least_disagreement=1), [0, 2, 3]),
        (Filters(least_disagreement=2), [2]),
        (Filters(group="a"), [0, 2, 4]),
    ],
)
def test_filters_by_hand(filters, rows):
    scores = scores_of([0, 1, 0, 1, 0, 1], [2, 2, 1, 0, 1, 0])
    disagreement, group = np.array([1, 0, 2, 1, 0, 0]), np.array(["a", "b"] * 3, object)
    queue = queue_of(scores, scores.iloc[[5]], filters=filters, disagreement=disagreement, group=group)
    assert sorted(queue.rows) == rows
    assert queue.audit.any() == (filters == Filters()), "only the plain queue carries the audit"


AHEAD = QueueAhead(
    curve_of(np.linspace(0.01, 1, 1_000)), np.tile([0.995, 0.2, 0.4, 0.6, 0.8], 100), np.array([3, 4, 9]), 0.2, 0
)


def test_a_queue_holds_what_is_flagged_and_the_random_cards_that_are_not():
    """At 0.9 102 are flagged; with them go 100 random cards, of which every fifth is flagged anyway."""
    assert AHEAD.cards_at(np.array([0.9])).tolist() == [AHEAD.curve.flagged_at(0.9) + 80]
    more = replace(AHEAD, asked=150)
    assert more.cards_at(np.array([0.9]))[0] == AHEAD.cards_at(np.array([0.9]))[0] + 40


@pytest.mark.parametrize("cards", [120, 200, 400, 700])
def test_a_budget_of_cards_holds_the_whole_queue(cards):
    budget = AHEAD.budget_for(cards)
    lengths = [AHEAD.cards_at(np.array([AHEAD.curve.for_budget(b)]))[0] for b in (budget, budget + 1)]
    assert lengths[0] <= cards < lengths[1]


def test_where_not_even_the_random_cards_fit_the_first_cards_of_the_queue_count():
    assert AHEAD.budget_for(50) == 40


def test_so_many_undecided_random_cards_come():
    assert [AHEAD.places_for(cards) for cards in (0, 1, 2, 3, 99)] == [0, 4, 5, 10, 10]


def test_nothing_but_random_cards():
    scores = scores_of([0] * 6, [1] * 6)
    audit = pd.DataFrame({"row": [5, 0, 3, 2]})
    queue = queue_of(scores, audit, flagged=2, filters=Filters(random_only=True), random_cards=3, audit_share=0.0)
    assert queue.rows.tolist() == [5, 0, 3] and queue.audit.all()
    assert queue_of(scores, audit, flagged=2, filters=Filters(random_only=True)).rows.tolist() == [5, 0, 3, 2]
