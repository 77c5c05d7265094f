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
    row by row or column by column, else simply ``scores[rows]``, which may be a view.

    into: C-ordered, of the dtype of ``scores``, with at least n rows. Raises InputError where the file became shorter.
    """
    if _columns_first(scores):
        return _read_columns(scores, rows, into)
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
    return _follows_its_file(scores) and scores.flags.c_contiguous and scores.ndim > 0


def _follows_its_file(scores: np.memmap) -> bool:
    return scores.mode != "c" and os.path.exists(scores.filename or "")


def _columns_first(scores: Rows) -> TypeGuard[np.memmap]:
    """Whether the array is all of a memory map in which one column follows the other, as a turned or transposed file."""
    if not (_CAN_READ_AT and isinstance(scores, np.memmap) and scores.ndim == 2 and _follows_its_file(scores)):
        return False
    mapped = scores.base if isinstance(scores.base, np.memmap) else scores
    whole = isinstance(mapped.base, mmap.mmap) and mapped.nbytes == scores.nbytes
    return whole and scores.flags.f_contiguous and not scores.flags.c_contiguous


def _read_columns(scores: np.memmap, rows: slice | np.ndarray, into: np.ndarray | None) -> np.ndarray:
    """(n, K) rows of a file that holds K columns: of each what lies between the rows, or where that is far, each row."""
    wanted = np.arange(len(scores))[rows]
    block = np.empty((len(wanted), scores.shape[1]), scores.dtype) if into is None else into[: len(wanted)]
    if not len(wanted):
        return block
    first, span, width = int(wanted.min()), int(np.ptp(wanted)) + 1, scores.itemsize
    near = span * width < DENSE_BYTES * len(wanted)
    runs = [(first, span)] if near else [(row, 1) for row in wanted.tolist()]
    at_once = 1 if span > len(wanted) else max(1, BLOCK_BYTES // (span * width))
    columns = np.empty((at_once, span if near else len(wanted)), scores.dtype)
    with _opened_without_cache(scores.filename) as file:
        for start in range(0, scores.shape[1], at_once):
            some = range(start, min(start + at_once, scores.shape[1]))
            tops = (scores.offset + column * len(scores) * width for column in some)
            spans = [(top + row * width, count * width) for top in tops for row, count in runs]
            _read_spans(file, scores, spans, columns)
            read = columns[: len(some)].T
            block[:, some.start : some.stop] = read[wanted - first] if near and isinstance(rows, np.ndarray) else read
    return block


def place_of(scores: np.memmap) -> Path:
    """The file of a memory map."""
    assert scores.filename is not None, "only what lies in a file is mapped"
    return Path(scores.filename)


def _read_runs(scores: np.memmap, runs: list[tuple[int, int]], block: np.ndarray) -> None:
    """Fills ``block`` with runs of (first row, number of rows)."""
    width = scores.strides[0]
    assert all(0 <= first < len(scores) or not count for first, count in runs), "rows lie in the file"
    with _opened_without_cache(scores.filename) as file:
        _read_spans(file, scores, [(scores.offset + first * width, count * width) for first, count in runs], block)


def _read_spans(file: int, scores: np.memmap, spans: list[tuple[int, int]], block: np.ndarray) -> None:
    """Fills ``block`` with spans of (place in the file, number of bytes)."""
    bytes_of, done = block.data.cast("B") if block.size else memoryview(b""), 0
    for place, count in spans:
        end = done + count
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
