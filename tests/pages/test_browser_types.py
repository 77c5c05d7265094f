"""The types of the browser's modules say what Python really tells: the same fields, none missing, none too many."""

import re

import numpy as np
import pytest

from cleaning.experts.cascade import Answers, cascade_curves, operating_point
from cleaning.review import View
from cleaning.review.grid_desk import GridDesk
from pages.shared import loaders
from pages.shared.cascade.point_part import places_of, point_data
from pages.shared.review.room import card_data, grid_data
from pages.shared.server.desks import open_desk
from pages.shared.threshold.browser_part import explorer_data, paper_data
from tests.conftest import REPOSITORY

VIEW = View("ann", mode="open")


def fields(room: str, interface: str) -> tuple[set[str], set[str]]:
    """(all fields of an interface of told.d.ts, those that may be absent)."""
    text = (REPOSITORY / "pages" / "shared" / room / "browser" / "told.d.ts").read_text(encoding="utf-8")
    above, body = re.search(rf"export interface {interface} (?:extends (\w+) )?{{\n(.*?)\n}}", text, re.DOTALL).groups()
    found = re.findall(r"^  (\w+)(\??):", body, re.MULTILINE)
    named, absent = {name for name, _ in found}, {name for name, mark in found if mark}
    inherited = fields(room, above) if above else (set(), set())
    return named | inherited[0], absent | inherited[1]


def check(room: str, interface: str, told: dict) -> None:
    everything, absent = fields(room, interface)
    assert everything - absent <= set(told) <= everything, interface


@pytest.fixture
def desk(demo_root, digits):
    return open_desk(demo_root, digits.id, digits.latest_run().id)


def test_what_the_review_is_told(desk):
    card = desk.window(VIEW, [], 1)["cards"][0]
    check("review", "CardData", card_data(desk, VIEW))
    check("review", "Verdict", card_data(desk, VIEW)["verdicts"][0])
    check("review", "Filters", card_data(desk, VIEW)["filters"])
    check("review", "GridData", grid_data(desk, VIEW, 24))
    check("review", "Card", card)
    check("review", "Picture", card["picture"])
    check("review", "Candidate", card["candidates"][0])
    check("review", "Reveal", card["open"])
    check("review", "Vote", card["open"]["votes"][0])
    check("review", "Probability", card["open"]["probabilities"][0])
    check("review", "Alike", card["open"]["alike"][0])
    check("review", "GridAnswer", GridDesk(desk, VIEW).page(0, 1))
    check("review", "GridCell", GridDesk(desk, VIEW).page(0, 1)["cells"][0])
    check("review", "Session", desk.session(VIEW))
    check("review", "Anchoring", desk.session(VIEW)["anchoring"])


def test_what_a_decision_brings(desk):
    card = desk.window(VIEW, [], 1)["cards"][0]
    uuid = "00000000-0000-4000-8000-000000000000"
    item = {"uuid": uuid, "sample_id": card["sample_id"], "verdict": "picked", "labels": [0], "note": "", "seconds": 1}
    item |= {"mode": "open", "card": "card", "at": 1, "turn": 1}
    check("review", "Item", item)
    outcome = desk.record(VIEW, [item], 1)
    assert outcome.saved == [uuid]
    check("review", "DecidedReveal", outcome.reveals[uuid])
    check("review", "PastDecision", desk.history(VIEW, 1)[0])
    check("review", "PastDecision", desk.cards_of(VIEW, [card["sample_id"]])[0]["decided"])


def test_a_question_is_told_as_a_card(demo_root, questions):
    desk = open_desk(demo_root, questions.id, questions.latest_run().id)
    card = desk.window(VIEW, [], 1)["cards"][0]
    check("review", "Card", card)
    check("review", "Candidate", card["candidates"][0])


def test_what_the_threshold_page_is_told(demo_root, digits):
    run = digits.latest_run()
    now = loaders.in_force(digits.id, run.id)
    told = explorer_data(now, "")
    check("threshold", "ExplorerData", told)
    check("threshold", "Bands", told["bands"])
    check("threshold", "Band", told["bands"]["precision"])
    table = loaders.paper_counts(digits.id, run.id)
    check("threshold", "PaperData", paper_data(run, table, now.ranked.curve, now.bands, None))


def test_what_the_cascades_point_is_told():
    right = np.arange(200) % 3
    experts = [
        Answers("small", right * (np.arange(200) % 4 > 0), np.linspace(0.4, 0.9, 200)),
        Answers("large", right, np.full(200, 0.9), 10.0),
    ]
    curves = cascade_curves(experts, right)
    point = operating_point(curves, 0.5)
    told = point_data(curves, point, places_of(curves, point.policy), "")
    check("cascade", "PointData", told)
    check("cascade", "Place", told["chosen"])
