import os
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from cleaning.errors import InputError, WorkspaceError
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision, open_store
from tests.decisions import current_decisions

HOUSE = Path(__file__).parents[3]


def decision(sample="s1", verdict="keep", reviewer="ann", **more) -> Decision:
    made = Decision(str(uuid.uuid4()), "run1", sample, reviewer, verdict, (1,), decided_at="2026-01-02T03:04:05.678Z")
    return replace(made, **more)


def undo(of: Decision, reviewer="ann") -> Decision:
    return decision(of.sample_id, "undo", reviewer, labels=(), undoes=of.uuid)


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'decisions.sqlite'}"


@pytest.fixture
def store(url):
    store = open_store(url, "w1")
    yield store
    store.close()


def test_a_note_no_database_keeps_is_cleaned(store):
    notes = ["half \ud83d of it", "NUL \0", "whole \U0001f600"]
    store.append([decision(f"s{n}", note=note) for n, note in enumerate(notes)])
    assert [d.note for d in store.decisions()] == ["half \ufffd of it", "NUL \ufffd", "whole \U0001f600"]


@pytest.mark.parametrize("field", ["sample", "reviewer"])
@pytest.mark.parametrize("bad", ["a\ud83d", "a\0"])
def test_an_id_or_a_name_no_database_keeps_is_refused_with_a_sentence(store, field, bad):
    with pytest.raises(InputError, match=r"cannot be kept") as told:
        store.append([decision(**{field: bad})])
    assert not isinstance(told.value, WorkspaceError) and str(told.value).isprintable() and store.decisions() == []


def test_a_decision_comes_back_as_it_was_made(store):
    made = decision(labels=(2, 5), note="née 'x'; --", seconds=1.25, mode="open", card="audit")
    assert store.append([made]) == [made.uuid]
    assert store.decisions() == [replace(made, seq=1)]


def test_sending_again_is_harmless(store):
    made = [decision("s1"), decision("s2")]
    assert store.append(made) == store.append(made) == [d.uuid for d in made]
    assert [d.sample_id for d in store.decisions()] == ["s1", "s2"]


def test_a_uuid_of_anothers_decision_is_refused_and_nothing_of_the_call_kept(store):
    taken = decision("s1")
    store.append([taken])
    with pytest.raises(InputError, match=taken.uuid):
        store.append([decision("s9"), replace(taken, reviewer="bob")])
    assert [d.sample_id for d in store.decisions()] == ["s1"]


def test_it_is_on_disk_with_wal_and_full_synchronisation(sqlite_url, tmp_path):
    store = open_store(sqlite_url, "w1")
    store.append([decision()])
    with sqlite3.connect(tmp_path / "decisions.sqlite") as other:
        assert other.execute("SELECT count(*) FROM decisions").fetchone() == (1,)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._writer.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    store.close()


def test_workspaces_share_a_database_without_seeing_each_other(store, url):
    other = open_store(url, "w2")
    store.append([decision("mine")])
    other.append([decision("theirs")])
    assert [d.sample_id for d in store.decisions()] == ["mine"]
    assert [d.sample_id for d in other.decisions()] == ["theirs"]
    other.close()


def test_log_by_run_and_since(store):
    first, second = decision("s1"), decision("s2", run_id="run2")
    store.append([first, second])
    assert [d.sample_id for d in store.decisions("run2")] == ["s2"]
    assert [d.sample_id for d in store.decisions(since_seq=1)] == ["s2"]
    assert list(store.log()["labels"]) == [(1,), (1,)]


def test_many_threads_lose_nothing(store):
    made = [[decision(f"s{t}-{i}") for i in range(20)] for t in range(12)]
    threads = [threading.Thread(target=lambda ds: [store.append([d]) for d in ds], args=(ds,)) for ds in made]
    [t.start() for t in threads]
    [t.join() for t in threads]
    kept = [d.uuid for d in store.decisions()]
    assert sorted(kept) == sorted(d.uuid for ds in made for d in ds)
    for own in made:
        assert [u for u in kept if u in {d.uuid for d in own}] == [d.uuid for d in own], "order within a thread"


def test_one_bad_call_in_a_group_does_not_harm_the_others(store):
    taken = decision("s1")
    store.append([taken])
    outcomes = {}

    def send(name, one):
        try:
            outcomes[name] = store.append([one])
        except InputError as error:
            outcomes[name] = error

    good = [decision(f"g{i}") for i in range(10)]
    jobs = [("bad", replace(taken, sample_id="other")), *((d.uuid, d) for d in good)]
    threads = [threading.Thread(target=send, args=job) for job in jobs]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert isinstance(outcomes["bad"], InputError)
    assert all(outcomes[d.uuid] == [d.uuid] for d in good)


def test_undo_brings_back_what_stood_before(store):
    first, second = decision("s1", "keep"), decision("s1", "relabel", labels=(4,))
    store.append([first, second])
    assert list(current_decisions(store.decisions())["verdict"]) == ["relabel"]
    store.append([undo(second)])
    assert list(current_decisions(store.log())["uuid"]) == [first.uuid]
    store.append([undo(first)])
    assert current_decisions(store.log()).empty
    assert len(store.decisions()) == 4, "nothing is ever removed from the log"


def test_nobody_undoes_for_another():
    made = decision("s1", reviewer="ann")
    assert len(current_decisions([made, undo(made, reviewer="bob")])) == 1


def test_current_keeps_one_row_for_each_reviewer_and_sample():
    log = [decision("s1"), decision("s1", reviewer="bob"), decision("s1", "later", labels=()), decision("s2")]
    current = current_decisions(log)
    rows = list(zip(current["reviewer"], current["sample_id"], current["verdict"]))
    assert rows == [("bob", "s1", "keep"), ("ann", "s1", "later"), ("ann", "s2", "keep")]


def test_reading_piece_by_piece_equals_reading_at_once(store):
    log = []
    for i in range(30):
        made = decision(f"s{i % 7}", "keep" if i % 3 else "relabel")
        log += [made, undo(made)] if i % 4 == 0 else [made]
    store.append(log)
    whole, pieces = CurrentDecisions(), CurrentDecisions()
    whole.update(store.decisions())
    for since in range(0, len(log), 5):
        pieces.update([d for d in store.decisions(since_seq=since) if d.seq <= since + 5])
    assert whole.standing() == pieces.standing() and whole.history("ann") == pieces.history("ann")
    assert whole.standing() == [Decision(**r) for r in current_decisions(store.log()).to_dict("records")]


def test_choices_last_one_counts(store):
    assert store.choice("run1", "threshold", 0.5) == 0.5
    store.set_choice("run1", "threshold", 0.7, at="2026-01-01T00:00:00.000Z", who="ann")
    store.set_choice("run1", "threshold", {"goal": [1, 2]}, at="2026-01-01T00:00:01.000Z", who="bob")
    assert store.choice("run1", "threshold") == {"goal": [1, 2]}
    assert store.choice("run2", "threshold") is None
    assert list(store.choices("run1")["value"]) == [0.7, {"goal": [1, 2]}]


def test_reopening_gives_the_same_log(url):
    store = open_store(url, "w1")
    made = decision()
    store.append([made])
    store.close()
    again = open_store(url, "w1")
    assert [d.uuid for d in again.decisions()] == [made.uuid]
    again.close()


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\x07" * 4000])
def test_a_damaged_file_is_a_sentence(tmp_path, content):
    (tmp_path / "d.sqlite").write_bytes(content)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'd.sqlite'}")
    assert (tmp_path / "d.sqlite").read_bytes() == content, "left as it was"


def test_a_foreign_or_newer_database_is_a_sentence(tmp_path, sqlite_url):
    with sqlite3.connect(tmp_path / "foreign.sqlite") as other:
        other.execute("CREATE TABLE decisions (id INTEGER)")
    with pytest.raises(WorkspaceError, match="not ours"):
        open_store(f"sqlite:///{tmp_path / 'foreign.sqlite'}")
    open_store(sqlite_url).close()
    with sqlite3.connect(tmp_path / "decisions.sqlite") as ours:
        ours.execute("UPDATE second_opinion_meta SET value = '99'")
    with pytest.raises(WorkspaceError, match="format 99"):
        open_store(sqlite_url)


KILLED_WRITER = """
import sys, uuid
from cleaning.keep.decisions import Decision, open_store
store = open_store(sys.argv[1], "w1")
for i in range(100_000):
    made = Decision(str(uuid.uuid4()), "run1", f"s{i}", "ann", "skip", decided_at="2026-01-01T00:00:00.000Z")
    store.append([made])
    print(made.uuid, flush=True)
"""


def test_kill_9_between_decisions_loses_none_that_was_acknowledged(url):
    writer = subprocess.Popen([sys.executable, "-c", KILLED_WRITER, url], cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += [line.strip() for line in writer.stdout if len(line.strip()) == 36]
    writer.wait()
    writer.stdout.close()
    store = open_store(url, "w1")
    kept = {d.uuid for d in store.decisions()}
    store.close()
    assert len(acknowledged) >= 40 and set(acknowledged) <= kept


def test_two_processes_write_at_once(url):
    command = [sys.executable, "-c", KILLED_WRITER.replace("100_000", "50"), url]
    writers = [subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    uuids = [line.strip() for w in writers for line in w.communicate()[0].splitlines()]
    store = open_store(url, "w1")
    assert sorted(d.uuid for d in store.decisions()) == sorted(uuids) and len(uuids) == 100
    store.close()


def test_a_postgresql_server_that_is_away_is_a_sentence_without_the_password():
    with pytest.raises(WorkspaceError, match="cannot be opened") as told:
        open_store("postgresql://ann:secret@127.0.0.1:1/team")
    assert "secret" not in str(told.value)


def test_an_unknown_kind_of_database_is_a_sentence():
    with pytest.raises(WorkspaceError, match="SQLite or PostgreSQL"):
        open_store("oracle9://team")


def test_the_settings_log_has_what_was_before_who_and_when_in_each_database(store):
    for value, who in ((0.7, "ann"), (0.9, "bob")):
        store.set_choice("run1", "threshold", value, at="2026-01-01T00:00:00.000Z", who=who)
    store.set_choice("", "role", {"bob": "maintainer"}, at="2026-01-01T00:00:01.000Z", who="ann")
    log = [(c.run_id, c.what, c.before, c.after, c.who) for c in store.changes()]
    assert log[:2] == [("run1", "threshold", None, 0.7, "ann"), ("run1", "threshold", 0.7, 0.9, "bob")]
    assert log[2] == ("", "role", None, {"bob": "maintainer"}, "ann")
    assert [c.seq for c in store.changes()] == sorted(c.seq for c in store.changes())
