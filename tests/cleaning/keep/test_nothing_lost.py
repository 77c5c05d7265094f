"""What is told as saved lies in the file at its path; who waits gets a turn; what cannot be written can be read."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import uuid
from dataclasses import replace

import pytest

from cleaning.errors import WorkspaceError
from cleaning.keep import writer as writers
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.fair_turn import FairTurn
from tests.conftest import REPOSITORY


def decision(sample="s1", **more) -> Decision:
    made = Decision(str(uuid.uuid4()), "run1", sample, "ann", "keep", (1,), decided_at="2026-01-02T03:04:05.678Z")
    return replace(made, **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decisions.sqlite"


@pytest.fixture
def store(path):
    store = open_store(f"sqlite:///{path}", "w1")
    yield store
    store.close()


def lying_there(path) -> list[str]:
    """Sample ids in the file at the path, as another program finds them."""
    with sqlite3.connect(path) as other:
        return [row[0] for row in other.execute("SELECT sample_id FROM decisions ORDER BY seq")]


def test_nothing_is_saved_into_a_removed_file(store, path, tmp_path):
    store.append([decision("s1")])
    aside = tmp_path / "aside"
    aside.mkdir()
    for name in os.listdir(tmp_path):
        if name.startswith("decisions.sqlite") and not name.endswith(("-gate", "-turn")):
            shutil.move(tmp_path / name, aside / name)
    with pytest.raises(WorkspaceError, match="was removed while it was open"):
        store.append([decision("s2")])
    assert not path.exists(), "no empty log takes the place of a lost one"
    for name in os.listdir(aside):
        shutil.move(aside / name, tmp_path / name)
    try:
        store.append([decision("s3")])
    except WorkspaceError:
        store.append([decision("s3")])
    assert lying_there(path) == ["s1", "s3"]


def test_a_log_that_was_replaced_is_opened_anew_before_anything_is_told_as_saved(store, path, tmp_path):
    store.append([decision("s1")])
    with sqlite3.connect(path) as source, sqlite3.connect(tmp_path / "backup") as target:
        source.backup(target)
    store.append([decision("s2")])
    os.replace(tmp_path / "backup", path)
    generation, kept = store.generation, decision("s3")
    with pytest.raises(WorkspaceError, match="was replaced"):
        store.append([kept])
    assert store.append([kept]) == [kept.uuid] and store.generation > generation
    assert lying_there(path)[-1] == "s3" and [d.sample_id for d in store.decisions()] == lying_there(path)


def test_a_removed_write_ahead_log_costs_no_saved_decision(store, path):
    store.append([decision("s1")])
    path.with_name(path.name + "-wal").unlink()
    with pytest.raises(WorkspaceError):
        store.append([decision("s2")])
    store.append([decision("s3")])
    store.close()
    assert lying_there(path)[-1] == "s3" and "s1" in lying_there(path)


def test_a_read_only_log_is_read_and_refuses_with_a_sentence(path, monkeypatch):
    before = open_store(f"sqlite:///{path}", "w1")
    before.append([decision("s1")])
    monkeypatch.setattr(writers, "may_write", lambda path: False)
    with sqlite3.connect(path) as holding:
        holding.execute("SELECT * FROM decisions").fetchall()
        shutil.copytree(path.parent, path.parent / "readonly", dirs_exist_ok=True)
        store = open_store(f"sqlite:///{path.parent / 'readonly' / path.name}", "w1")
        assert [d.sample_id for d in store.decisions()] == ["s1"]
        with pytest.raises(WorkspaceError, match="read and exported, but not written"):
            store.append([decision("s2")])
        store.close()
    before.close()


def test_who_waits_gets_the_turn_before_who_had_it(tmp_path):
    """One that would go again at once goes after who waited meanwhile."""
    taken: list[str] = []
    first, second = FairTurn(tmp_path / "log"), FairTurn(tmp_path / "log")

    def take(turn, name):
        with turn.held():
            taken.append(name)

    with first.held():
        waiting = threading.Thread(target=take, args=(second, "second"))
        waiting.start()
        while _is_free(tmp_path / "log-gate"):
            pass
    take(first, "first again")
    waiting.join()
    assert taken == ["second", "first again"]
    first.close()
    second.close()


def _is_free(lock) -> bool:
    """Whether nobody holds the lock right now."""
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_log_opens_while_others_write(store, path):
    """Among many who write without a pause, one that had to write first would wait in vain."""
    with sqlite3.connect(path) as busy:
        busy.execute("BEGIN IMMEDIATE")
        code = "import sys; from cleaning.keep.decisions import open_store; print(open_store(sys.argv[1], 'w1').decisions())"
        told = subprocess.run(
            [sys.executable, "-c", code, f"sqlite:///{path}"],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=REPOSITORY,
        )
    assert told.stdout.strip() == "[]", told.stderr
