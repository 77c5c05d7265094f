"""One expert's scores as a list of .npy, Parquet or Zarr shards, one after the other, on a disk or in an object store.

It is read like an array (``shape``, ``dtype``, rows by slice or by number) and holds nothing but the places of its
shards, so that it can be sent to another machine; each read opens the shards it needs and checks what it read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cleaning.errors import InputError, first_five
from cleaning.scores.float_bits import all_finite
from cleaning.scores.npy_header import read_header
from cleaning.scores.rows import Rows, place_of, whole_file
from cleaning.scores.shard_blocks import block_layout, has_blocks, read_blocks
from cleaning.scores.urls import opened_url

LIST_SUFFIX = ".shards"
AT_ONCE = 2**22  # bytes


@dataclass(frozen=True)
class Shard:
    """place: a path, or a URL that fsspec reads. rows, offset: how many rows lie from which byte on (.npy).
    block_rows: rows of each block of a shard that is read by blocks (``cleaning.scores.shard_blocks``)."""

    place: str
    rows: int
    offset: int
    block_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class ShardedScores:
    """(R, K) scores in ``shards``, of which this is rows ``first`` to ``first + count``."""

    shards: tuple[Shard, ...]
    classes: int
    dtype: np.dtype
    first: int
    count: int

    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        return self.count, self.classes

    @property
    def nbytes(self) -> int:
        return self.count * self.classes * self.dtype.itemsize

    def __len__(self) -> int:
        return self.count

    def part(self, rows: slice) -> "ShardedScores":
        """These rows as scores of their own; nothing is read."""
        start, stop, _ = rows.indices(self.count)
        return ShardedScores(self.shards, self.classes, self.dtype, self.first + start, max(stop - start, 0))

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        """(n, K) these rows, read now."""
        if isinstance(rows, slice):
            start, stop, step = rows.indices(self.count)
            assert step == 1, "rows are read one after the other"
            runs = [(start, max(stop - start, 0))]
        else:
            runs = _runs(rows)
        block = np.empty((sum(n for _, n in runs), self.classes), self.dtype)
        at = 0
        for start, n in runs:
            assert start >= 0 and start + n <= self.count, "rows lie in the shards"
            self._read_rows_from(self.first + start, block[at : at + n])
            at += n
        return block

    def edges(self) -> list[int]:
        """Rows of this part at which a shard begins."""
        starts = np.cumsum([0, *(s.rows for s in self.shards)]) - self.first
        return [int(start) for start in starts if 0 < start < self.count]

    def _read_rows_from(self, row: int, into: np.ndarray) -> None:
        start = 0
        for shard in self.shards:
            low, high = max(row, start), min(row + len(into), start + shard.rows)
            if low < high:
                _read_shard(shard, low - start, into[low - row : high - row])
            start += shard.rows


def _runs(rows: np.ndarray) -> list[tuple[int, int]]:
    """Row numbers as runs of (first, how many) that follow each other."""
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    return [(int(run[0]), len(run)) for run in np.split(rows, cuts)]


def _read_shard(shard: Shard, row: int, into: np.ndarray) -> None:
    if has_blocks(shard.place):
        read_blocks(shard.place, shard.block_rows, row, into)
    else:
        _read_npy(shard, row, into)
    if not all_finite(into):
        bad = int(np.flatnonzero(~np.isfinite(into).all(axis=1))[0])
        raise InputError(
            f"Shard '{shard.place}' has scores that are NaN or infinite, first in row {row + bad + 1:,}. Every score "
            "must be a finite number; options that a question does not have may hold any."
        )


def _read_npy(shard: Shard, row: int, into: np.ndarray) -> None:
    with _opened_npy(shard.place) as file:
        file.seek(shard.offset + row * into.strides[0])
        wanted = into.data.cast("B")
        while len(wanted):
            got = file.read(min(len(wanted), AT_ONCE))
            if not got:
                raise InputError(f"'{shard.place}' became shorter while it was read.")
            wanted[: len(got)] = got
            wanted = wanted[len(got) :]


def _opened_npy(place: str) -> BinaryIO:
    """A file open for reading; of a URL only what is asked for is fetched."""
    return opened_url(place) if "://" in place else open(place, "rb", buffering=0)


def open_shards(places: Sequence[str]) -> ShardedScores:
    """Scores from shards in this order. Raises InputError where they do not fit together."""
    if not places:
        raise InputError("The list of shards is empty. Name one .npy, .parquet or .zarr a line.")
    opened = [_shard_header(place) for place in places]
    _, classes, dtype = opened[0]
    for place, (_, other, kind) in zip(places, opened):
        if (other, kind) != (classes, dtype):
            raise InputError(
                f"Shard '{place}' has {other:,} columns of {kind}; '{places[0]}' has {classes:,} of {dtype}. "
                "All shards of an expert need the same columns and type."
            )
    shards = tuple(shard for shard, _, _ in opened)
    return ShardedScores(shards, classes, dtype, 0, sum(s.rows for s in shards))


def listed_shards(path: Path) -> ShardedScores:
    """Scores of a ``.shards`` file, which names one shard or URL a line, relative to itself."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The list of shards '{path.name}' cannot be read ({error}).") from None
    places = [line if "://" in line else _resolved(path, line) for line in lines if line]
    return open_shards(places)


def _resolved(path: Path, line: str) -> str:
    try:
        return str((path.parent / line).resolve())
    except (OSError, ValueError, RuntimeError):  # a zero byte, a name that is too long, links in a circle
        raise InputError(
            f"The list of shards '{path.name}' names a file that cannot be: {first_five([repr(line)])}."
        ) from None


def list_shards(path: Path, scores: ShardedScores) -> None:
    """Writes the ``.shards`` file that ``listed_shards`` reads; the shards stay where they are."""
    assert (scores.first, scores.count) == (0, sum(s.rows for s in scores.shards)), "all of the shards"
    path.write_text("".join(f"{shard.place}\n" for shard in scores.shards), encoding="utf-8")


def as_shards(scores: Rows) -> Rows:
    """A memory-mapped .npy file as one shard, so that sending it sends its place; anything else as it is."""
    if isinstance(scores, ShardedScores) or not whole_file(scores):
        return scores
    shard = Shard(str(place_of(scores).resolve()), len(scores), scores.offset)
    return ShardedScores((shard,), scores.shape[1], scores.dtype, 0, len(scores))


def _shard_header(place: str) -> tuple[Shard, int, np.dtype]:
    """The shard at a place, its number of columns and its type; never unpickles."""
    if has_blocks(place):
        block_rows, classes, dtype = block_layout(place)
        return Shard(place, sum(block_rows), 0, block_rows), classes, dtype
    try:
        with _opened_npy(place) as file:
            header = read_header(file)
            size = file.seek(0, 2)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"Shard '{place}' cannot be read as .npy ({error}).") from None
    shape, dtype = header.shape, header.dtype
    if len(shape) != 2 or dtype.kind != "f" or header.turned:
        raise InputError(f"Shard '{place}' has shape {shape} and type {dtype}; expected (samples, classes) scores.")
    if size < header.header_bytes + header.data_bytes:
        raise InputError(f"Shard '{place}' ends too early for its shape {shape}. Copy or save it again.")
    return Shard(place, shape[0], header.header_bytes), shape[1], dtype
