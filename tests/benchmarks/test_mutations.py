"""Planted mistakes: each is one change that still parses, and what only sets words or pace is left alone."""

import ast

import pytest

from benchmarks.mutants import AREAS, REPOSITORY, drawn
from benchmarks.mutations import mutants_of


def changes(source: str, **options) -> set[str]:
    """What one line of source turns into."""
    return {mutant.source for mutant in mutants_of("a.py", source, **options)}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("a < b", {"(a <= b)"}),
        ("a == b", {"(a != b)"}),
        ("a - b", {"(a + b)"}),
        ("a and b", {"(a or b)"}),
        ("not a", {"(a)"}),
        ("x = True", {"x = (False)"}),
        ("x = 5", {"x = (6)", "x = (4)"}),
        ("x = 0.5", {"x = (1.0)", "x = (0.25)"}),
        ("a if b else c", {"(a if not b else c)"}),
        ("f(a, k=b)", {"(f(a))"}),
        ("a[b:c]", {"(a[b + 1:c])", "(a[b:c + 1])"}),
        ("a[:c]", {"(a[:c + 1])", "(a[1:c])"}),
        ("if a:\n    pass", {"if (not a):\n    pass"}),
        ("a < b < c", {"(a <= b < c)", "(a < b <= c)"}),
    ],
)
def test_each_kind_of_change(source, wrong):
    assert changes(source) == wrong


@pytest.mark.parametrize(
    "source",
    [
        '"""12 words"""',
        "raise ValueError(f'{a} of 3')",
        "f'{a + 1}'",
        "@dataclass(frozen=True)\nclass A: ...",
        "x: Literal[3]",
        "if TYPE_CHECKING:\n    import a",
        "np.searchsorted(a, b, side='left')",
    ],
)
def test_words_types_and_defaults_that_are_said_are_left_alone(source):
    assert changes(source) == set()


def test_names_that_set_the_pace_are_left_alone():
    assert changes("CHUNK = 100", left_alone=frozenset({"CHUNK"})) == set()
    assert changes("COUNT = 100", left_alone=frozenset({"CHUNK"})) == {"COUNT = (101)", "COUNT = (99)"}


def test_every_area_is_drawn_from_alike_each_time_and_still_parses():
    first, second = (drawn(list(AREAS), each=5, seed=3) for _ in range(2))
    assert first == second != drawn(list(AREAS), each=5, seed=4)
    assert [area for area, _ in first] == [area for area in AREAS for _ in range(5)]
    for _, mutant in first:
        ast.parse(mutant.source)
        original = (REPOSITORY / mutant.path).read_text(encoding="utf-8")
        assert mutant.source != original and mutant.diff(original).startswith("-")
