"""Writing tables where the user asked, whole or not at all."""

from pathlib import Path

import pandas as pd

from cleaning.errors import InputError, one_of

WRITTEN_ROWS = 131_072  # of a Parquet file at a time


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
    part = path.with_name(path.name + ".part")
    try:
        if path.suffix.lower() == ".parquet":
            _write_parquet(table, part)
        elif path.suffix.lower() == ".json":
            table.to_json(part, orient="records", indent=1)
        else:
            table.to_csv(part, index=False)
        part.replace(path)
    except OSError as error:
        raise InputError(f"'{path}' could not be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    """What pandas writes, without its detour over file systems and all cores (100 ms and 15 MB)."""
    import pyarrow as pa
    from pyarrow import parquet

    repeating = [column for column in table if str(column).endswith("_label")]
    schema = pa.Schema.from_pandas(table, preserve_index=False)
    with parquet.ParquetWriter(path, schema, use_dictionary=repeating) as writer:
        for start in range(0, max(len(table), 1), WRITTEN_ROWS):
            rows = table.iloc[start : start + WRITTEN_ROWS]
            writer.write_table(pa.Table.from_pandas(rows, schema, preserve_index=False, nthreads=1))
