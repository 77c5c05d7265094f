"""What every test may ask for."""

import os
import sys
from pathlib import Path

import hypothesis
import pytest

from tests.factories import Planted, planted_dataset, write_folder

hypothesis.settings.register_profile("untimed", deadline=None)  # no test is timed: machines are shared
hypothesis.settings.load_profile("untimed")

REPOSITORY = Path(__file__).resolve().parent.parent
_MAIN = sys.modules["__main__"]
LONG_UNTIL = 0.8  # of all files: where the last of the long ones stands


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Streamlit's AppTest leaves the page as the program's main module; processes that a test starts would run it."""
    sys.modules["__main__"] = _MAIN


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file goes to one worker whole, so that what it shares is made once; files that drive a browser, which waits
    more than it works, are spread evenly among the others, but for the end: they take longest, and the last file of all
    keeps one worker while the others have nothing to do."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path)))
        files.setdefault(item.path, []).append(item)
    browser = REPOSITORY / "tests" / "browser"
    waiting = [tests for path, tests in files.items() if path.is_relative_to(browser)]
    working = [tests for path, tests in files.items() if not path.is_relative_to(browser)][
        ::-1
    ]  # pages are long: first
    placed = [
        (until * (place + 0.5) / len(kind), tests)
        for kind, until in ((waiting, LONG_UNTIL), (working, 1))
        for place, tests in enumerate(kind)
    ]
    items[:] = [item for _, tests in sorted(placed, key=lambda one: one[0]) for item in tests]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real public data; skips where it is not there."""
    folder = Path(os.environ.get("SECOND_OPINION_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; name its folder in SECOND_OPINION_DATA")
    return folder


@pytest.fixture(scope="session")
def others_files() -> Path:
    """Folder of files that other programs wrote; skips where it is not there."""
    folder = Path(os.environ.get("SECOND_OPINION_FILES") or REPOSITORY.parent / "shared" / "files")
    if not folder.is_dir():
        pytest.skip(f"no files of other programs at {folder}; name their folder in SECOND_OPINION_FILES")
    return folder


@pytest.fixture
def workspaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty root for workspaces, in the environment as the app and the command line read it."""
    root = tmp_path / "workspaces"
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(root))
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    return root


@pytest.fixture(scope="session")
def planted() -> Planted:
    """1,500 pictures of 6 classes, one label in ten wrong, five experts of all kinds. Shared: never modify it."""
    return planted_dataset()


@pytest.fixture(scope="session")
def planted_questions() -> Planted:
    """1,200 questions with 2 to 5 options, five experts of all kinds. Shared: never modify it."""
    return planted_dataset(n=1200, classes=5, kind="question", seed=1)


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small planted dataset with groups as a dataset folder. Shared: never write into it."""
    return write_folder(planted_dataset(n=300, classes=4, groups=3, seed=2), tmp_path_factory.mktemp("data") / "set")
