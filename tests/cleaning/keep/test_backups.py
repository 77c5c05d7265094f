"""Backups bring everything back, logs of two machines come together, and what was tampered with shows."""

import os
import shutil
import sqlite3
import uuid
import zipfile
from dataclasses import replace

import pytest

from cleaning.command_line import main
from cleaning.errors import InputError
from cleaning.files import ASIDE
from cleaning.keep import backups
from cleaning.keep.backups import back_up, logs_of, merge, opened, restore
from cleaning.keep.card_messages import write
from cleaning.keep.decisions import Decision
from cleaning.keep.verifying import verify
from cleaning.keep.workspaces import create_workspace, open_workspace
from cleaning.suspect import pipeline
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    planted = planted_dataset(n=120, classes=3, experts=2, seed=4)
    root = tmp_path_factory.mktemp("made")
    workspace = create_workspace(root, planted.dataset, planted.experts)
    workspace.save_run(pipeline.run(planted.dataset, planted.experts), planted.experts)
    return workspace


@pytest.fixture
def workspace(made, tmp_path):
    shutil.copytree(made.folder, tmp_path / "here" / made.id)
    return open_workspace(tmp_path / "here", made.id)


def decide(workspace, *places, reviewer="ann", **more) -> list[Decision]:
    ids = workspace.dataset().sample_ids
    run = workspace.run_ids()[0]
    new = [Decision(str(uuid.uuid4()), run, str(ids[p]), reviewer, "keep", (1,), **more) for p in places]
    with opened(workspace) as store:
        store.append(new)
        store.set_choice(run, "audit_share", 0.3, at="2026-01-01T00:00:00.000Z", who=reviewer)
    return new


def found(workspace, head=""):
    with opened(workspace) as store:
        return verify(workspace, store, head)


def test_a_backup_brings_files_and_log_back(workspace, tmp_path):
    decide(workspace, 0, 1, 2, note="née\ud7ff ‘x’")
    with opened(workspace) as store:
        write(store, str(workspace.dataset().sample_ids[0]), "question", "bob", "Which one?")
    told = back_up(workspace, tmp_path / "backup.zip")
    back, added = restore(tmp_path / "backup.zip", tmp_path / "there")
    before, after = logs_of(workspace), logs_of(back)
    assert added == 3 and [replace(d, seq=0) for d in after.decisions] == [replace(d, seq=0) for d in before.decisions]
    assert [c["value"] for c in after.choices] == [0.3]
    restore(tmp_path / "backup.zip", tmp_path / "there")
    assert logs_of(back).messages == before.messages != [], "messages come back, and once"
    assert back.latest_run().scores.equals(workspace.latest_run().scores)
    assert found(back).head == told["head"] == found(workspace).head and not found(back).faults


def test_restoring_over_newer_work_removes_nothing(workspace, tmp_path):
    decide(workspace, 0)
    back_up(workspace, tmp_path / "backup.zip")
    decide(workspace, 1)
    _, added = restore(tmp_path / "backup.zip", workspace.folder.parent)
    assert added == 0 and len(logs_of(workspace).decisions) == 2


def test_two_machines_logs_come_together_once(workspace, tmp_path):
    decide(workspace, 0, 1)
    shutil.copytree(workspace.folder, tmp_path / "laptop" / workspace.id)
    laptop = open_workspace(tmp_path / "laptop", workspace.id)
    decide(workspace, 2)
    decide(laptop, 2, 3, reviewer="bob")
    assert merge(workspace, logs_of(laptop)) == 2 and merge(workspace, logs_of(laptop)) == 0
    log = logs_of(workspace).decisions
    assert len(log) == len({d.uuid for d in log}) == 5 and not found(workspace).faults
    with pytest.raises(InputError, match="another dataset"):
        merge(workspace, replace(logs_of(laptop), workspace_id="0" * 16))


def test_what_is_set_here_and_who_may_what_stays_when_another_log_comes_in(workspace, tmp_path):
    run = workspace.run_ids()[0]

    def chose(where, key, value, who, at, run_id=run):
        with opened(where) as store:
            store.set_choice(run_id, key, value, at=f"2026-01-01T{at}:00:00.000Z", who=who)

    shutil.copytree(workspace.folder, tmp_path / "laptop" / workspace.id)
    laptop = open_workspace(tmp_path / "laptop", workspace.id)
    chose(laptop, "audit_share", 0.1, "bob", "10")
    chose(laptop, "seconds_per_card", 7, "bob", "10")
    chose(laptop, "roles", {"bob": "admin"}, "bob", "10", run_id="")
    assert merge(workspace, logs_of(laptop)) == 0
    with opened(workspace) as store:
        assert store.choice(run, "seconds_per_card") == 7, "what nobody set here is taken over"
        assert store.choice("", "roles") is None, "nobody becomes admin by a log of their own"
    chose(workspace, "audit_share", 0.3, "ann", "12")
    chose(workspace, "roles", {"ann": "admin"}, "ann", "12", run_id="")
    chose(laptop, "audit_share", 0.2, "bob", "13")
    for _ in range(2):
        merge(workspace, logs_of(laptop))
        with opened(workspace) as store:
            assert store.choice(run, "audit_share") == 0.3 and store.choice("", "roles") == {"ann": "admin"}
            told = [(c.who, c.what, c.after) for c in store.changes() if c.what == "audit_share"]
    assert told == [("bob", "audit_share", 0.1), ("ann", "audit_share", 0.3), ("bob", "audit_share", 0.2),
                    ("ann", "audit_share", 0.3)]  # fmt: skip


def test_a_backup_brings_roles_back_where_there_is_no_workspace(workspace, tmp_path):
    with opened(workspace) as store:
        store.set_choice("", "roles", {"ann": "admin"}, at="2026-01-01T12:00:00.000Z", who="ann")
    back_up(workspace, tmp_path / "backup.zip")
    back, _ = restore(tmp_path / "backup.zip", tmp_path / "there")
    with opened(back) as store:
        assert store.choice("", "roles") == {"ann": "admin"}


def test_what_is_being_made_meanwhile_is_no_part_of_a_backup(workspace, tmp_path, monkeypatch):
    aside = workspace.folder / "runs" / f"{ASIDE}a"
    aside.mkdir()
    (aside / "scores.npy").write_bytes(b"half")
    (workspace.folder / "opinions" / "a.unfinished").mkdir(parents=True)
    (workspace.folder / "opinions" / "a.unfinished" / "done.npy").write_bytes(b"half")
    (workspace.folder / "opinions" / "a.lock").touch()
    back_up(workspace, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        kept = archive.namelist()
    assert not [name for name in kept if ASIDE in name or "unfinished" in name or name.endswith(".lock")]
    listed = backups.os.walk

    def walked_as_it_goes(top):
        for folder, inside, files in listed(top):
            yield folder, inside, [*files, "gone_by_now.npy"]

    monkeypatch.setattr(backups.os, "walk", walked_as_it_goes)
    back_up(workspace, tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert set(archive.namelist()) == set(kept), "what went while it was written is no fault"


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("UPDATE decisions SET verdict = 'relabel' WHERE seq = 2", "Decision 2 of the log"),
        ("DELETE FROM decisions WHERE seq = 2", "sealed decision"),
        ("UPDATE decisions SET reviewer = 'bob' WHERE seq = 3", "Decision 3 of the log"),
    ],
)
def test_what_was_changed_in_the_log_shows(workspace, tampering, sentence):
    decide(workspace, 0, 1, 2)
    assert not found(workspace).faults
    with sqlite3.connect(workspace.folder / "decisions.sqlite") as other:
        other.execute(tampering)
    assert any(sentence in fault for fault in found(workspace).faults)


def test_newest_decisions_that_were_cut_off_show_by_the_state_of_a_backup(workspace, tmp_path):
    decide(workspace, 0, 1)
    head = back_up(workspace, tmp_path / "backup.zip")["head"]
    decide(workspace, 2)
    assert not found(workspace, head).faults, "later work is no fault"
    with sqlite3.connect(workspace.folder / "decisions.sqlite") as other:
        other.execute("DELETE FROM decisions WHERE seq > 1")
        other.execute("DELETE FROM chain WHERE seq > 1")
    assert not found(workspace).faults
    assert "no longer contains" in found(workspace, head).faults[0]


def test_a_log_without_seals_gets_them_at_the_next_decision(workspace):
    decide(workspace, 0, 1)
    with sqlite3.connect(workspace.folder / "decisions.sqlite") as other:
        other.execute("DELETE FROM chain")
    assert "not sealed yet" in found(workspace).notes[0]
    decide(workspace, 2)
    assert not found(workspace).notes and not found(workspace).faults


def test_what_belongs_to_nothing_is_noted_and_damage_is_a_fault(workspace):
    decide(workspace, 0, reviewer="ann")
    with opened(workspace) as store:
        store.append([Decision(str(uuid.uuid4()), "0" * 12, "strange", "ann", "keep", (1,))])
    notes = " ".join(found(workspace).notes)
    assert "a sample that is not here: strange" in notes and "a run that is gone" in notes
    path = workspace.folder / "runs" / workspace.run_ids()[0] / "scores.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    assert any("scores.parquet" in fault for fault in found(workspace).faults)


@pytest.mark.parametrize("how", ["text", "cut", "other", "outside"])
def test_no_backup_is_a_sentence_and_leaves_nothing(workspace, tmp_path, how):
    backup = tmp_path / "backup.zip"
    decide(workspace, 0)
    back_up(workspace, backup)
    if how == "text":
        backup.write_text("no backup")
    elif how == "cut":
        backup.write_bytes(backup.read_bytes()[:-200])
    elif how == "other":
        with zipfile.ZipFile(backup, "w") as archive:
            archive.writestr("a.txt", "a")
    else:
        with zipfile.ZipFile(backup, "a") as archive:
            archive.writestr("workspace/../../evil.txt", "evil")
    with pytest.raises(InputError, match="backup"):
        restore(backup, tmp_path / "there")
    assert not list((tmp_path / "there").glob("*")) and not (tmp_path / "evil.txt").exists()


def test_the_commands_go_round(workspace, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    decide(workspace, 0, 1)
    folder = os.fspath(workspace.folder)
    assert main(["backup", folder, "--out", str(tmp_path / "b.zip")]) == 0
    head = capsys.readouterr().out.split()[-1]
    assert main(["restore", str(tmp_path / "b.zip"), "--workspaces", str(tmp_path / "there")]) == 0
    there = str(tmp_path / "there" / workspace.id)
    assert main(["verify", there, "--head", head]) == 0 and f"state of the log {head}" in capsys.readouterr().out
    assert main(["merge", folder, there]) == 0 and "0 decisions added" in capsys.readouterr().out
    assert main(["verify", there, "--head", "f" * 64]) == 2 and "no longer contains" in capsys.readouterr().err


def test_the_command_says_which_version_a_log_has_and_takes_it_back(workspace, capsys):
    def told(*arguments: str) -> str:
        assert main(["log-version", str(workspace.folder), *arguments]) == 0
        return capsys.readouterr().out.strip()

    assert told() == "there is no log yet; this program writes 0003"
    assert main(["log-version", str(workspace.folder), "--to", "0001"]) == 2
    assert "There is no decision log" in capsys.readouterr().err
    new = decide(workspace, 0, 1)
    assert told() == "the log is of version 0003; this program writes 0003"
    assert told("--to", "0001") == "the log was of version 0003, and is of version 0001 now"
    assert told() == "the log is of version 0001; this program writes 0003"
    assert main(["log-version", str(workspace.folder), "--to", "7"]) == 2
    assert "--to is '7'; expected 0001, 0002 or 0003." in capsys.readouterr().err
    assert [d.uuid for d in logs_of(workspace).decisions] == [d.uuid for d in new]
    assert told() == "the log is of version 0003; this program writes 0003"
