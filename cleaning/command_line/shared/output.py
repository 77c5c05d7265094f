"""Writing tables where the user asked, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import InputError, one_of
from cleaning.files import written_aside

if TYPE_CHECKING:
    import pandas as pd

    from cleaning.export.formats.archive import Content


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
    """CSV (of which no spreadsheet program runs a formula), Parquet or JSON by the path's ending. Raises NotWritten."""
    write = {".json": _write_json, ".parquet": _write_parquet}.get(path.suffix.lower(), _write_csv)
    with written_aside(path) as aside:
        write(table, aside)


def _write_json(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="records", indent=1)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    from cleaning.export.formats.formula_safe import csv_of

    path.write_bytes(csv_of(table, os.linesep))


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    """What pandas writes, without its detour over file systems and all cores (100 ms and 15 MB)."""
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pandas(table, preserve_index=False, nthreads=1), path)


def check_new_folder(out: Path) -> Path:
    """The place for a folder, or a sentence before any work is done."""
    if not out.parent.is_dir():
        raise InputError(f"The folder '{out.parent}' for the output does not exist. Make it first.")
    if out.exists():
        raise InputError(f"'{out}' is there already; give a folder that is not.")
    return out


def write_folder(out: Path, files: Mapping[str, Content]) -> None:
    """The files below a new folder, all or none."""
    with written_aside(out) as aside:
        for name, data in files.items():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                (aside / name).write_bytes(data)
                continue
            with (aside / name).open("xb") as file:
                data(file)
