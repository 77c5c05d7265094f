"""Many reviewers at one desk at the same moment: nobody trips over what another is just adding to the log."""

import sys
import threading
from dataclasses import replace

import pytest

from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from tests.cleaning.review.reviewing import ANN, BOB, decide

MANY = 8_000
A_DECISION = Decision("", "run", "", "", "unsure")


@pytest.fixture
def impatient():
    """Threads take turns far more often than they usually do, so that what can go wrong between two does."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_what_stands_is_read_while_another_thread_adds_to_it(impatient):
    current = CurrentDecisions()
    made = [replace(A_DECISION, uuid=f"{n}", sample_id=f"{n % 7}", reviewer=f"{n}", seq=n) for n in range(MANY)]
    made += [
        replace(A_DECISION, uuid=f"m{n}", sample_id=f"more {n}", reviewer="ann", seq=MANY + n) for n in range(MANY)
    ]
    adding = threading.Thread(target=lambda: [current.update([decision]) for decision in made])
    adding.start()
    while adding.is_alive():
        read = [current.standing(), current.on("3"), current.of("ann"), current.history("ann"), current.decided()]
        assert all(len(some) <= 2 * MANY for some in read) and len(current.reviewers()) <= MANY + 1
    assert len(current.standing()) == 2 * MANY and len(current.on("3")) == len(range(3, MANY, 7))


def test_what_comes_back_is_told_as_it_stood_while_colleagues_go_on(desk):
    below = [row for row in range(len(desk.dataset)) if not desk.in_force().flagged[row]]
    for row in below[:2]:
        decide(desk, ANN, row, "none_fits")
    waiting = desk._known().judged_wrong_once
    told = iter(waiting.items())
    next(told)
    decide(desk, BOB, below[2], "none_fits")
    assert len(list(told)) == 1 and set(desk._known().judged_wrong_once) == set(below[:3])
