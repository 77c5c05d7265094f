"""One word for one thing: every class bears a name of its own, and so does every file that is not called by its users."""

import ast
from collections import Counter
from pathlib import PurePosixPath

from tests.conftest import REPOSITORY
from tests.source_files import our_files

CALLED_BY_USERS = ("cleaning/command_line/", "pages/")  # commands and pages are called as people know them
SHARED = "pages/shared/"


def classes_of(path: str, source: str) -> list[str]:
    """Public classes at the top of a file, with the file."""
    found = (node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return [f"{name} ({path})" for name in found if not name.startswith("_")]


def repeated(named: list[str]) -> list[str]:
    """Of ``name (place)``, those whose name comes more than once."""
    counts = Counter(one.split(" (")[0] for one in named)
    return sorted(one for one in named if counts[one.split(" (")[0]] > 1)


def own_names(paths: list[str]) -> list[str]:
    """``name (path)`` of the files that must have a name of their own."""
    inner = (p for p in paths if p.startswith(SHARED) or not p.startswith(CALLED_BY_USERS))
    return [f"{PurePosixPath(p).stem} ({p})" for p in inner if not p.endswith(("__init__.py", "__main__.py"))]


def test_every_class_has_a_name_of_its_own():
    named = [c for p in our_files() for c in classes_of(p, (REPOSITORY / p).read_text(encoding="utf-8"))]
    assert len(named) > 100 and repeated(named) == []


def test_every_file_has_a_name_of_its_own():
    named = own_names(our_files())
    assert len(named) > 100 and repeated(named) == []


def test_a_second_bearer_of_a_name_is_found():
    planted = classes_of("a.py", "class Band: ...") + classes_of("b.py", "class Band: ...\nclass _Own: ...")
    assert repeated(planted) == ["Band (a.py)", "Band (b.py)"]
    files = ["cleaning/keep/facts.py", "pages/shared/facts.py", "pages/load.py", "cleaning/command_line/load.py"]
    assert repeated(own_names(files)) == ["facts (cleaning/keep/facts.py)", "facts (pages/shared/facts.py)"]
