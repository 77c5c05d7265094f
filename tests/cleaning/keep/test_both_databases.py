"""What a team keeps beside its decisions, in SQLite and PostgreSQL alike."""

import threading
import uuid

import pytest
import sqlalchemy as sql

from cleaning.errors import InputError
from cleaning.keep.card_messages import Kind, messages, write
from cleaning.keep.decisions import Decision, ReviewStore, open_store
from cleaning.keep.leases import LEASE_SECONDS, Holder, Leases, Offer
from cleaning.keep.store_tables import DECISIONS
from cleaning.keep.verifying import verify_chain
from cleaning.review.team import sessions
from cleaning.review.team.audit_log import audit_log
from cleaning.review.team.permissions import EXPORT, done
from cleaning.review.team.roles import ADMIN, ANNOTATOR, MAINTAINER, give_role, role_of, roles
from cleaning.review.team.sessions import SignIn

ANN, BOB = Holder("ann", "1"), Holder("bob", "1")


def decision(sample="s1") -> Decision:
    return Decision(str(uuid.uuid4()), "run1", sample, "ann", "keep", (1,), decided_at="2026-01-02T03:04:05.678Z")


@pytest.fixture
def store(url):
    store = open_store(url, "w1")
    yield store
    store.close()


def hand(leases: Leases, holder: Holder, *samples: str, count=9) -> list[str]:
    return [one.sample_id for one in leases.take(holder, lambda: map(Offer, samples), count).leases]


def test_a_card_is_leased_to_one_until_it_is_given_back_or_ends(store):
    time = [1_000.0]
    leases = Leases(store, lambda: time[0])
    assert hand(leases, ANN, "a", "b", count=1) == ["a"] and hand(leases, BOB, "a", "b") == ["b"]
    assert leases.leased() == {"a", "b"} and leases.refused(ANN, [Offer("a"), Offer("b"), Offer("b", seats=2)]) == ["b"]
    (kept,) = leases.take(ANN, lambda: [Offer("a")], 1).leases
    assert leases.of([kept.ticket], "ann")[kept.ticket].sample_id == "a" and leases.of([kept.ticket], "bob") == {}
    leases.leave(ANN)
    time[0] += 11
    assert hand(leases, BOB, "a") == ["a"]
    time[0] += LEASE_SECONDS
    assert hand(leases, ANN, "a", "b") == ["a", "b"]


def test_many_at_once_get_no_card_twice(url):
    taken: list[str] = []

    def take(place: int) -> None:
        store = ReviewStore(url, "w1")
        taken.extend(hand(Leases(store), Holder(f"r{place}", "1"), *map(str, range(80)), count=10))
        store.close()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=int) == [str(n) for n in range(80)]


def test_messages_come_in_order_and_belong_to_their_workspace(store, url):
    written: list[tuple[Kind, str, str]] = [
        ("question", "eve", "why? \ud83d"), ("answer", "ann", "so"), ("note", "ann", "n\0n"),
    ]  # fmt: skip
    for kind, author, text in written:
        write(store, "s1", kind, author, text)
    write(store, "s2", "note", "ann", "elsewhere")
    assert [(m.kind, m.text) for m in messages(store, "s1")] == [
        ("question", "why? \ufffd"), ("answer", "so"), ("note", "n\ufffdn"),
    ]  # fmt: skip
    other = open_store(url, "w2")
    assert len(messages(store)) == 4 and messages(other) == []
    other.close()


def test_roles_sessions_and_the_audit_log(store):
    give_role(store, "root", ADMIN, by="root")
    give_role(store, "ann", MAINTAINER, by="root")
    with pytest.raises(InputError, match="Only an admin"):
        give_role(store, "eve", ADMIN, by="ann")
    assert roles(store) == {"root": ADMIN, "ann": MAINTAINER} and role_of(store, "eve") == ANNOTATOR
    done(store, "ann", EXPORT, {"file": "patch"})
    assert [e.who for e in audit_log(store)] == ["ann", "root", "root"]
    mine = SignIn.of("ann", {"sub": "1", "iat": 4e9})
    assert sessions.over(store, mine) == ""
    sessions.end(store, mine)
    assert sessions.over(store, mine)


def test_a_change_a_gap_and_a_reordering_show_in_the_chain(store):
    store.append([decision(f"s{n}") for n in range(5)])
    assert verify_chain(store)[1] == [] and len(verify_chain(store)[0]) == 5
    seqs = [d.seq for d in store.decisions()]
    store.write(lambda c: c.execute(sql.update(DECISIONS).where(DECISIONS.c.seq == seqs[1]).values(labels="[2]")))
    assert [str(seqs[1]) in fault for fault in verify_chain(store)[1]] == [True]
    store.write(lambda c: c.execute(sql.delete(DECISIONS).where(DECISIONS.c.seq == seqs[3])))
    assert any("not in the log any more" in fault for fault in verify_chain(store)[1])


def test_chains_of_two_workspaces_in_one_database_do_not_mix(store, url):
    other = open_store(url, "w2")
    for n in range(3):
        store.append([decision(f"a{n}")])
        other.append([decision(f"b{n}")])
    assert all(verify_chain(one)[1:] == ([], []) and len(verify_chain(one)[0]) == 3 for one in (store, other))
    other.close()
