"""Memory-mapped scores are read once and their pages given back, so that reading 100 GB needs a few MB."""

import mmap

import numpy as np

_CAN_FORGET = hasattr(mmap.mmap, "madvise") and hasattr(mmap, "MADV_DONTNEED")


def forget(scores: np.ndarray, rows: slice | np.ndarray) -> None:
    """Tells the system that this process is done with rows it just read; the file and its cache stay as they are.

    scores: a view of a memory-mapped file, else nothing happens. Reading the rows again only maps their pages again.
    Maps whose changes live in memory alone (mode "c") are never touched.
    """
    read = scores[rows] if isinstance(rows, slice) else scores[rows.min(initial=0) : rows.max(initial=0) + 1]
    place = _mapping(read) if _CAN_FORGET and read.size else None
    if place is None:
        return
    start = read.__array_interface__["data"][0] - np.frombuffer(place, np.uint8).__array_interface__["data"][0]
    first = start - start % mmap.PAGESIZE
    extent = sum((n - 1) * step for n, step in zip(read.shape, read.strides)) + read.itemsize
    place.madvise(mmap.MADV_DONTNEED, first, min(start + extent, len(place)) - first)


def _mapping(array: np.ndarray) -> mmap.mmap | None:
    """The map of a file that an array is a view of, where all changes to it would reach the file."""
    base: object = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.mode == "c":
            return None
        if any(step < 0 for step in base.strides):
            return None
        base = base.base
    return base if isinstance(base, mmap.mmap) else None
