"""The two demo sets, written and scored once for a whole test session, and copies of them for tests that decide."""

import shutil
from pathlib import Path

import pytest

from cleaning.command_line import main
from cleaning.keep.workspaces import Workspace, list_workspaces


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory) -> Path:
    """A workspaces folder with both demos; not to be written to."""
    root = tmp_path_factory.mktemp("demo") / "workspaces"
    assert main(["demo", "--out", str(root / "demo"), "--workspaces", str(root)]) == 0
    return root


@pytest.fixture
def demo_root(demo_template: Path, tmp_path: Path, monkeypatch) -> Path:
    """A workspaces folder of this test's own, named to the app."""
    root = tmp_path / "workspaces"
    shutil.copytree(demo_template, root)
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(root))
    monkeypatch.setenv("SECOND_OPINION_DATA_ROOT", str(root))
    return root


@pytest.fixture
def digits(demo_root: Path) -> Workspace:
    return next(w for w in list_workspaces(demo_root) if w.kind == "image")


@pytest.fixture
def questions(demo_root: Path) -> Workspace:
    return next(w for w in list_workspaces(demo_root) if w.kind == "question")
