"""Tables from files: CSV, TSV, Parquet, Feather, Arrow, JSON, JSON lines and Excel, plain or packed.

Text stays as it is written: an id ``00012`` keeps its zeros, a class called ``NA`` stays a class.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import TEXT
from cleaning.domain.spreadsheet_text import MARK, YES, unsafe
from cleaning.errors import InputError, counted
from data_adapters.files.arrow_columns import (
    TEXT_ROWS,
    as_numbers,
    as_text,
    is_list,
    is_number,
    is_text,
    reads_as_number,
)
from data_adapters.files.arrow_files import readable, sound
from data_adapters.files.arrow_tables import read_arrow, read_parquet
from data_adapters.files.check import LOOSE_TEXT, PLAIN_TABLES, TABLE_SUFFIXES, check_file
from data_adapters.files.endings import ending, plain_ending
from data_adapters.files.foreign.text_encodings import OtherEncoding, recoded, said_encoding
from data_adapters.files.packed import unpacked
from data_adapters.files.values import table_of
from data_adapters.limits import MAX_JSON_BYTES
from data_adapters.sentences import listed

HEAD_ROWS = 1000


@dataclass(frozen=True)
class Table:
    """Named columns of equal length from one file. notes: how the file had to be read. encoding: of its text, in words,
    where it is not UTF-8."""

    path: Path
    data: pa.Table
    notes: tuple[str, ...] = ()
    encoding: str = ""

    def __len__(self) -> int:
        return self.data.num_rows

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.data.column_names)

    def text(self, column: str) -> np.ndarray:
        """(N,) object array of str without surrounding blanks; missing values are empty."""
        return as_text(self.data[column])

    def compact_text(self, column: str) -> np.ndarray:
        """(N,) TEXT array of the same, for columns in which nearly every text is another."""
        data, out = self.data[column], np.empty(len(self), TEXT)
        for start in range(0, len(data), TEXT_ROWS):
            out[start : start + TEXT_ROWS] = as_text(data.slice(start, TEXT_ROWS))
        return out

    def values(self, column: str) -> list:
        """N Python values as the file holds them (lists stay lists); missing values are None."""
        return self.data[column].to_pylist()

    def numbers(self, column: str) -> np.ndarray:
        """(N,) float, NaN where empty. Raises InputError naming the first five values that are no numbers."""
        return as_numbers(self.data[column], column, self.path).to_numpy()

    def holds_numbers(self, column: str) -> bool:
        """Whether the first 200 values that are not empty all read as numbers (and there is one)."""
        data = self.data[column]
        if is_number(data.type):
            return True
        if not is_text(data.type):
            return False
        shown = [value for value in as_text(data.slice(0, 200)) if value]
        return bool(shown) and all(map(reads_as_number, shown))

    def first(self, rows: int) -> "Table":
        """The table of its first rows."""
        return Table(self.path, self.data.slice(0, rows))

    def head(self, column: str) -> np.ndarray:
        """Text of the first 1,000 rows of a column."""
        return as_text(self.data[column].slice(0, HEAD_ROWS))

    def list_length(self, column: str) -> int:
        """How many numbers stand in each cell of a column of lists, as its first rows have it; 0 where it has none."""
        if not is_list(self.data[column].type) or not is_number(self.data[column].type.value_type):
            return 0
        lengths = {len(value) for value in self.data[column].slice(0, HEAD_ROWS).to_pylist() if value is not None}
        return lengths.pop() if len(lengths) == 1 else 0

    def lists(self, column: str) -> np.ndarray:
        """(N, K) float64 of a column of lists of numbers. Raises InputError naming rows of another length."""
        width, values = self.list_length(column), self.data[column].to_pylist()
        bad = [i + 1 for i, value in enumerate(values) if value is None or len(value) != width or None in value]
        if bad:
            raise InputError(
                f"'{self.path.name}': column '{column}' has {counted(len(bad), 'list')} of other than {width} numbers: "
                f"data rows {listed(bad)} Write one number per class in every row."
            )
        return np.array(values, np.float64)

    def all_printable(self, column: str) -> bool:
        """Whether a column is seen at once to hold plain ASCII text alone; False says nothing."""
        import pyarrow.compute as pc

        data = self.data[column]
        return is_text(data.type) and bool(pc.all(pc.ascii_is_printable(data)).as_py())

    def matrix(self, columns: list[str]) -> np.ndarray:
        """(N, len(columns)) float32 of the named columns, NaN where empty."""
        numeric = pa.table([as_numbers(self.data[c], c, self.path) for c in columns], names=columns)
        out = np.empty((len(self), len(columns)), np.float32)
        start = 0
        for batch in numeric.to_batches(max_chunksize=4096):
            stop = start + batch.num_rows
            out[start:stop] = np.stack([c.to_numpy(zero_copy_only=False) for c in batch.columns], axis=1)
            start = stop
        return out


def read_table(path: Path, scores: bool = False) -> Table:
    """The table in a file, by its ending. Raises InputError on anything that cannot be read.

    scores: it is an expert's, so that columns of fractions in a wide text table may be read as float32 and not as text.
    """
    check_file(path)
    if ending(path) != path.suffix.lower():
        with unpacked(path) as inner:
            return replace(read_table(inner, scores), path=path)
    if ending(path) not in (*TABLE_SUFFIXES, LOOSE_TEXT):
        raise InputError(f"'{path.name}' is no table we read ({', '.join(PLAIN_TABLES)}). Save it as one of these.")
    try:
        return without_apostrophes(_read(path, scores))
    except OtherEncoding as error:
        with recoded(path, error) as (copy, encoding):
            table = without_apostrophes(_read(copy, scores))
        return replace(table, path=path, notes=(*table.notes, said_encoding(path.name, encoding)), encoding=encoding)


def without_apostrophes(table: Table) -> Table:
    """Our own export for spreadsheets as it was before apostrophes were put into it; any other table as it is."""
    if MARK not in table.columns or {value.casefold() for value in table.head(MARK)} != {YES}:
        return table
    columns = [c for c in table.columns if c != MARK]
    data = table.data.select(columns)
    for place, column in enumerate(columns):
        if is_text(data[column].type):
            plain = pa.array([unsafe(one) if one else one for one in data[column].to_pylist()], data[column].type)
            data = data.set_column(place, column, plain)
    note = (
        f"'{table.path.name}' says that it is safe for spreadsheets: apostrophes that were put into it are taken out."
    )
    return replace(table, data=data.rename_columns(list(map(unsafe, columns))), notes=(*table.notes, note))


def _read(path: Path, scores: bool) -> Table:
    """The table in a plain file. Raises OtherEncoding where its text is no UTF-8."""
    readers: dict[str, Callable[[Path], Table]] = {
        ".csv": partial(_read_text, scores=scores),
        ".tsv": partial(_read_text, scores=scores),
        LOOSE_TEXT: partial(_read_text, scores=scores),
        ".parquet": _of(read_parquet),
        ".feather": _of(read_arrow),
        ".arrow": _of(read_arrow),
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".json": _read_json,
        ".xlsx": _read_spreadsheet,
    }
    table = readers[plain_ending(path)](path)
    try:
        _check_names(table.columns, path)
    except UnicodeDecodeError as error:
        raise OtherEncoding(
            f"'{path.name}' is not UTF-8 text: its names of columns hold bytes of another encoding. "
            "Save it again with the encoding UTF-8."
        ) from error
    return table


def _read_text(path: Path, scores: bool) -> Table:
    from data_adapters.files.text_tables import read_text_table

    data, notes = read_text_table(path, scores)
    return Table(path, data, notes)


def _of(read: Callable[[Path], pa.Table]) -> Callable[[Path], Table]:
    return lambda path: Table(path, read(path))


def _read_json(path: Path) -> Table:
    from data_adapters.files.json_tables import read_json_table

    return Table(path, *read_json_table(path))


def _read_spreadsheet(path: Path) -> Table:
    from data_adapters.files.spreadsheets import read_spreadsheet

    return Table(path, *read_spreadsheet(path))


def _read_json_lines(path: Path) -> Table:
    import pyarrow.json as pj

    from data_adapters.files.json_files import json_lines, refuse_deep_lines, refuse_uneven_lines
    from data_adapters.files.json_tables import of_records

    refuse_deep_lines(path)
    try:
        return Table(path, sound(pj.read_json(path, read_options=pj.ReadOptions(block_size=64 * 1024**2))))
    except (pa.ArrowException, OSError, ValueError) as error:
        refuse_uneven_lines(path)
        if path.stat().st_size <= MAX_JSON_BYTES:
            return Table(path, table_of(of_records([record for _, record in json_lines(path)])))
        with readable(path, "JSON lines"):
            raise error


def _check_names(columns: tuple[str, ...], path: Path) -> None:
    repeated = sorted({name for name in columns if columns.count(name) > 1}) if len(set(columns)) < len(columns) else ()
    if repeated:
        raise InputError(
            f"'{path.name}' has {counted(len(repeated), 'column name')} more than once: {listed(repeated)} "
            "Give each column a name of its own."
        )
