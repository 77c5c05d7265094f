"""Paths of somebody's disk in columns that go out again: cut below the folder that holds them all."""

import re
from collections.abc import Iterable

import pyarrow as pa

LOCAL = re.compile(r"/|[A-Za-z]:[\\/]|\\\\|file://")
MEDIA = {"bytes", "path"}  # as pictures and sounds are kept


def is_media(kind: pa.DataType) -> bool:
    """Whether a type is that of a picture or sound: its bytes and its path."""
    return pa.types.is_struct(kind) and {kind.field(i).name for i in range(kind.num_fields)} == MEDIA


def holds_media(kind: pa.DataType) -> bool:
    """Whether there are pictures or sounds in a type, also in its lists and structs."""
    return is_media(kind) or any(holds_media(kind.field(i).type) for i in range(kind.num_fields))


def is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


class LocalPaths:
    """What is known of one column so far: whether all its texts are paths of a disk, and what all begin with."""

    def __init__(self) -> None:
        self.all_local, self.first, self.last = True, "", ""

    def look_at(self, column: pa.Array) -> None:
        """Takes in further values."""
        texts = [text for text in _paths(column) if text]
        self.all_local = self.all_local and all(map(LOCAL.match, texts))
        if texts and self.all_local:
            slashed = list(map(_slashed, texts))
            self.first = min([*slashed, *([self.first] if self.first else [])])
            self.last = max([*slashed, self.last])

    @property
    def home(self) -> str:
        """The folder that holds them all, with its last slash; "" where not all are paths of a disk."""
        if not self.all_local or not self.first:
            return ""
        pairs = enumerate(zip(self.first, self.last))
        alike = next((i for i, (a, b) in pairs if a != b), min(len(self.first), len(self.last)))
        return self.first[: self.first.rfind("/", 0, alike) + 1]


def without_local(column: pa.Array, home: str) -> pa.Array:
    """The column without paths of a disk: texts below ``home``, where it is one; in pictures and sounds always.

    What is kept of those by its path alone is empty then, as nobody else could open it.
    """
    kind = column.type
    if is_text(kind):
        return pa.array([_below(text, home) for text in column.to_pylist()], kind) if home else column
    if is_media(kind) and not any(LOCAL.match(text) for text in _paths(column) if text):
        return column
    return pa.array([_clean(value, home) for value in column.to_pylist()], kind) if holds_media(kind) else column


def _paths(column: pa.Array) -> Iterable[str | None]:
    if is_media(column.type):
        paths = column.flatten()[[column.type.field(i).name for i in range(2)].index("path")]
        return paths.to_pylist()
    return column.to_pylist()


def _clean(value: object, home: str) -> object:
    if isinstance(value, list):
        return [_clean(one, home) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != MEDIA or not isinstance(value["path"], str) or not LOCAL.match(value["path"]):
        return {name: _clean(one, home) for name, one in value.items()}
    return {"bytes": value["bytes"], "path": _below(value["path"], home)} if value["bytes"] else None


def _below(text: str | None, home: str) -> str | None:
    """Below the folder; the last part alone of a path that does not lie in it."""
    if not text or not LOCAL.match(text):
        return text
    slashed = _slashed(text)
    return slashed.removeprefix(home) if home and slashed.startswith(home) else slashed.rsplit("/", 1)[-1]


def _slashed(path: str) -> str:
    return path.replace("\\", "/")
