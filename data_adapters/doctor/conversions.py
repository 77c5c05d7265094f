"""Arrays that fixes fill: in memory, or from 256 MB on in a nameless file that vanishes with the last who holds it.

A workspace copies them to its own ``.npy`` once; nothing the user owns is touched.
"""

import tempfile
from collections.abc import Callable

import numpy as np

from cleaning.files import full_disk_as_sentence
from cleaning.scores.reserved import reserve
from cleaning.scores.rows import Rows, read_rows

IN_MEMORY_BYTES = 256 * 1024**2
BLOCK_ROWS = 4096


def converted(
    scores: Rows, convert: Callable[[np.ndarray], np.ndarray], dtype: np.dtype | type | None = None
) -> np.ndarray:
    """(R, K) of ``convert(block)`` for every block of rows, which keeps its shape."""
    target = _room(scores.shape, np.dtype(dtype or scores.dtype))
    for start in range(0, len(scores), BLOCK_ROWS):
        target[start : start + BLOCK_ROWS] = convert(read_rows(scores, slice(start, start + BLOCK_ROWS)))
    return target


def _room(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    if int(np.prod(shape)) * dtype.itemsize <= IN_MEMORY_BYTES:
        return np.empty(shape, dtype)
    with full_disk_as_sentence("A changed copy of the scores"), tempfile.TemporaryFile() as file:
        reserve(file, int(np.prod(shape)) * dtype.itemsize)
        return np.memmap(file, dtype, "w+", shape=shape)
