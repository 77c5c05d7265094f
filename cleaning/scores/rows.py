"""Rows of scores that lie in a .npy file, read into memory that is used again.

A memory-mapped array knows its file; reading through the map would count every page read as this process's memory,
and mapping and unmapping pages costs more than copying them into a buffer that stays in the processor's cache.
"""

import mmap
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeGuard

import numpy as np

from cleaning.errors import InputError

_CAN_READ_AT = hasattr(os, "preadv")
DENSE_BYTES = 12_288  # from one wanted row to the next: reading what lies between costs less than a call per row
BLOCK_BYTES = 1 << 20
CHUNK_CELLS = 262_144  # float32 cells of one chunk: 1 MB, which stays in the processor's cache


def chunk_rows(class_count: int) -> int:
    """Rows of so many classes that are read at a time."""
    return max(16, CHUNK_CELLS // class_count)


class Rows(Protocol):
    """An array (R, ...) in memory or in a file, or what is read like one: ``cleaning.scores.shards.ShardedScores``."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype: ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray: ...


def read_rows(scores: Rows, rows: slice | np.ndarray, into: np.ndarray | None = None) -> np.ndarray:
    """(n, ...) these rows: read from the file into ``into`` (or new memory) where ``scores`` is all of a mapped file,
    else simply ``scores[rows]``, which may be a view.

    into: C-ordered, of the dtype of ``scores``, with at least n rows. Raises InputError where the file became shorter.
    """
    if not whole_file(scores):
        return scores[rows]
    if isinstance(rows, slice):
        start, stop, step = rows.indices(len(scores))
        assert step == 1, "rows are read one after the other"
        runs, count = [(start, max(stop - start, 0))], max(stop - start, 0)
    else:
        runs, count = [(row, 1) for row in rows.tolist()], len(rows)
    block = np.empty((count, *scores.shape[1:]), scores.dtype) if into is None else into[:count]
    if not isinstance(rows, slice) and _dense(rows, scores.strides[0]):
        _pick(scores, rows, block)
    else:
        _read_runs(scores, runs, block)
    return block


def _dense(rows: np.ndarray, width: int) -> bool:
    """Whether the rows (of so many bytes) follow so closely that whole blocks of the file are best read."""
    if len(rows) < 2 or not (np.diff(rows) > 0).all():
        return False
    return bool((rows[-1] - rows[0]) * width < DENSE_BYTES * len(rows))


def _pick(scores: np.memmap, rows: np.ndarray, block: np.ndarray) -> None:
    """Fills ``block`` with rows (n,) in rising order, through a buffer of BLOCK_BYTES."""
    step = max(1, BLOCK_BYTES // max(1, scores.strides[0]))
    buffer = np.empty((step, *scores.shape[1:]), scores.dtype)
    done = 0
    while done < len(rows):
        first = int(rows[done])
        following = int(np.searchsorted(rows, first + step))
        count = int(rows[following - 1]) - first + 1
        _read_runs(scores, [(first, count)], buffer[:count])
        np.take(buffer, rows[done:following] - first, axis=0, out=block[done:following], mode="clip")
        done = following


def whole_file(scores: Rows) -> TypeGuard[np.memmap]:
    """Whether the array is all of a memory map whose changes, if any, are the file's."""
    if not (_CAN_READ_AT and isinstance(scores, np.memmap) and isinstance(scores.base, mmap.mmap)):
        return False
    return scores.mode != "c" and scores.flags.c_contiguous and scores.ndim > 0 and os.path.exists(scores.filename)


def place_of(scores: np.memmap) -> Path:
    """The file of a memory map."""
    assert scores.filename is not None, "only what lies in a file is mapped"
    return Path(scores.filename)


def _read_runs(scores: np.memmap, runs: list[tuple[int, int]], block: np.ndarray) -> None:
    """Fills ``block`` with runs of (first row, number of rows)."""
    width, bytes_of = scores.strides[0], block.data.cast("B") if block.size else memoryview(b"")
    done = 0
    with _opened_without_cache(scores.filename) as file:
        for first, count in runs:
            assert 0 <= first < len(scores) or not count, "rows lie in the file"
            end, place = done + count * width, scores.offset + first * width
            while done < end:
                got = os.preadv(file, [bytes_of[done:end]], place)
                if not got:
                    raise InputError(f"'{place_of(scores).name}' became shorter while it was read.")
                done, place = done + got, place + got


@contextmanager
def _opened_without_cache(path):
    file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        yield file
    finally:
        os.close(file)
