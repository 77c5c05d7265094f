"""The first rows of a table, for whoever only wants to know what it is."""

import tempfile
from pathlib import Path

from cleaning.errors import InputError
from data_adapters.files.endings import ending
from data_adapters.files.tables import HEAD_ROWS, Table, read_table

READ_WHOLE = 2 * 1024**2  # bytes, up to which a text table is read as it is
LOOKED_AT = 1024**2
LINES = (".csv", ".tsv", ".jsonl", ".ndjson")


def table_head(path: Path) -> Table:
    """At most 1,000 rows. Raises InputError as ``read_table`` does."""
    if ending(path) in LINES and path.stat().st_size > READ_WHOLE:
        try:
            return _of_first_lines(path)
        except (InputError, UnicodeDecodeError):
            pass  # a line longer than that, or a break in the middle of a cell
    return read_table(path).first(HEAD_ROWS)


def _of_first_lines(path: Path) -> Table:
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder, path.name)
        part.write_bytes(start[: start.rindex(b"\n") + 1] if b"\n" in start else start)
        found = read_table(part).first(HEAD_ROWS)
    return Table(path, found.data, found.notes)
