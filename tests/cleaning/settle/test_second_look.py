"""Second looks below the threshold, and how often reviewers err."""

import numpy as np
import pytest

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.settle.error_rates import LEAST_LOOKS, error_rates
from cleaning.settle.second_look import confirmed_codes, waiting_below
from cleaning.settle.verdict_codes import verdict_codes
from tests.cleaning.export.making import decide
from tests.factories import planted_dataset

DATASET = planted_dataset(n=60).dataset


def look(row: int, right: bool, reviewer: str = "ann", **more):
    given, k = int(DATASET.given_labels[row]), DATASET.class_count
    verdict, label = ("keep", given) if right else ("relabel", (given + 1) % k)
    return decide(str(DATASET.sample_ids[row]), verdict, [label], reviewer, more.pop("number", row), **more)


def code(*log, below: bool = True) -> float:
    """What is said of the first sample."""
    return confirmed_codes(verdict_codes(DATASET, log), np.full(60, below), log, DATASET)[0]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([(True, "ann", "audit")], RIGHT),
        ([(False, "ann", "audit")], UNSURE),
        ([(False, "ann", "audit"), (False, "bob", "confirmation")], WRONG),
        ([(False, "ann", "audit"), (True, "bob", "confirmation")], RIGHT),
        ([(False, "ann", "audit"), (False, "ann", "confirmation")], WRONG),
        ([(False, "ann", "audit"), (True, "ann", "confirmation")], RIGHT),
        ([(False, "ann", "audit"), (False, "bob", "audit")], WRONG),
        ([(False, "ann", "audit"), (False, "ann", "repeat")], UNSURE),
        ([(False, "ann", "audit"), (False, "bob", "control")], UNSURE),
        ([(False, "ann", "adjudication")], WRONG),
    ],
)
def test_wrong_below_the_threshold_counts_once_confirmed(looks, said):
    log = [look(0, right, who, card=card, number=i) for i, (right, who, card) in enumerate(looks)]
    assert code(*log) == said


def test_flagged_samples_need_no_second_look():
    assert code(look(0, False), below=False) == WRONG
    assert waiting_below(np.full(60, True), [look(0, False), look(1, True)], DATASET) == 1
    assert waiting_below(np.full(60, False), [look(0, False)], DATASET) == 0


def rates(log):
    given = dict(zip(map(str, DATASET.sample_ids), map(int, DATASET.given_labels)))
    return error_rates(log, given)


def test_errors_against_known_answers_are_shares():
    """Thirty samples settled as right by two others, of which ann calls three wrong."""
    others = [look(row, True, who) for row in range(30) for who in ("bob", "cid")]
    every, by_name = rates([*others, *(look(row, row >= 3, "ann", card="control") for row in range(30))])
    ann = by_name["ann"]
    assert ann.false_alarm.known == 3 and ann.false_alarm.looks == 30
    assert 0.02 < ann.false_alarm.low < 0.1 < ann.false_alarm.high < 0.3
    assert not ann.miss.enough and (ann.miss.low, ann.miss.high) == (0, 1)
    assert every.false_alarm.looks >= ann.false_alarm.looks and every.false_alarm.known == 3


def test_two_looks_that_differ_say_only_what_rates_may_be_at_most():
    """Of twenty pairs two differ: either kind of error may be behind them, so neither has a least."""
    log = [look(row, True, who) for row in range(9) for who in ("ann", "bob")]
    log += [look(row, False, who) for row in range(9, 18) for who in ("ann", "bob")]
    log += [look(row, who == "ann", who) for row in (18, 19) for who in ("ann", "bob")]
    every, _ = rates(log)
    for rate in (every.false_alarm, every.miss):
        assert rate.low == 0 and rate.known == 0 and rate.looks == 2 * (9 + 2) >= LEAST_LOOKS and rate.enough
        assert 2 / 22 < rate.high < 0.35


def test_second_looks_are_read_as_what_they_are_asked_for():
    """Only what was judged wrong is looked at again: of fifty cards below the threshold ann judges forty right and ten
    wrong, of which bob confirms six. At most four of her forty-four looks at right labels were false alarms, and he may
    have missed four of ten; a pair chosen for its first look says nothing else."""
    log = [look(row, row < 40, "ann", card="audit") for row in range(50)]
    log += [look(row, row < 44, "bob", card="confirmation", number=100 + row) for row in range(40, 50)]
    given = dict(zip(map(str, DATASET.sample_ids), map(int, DATASET.given_labels)))
    below = {str(s) for s in DATASET.sample_ids[:55]}
    every, by_name = error_rates(log, given, below)
    assert (every.false_alarm.looks, every.miss.looks) == (44, 10)
    assert every.false_alarm.high == pytest.approx(wilson_interval(4, 44)[1]) and every.false_alarm.low == 0
    assert every.miss.high == pytest.approx(wilson_interval(4, 10)[1]) and not every.enough
    assert by_name["ann"].false_alarm.looks == 44 and by_name["ann"].miss.looks == 0
    assert by_name["bob"].false_alarm.looks == 0 and by_name["bob"].miss.looks == 10
    above, _ = error_rates(log, given, set())
    assert above.false_alarm.looks == 4, "cards judged right where nobody looks again tell nothing"


def test_a_repeat_that_differs_counts_against_its_reviewer():
    log = [look(row, True, "ann") for row in range(12)]
    log += [look(row, row > 0, "ann", card="repeat", number=100 + row) for row in range(12)]
    _, by_name = rates(log)
    assert by_name["ann"].false_alarm.looks == 24 and by_name["ann"].false_alarm.high > 1 / 24
    assert rates([])[0].false_alarm.high == 1


def test_what_was_changed_after_the_votes_or_taken_back_is_no_look():
    first = look(0, False, "ann", card="audit", number=0)
    assert code(first, look(0, False, "bob", card="audit", mode="seen", number=1)) == UNSURE
    second = look(0, False, "bob", card="audit", number=1)
    undo = decide(str(DATASET.sample_ids[0]), "undo", [], "bob", 2, undoes=second.uuid)
    assert code(first, second) == WRONG and code(first, second, undo) == UNSURE
    assert code(first, look(0, False, "bob", card="confirmation", mode="seen", number=1)) == WRONG


def test_where_two_others_agree_the_answer_is_known_and_no_pair_is_made():
    every, by_name = rates([look(row, True, who) for row in range(10) for who in ("ann", "bob", "cid")])
    assert every.false_alarm.looks == 30 and every.miss.looks == 0
    assert all(one.false_alarm.looks == 10 for one in by_name.values())
