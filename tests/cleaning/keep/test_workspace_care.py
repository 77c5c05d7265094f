"""Workspaces looked after: listed, renamed, archived, copied, deleted, tidied."""

import errno
import os
import shutil

import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.errors import WorkspaceError
from cleaning.keep import fair_turn
from cleaning.keep.decisions import open_store
from cleaning.keep.fair_turn import FairTurn
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.verifying import verify
from cleaning.keep.workspaces import create_workspace, list_workspaces, open_workspace, open_workspace_folder
from cleaning.review.team import whole_house
from cleaning.review.team.sessions import HOUSE_FILE
from tests.cleaning.export.making import a_dataset, a_workspace, experts_for, some_decisions


@pytest.fixture
def workspace(tmp_path):
    made, run = a_workspace(tmp_path / "ws")
    store = open_store(made.decisions_url, made.id)
    store.append(some_decisions(made.dataset(), run.id))
    store.set_choice(run.id, "mode", "open", at="2099-01-01T00:00:00.000Z", who="lead")
    store.close()
    return made


def log_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return [(d.sample_id, d.verdict, d.reviewer, bool(d.undoes)) for d in store.decisions()], store.changes()
    finally:
        store.close()


def call(*words) -> int:
    return main(["workspaces", *map(str, words)])


def test_the_list_says_how_big_and_how_far_and_when(workspace):
    found = workspace_care.upkeep_of(workspace)
    assert (found.samples, found.decided, found.reviewers, found.runs) == (40, 9, 3, 1)
    assert found.last_use == "2099-01-01T00:00:00.000Z" and found.bytes > 10_000 and not found.archived
    assert found.lost().startswith("1 run and the verdicts on 9 samples by 3 reviewers.")


def test_a_name_and_being_archived_are_kept(workspace):
    assert workspace_care.rename(workspace, "birds").name == "birds"
    archived = workspace_care.archive(open_workspace(workspace.folder.parent, workspace.id))
    assert workspace_care.upkeep_of(archived).archived and archived.name == "birds"
    assert not workspace_care.upkeep_of(workspace_care.archive(archived, False)).archived
    assert create_workspace(workspace.folder.parent, a_dataset(), experts_for(a_dataset())).name == "birds"


def test_a_copy_has_its_own_log_with_the_same_decisions(workspace):
    made = workspace_care.copy(workspace, "what if")
    assert (made.name, made.run_ids()) == ("what if", workspace.run_ids()) and made.id != workspace.id
    assert log_of(made)[0] == log_of(workspace)[0] and log_of(made)[1][0].who == "lead"
    assert made.latest_run().scores.equals(workspace.latest_run().scores) and len(made.dataset()) == 40
    store = open_store(made.decisions_url, made.id)
    store.append(some_decisions(made.dataset(), "r" * 12)[:1])
    store.close()
    assert len(log_of(workspace)[0]) == 16


def test_a_folder_copied_by_hand_opens_with_its_decisions_and_can_be_brought_in(workspace):
    root = workspace.folder.parent
    shutil.copytree(workspace.folder, root / "birds copy")
    opened = open_workspace_folder(root / "birds copy")
    assert log_of(opened) == log_of(workspace) and opened.run_ids() == workspace.run_ids()
    (folder,) = workspace_care.copies_by_hand(root)
    adopted = workspace_care.adopt(folder)
    assert adopted.name == "birds copy" and log_of(adopted) == log_of(workspace)
    assert {w.id for w in list_workspaces(root)} == {workspace.id, adopted.id}


def test_copies_are_verified_by_what_they_are_copies_of(workspace):
    root = workspace.folder.parent
    copy = workspace_care.copy(workspace, "what if")
    shutil.copytree(copy.folder, root / "by hand")
    again = workspace_care.copy(workspace_care.adopt(root / "by hand"), "and again")
    for made in (copy, again, *list_workspaces(root)):
        assert faults_of(made) == []
    table = pd.read_parquet(again.folder / "samples.parquet")
    table.assign(__given=1 - table["__given"].clip(0, 1)).to_parquet(again.folder / "samples.parquet", index=False)
    assert "another fingerprint" in faults_of(open_workspace(root, again.id))[0]


def faults_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return verify(workspace, store).faults
    finally:
        store.close()


def test_deleting_says_what_is_lost_and_needs_a_yes(workspace, capsys):
    assert call(workspace.folder, "--delete") == 0
    assert "lost are 1 run and the verdicts on 9 samples" in capsys.readouterr().out and workspace.folder.exists()
    assert call(workspace.folder, "--delete", "--yes") == 0
    left = {path.name for path in workspace.folder.parent.iterdir()}
    assert not workspace.folder.exists() and all(name.startswith(HOUSE_FILE) for name in left), "who did it is noted"
    with pytest.raises(WorkspaceError):
        open_workspace(workspace.folder.parent, workspace.id)


def test_uploads_that_no_workspace_names_are_tidied_up(workspace, capsys):
    root = workspace.folder.parent
    used, unused, fresh = (root / "uploads" / (name * 16) for name in ("aa", "bb", "cc"))
    for folder in (used, unused, fresh):
        folder.mkdir(parents=True)
        (folder / "labels.csv").write_text("x" * 1000)
    for folder in (used, unused):
        os.utime(folder, (0, 0))
    dataset = a_dataset(30)
    object.__setattr__(dataset, "image_root", used.resolve())
    create_workspace(root, dataset, experts_for(dataset))
    assert workspace_care.unused_uploads(root) == [unused]
    assert call(root, "--tidy") == 0 and "1 upload removed" in capsys.readouterr().out
    assert used.exists() and fresh.exists() and not unused.exists()


def test_the_command_lists_names_and_copies(workspace, capsys):
    assert call(workspace.folder, "--rename", "birds") == 0
    assert call(workspace.folder, "--copy", "more birds") == 0
    capsys.readouterr()
    assert call(workspace.folder.parent) == 0
    told = capsys.readouterr().out
    assert "birds: 40 samples, 9 decided, 1 run" in told and "more birds: 40 samples, 9 decided, 1 run" in told
    assert call(workspace.folder.parent, "--delete", "--yes") == 2, "a folder of workspaces is none"
    assert call(workspace.folder, "--rename", "x" * 99) == 2


def test_a_copy_for_which_the_disk_has_no_room_is_one_sentence(workspace, monkeypatch, capsys):
    def full(here, there):
        raise OSError(errno.ENOSPC, "No space left on device", here)

    monkeypatch.setattr(workspace_care.shutil, "copy2", full)
    assert call(workspace.folder, "--copy", "what if") == 2
    told = capsys.readouterr().err
    assert told.startswith("error: The copy could not be written: No space left on device. Nothing of it was kept.")
    assert told.count(str(workspace.folder)) == 0 and len(list(workspace.folder.parent.glob("*"))) == 1


def test_a_copy_leaves_out_what_somebody_makes_at_the_moment(workspace):
    for name in ("opinions/0.unfinished/a.npy", "runs/.making-1/a", "experts.lock"):
        (workspace.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.folder / name).write_text("half")
    made = workspace_care.copy(workspace, "what if")
    assert not [path for path in made.folder.rglob("*") if path.is_file() and path.read_bytes() == b"half"]


def test_a_full_disk_lets_the_next_writer_wait_for_the_same_turn(tmp_path, monkeypatch):
    def full(*told):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fair_turn.os, "pwrite", full)
    turn, order = FairTurn(tmp_path / "log.sqlite"), []
    for name in "ab":
        with turn.held():
            order.append(name)
    turn.close()
    assert order == ["a", "b"]


def test_deleting_that_cannot_be_noted_deletes_and_says_so(workspace, monkeypatch, capsys):
    def full(*told):
        assert not workspace.folder.exists(), "deleting makes the room that a note takes"
        raise WorkspaceError("The log could not be written: the disk is full.")

    monkeypatch.setattr(whole_house, "done", full)
    assert call(workspace.folder, "--delete", "--yes") == 2 and "the disk is full" in capsys.readouterr().err


def test_a_copy_whose_log_cannot_be_written_is_none(workspace, monkeypatch):
    def full(*told):
        raise WorkspaceError("The decision log could not be written: database or disk is full.")

    monkeypatch.setattr(workspace_care, "take_over", full)
    with pytest.raises(WorkspaceError, match="disk is full"):
        workspace_care.copy(workspace, "what if")
    assert [one.id for one in list_workspaces(workspace.folder.parent)] == [workspace.id]
