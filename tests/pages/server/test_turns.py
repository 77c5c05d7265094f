"""Short answers of one desk come a few at a time; others wait for none of them."""

import threading

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.shared.server import tokens
from pages.shared.server.desks import AT_ONCE, open_desk, turn_at
from pages.shared.server.routes import review_routes

PATIENCE = 30


@pytest.fixture
def asked(digits):
    """Asks a route of the demo's desk."""
    root, run = digits.folder.parent, digits.latest_run()
    claims = {"workspace": digits.id, "run": run.id, "reviewer": "ann", "mode": "blind", "open_share": 0}
    headers = {"Authorization": f"Bearer {tokens.sign(root, claims)}", "Content-Type": "application/json"}
    client = TestClient(Starlette(routes=review_routes(lambda: root)), base_url="http://localhost")
    return lambda route: client.post(f"/api/review/{route}", headers=headers, content=b"{}")


def test_a_third_short_answer_waits_and_no_other_does(asked, digits):
    turns = turn_at(open_desk(digits.folder.parent, digits.id, digits.latest_run().id))
    for _ in range(AT_ONCE):
        assert turns.acquire(timeout=PATIENCE)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(asked("cards")))
    waiting.start()
    assert asked("session").status_code == 200, "it is not among the short ones"
    waiting.join(0.5)
    assert waiting.is_alive() and not answers
    for _ in range(AT_ONCE):
        turns.release()
    waiting.join(PATIENCE)
    assert answers[0].status_code == 200 and answers[0].json()["cards"]


def test_a_turn_is_given_back_whatever_comes_of_the_answer(asked, digits):
    for _ in range(AT_ONCE + 1):
        assert asked("decisions").status_code == 400, "it lacks what it needs"
        assert asked("cards").status_code == 200


def test_desks_do_not_wait_for_each_other(digits, questions):
    one, other = (open_desk(w.folder.parent, w.id, w.latest_run().id) for w in (digits, questions))
    assert turn_at(one) is turn_at(one) is not turn_at(other)
