"""docs/architecture.md shows the house as it is: every folder is drawn, and every name on its walks exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
WALKS = (
    "A key press to a row in the log",
    "A file to an expert",
    "Logits to suspicion",
    "A decision to a final label",
    "A threshold to a band",
    "An added expert",
)
JS_CLASS = re.compile(r"^(?:export )?(?:default )?class (\w+).*?^}", re.MULTILINE | re.DOTALL)
JS_METHOD = re.compile(r"^  (?:static |async |get |set )*#?(\w+)\(.*\{", re.MULTILINE)
JS_NAME = re.compile(r"^(?:export )?(?:default )?(?:async )?(?:function|const|let) (\w+)", re.MULTILINE)


def blocks(heading: str) -> str:
    """The drawing under a heading."""
    return PAGE.split(f" {heading}\n", 1)[1].split("```\n", 2)[1]


def stops(heading: str) -> list[tuple[str, str]]:
    """(folder, name) of every stop on a walk, in order."""
    lines = [line.split(None, 1) for line in blocks(heading).splitlines()]
    return [(folder, name.strip()) for folder, names in lines for name in names.split("->")]


def names_in_python(source: str) -> Iterator[str]:
    """Functions and classes of a module, and ``Class.method``."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef))


def names_in_javascript(source: str) -> Iterator[str]:
    """The same of a script."""
    yield from JS_NAME.findall(source)
    for found in JS_CLASS.finditer(source):
        yield found[1]
        yield from (f"{found[1]}.{method}" for method in JS_METHOD.findall(found[0]))


@cache
def names_below(folder: str) -> frozenset[str]:
    """Every name that a folder of the checkout defines, in it and in what lies below."""
    readers = {".py": names_in_python, ".js": names_in_javascript}
    paths = [path for path in (REPOSITORY / folder).rglob("*") if path.suffix in readers]
    return frozenset(name for path in paths for name in readers[path.suffix](path.read_text(encoding="utf-8")))


def gone(walk: list[tuple[str, str]]) -> list[str]:
    return [f"{name} is not in {folder}" for folder, name in walk if name not in names_below(folder)]


@pytest.mark.parametrize("heading", WALKS)
def test_every_name_on_a_walk_exists(heading):
    walk = stops(heading)
    assert len(walk) >= 8
    assert gone(walk) == []


def test_a_name_that_is_gone_is_told():
    walk = [("cleaning/keep", "ReviewStore.forget"), ("cleaning/keep", "ReviewStore"), ("pages/shared", "Outbox.lose")]
    assert gone(walk) == ["ReviewStore.forget is not in cleaning/keep", "Outbox.lose is not in pages/shared"]


def test_the_page_tells_six_walks_and_no_other():
    assert tuple(re.findall(r"^### (.+)$", PAGE, re.MULTILINE)) == WALKS


@pytest.mark.parametrize("room", ["cleaning", "data_adapters", "pages"])
def test_the_picture_draws_every_folder(room):
    drawn = set(re.findall(r"(\w+)/", blocks("In one picture")))
    there = {path.parent for path in (REPOSITORY / room).rglob("*.*") if path.suffix in {".py", ".js"}}
    names = {part for path in there for part in path.relative_to(REPOSITORY).parts}
    assert sorted(names - drawn) == []


def test_the_picture_draws_no_folder_that_is_not_there():
    rooms = [REPOSITORY / room for room in ("cleaning", "data_adapters", "pages")]
    there = {path.name for room in rooms for path in (room, *room.rglob("*")) if Path.is_dir(path)}
    assert sorted(set(re.findall(r"(\w+)/", blocks("In one picture"))) - there) == []
