"""A run under review without a browser: what the desk hands out, takes and refuses."""

import uuid
from dataclasses import replace

import numpy as np
import pytest

from cleaning.keep.stored import now
from cleaning.review import View
from cleaning.review.chosen import HAND, RANDOM_CARDS, Choosing, ChosenThreshold
from cleaning.review.grid_desk import GridDesk
from cleaning.review.queue import Filters
from cleaning.review.session import MORE_RANDOM, closing, more_random_cards
from tests.cleaning.review.reviewing import ANN, BOB, decide, item, judge, shown

# -- the queue ------------------------------------------------------------------------------------------------------


def test_cards_come_in_the_order_of_the_queue_and_go_when_decided(desk):
    order = desk.queue(ANN).rows.tolist()
    assert shown(desk.window(ANN, [], 3)) == order[:3]
    held = [str(desk.dataset.sample_ids[order[0]])]
    assert shown(desk.window(ANN, held, 2)) == order[1:3], "not what the browser holds"
    decide(desk, ANN, order[0])
    assert shown(desk.window(ANN, [], 2)) == order[1:3] and shown(desk.window(BOB, [], 1)) == [order[3]]
    assert desk.window(ANN, [], 1)["progress"] == {"total": len(order), "left": len(order) - 1}


def test_a_card_put_off_comes_last_and_one_of_another_view_not_at_all(desk):
    order = desk.queue(ANN).rows.tolist()
    outside = int(np.setdiff1d(np.arange(400), order)[0])
    for row in (order[1], order[0], outside):
        decide(desk, ANN, row, "later")
    assert desk.open_cards(ANN).rows.tolist() in ([*order[2:], order[1], order[0]], [*order[2:], order[0], order[1]])
    assert set(desk.open_cards(ANN).rows.tolist()) == set(order)


def test_decided_cards_come_back_by_their_verdict(desk):
    first, second, third = desk.queue(ANN).rows[:3].tolist()
    for row, verdict in ((first, "unsure"), (second, "skip"), (third, "later")):
        decide(desk, ANN, row, verdict)

    def rows_with(status):
        return shown(desk.window(replace(ANN, filters=Filters(status=status)), [], 10))

    assert rows_with("unsure") == [first] and rows_with("skip") == [second] and rows_with("needs_expert") == []
    assert sorted(rows_with("decided")) == sorted([first, second])
    (back,) = desk.cards_of(ANN, [str(desk.dataset.sample_ids[first])])
    assert back["decided"]["verdict"] == "unsure" and "decided" not in desk.card(third, ANN)


def test_another_threshold_makes_another_queue(desk):
    before = desk.queue(ANN, audit=False).rows
    threshold = float(np.sort(desk.facts.suspicion)[-5])
    Choosing(desk.store, desk.run.id, "ann", now).threshold(ChosenThreshold(threshold, 5, HAND))
    after = desk.queue(ANN, audit=False).rows
    assert len(after) == 5 and after.tolist() == before[:5].tolist()
    assert desk.in_force().threshold == threshold and not desk.in_force().as_made


# -- the grid -------------------------------------------------------------------------------------------------------


def test_pages_of_the_grid_do_not_shift(desk):
    whole = desk.queue(ANN).rows.tolist()
    first = GridDesk(desk, ANN).page(0, 10)
    assert [cell["row"] for cell in first["cells"]] == whole[:10]
    for cell in first["cells"][:4]:
        decide(desk, ANN, cell["row"], card="grid")
    second = GridDesk(desk, ANN).page(first["next"], 10)
    assert [cell["row"] for cell in second["cells"]] == whole[10:20]
    assert GridDesk(desk, ANN).page(len(whole) - 3, 10)["next"] is None
    assert first["progress"]["left"] - 4 == second["progress"]["left"]


def test_confusion_pairs_count_what_is_still_to_decide(desk):
    pairs = GridDesk(desk, ANN).groups()
    counts = [count for _, _, count in pairs]
    assert counts == sorted(counts, reverse=True) and sum(counts) == len(desk.queue(ANN, audit=False))
    given, suggested, count = pairs[0]
    view = replace(ANN, filters=Filters(given=given, suggested=suggested))
    cell = GridDesk(desk, view).page(0, 120)["cells"][0]
    decide(desk, ANN, cell["row"])
    assert (given, suggested, count - 1) in GridDesk(desk, ANN).groups()


def test_a_step_of_the_grid_is_one_entry_of_the_history(desk):
    rows, step = desk.queue(ANN).rows[:4].tolist(), str(uuid.uuid4())[:24]
    decide(desk, ANN, rows[3])
    for place, row in enumerate(rows[:3]):
        decide(desk, ANN, row, uuid=f"{step}{place:012x}", card="grid")
    latest, older = desk.history(ANN, 5)
    assert [sample for _, sample in latest["step"]] == [str(desk.dataset.sample_ids[r]) for r in rows[2::-1]]
    assert older["sample_id"] == str(desk.dataset.sample_ids[rows[3]]) and "step" not in older
    assert desk.history(ANN, 5, before=latest["seq"]) == [older] and len(desk.history(ANN, 1)) == 1


# -- decisions ------------------------------------------------------------------------------------------------------


def test_a_reveal_tells_what_was_picked_and_what_colleagues_said(desk):
    row = int(desk.queue(ANN).rows[0])
    given = int(desk.dataset.given_labels[row])
    decide(desk, BOB, row, "picked", [given], note="blurred")
    decide(desk, View("eve"), row, "later")
    reveal = decide(desk, ANN, row, "picked", [(given + 1) % 4])
    assert reveal["verdict"] == "relabel" and reveal["given"] == given and reveal["asked"]
    assert reveal["picked"] == [desk.facts.named((given + 1) % 4)]
    assert reveal["colleagues"] == [{"verdict": "keep", "labels": [desk.facts.named(given)], "note": "blurred"}]


def test_only_the_last_of_a_batch_is_told_in_detail_and_the_grid_reveals_nothing(desk):
    rows = desk.queue(ANN).rows[:3].tolist()
    sent = [item(desk, r) for r in rows[:2]] + [item(desk, rows[2], card="grid")]
    outcome = desk.record(ANN, sent, 0.0)
    assert outcome.saved == [s["uuid"] for s in sent]
    assert list(outcome.reveals) == [s["uuid"] for s in sent[:2]]
    assert ["asked" in reveal for reveal in outcome.reveals.values()] == [False, True]


def test_experts_that_are_gone_do_not_hold_up_a_decision(desk):
    for path in (desk.workspace.folder / "experts").rglob("*.json"):
        path.unlink()
    assert not decide(desk, ANN, int(desk.queue(ANN).rows[0]))["asked"]


def test_an_undo_takes_the_decision_back(desk):
    row = int(desk.queue(ANN).rows[0])
    made = item(desk, row)
    desk.record(ANN, [made], 0.0)
    assert decide(desk, ANN, row, "undo", undoes=made["uuid"]) is None
    assert shown(desk.window(ANN, [], 1)) == [row] and desk.history(ANN, 5) == []


def test_a_verdict_after_the_votes_is_a_mode_of_its_own_and_estimates_take_the_first_blind_one(desk):
    drawn = [int(row) for row in desk.run.audit["row"][:4]]
    given = desk.dataset.given_labels
    for row in drawn:
        decide(desk, ANN, row, "picked", [int(given[row])])
    first = desk.history(ANN, 10)
    undone = {"undoes": first[0]["uuid"]}
    decide(desk, ANN, drawn[3], "undo", **undone)
    decide(desk, BOB, drawn[3])
    changed = [(int(given[row]) + 1) % 4 for row in drawn]
    for row, label in zip(drawn[2:], changed[2:]):
        assert desk.card(row, ANN)["told"] and not desk.card(row, View("cid"))["told"]
        decide(desk, ANN, row, "picked", [label])
    modes = [(d.reviewer, d.verdict, d.mode) for d in desk.store.decisions()]
    assert modes[:4] == [("ann", "keep", "blind")] * 4
    assert modes[4:6] == [("ann", "undo", "blind"), ("bob", "unsure", "blind")]
    assert modes[6:] == [("ann", "relabel", "seen")] * 2
    now = replace(desk.in_force(), decisions=[d for d in desk.store.decisions() if d.reviewer == "ann"])
    assert now.codes[drawn].tolist() == [0, 0, 0, 0], "as first said"
    assert (now.anchoring.blind_cards, now.anchoring.blind_agreeing) == (2, 2)
    assert [d.verdict for d in desk.current().on(str(desk.dataset.sample_ids[drawn[2]]))] == ["relabel"]


def test_what_was_put_off_or_decided_in_one_batch_is_still_blind(desk):
    row, other = (int(row) for row in desk.queue(ANN).rows[:2])
    assert decide(desk, ANN, row, "later") is None, "nothing is shown of a card put off"
    decide(desk, ANN, row)
    slip = item(desk, other)
    undo = item(desk, other, "undo", undoes=slip["uuid"])
    desk.record(ANN, [slip, undo, item(desk, other)], 0.0)
    assert {d.mode for d in desk.store.decisions()} == {"blind"}


def test_another_label_is_suggested_only_above_the_threshold(desk):
    above, below = (int(desk.facts.suspicion.argmax()), int(desk.facts.suspicion.argmin()))
    assert decide(desk, ANN, above)["flagged"] is True
    assert decide(desk, ANN, below)["flagged"] is False


def test_what_was_drawn_is_an_audit_card_even_where_it_is_flagged(desk):
    drawn = desk.run.audit["row"].to_numpy()
    for row in (int(drawn[0]), int(drawn[-1])):
        decide(desk, ANN, row)
    decide(desk, ANN, int(drawn[1]), card="grid", seconds=9e9)
    assert [d.card for d in desk.store.decisions()] == ["audit", "suspicious", "grid"]
    last = desk.store.decisions()[-1]
    assert (last.mode, last.seconds) == ("blind", 1_800)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sample_id": "strange"}, "not in the dataset"),
        ({"verdict": "perhaps"}, "is not a verdict"),
        ({"verdict": "relabel", "labels": []}, "does not go with classes"),
        ({"verdict": "picked", "labels": [99]}, "Class 99 does not exist"),
        ({"verdict": "undo"}, "which decision it takes back"),
    ],
)
def test_one_bad_item_is_refused_with_a_sentence_and_holds_up_no_other(desk, wrong, sentence):
    first, second = desk.queue(ANN).rows[:2].tolist()
    good = item(desk, second)
    outcome = desk.record(ANN, [item(desk, first) | wrong, good], 0.0)
    assert outcome.saved == [good["uuid"]] and len(outcome.refused) == 1
    assert sentence in outcome.refused[0][1]


def test_an_id_that_somebody_else_used_is_refused_and_the_rest_saved(desk):
    first, second = desk.queue(ANN).rows[:2].tolist()
    taken, good = item(desk, first), item(desk, second)
    desk.record(BOB, [taken], 0.0)
    outcome = desk.record(ANN, [taken, good], 0.0)
    assert outcome.saved == [good["uuid"]] and list(outcome.reveals) == [good["uuid"]]
    assert [refused for refused, _ in outcome.refused] == [taken["uuid"]]
    assert "Another decision already bears the id" in outcome.refused[0][1]


def test_what_a_browser_holds_is_told_apart_by_whether_it_is_counted(desk):
    first, second, *_ = desk.queue(ANN).rows
    held = [str(desk.dataset.sample_ids[row]) for row in (first, second)]
    assert desk.window(ANN, held, 1)["counted"] == held
    decide(desk, ANN, int(first), "unsure")
    assert desk.window(ANN, held, 1)["counted"] == held[1:]


def test_a_second_look_at_what_somebody_else_judged_is_counted_once(desk):
    row = next(int(r) for r in desk.queue(ANN).rows if not desk.in_force().flagged[r])
    decide(desk, BOB, row, "none_fits")
    before = desk.window(ANN, [], 1)["progress"]
    card = next(c for c in desk.window(ANN, [], 60)["cards"] if c["row"] == row)
    decide(desk, ANN, row, "none_fits", ticket=card["ticket"])
    assert desk.window(ANN, [], 1)["progress"] == {"total": before["total"], "left": before["left"] - 1}


def test_a_decision_that_is_saved_while_cards_are_handed_out_is_counted_once(desk, monkeypatch):
    first, cards = int(desk.queue(ANN).rows[0]), len(desk.queue(ANN))
    take = desk.leases.take

    def behind_a_decision(*asked):
        decide(desk, ANN, first, "unsure")
        return take(*asked)

    monkeypatch.setattr(desk.leases, "take", behind_a_decision)
    assert desk.window(ANN, [], 1)["progress"] == {"total": cards, "left": cards}


def test_the_clock_of_the_browser_counts_only_by_its_differences(desk):
    rows = desk.queue(ANN).rows[:3].tolist()
    sent = [item(desk, row, at=at) for row, at in zip(rows, (1_000, 61_000, 99_000))]
    desk.record(ANN, sent, 61_000.0)
    first, second, later = (np.datetime64(d.decided_at[:-1]) for d in desk.store.decisions())
    assert abs((second - first) - np.timedelta64(60_000, "ms")) < np.timedelta64(2_000, "ms")
    assert abs(later - second) < np.timedelta64(2_000, "ms"), "nothing is decided in the future"


def test_the_end_of_a_queue_tells_what_it_brought_and_what_is_left(desk, planted):
    before = closing(replace(desk.in_force(), decisions=[]))
    assert (before["found"], before["precision"], before["onward"]) == (0, None, None)
    rows = np.union1d(desk.queue(ANN).rows, desk.run.audit["row"][:200])
    judge(desk, rows, planted.truth)
    told = closing(replace(desk.in_force(), decisions=desk.store.decisions()))
    wrong = planted.truth[rows] != desk.dataset.given_labels[rows]
    assert (told["found"], told["confirmed"]) == (int(wrong.sum()), int((~wrong).sum()))
    assert told["precision"]["low"] <= told["precision"]["point"] <= told["precision"]["high"]
    assert told["waiting"] == desk.in_force().waiting_for_a_second_look
    truly_left = int((planted.truth != desk.dataset.given_labels).sum() - wrong.sum())
    assert told["left"]["low"] <= truly_left <= told["left"]["high"]
    assert told["onward"] is None or told["onward"]["seconds"] > 0


def test_more_random_cards_come_when_those_of_the_queue_are_decided(desk, planted):
    view = replace(ANN, filters=Filters(random_only=True))
    judge(desk, desk.queue(ANN).rows, planted.truth)
    assert desk.window(view, [], 60)["cards"] == []
    now = replace(desk.in_force(), decisions=desk.store.decisions())
    assert closing(now)["random"] == MORE_RANDOM
    Choosing(desk.store, desk.run.id, "ann", lambda: "2026-01-01T00:00:00.000Z").record(
        RANDOM_CARDS, more_random_cards(now)
    )
    assert len(desk.window(view, [], 60)["cards"]) == MORE_RANDOM


def test_a_group_that_others_hold_is_not_offered(desk):
    (given, suggested, count), *others = GridDesk(desk, ANN).groups()
    group = Filters(given=given, suggested=suggested)
    held = GridDesk(desk, replace(ANN, reviewer="bob", filters=group, tab="1")).page(0, 120)
    assert len(held["cells"]) == count and GridDesk(desk, replace(ANN, filters=group)).page(0, 120)["cells"] == []
    assert GridDesk(desk, ANN).groups() == others
    bob = View("bob", open_share=0.0)
    assert (given, suggested, count) in GridDesk(desk, bob).groups(), "what one holds oneself is offered"
    assert GridDesk(desk, replace(bob, tab="2")).groups() == others, "but not in another tab"
