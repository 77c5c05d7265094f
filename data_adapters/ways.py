"""How a sentence says what to do next: each surface calls its settings by its own names.

Whoever makes a sentence asks ``way("label_column")``; the command line hears "with --label-column", a page what its own
vocabulary has for that.

with spoken(Surface(words, place)):
    read(folder)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

COMMAND_LINE = {
    "id_column": "with --id-column",
    "label_column": "with --label-column",
    "group_column": "with --group-column",
    "choices_column": "with --choices-column",
    "question_column": "with --question-column",
    "picture_column": "in dataset.json",
    "answer_columns": "with --answer-columns",
    "split": "with --split",
    "no_expert": "Name at least one, for example --expert resnet=resnet.npy.",
    "columns_of_answers": "--answers needs --answer-columns: which of its columns are experts?",
    "table_of_answers": "--answer-columns needs --answers, the table that holds them.",
    "fix": "A fix is offered: --fix {}.",
    "decisions": "Give them to `import-decisions`.",
    "as_is": "To score it all the same, add --as-is.",
}


@dataclass(frozen=True)
class Surface:
    """words: for each key of COMMAND_LINE how this surface says it; ``{}`` stands for a name. place: a path as people
    may see it."""

    words: Mapping[str, str]
    place: Callable[[Path], str]


HERE = Surface(COMMAND_LINE, str)
_spoken: ContextVar[Surface] = ContextVar("spoken", default=HERE)


def way(what: str, named: str = "") -> str:
    """How to set ``what`` on the surface that is spoken to."""
    return _spoken.get().words[what].replace("{}", named)


def place(path: Path | str) -> str:
    """A path as the one who is spoken to may see it."""
    return _spoken.get().place(Path(path))


@contextmanager
def spoken(surface: Surface) -> Iterator[None]:
    """Sentences made meanwhile speak of this surface."""
    before = _spoken.set(surface)
    try:
        yield
    finally:
        _spoken.reset(before)
