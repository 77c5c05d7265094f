"""A workspace at a glance says what its queue says."""

import pytest

from cleaning.review.glance import glance, last_used
from cleaning.review.views import View
from tests.cleaning.review.reviewing import decide

ANN, BOB = View("ann"), View("bob")


def test_what_is_left_is_what_the_queue_has_left(desk):
    new = glance(desk.workspace, desk.run.id, "ann")
    assert (new.cards, new.left, new.share) == (len(desk.queue(ANN)), len(desk.open_cards(ANN)), 0.0)
    for row in desk.queue(ANN).rows[:3]:
        decide(desk, ANN, int(row))
    decide(desk, BOB, int(desk.queue(BOB).rows[5]))
    hers, all_of_them = glance(desk.workspace, desk.run.id, "ann"), glance(desk.workspace, desk.run.id)
    assert (hers.decided, hers.left) == (3, len(desk.open_cards(ANN)))
    assert all_of_them.decided == 4
    assert hers.seconds == pytest.approx(hers.left * desk.in_force().pace.seconds)


def test_a_card_put_off_is_not_decided(desk):
    decide(desk, ANN, int(desk.queue(ANN).rows[0]), "later")
    assert glance(desk.workspace, desk.run.id, "ann").decided == 0


def test_pictures_are_of_the_most_suspicious_samples(desk):
    assert list(glance(desk.workspace, desk.run.id).rows) == desk.run.scores["row"].tolist()[:4]


def test_whoever_decides_uses_a_workspace(desk):
    before = last_used(desk.workspace)
    decide(desk, ANN, int(desk.queue(ANN).rows[0]))
    assert last_used(desk.workspace) >= before
