"""The two demo sets, written and scored once for a whole test session, and copies of them for tests that decide."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleaning.command_line import main
from cleaning.keep.workspaces import Workspace, list_workspaces


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory, worker_id: str) -> Iterator[Path]:
    """A workspaces folder with both demos; not to be written to. Made once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    place = (own if worker_id == "master" else own.parent) / "both_demos"
    with open(place.with_suffix(".lock"), "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        root = place / "workspaces"
        if not root.exists():
            made = place / "being_made" / "workspaces"
            assert main(["demo", "--out", str(made / "demo"), "--workspaces", str(made)]) == 0
            made.rename(root)
    before = _pictures(root)
    yield root
    assert _pictures(root) == before, "a test wrote into the demos' own pictures, which all tests share"


def _pictures(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of each; links to them change neither."""
    return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in (root / "demo").rglob("*.png")}


def copy_demos(template: Path, to: Path) -> Path:
    """A copy of a folder that may be written to, but for its pictures: those are the same files, by links."""

    def copy(here: str, there: str) -> None:
        if here.endswith(".png"):
            os.link(here, there)
        else:
            shutil.copy2(here, there)

    return Path(shutil.copytree(template, to, copy_function=copy))


@pytest.fixture
def demo_root(demo_template: Path, tmp_path: Path, monkeypatch) -> Path:
    """A workspaces folder of this test's own, named to the app."""
    root = copy_demos(demo_template, tmp_path / "workspaces")
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(root))
    monkeypatch.setenv("SECOND_OPINION_DATA_ROOT", str(root))
    return root


@pytest.fixture
def digits(demo_root: Path) -> Workspace:
    return next(w for w in list_workspaces(demo_root) if w.kind == "image")


@pytest.fixture
def questions(demo_root: Path) -> Workspace:
    return next(w for w in list_workspaces(demo_root) if w.kind == "question")
