"""What commands change for others stands in the log of the workspace or of the house, with author and time."""

import os

import pytest

from cleaning.__main__ import main
from cleaning.command_line.shared import noted
from cleaning.keep.backups import opened
from cleaning.keep.upkeep.workspace_care import UPLOADS
from cleaning.keep.workspaces import list_workspaces
from cleaning.review.team.sessions import house_store
from tests.cleaning.export.making import a_workspace, some_decisions


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(noted.getpass, "getuser", lambda: "ann")
    return tmp_path / "workspaces"


@pytest.fixture
def workspace(root):
    return a_workspace(root)[0]


def call(*arguments):
    assert main([str(one) for one in arguments]) == 0


def told(workspace):
    with opened(workspace) as store:
        return [(one.who, one.what, one.after) for one in store.changes() if one.run_id == "" and one.at]


WHO = "ann (command line)"


@pytest.mark.parametrize(
    "asked, about",
    [
        (["--rename", "birds"], {"name": "birds"}),
        (["--archive"], {"archived": True}),
        (["--bring-back"], {"archived": False}),
    ],
)
def test_renaming_and_archiving_are_noted_in_the_workspace(workspace, asked, about):
    call("workspaces", workspace.folder, *asked)
    assert told(workspace) == [(WHO, "looked_after", about)]


def test_a_copy_is_noted_in_what_was_copied(root, workspace):
    before = {one.id for one in list_workspaces(root)}
    call("workspaces", workspace.folder, "--copy", "what if")
    (made,) = {one.id for one in list_workspaces(root)} - before
    assert told(workspace) == [(WHO, "copied", {"copy": made})]


def test_deleting_and_tidying_are_noted_in_the_house_and_looking_is_not(root, workspace):
    upload = root / UPLOADS / "0123456789abcdef0123456789abcdef"
    upload.mkdir(parents=True)
    (upload / "net.npy").write_bytes(b"0" * 2_000_000)
    os.utime(upload, (0, 0))
    call("workspaces", root)
    call("workspaces", workspace.folder)
    call("workspaces", workspace.folder, "--delete")
    assert not (root / "house.sqlite").exists() and told(workspace) == []
    call("workspaces", root, "--tidy")
    call("workspaces", root, "--tidy")
    call("workspaces", workspace.folder, "--delete", "--yes")
    changes = [(one.who, one.what, one.after) for one in house_store(root).changes()]
    assert changes == [
        (WHO, "tidied", {"uploads": 1, "megabytes": 2.0}),
        (WHO, "deleted", {"workspace": workspace.id, "name": workspace.name}),
    ]


def test_decisions_that_come_in_and_files_that_go_out_are_noted(root, workspace, tmp_path):
    out = tmp_path / "d.jsonl"
    with opened(workspace) as store:
        store.append(some_decisions(workspace.dataset()))
    call("export", workspace.folder, "--as", "decisions", "--out", out)
    call("import-decisions", workspace.folder, out)
    call("backup", workspace.folder, "--out", tmp_path / "b.zip")
    call("restore", tmp_path / "b.zip", "--workspaces", tmp_path / "there")
    (there,) = list_workspaces(tmp_path / "there")
    call("merge", workspace.folder, there.folder)
    came = (WHO, "imported", {"file": "b.zip", "decisions": 16})
    assert told(there)[-1] == came
    assert told(workspace) == [(WHO, "exported", {"file": "d.jsonl"}), (WHO, "exported", {"file": "b.zip"}), came]


def test_an_import_is_noted_once(workspace, tmp_path):
    with opened(workspace) as store:
        store.append(some_decisions(workspace.dataset()))
    call("export", workspace.folder, "--as", "decisions", "--out", tmp_path / "d.jsonl")
    other = a_workspace(tmp_path / "others")[0]
    for _ in range(2):
        call("import-decisions", other.folder, tmp_path / "d.jsonl")
    assert told(other) == [(WHO, "imported", {"file": "d.jsonl", "decisions": 16})]


def test_whose_name_the_system_does_not_know_is_somebody(monkeypatch):
    def unknown():
        raise OSError

    monkeypatch.setattr(noted.getpass, "getuser", unknown)
    assert noted.author() == "somebody (command line)"
