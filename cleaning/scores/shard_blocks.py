"""Shards that are read in blocks of their own: Parquet by row group, Zarr by chunk of rows.

A block is decoded whole; those read last are kept, so that chunks of rows that follow each other decode it once.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from cleaning.errors import InputError, counted
from cleaning.scores.urls import opened_url

MAX_BLOCK_BYTES = 256_000_000  # decoded; a worker keeps KEPT of them
KEPT = 2
ENDINGS = (".parquet", ".zarr")


class Blocks:
    """The blocks read last by this process: (place, number) -> (rows, classes)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, place: str, number: int, read) -> np.ndarray:
        """The block, read by ``read()`` unless it is kept. One thread decodes while others wait for it."""
        with self._lock:
            key = (place, number)
            if key not in self._kept:
                self._kept[key] = read()
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


_blocks = Blocks()


def has_blocks(place: str) -> bool:
    return place.rstrip("/").lower().endswith(ENDINGS)


def block_layout(place: str) -> tuple[tuple[int, ...], int, np.dtype]:
    """(rows of each block, classes, type) of a shard. Raises InputError where it holds no scores."""
    return _parquet_layout(place) if place.lower().endswith(".parquet") else _zarr_layout(place)


def read_blocks(place: str, block_rows: Sequence[int], row: int, into: np.ndarray) -> None:
    """Fills ``into`` (n, classes) with the shard's rows from ``row`` on."""
    start = 0
    for number, rows in enumerate(block_rows):
        low, high = max(row, start), min(row + len(into), start + rows)
        if low < high:
            first = start
            block = _blocks.get(
                place, number, lambda n=number, f=first, r=rows: _read_block(place, n, f, r, into.dtype)
            )
            into[low - row : high - row] = block[low - start : high - start]
        start += rows


def _read_block(place: str, number: int, first: int, rows: int, dtype: np.dtype) -> np.ndarray:
    try:
        if not place.lower().endswith(".parquet"):
            return np.asarray(_zarr(place)[first : first + rows], dtype)
        return _read_group(place, number, rows, dtype)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        MemoryError,
    ) as error:  # Arrow's, Zarr's, codecs' own
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"Shard '{place}' is damaged from row {first + 1:,} on ({told[:160]}). Copy or save it again."
        ) from None


def _read_group(place: str, number: int, rows: int, dtype: np.dtype) -> np.ndarray:
    with _opened_shard(place) as file:
        group = _parquet(place, file).read_row_group(number)
    group.validate(full=True)  # a damaged length would lead outside of its memory
    block = np.empty((rows, group.num_columns), dtype)
    for column in range(group.num_columns):
        block[:, column] = group.column(column).to_numpy()
    return block


def _check_blocks(place: str, block_rows: Sequence[int], classes: int, dtype: np.dtype) -> None:
    largest = max(block_rows, default=0) * classes * dtype.itemsize
    if largest > MAX_BLOCK_BYTES:
        raise InputError(
            f"Shard '{place}' is read in blocks of {counted(max(block_rows), 'row')}, {largest / 1e6:,.0f} MB each; at "
            f"most {MAX_BLOCK_BYTES / 1e6:,.0f} MB are read at once. Write it with smaller row groups or chunks."
        )


def _opened_shard(place: str):
    if "://" not in place:
        return open(place, "rb")
    return opened_url(place, "readahead")


def _parquet(place: str, file):
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"Shard '{place}' cannot be read as Parquet ({str(error).splitlines()[0]}).") from None


def _parquet_layout(place: str) -> tuple[tuple[int, ...], int, np.dtype]:
    try:
        with _opened_shard(place) as file:
            opened = _parquet(place, file)
            meta, schema = opened.metadata, opened.schema_arrow
    except (OSError, ValueError) as error:
        raise InputError(f"Shard '{place}' cannot be read as Parquet ({error}).") from None
    kinds = {str(field.type) for field in schema}
    known = {"halffloat": np.float16, "float": np.float32, "double": np.float64}
    if len(kinds) != 1 or not kinds <= set(known):
        raise InputError(
            f"Shard '{place}' has columns of type {', '.join(sorted(kinds)) or 'nothing'}; expected one column of "
            "scores per class, all of one floating type and in the order of the classes."
        )
    dtype = np.dtype(known[kinds.pop()])
    block_rows = tuple(meta.row_group(number).num_rows for number in range(meta.num_row_groups))
    _check_blocks(place, block_rows, len(schema), dtype)
    return block_rows, len(schema), dtype


def _zarr(place: str):
    try:
        import zarr
    except ImportError:
        raise InputError(f"Shard '{place}' is Zarr, and zarr is not installed: pip install zarr.") from None
    try:
        return zarr.open_array(place, mode="r")
    except (OSError, ValueError, KeyError, zarr.errors.BaseZarrError) as error:
        raise InputError(f"Shard '{place}' cannot be read as a Zarr array ({error}).") from None


def _zarr_layout(place: str) -> tuple[tuple[int, ...], int, np.dtype]:
    array = _zarr(place)
    if array.ndim != 2 or array.dtype.kind != "f":
        raise InputError(
            f"Shard '{place}' has shape {array.shape} and type {array.dtype}; expected (samples, classes)."
        )
    rows, step = array.shape[0], array.chunks[0]
    block_rows = tuple(min(step, rows - start) for start in range(0, rows, step))
    _check_blocks(place, block_rows, array.shape[1], array.dtype)
    return block_rows, array.shape[1], array.dtype
