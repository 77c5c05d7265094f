"""The ranked list as a file, part by part, so that the whole is never held: what pandas would write, without pandas,
whose start takes longer than ranking 50,000 samples."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import numpy as np

from cleaning.files import written_aside

WRITTEN_ROWS = 32_768  # at a time

Columns = Mapping[str, np.ndarray]


def write_ranked(scored, names: Iterable[str], path: Path) -> None:
    """These columns of a ``Scored`` run, most suspicious first; CSV or Parquet by the path's ending."""
    write = _write_parquet if path.suffix.lower() == ".parquet" else _write_csv
    with written_aside(path) as aside:
        write(_parts(scored, list(names)), aside)


def _parts(scored, names: list[str]) -> Iterator[Columns]:
    for start in range(0, len(scored.order), WRITTEN_ROWS):
        columns = scored.columns(slice(start, start + WRITTEN_ROWS))
        yield {name: columns[name] for name in names}


def _write_csv(parts: Iterable[Columns], path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=os.linesep)
        for number, part in enumerate(parts):
            if number == 0:
                writer.writerow(part)
            writer.writerows(zip(*map(_as_written, part.values())))


def _as_written(column: np.ndarray) -> list:
    """Each value as the csv module writes it best: a float32 in the fewest digits that tell it from its neighbours."""
    if column.dtype == np.float32:
        column = column.astype(str)
    return column.tolist()


def _write_parquet(parts: Iterable[Columns], path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parts = iter(parts)
    first = next(parts)
    schema = pa.schema([(name, _arrow_type(column)) for name, column in first.items()])
    repeating = [name for name in first if name.endswith("_label")]
    with parquet.ParquetWriter(path, schema, use_dictionary=repeating) as writer:
        for part in chain([first], parts):
            writer.write_table(pa.Table.from_arrays(list(map(_arrow_array, part.values())), schema=schema))


def _arrow_type(column: np.ndarray):
    import pyarrow as pa

    return pa.from_numpy_dtype(column.dtype) if column.dtype.kind in "fib" else pa.large_string()


def _arrow_array(column: np.ndarray):
    """An Arrow array of a column's own bytes: ``pyarrow.array`` would load pandas to ask whether it is one of its."""
    import pyarrow as pa

    if column.dtype.kind in "fi":
        buffers: list[np.ndarray | bytes] = [np.ascontiguousarray(column)]
    elif column.dtype.kind == "b":
        buffers = [np.packbits(column, bitorder="little")]
    else:
        buffers = _text_buffers(column.tolist())
    return pa.Array.from_buffers(_arrow_type(column), len(column), [None, *map(pa.py_buffer, buffers)])


def _text_buffers(texts: list[str]) -> list[np.ndarray | bytes]:
    """Where each text ends, and the bytes of all."""
    whole, lengths = "".join(texts), np.fromiter(map(len, texts), np.int64, len(texts))
    if not whole.isascii():
        lengths = np.fromiter((len(text.encode()) for text in texts), np.int64, len(texts))
    return [np.concatenate([[0], np.cumsum(lengths)]), whole.encode()]
