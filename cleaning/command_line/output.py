"""Writing tables where the user asked, whole or not at all."""

import os
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import pandas as pd

from cleaning.errors import InputError, one_of

WRITTEN_ROWS = 32_768  # of a Parquet file at a time


def check_output(path: Path, endings: tuple[str, ...]) -> Path:
    """The path, or InputError before any work is done when it could not be written in the end."""
    path = Path(path)
    if path.suffix.lower() not in endings:
        raise InputError(f"The output '{path.name}' ends in '{path.suffix}'; expected {one_of(endings)}.")
    if not path.parent.is_dir():
        raise InputError(f"The folder '{path.parent}' for the output does not exist. Make it first.")
    if path.is_dir():
        raise InputError(f"The output '{path}' is a folder; give a file name.")
    return path


def write_table(table: pd.DataFrame, path: Path) -> None:
    """CSV, Parquet or JSON by the path's ending, written beside its place and renamed."""
    if path.suffix.lower() == ".json":
        _written_aside(path, lambda part: table.to_json(part, orient="records", indent=1))
    else:
        write_parts([table], path)


def write_parts(parts: Iterable[pd.DataFrame], path: Path) -> None:
    """CSV or Parquet of a table that comes part by part (at least one, all of the same columns), so that the whole
    is never held."""
    write = _write_parquet if path.suffix.lower() == ".parquet" else _write_csv
    _written_aside(path, lambda aside: write(parts, aside))


def _written_aside(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise InputError(f"'{path}' could not be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)


def _write_csv(parts: Iterable[pd.DataFrame], path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        for number, part in enumerate(parts):
            part.to_csv(file, index=False, header=number == 0, lineterminator=os.linesep)


def _write_parquet(parts: Iterable[pd.DataFrame], path: Path) -> None:
    """What pandas writes, without its detour over file systems and all cores (100 ms and 15 MB)."""
    import pyarrow as pa
    from pyarrow import parquet

    parts = iter(parts)
    first = next(parts)
    repeating = [column for column in first if str(column).endswith("_label")]
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    with parquet.ParquetWriter(path, schema, use_dictionary=repeating) as writer:
        for part in chain([first], parts):
            writer.write_table(pa.Table.from_pandas(part, schema, preserve_index=False, nthreads=1))
