"""Who gets which card: one person a card, overlap, experts, assignment, and cards that come back."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.keep.stored import now
from cleaning.review import View
from cleaning.review.chosen import Choosing
from cleaning.review.grid_desk import GridDesk
from cleaning.review.returns import LATEST, SOONEST, Return, mixed, repeats
from tests.cleaning.review.reviewing import ANN, BOB, decide, item, shown

EVE = View("eve", open_share=0.0)


def choose(desk, **values) -> None:
    for key, value in values.items():
        Choosing(desk.store, desk.run.id, "maintainer", now).record(key, value)


def play(desk, views, count, verdict="unsure") -> dict[str, list[dict]]:
    """Each view in turn takes its next card and decides it, ``count`` rounds or until nobody gets one; the cards by
    reviewer, in order."""
    met: dict[str, list[dict]] = {view.reviewer: [] for view in views}
    for _ in range(count):
        before = sum(map(len, met.values()))
        for view in views:
            for card in desk.window(view, [], 1)["cards"]:
                decide(desk, view, card["row"], verdict, ticket=card["ticket"])
                met[view.reviewer].append(card)
        if sum(map(len, met.values())) == before:
            break
    return met


def test_no_card_goes_to_two_people_while_one_holds_it_or_has_decided_it(desk):
    order = desk.queue(ANN).rows.tolist()
    assert shown(desk.window(ANN, [], 5)) == order[:5]
    assert shown(desk.window(BOB, [], 5)) == order[5:10]
    decide(desk, ANN, order[0])
    time = [desk.leases.clock()]
    desk.leases.clock = lambda: time[0]
    desk.leave(ANN)
    time[0] += 11
    assert shown(desk.window(EVE, [], 5)) == [*order[1:5], order[10]]


def test_a_lease_ends_by_itself_and_is_renewed_by_who_is_still_there(desk):
    order = desk.queue(ANN).rows.tolist()
    time = [1_000.0]
    desk.leases.clock = lambda: time[0]
    desk.window(ANN, [], 2)
    time[0] += 100
    desk.here(ANN, [str(desk.dataset.sample_ids[order[0]])])
    time[0] += 100
    assert shown(desk.window(BOB, [], 2)) == order[1:3], "the second of ann's cards was not renewed"
    time[0] -= 90_000
    assert shown(desk.window(EVE, [], 1)) == order[:1], "a clock set back holds nothing for days"


def test_two_tabs_of_one_person_share_the_deck_and_are_told(desk):
    order = desk.queue(ANN).rows.tolist()
    one, other = replace(ANN, tab="1"), replace(ANN, tab="2")
    assert not desk.window(one, [], 3)["other_tabs"]
    second = desk.window(other, [], 3)
    assert shown(second) == order[3:6] and second["other_tabs"]
    assert shown(desk.window(one, [], 3)) == order[:3], "a reload comes back to the same cards"


def test_a_reload_shows_what_it_showed_though_an_earlier_card_was_freed(desk):
    order = desk.queue(ANN).rows.tolist()
    desk.window(BOB, [], 2)
    assert shown(desk.window(ANN, [], 2)) == order[2:4]
    time = [desk.leases.clock()]
    desk.leases.clock = lambda: time[0]
    desk.leave(BOB)
    time[0] += 11
    assert shown(desk.window(ANN, [], 3)) == [*order[2:4], order[0]]


def test_cards_of_the_grid_are_leased_too(desk):
    order = desk.queue(ANN).rows.tolist()
    assert shown(desk.window(ANN, [], 3)) == order[:3]
    page = GridDesk(desk, BOB).page(0, 4)
    assert [cell["row"] for cell in page["cells"]] == order[3:7] and page["next"] == 7


def test_the_overlap_goes_to_so_many_people_and_the_rest_to_one(desk):
    choose(desk, overlap_share=0.5, overlap=2)
    people = [View(name, open_share=0.0) for name in "abcd"]
    met = play(desk, people, 200)
    rows = np.array([card["row"] for cards in met.values() for card in cards])
    votes = np.bincount(rows, minlength=len(desk.dataset))
    wanted = desk._dealer.wanted(desk.in_force().chosen)
    queue = desk.queue(ANN).rows
    assert (votes[queue] == wanted[queue]).all() and set(wanted) == {1, 2}
    assert abs((wanted == 2).mean() - 0.5) < 0.1
    for cards in met.values():
        assert len({card["row"] for card in cards}) == len(cards), "nobody meets a card twice"


def test_what_needs_an_expert_goes_to_who_has_the_expertise(desk):
    order = desk.queue(ANN).rows.tolist()
    name = desk.dataset.class_names[desk.dataset.given_labels[order[0]]]
    decide(desk, ANN, order[0], "needs_expert")
    assert order[0] not in shown(desk.window(BOB, [], 60))
    choose(desk, expertise={"eve": [name]})
    assert shown(desk.window(EVE, [], 1)) == [order[0]]
    decide(desk, EVE, order[0], "unsure")
    choose(desk, expertise={"eve": [name], "zoe": ["*"]})
    assert order[0] not in shown(desk.window(View("zoe"), [], 60)), "an expert has answered"


def test_what_is_assigned_goes_to_its_people_and_random_cards_to_anybody(desk):
    name, group = desk.dataset.class_names[0], str(desk.dataset.group[0])
    choose(desk, assigned={"ann": {"classes": [name]}, "eve": {"groups": [group]}})
    drawn = desk.run.audit["row"].to_numpy()
    given, groups = desk.dataset.given_labels, desk.dataset.group.astype(str)
    of_ann, of_eve, of_bob = (desk.open_cards(view).rows for view in (ANN, EVE, BOB))
    plain = {who: np.setdiff1d(rows, drawn) for who, rows in (("ann", of_ann), ("eve", of_eve), ("bob", of_bob))}
    assert (given[plain["ann"]] == 0).all() and (groups[plain["eve"]] == group).all()
    assert ((given[plain["bob"]] != 0) & (groups[plain["bob"]] != group)).all()
    queue = desk.queue(ANN)
    random_rows = set(np.intersect1d(queue.rows, drawn).tolist())
    assert all(random_rows <= set(rows.tolist()) for rows in (of_ann, of_eve, of_bob)) and random_rows


def test_random_cards_are_decided_in_their_drawn_order_whoever_takes_them(desk):
    """Under overlap, assignment, repeats and controls those decided so far stay a random sample: a beginning of the
    drawn order, but for the cards that somebody holds."""
    name = desk.dataset.class_names[0]
    choose(desk, overlap_share=0.3, overlap=2, repeat_share=0.2, control_share=0.2, expertise={"bob": ["*"]},
           assigned={"ann": {"classes": [name]}})  # fmt: skip
    people = [ANN, BOB, EVE]
    in_queue = set(desk.queue(ANN).rows.tolist())
    flagged = desk.in_force().flagged  # these come in the order of suspicion
    drawn = [row for row in desk.run.audit["row"].to_numpy().tolist() if row in in_queue and not flagged[row]]
    for _ in range(3):
        play(desk, people, 12, "none_fits")
        seen = [row in _answered(desk) for row in drawn]
        reached = max(place for place, one in enumerate(seen) if one) + 1
        assert sum(not one for one in seen[:reached]) <= len(people)
    play(desk, people, 150, "none_fits")
    assert set(drawn) <= _answered(desk), "in the end every random card is decided"
    assert {"control", "repeat"} <= {d.card for d in desk.store.decisions()}


def _answered(desk) -> set[int]:
    return set(desk.facts.rows(desk.current().decided()).tolist())


def test_a_repeat_comes_later_unmarked_and_changes_no_vote(desk):
    choose(desk, repeat_share=0.3)
    met = play(desk, [ANN], 120)["ann"]
    log = desk.store.decisions()
    first = {d.sample_id: place for place, d in reversed(list(enumerate(log)))}
    again = [(place, d) for place, d in enumerate(log) if d.card == "repeat"]
    assert len(again) > 5 and len({d.sample_id for _, d in again}) == len(again), "each comes back once"
    assert all(place - first[d.sample_id] >= SOONEST for place, d in again)
    assert len({frozenset(card) for card in met}) == 1, "all cards have the same fields"
    standing = {d.sample_id: d for d in desk.current().standing()}
    assert all(standing[d.sample_id].card != "repeat" for _, d in again)


def test_correcting_an_own_decision_is_no_repeat(desk):
    choose(desk, repeat_share=0.9)
    first = play(desk, [ANN], 3)["ann"][0]
    decide(desk, ANN, first["row"], "none_fits")
    assert desk.store.decisions()[-1].card != "repeat"
    assert desk.current().of("ann")[first["sample_id"]].verdict == "none_fits"


def test_controls_are_settled_cards_at_the_set_share_and_never_ones_own(desk):
    choose(desk, overlap_share=0.99, overlap=2)
    play(desk, [BOB, EVE], 40, "none_fits")
    choose(desk, control_share=0.2)
    before = {d.sample_id: d for d in desk.current().standing()}
    play(desk, [ANN], 50, "none_fits")
    had = [d for d in desk.store.decisions() if d.card == "control"]
    assert 6 <= len(had) <= 14 and {d.reviewer for d in had} == {"ann"}
    known = {s for s, d in before.items()}
    assert {d.sample_id for d in had} <= known
    assert len({d.sample_id for d in had}) == len(had)
    assert desk._dealer.votes.max() == 2, "a control is no vote"


def test_a_source_of_another_kind_is_dealt_like_the_others(desk):
    order = desk.queue(ANN).rows.tolist()
    decide(desk, BOB, order[0], "none_fits")
    back = str(desk.dataset.sample_ids[order[0]])
    confirmed = lambda known, reviewer: [Return("confirmation", back)] if reviewer != "bob" else []  # noqa: E731
    desk._dealer.sources = [confirmed]
    (card,) = desk.window(ANN, [], 1)["cards"]
    assert card["row"] == order[0] and "decided" not in card
    assert back not in [c["sample_id"] for c in desk.window(EVE, [], 60)["cards"]], "it is in ann's hands"
    decide(desk, ANN, order[0], "none_fits", ticket=card["ticket"])
    assert desk.store.decisions()[-1].card == "confirmation"
    assert len(desk.current().on(back)) == 2, "a confirmation is a vote"


def test_anothers_ticket_says_nothing(desk):
    choose(desk, repeat_share=0.9)
    play(desk, [ANN], SOONEST + 10)
    known = desk._known()
    assert repeats(known, "ann") and not repeats(known, "bob")
    tickets = [c["ticket"] for c in desk.window(ANN, [], 60)["cards"]]
    row = desk.queue(ANN).rows[0]
    sent = item(desk, int(row), ticket=tickets[0])
    desk.record(BOB, [sent], 0.0)
    assert desk.store.decisions()[-1].card in ("suspicious", "audit")


@pytest.mark.parametrize("made", [0, 30])
def test_those_that_come_back_stand_apart_and_come_when_due(made):
    back = [(Return("repeat", f"s{due}", due), 1_000 + due) for due in (5, 6, 7, 40, LATEST + 100)]
    places = [place for place, one in enumerate(mixed(range(20), back, made)) if one.kind]
    assert places == ([5, 10, 15] if made == 0 else [0, 5, 10, 15])


def below_the_threshold(desk) -> int:
    """A random card of the queue that is not flagged."""
    queue, flagged = desk.queue(ANN), desk.in_force().flagged
    return int(next(row for row in queue.rows if not flagged[row]))


def test_what_is_judged_wrong_below_the_threshold_comes_back_once_to_somebody_else(desk):
    row = below_the_threshold(desk)
    decide(desk, BOB, row, "none_fits")
    decide(desk, ANN, int(desk.queue(ANN).rows[0]), "none_fits")
    assert row not in shown(desk.window(BOB, [], 60)), "not to who judged it, while there is somebody else"
    (card,) = desk.window(ANN, [], 1)["cards"]
    assert card["row"] == row and "decided" not in card
    decide(desk, ANN, row, "none_fits", ticket=card["ticket"])
    assert desk.store.decisions()[-1].card == "confirmation"
    assert row not in shown(desk.window(EVE, [], 60)), "once"
    assert not any(d.card == "confirmation" for d in desk.store.decisions()[:2])


def test_who_reviews_alone_gives_the_second_look_later_and_flagged_cards_need_none(desk):
    row, order = below_the_threshold(desk), desk.queue(ANN).rows.tolist()
    decide(desk, ANN, row, "none_fits")
    decide(desk, ANN, order[0], "none_fits")
    met = [card["row"] for card in play(desk, [ANN], LATEST + 5)["ann"]]
    assert met.count(row) == 1 and SOONEST - 2 <= met.index(row) <= LATEST
    assert order[0] not in met, "a flagged card that was judged wrong counts as it is"
    (confirmed,) = [d for d in desk.store.decisions() if d.card == "confirmation"]
    assert confirmed.sample_id == str(desk.dataset.sample_ids[row])


def test_who_reviews_alone_gives_every_second_look_before_the_queue_ends(desk):
    """One that is not due yet comes once nothing else is left; the counter ends at nothing."""
    queue, flagged = desk.queue(ANN).rows, desk.in_force().flagged
    last = next(int(row) for row in queue[::-1] if not flagged[row])
    while cards := desk.window(ANN, [], 1)["cards"]:
        row, given = cards[0]["row"], int(desk.dataset.given_labels[cards[0]["row"]])
        says = ("none_fits", ()) if row == last else ("keep", (given,))
        decide(desk, ANN, row, *says, ticket=cards[0]["ticket"])
    assert [d.card for d in desk.store.decisions() if d.sample_id == str(desk.dataset.sample_ids[last])][1:]
    assert desk.window(ANN, [], 1)["progress"]["left"] == 0


def test_what_waits_for_somebody_else_is_not_counted_for_who_judged_it(desk):
    """And it goes to the other while the lease of the first, who has answered, still lives."""
    rows, flagged = desk.queue(ANN).rows, desk.in_force().flagged
    below = next(int(row) for row in rows if not flagged[row])
    decide(desk, ANN, int(rows[0]), "keep", (int(desk.dataset.given_labels[rows[0]]),))
    (card,) = [c for c in desk.window(BOB, [], 200)["cards"] if c["row"] == below]
    decide(desk, BOB, below, "none_fits", ticket=card["ticket"])
    decided = [r for r in rows if r not in (below, rows[0])]
    outcome = desk.record(BOB, [item(desk, int(r), "keep", (int(desk.dataset.given_labels[r]),)) for r in decided], 0.0)
    assert not outcome.refused
    assert desk.window(BOB, [], 1) | {"cards": []} == desk.window(BOB, [], 1)
    assert desk.window(BOB, [], 1)["progress"]["left"] == 0
    assert shown(desk.window(ANN, [], 5)) == [below] and desk.window(ANN, [], 5)["progress"]["left"] == 1


def test_second_looks_can_be_done_without(desk):
    choose(desk, second_look=False)
    decide(desk, BOB, below_the_threshold(desk), "none_fits")
    play(desk, [ANN], 5)
    assert not any(d.card == "confirmation" for d in desk.store.decisions())


def test_second_looks_are_counted_with_the_queue(desk):
    queue = len(desk.queue(ANN))
    decide(desk, ANN, below_the_threshold(desk), "none_fits")
    assert desk.window(ANN, [], 1)["progress"] == {"total": queue + 1, "left": queue}
    left = []
    while cards := desk.window(ANN, [], 1)["cards"]:
        left.append(desk.window(ANN, [], 1)["progress"]["left"])
        row = cards[0]["row"]
        decide(desk, ANN, row, "keep", (int(desk.dataset.given_labels[row]),), ticket=cards[0]["ticket"])
    assert left == list(range(queue, 0, -1)), "each card takes one off, and none is there that was not counted"
    assert desk.window(ANN, [], 1)["progress"] == {"total": queue + 1, "left": 0}
