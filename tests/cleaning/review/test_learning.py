"""What decisions teach, and what is in force with them, without a browser."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.keep.stored import now
from cleaning.review import ReviewDesk
from cleaning.review.chosen import Choosing
from cleaning.review.in_force import in_force
from cleaning.review.learning.taught import Taught
from cleaning.review.queue import build_queue
from tests.cleaning.review.reviewing import ANN, BOB, BareCards, decide, eventually, item, judge


def test_the_session_tells_of_the_sitting_and_learns_what_to_expect(desk, planted):
    assert desk.session(ANN)["expected"] is None and desk.recalibrated() is None and desk.learned() == 0
    judge(desk, desk.run.audit["row"][:120], planted.truth)
    session = desk.session(ANN)
    assert session["cards"] == 120 and session["seconds"] >= 0 and sum(n for _, n in session["verdicts"]) == 120
    assert desk.learned() == 100 and desk.recalibrated() is not None
    chance = desk.recalibrated().probability(desk.facts.suspicion)[0]
    ahead = desk.open_cards(ANN).rows[:100]
    assert session["expected"]["point"] == pytest.approx(chance[ahead].sum())
    assert session["expected"]["cards"] == len(ahead)
    assert session["anchoring"]["open_cards"] == 0 and not session["anchoring"]["enough"]


def test_what_is_learned_comes_in_steps_beside_the_path(desk, planted):
    view = replace(BOB, order="learning")
    before = desk.queue(view, audit=False).rows.tolist()
    assert before == desk.queue(BOB, audit=False).rows.tolist()
    for row in before[:24]:
        decide(desk, view, row, "picked", [int(planted.truth[row])])
    assert desk.learned() == 0 and desk.queue(view, audit=False).rows.tolist() == before
    decide(desk, view, before[24], "picked", [int(planted.truth[before[24]])])
    assert desk.learned() == 25
    eventually(lambda: desk._learning._taught.count == 25)


def test_a_restart_comes_to_the_same_order(desk, planted):
    view = replace(ANN, order="learning")
    desk.queue(view)
    rows = [*desk.queue(ANN, audit=False).rows[:100], *desk.run.audit["row"][:200]]
    for row in dict.fromkeys(map(int, rows)):
        decide(desk, view, row, "picked", [int(planted.truth[row])])
    eventually(lambda: desk._learning._taught.count == desk.learned() and not desk._learning._at_work)
    again = ReviewDesk(desk.workspace, desk.run, BareCards)
    assert again.queue(view).rows.tolist() == desk.queue(view).rows.tolist()


def test_the_order_says_what_it_goes_by(desk, planted):
    """Plain until verdicts teach more, and that is said."""
    view = replace(ANN, order="learning")
    assert desk.session(ANN)["order"] == "" and "most suspicious first" in desk.session(view)["order"]
    desk.queue(view)
    for row in dict.fromkeys(map(int, desk.run.audit["row"][:25])):
        decide(desk, view, row, "picked", [int(planted.truth[row])])
    eventually(lambda: desk._learning._taught.count == 25)
    said = desk.session(view)["order"]
    assert said == "Order: most suspicious first; 25 verdicts teach nothing better yet."
    desk._learning._taught = Taught(50, np.zeros(400))
    assert desk.session(view)["order"] == "Order: learned from 50 verdicts."


def test_places_of_random_cards_never_depend_on_verdicts(desk):
    """Whatever was learned, the cards drawn at random among the unflagged come at the same places."""
    rng = np.random.default_rng(0)
    flagged = desk.in_force().flagged
    tell = {"flagged": flagged, "order": "learning", "audit_share": 0.3}
    queues = [build_queue(desk.run.scores, desk.run.audit, chance=c, **tell) for c in (None, *rng.random((3, 400)))]
    drawn = [queue.rows[~flagged[queue.rows]].tolist() for queue in queues]
    assert drawn[0] and all(one == drawn[0] for one in drawn)
    assert any(queue.rows.tolist() != queues[0].rows.tolist() for queue in queues[1:])


def test_bands_are_a_guess_before_reviews_and_an_estimate_after(desk, planted):
    bare = in_force(desk.workspace, desk.run, (), None)
    guess = bare.bands
    assert guess.guess and guess.precision.points == () and len(guess.precision.cards) == len(guess.thresholds)
    assert set(guess.data()) >= {"thresholds", "precision", "detection", "guess"}
    judge(desk, desk.run.audit["row"][:90], planted.truth)
    known = in_force(desk.workspace, desk.run, desk.store.decisions(), desk.store.choices())
    bands = known.bands
    assert not bands.guess and bands.earlier_precision is not None
    assert bands.words.startswith("Estimated from 90 random cards") and "Grey" in bands.words
    assert (np.diff(bands.thresholds) > 0).all() and known.threshold in bands.thresholds
    at = bands.thresholds.index(known.threshold)
    assert bands.precision.points[at] == pytest.approx(known.estimate.precision.point, abs=1e-4)
    assert bands.precision.low[at] == pytest.approx(known.estimate.precision.low, abs=1e-4)
    assert known.guess.precision.low <= known.guess.precision.high
    assert known.cards_to_halve.detection_rate > 0


def test_a_target_gives_the_threshold_that_reaches_it(desk, planted):
    judge(desk, np.arange(400), planted.truth)
    known = in_force(desk.workspace, desk.run, desk.store.decisions(), None)
    wrong = planted.wrong[desk.facts.ranked.ranking.rows]
    for confidence in (0.95, None):
        found = known.reach("detection", 0.8, confidence)
        flagged = known.at(found.threshold).flagged_count
        assert found.reached and wrong[:flagged].sum() >= 0.8 * wrong.sum() and found.share >= 0.8
        found = known.reach("precision", 0.8, confidence)
        flagged = known.at(found.threshold).flagged_count
        assert found.reached and wrong[:flagged].mean() >= 0.8
    leaving, coming = np.arange(400) < 200, np.arange(400) >= 200
    lost = known.exchange(leaving, coming)
    assert lost.point == pytest.approx(planted.wrong[:200].sum() - planted.wrong[200:].sum())
    assert in_force(desk.workspace, desk.run, (), None).exchange(leaving, coming) is None


def test_the_pace_is_assumed_then_measured_then_as_set(desk):
    def pace():
        told = in_force(desk.workspace, desk.run, desk.store.decisions(), desk.store.choices()).pace
        return told.seconds, told.known

    assert pace()[1] == "assumed"
    desk.record(ANN, [item(desk, int(row), seconds=3.0) for row in desk.queue(ANN).rows[:25]], 0.0)
    assert pace() == (3.0, "measured")
    Choosing(desk.store, desk.run.id, "ann", now).record("seconds_per_card", 12.0)
    assert pace() == (12.0, "set")
