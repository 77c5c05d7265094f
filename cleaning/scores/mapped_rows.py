"""Large arrays of .npy files that are looked at like arrays in memory, and read from the file at every look."""

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from cleaning.scores import npy_files
from cleaning.scores.rows import BLOCK_BYTES, read_rows

MANY_ROWS = 1_000  # from here rows in no order are read in theirs


def open_rows(path: Path) -> np.ndarray:
    """The array in a .npy file, read-only: in memory up to READ_BYTES, above as MappedRows, which does as an array does.

    Raises InputError where the file is no array or ends too early, and so does a later look once it became shorter.
    """
    array = npy_files.open_npy(path, npy_files.READ_BYTES)
    if not isinstance(array, np.memmap):
        return array
    if not array.flags.c_contiguous:  # its rows do not lie together
        return npy_files.open_npy(path, array.nbytes)
    return cast(np.ndarray, MappedRows(array))


class MappedRows(NDArrayOperatorsMixin):
    """A mapped array whose map is never looked at, as that would end the process once the file became shorter.

    What rows are asked for is read; comparisons and sums go over it block by block; anything else is asked of a copy.
    """

    def __init__(self, mapped: np.memmap) -> None:
        self._mapped = mapped
        self.shape, self.dtype, self.ndim = mapped.shape, mapped.dtype, mapped.ndim
        self.size, self.nbytes = mapped.size, mapped.nbytes

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("What lies in a file is read into new memory.")
        whole = read_rows(self._mapped, slice(0, len(self)))
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(np.asarray(self), name)

    def __getitem__(self, key: Any) -> np.ndarray:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if isinstance(first, slice):
            return self._of_slice(first, rest)
        if first is None or first is Ellipsis or isinstance(first, bool) or (np.ndim(first) > 1 and _is_mask(first)):
            return np.asarray(self)[key]
        rows = np.asarray(first)
        if _is_mask(rows):
            rows = np.arange(len(self))[rows].astype(np.int64)
        rows = _in_bounds(rows.astype(np.int64) if not rows.size else rows, len(self))
        read = self._of_rows(rows.ravel())
        return read[(np.arange(rows.size).reshape(rows.shape) if rows.ndim else 0, *rest)]

    def _of_slice(self, rows: slice, rest: list) -> np.ndarray:
        start, stop, step = rows.indices(len(self))
        if step != 1:
            return self[(np.arange(start, stop, step), *rest)] if not rest else np.asarray(self)[(rows, *rest)]
        if not rest:
            return read_rows(self._mapped, slice(start, stop))
        parts = [read_rows(self._mapped, part)[(slice(None), *rest)] for part in self._blocks(start, stop)]
        return np.concatenate(parts)

    def _of_rows(self, rows: np.ndarray) -> np.ndarray:
        if len(rows) < MANY_ROWS or (np.diff(rows) > 0).all():
            return read_rows(self._mapped, rows)
        ordered, back = np.unique(rows, return_inverse=True)
        return read_rows(self._mapped, ordered)[back]

    def _blocks(self, start: int, stop: int) -> list[slice]:
        """Rows that are read at a time; one empty block where there are none."""
        step = max(1, BLOCK_BYTES * len(self) // max(1, self.nbytes))
        return [slice(at, min(at + step, stop)) for at in range(start, max(stop, start + 1), step)]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        shapes = [np.shape(one) for one in inputs]
        by_row = [len(shape) == self.ndim and shape[0] == len(self) for shape in shapes]
        fits = all(cut or len(s) < self.ndim or (len(s) == self.ndim and s[0] == 1) for s, cut in zip(shapes, by_row))
        plain = method == "__call__" and ufunc.nout == 1 and ufunc.signature is None
        if not (plain and fits) or options:
            inputs = tuple(np.asarray(one) if isinstance(one, MappedRows) else one for one in inputs)
            return getattr(ufunc, method)(*inputs, **options)
        found: np.ndarray | None = None
        for rows in self._blocks(0, len(self)):
            part = ufunc(*(one[rows] if cut else one for one, cut in zip(inputs, by_row)))
            if found is None:
                found = np.empty((len(self), *part.shape[1:]), part.dtype)
            found[rows] = part
        return found


def _is_mask(rows: Any) -> bool:
    return np.asarray(rows).dtype == bool


def _in_bounds(rows: np.ndarray, count: int) -> np.ndarray:
    """The rows with those counted from the end; raises IndexError as an array would."""
    if rows.size and not (-count <= rows.min() and rows.max() < count):
        raise IndexError(f"row {rows.min()} to {rows.max()} of {count}")
    return np.where(rows < 0, rows + count, rows)
