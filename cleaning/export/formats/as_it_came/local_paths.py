"""Paths of somebody's disk in columns that go out again: cut below the folder that holds them all."""

import re
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from cleaning.export.fit_to_leave import cell_to_leave, home_in_sentences, is_of_a_disk

LOCAL = re.compile(r"/|[A-Za-z]:[\\/]|\\\\|file://")
MEDIA = {"bytes", "path"}  # as pictures and sounds are kept
PERHAPS = r"(?i)(^|[;|])\s*(/|[a-z]:[\\/]|\\\\|file:)|^[\[{].*[/\\]"  # what a text has that tells a path


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

    def __init__(self, kind: pa.DataType) -> None:
        self.is_path = is_of_a_disk if is_text(kind) else LOCAL.match
        self.all_local, self.first, self.last = True, "", ""

    def look_at(self, column: pa.Array) -> None:
        """Takes in further values."""
        texts = [text for text in _paths(column) if text]
        self.all_local = self.all_local and all(map(self.is_path, texts))
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
    """The column without paths of a disk: texts below ``home``, where it is one, else by their last part; in pictures and
    sounds always.

    What is kept of those by its path alone is empty then, as nobody else could open it.
    """
    kind = column.type
    if is_media(kind) and not any(LOCAL.match(text) for text in _paths(column) if text):
        return column
    if not holds_media(kind) and not any(map(_perhaps, _texts_in(column))):
        return column
    return pa.array([_clean(value, home) for value in column.to_pylist()], kind)


def _texts_in(column: pa.Array) -> Iterator[pa.Array]:
    """The texts of a column, also in its lists and structs."""
    kind = column.type
    if is_text(kind):
        yield column
    elif pa.types.is_struct(kind):
        for inner in column.flatten():
            yield from _texts_in(inner)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _texts_in(column.flatten())


def _perhaps(texts: pa.Array) -> bool:
    ways = "|".join([PERHAPS, *map(re.escape, home_in_sentences())])
    return bool(pc.any(pc.match_substring_regex(texts, ways)).as_py())


def _paths(column: pa.Array) -> Iterable[str | None]:
    if is_media(column.type):
        paths = column.flatten()[[column.type.field(i).name for i in range(2)].index("path")]
        return paths.to_pylist()
    return column.to_pylist()


def _clean(value: object, home: str) -> object:
    if isinstance(value, list):
        return [_clean(one, home) for one in value]
    if isinstance(value, str):
        return _below(value, home) if is_of_a_disk(value) else cell_to_leave(value)
    if not isinstance(value, dict):
        return value
    if value.keys() != MEDIA or not isinstance(value["path"], str) or not LOCAL.match(value["path"]):
        return {name: _clean(one, home) for name, one in value.items()}
    return {"bytes": value["bytes"], "path": _below(value["path"], home)} if value["bytes"] else None


def _below(path: str, home: str) -> str:
    """Below the folder; the last part alone of a path that does not lie in it."""
    slashed = _slashed(path).rstrip("/")
    return slashed.removeprefix(home) if home and slashed.startswith(home) else slashed.rpartition("/")[2]


def _slashed(path: str) -> str:
    return path.replace("\\", "/")
