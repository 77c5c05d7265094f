"""Contested cards are settled by a ruling; messages reach those who decided; roles bound who may."""

import pytest

from cleaning.errors import InputError
from cleaning.keep.stored import now
from cleaning.review import View
from cleaning.review.chosen import Choosing
from cleaning.review.team.guidelines import EVERYTHING, guidelines, pin, unpin, write_guideline
from cleaning.review.team.permissions import DECIDE, permit
from cleaning.review.team.roles import ADMIN, ANNOTATOR, MAINTAINER, give_role, role_of
from cleaning.review.team.settling import SettleDesk
from tests.cleaning.review.reviewing import ANN, BOB, decide

EVE = View("eve", open_share=0.0)


@pytest.fixture
def rows(desk):
    """Three cards: contested, needs an expert, agreed."""
    first, second, third = desk.queue(ANN).rows[:3].tolist()
    decide(desk, ANN, first, "picked", [0], note="a wing", seconds=4.0)
    decide(desk, BOB, first, "picked", [1])
    decide(desk, ANN, second, "needs_expert")
    decide(desk, ANN, third, "picked", [2])
    return first, second, third


def names(desk, rows):
    return [str(desk.dataset.sample_ids[row]) for row in rows]


def test_what_differs_comes_first_and_a_ruling_settles_it(desk, rows):
    contested, referred, _ = names(desk, rows)
    settling = SettleDesk(desk, EVE)
    assert settling.to_settle() == [contested, referred]
    reveal = settling.decide(contested, "picked", [1], note="a fin")
    assert reveal["given"] == int(desk.dataset.given_labels[rows[0]])
    assert settling.to_settle() == [referred]
    (ruling,) = settling.settled()
    assert (ruling.card, ruling.reviewer, ruling.labels, ruling.note) == ("adjudication", "eve", (1,), "a fin")


def test_answers_stand_side_by_side_without_names_unless_asked(desk, rows):
    card = SettleDesk(desk, EVE).card(names(desk, rows)[0])
    assert {a.who for a in card.answers} == {"Reviewer A", "Reviewer B"} and card.why == "they differ"
    assert {(a.labels, a.note) for a in card.answers} == {((0,), "a wing"), ((1,), "")}
    assert {a.who for a in SettleDesk(desk, EVE).card(card.sample_id, named=True).answers} == {"ann", "bob"}


def test_a_question_reaches_those_who_decided_until_they_answer(desk, rows):
    contested = names(desk, rows)[0]
    SettleDesk(desk, EVE).ask(contested, "Did you see the wing?")
    assert [m.text for m in SettleDesk(desk, ANN).asked_of_me()] == ["Did you see the wing?"]
    assert SettleDesk(desk, View("zoe")).asked_of_me() == [] == SettleDesk(desk, EVE).asked_of_me()
    SettleDesk(desk, ANN).answer(contested, "Yes.")
    assert SettleDesk(desk, ANN).asked_of_me() == [] and len(SettleDesk(desk, BOB).asked_of_me()) == 1
    assert [m.kind for m in SettleDesk(desk, EVE).card(contested).messages] == ["question", "answer"]
    with pytest.raises(InputError, match="1 to 2,000 characters"):
        SettleDesk(desk, EVE).ask(contested, "  ")


def test_messages_come_with_the_reveal_and_tell_no_names_unless_asked(desk, rows):
    contested = names(desk, rows)[0]
    SettleDesk(desk, EVE).ask(contested, "Did you see the wing?")
    assert decide(desk, View("zoe"), rows[0])["messages"] == [{"kind": "question", "text": "Did you see the wing?"}]
    settling = SettleDesk(desk, EVE)
    assert [m.author for m in settling.card(contested).messages] == ["a colleague"]
    assert [m.author for m in settling.card(contested, named=True).messages] == ["eve"]


def test_who_may_not_settle_sees_and_writes_on_cards_they_decided_alone(desk, rows):
    contested, _, agreed = names(desk, rows)
    give_role(desk.store, "eve", ADMIN, by="eve")
    with pytest.raises(InputError, match="Only a maintainer may settle"):
        SettleDesk(desk, BOB).card(contested)
    for write in (SettleDesk(desk, BOB).ask, SettleDesk(desk, BOB).answer):
        with pytest.raises(InputError, match="Decide this card first"):
            write(agreed, "Why?")
        write(contested, "Why?")
    SettleDesk(desk, EVE).ask(agreed, "Why?")
    assert len(SettleDesk(desk, EVE).card(contested).messages) == 2


def test_guidelines_are_written_and_examples_pinned_by_maintainers_alone(desk, rows):
    sample = names(desk, rows)[0]
    write_guideline(desk.store, "mia", EVERYTHING, " **Look** at the wing. \0")
    write_guideline(desk.store, "mia", "class 1", "<b>fins</b>")
    for _ in range(2):
        pin(desk.store, "mia", "class 1", sample)
    kept = guidelines(desk.store)
    assert kept.about() == [EVERYTHING, "class 1"] and kept.texts[EVERYTHING] == "**Look** at the wing. \ufffd"
    assert kept.examples == {"class 1": [sample]}
    unpin(desk.store, "mia", "class 1", sample)
    write_guideline(desk.store, "mia", "class 1", "")
    assert guidelines(desk.store).about() == [EVERYTHING]
    give_role(desk.store, "root", ADMIN, by="root")
    for forbidden in (write_guideline, pin, unpin):
        with pytest.raises(InputError, match="Only a maintainer may change guidelines"):
            forbidden(desk.store, "ann", EVERYTHING, "x")
    with pytest.raises(InputError, match="at most 20,000 characters"):
        write_guideline(desk.store, "root", EVERYTHING, "a" * 20_001)
    for place in range(12):
        pin(desk.store, "root", "class 2", str(place))
    with pytest.raises(InputError, match="12 examples already"):
        pin(desk.store, "root", "class 2", "one more")


@pytest.mark.parametrize(("verdict", "labels"), [("picked", [99]), ("perhaps", []), ("relabel", [])])
def test_an_impossible_ruling_is_refused_with_a_sentence(desk, rows, verdict, labels):
    with pytest.raises(InputError):
        SettleDesk(desk, EVE).decide(names(desk, rows)[0], verdict, labels)
    assert SettleDesk(desk, EVE).settled() == []


def test_while_nobody_has_a_role_everybody_may_all_and_then_only_who_may(desk, rows):
    assert role_of(desk.store, "ann") == ADMIN
    with pytest.raises(InputError, match="One admin is needed"):
        give_role(desk.store, "ann", MAINTAINER, by="ann")
    give_role(desk.store, "root", ADMIN, by="root")
    assert role_of(desk.store, "ann") == ANNOTATOR and role_of(desk.store, "root") == ADMIN
    with pytest.raises(InputError, match="Only a maintainer may settle"):
        SettleDesk(desk, ANN).decide(names(desk, rows)[0], "picked", [1])
    with pytest.raises(InputError, match="Only a maintainer may change settings"):
        Choosing(desk.store, desk.run.id, "ann", now).record("mode", "open")
    with pytest.raises(InputError, match="Only an admin may give roles"):
        give_role(desk.store, "ann", ADMIN, by="ann")
    give_role(desk.store, "ann", MAINTAINER, by="root")
    SettleDesk(desk, ANN).decide(names(desk, rows)[0], "picked", [1])
    Choosing(desk.store, desk.run.id, "ann", now).record("mode", "open")
    permit(desk.store, "zoe", DECIDE)
    with pytest.raises(InputError, match="One admin is needed"):
        give_role(desk.store, "root", ANNOTATOR, by="root")
    changes = [(c.who, c.what) for c in desk.store.changes() if c.run_id == ""]
    assert changes == [("root", "roles"), ("root", "roles")], "the settings log tells who gave which role"
