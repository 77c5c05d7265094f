"""What is told as saved lies in the file at its path; who waits gets a turn; what cannot be written can be read."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
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
        if name.startswith("decisions.sqlite") and not name.endswith("-turn"):
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


def test_turns_go_in_the_order_in_which_they_were_asked_for(tmp_path):
    """One that would go again at once goes after all who waited meanwhile, and they in their order."""
    taken: list[str] = []
    turns = [FairTurn(tmp_path / "log") for _ in range(6)]

    def take(turn, name):
        with turn.held():
            taken.append(name)

    waiting = [threading.Thread(target=take, args=(turn, str(n))) for n, turn in enumerate(turns[1:])]
    with turns[0].held():
        for place, thread in enumerate(waiting):
            thread.start()
            while drawn(tmp_path / "log-turn") < place + 2:
                time.sleep(0.001)
    take(turns[0], "again")
    [thread.join() for thread in waiting]
    assert taken == ["0", "1", "2", "3", "4", "again"]
    [turn.close() for turn in turns]


def drawn(path) -> int:
    """How many turns were asked for."""
    return int.from_bytes(path.read_bytes()[:8], "little")


def test_the_turn_of_one_that_was_killed_is_over(tmp_path):
    code = "import sys; from pathlib import Path; from cleaning.keep.fair_turn import FairTurn\n"
    code += "with FairTurn(Path(sys.argv[1])).held(): print('mine', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE,
                              stdin=subprocess.PIPE, cwd=REPOSITORY)  # fmt: skip
    assert holder.stdout is not None and holder.stdout.readline() == b"mine\n"
    holder.kill()
    holder.wait()
    turn, taken = FairTurn(tmp_path / "log"), []
    with turn.held():
        taken.append("next")
    assert taken == ["next"]
    turn.close()


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
