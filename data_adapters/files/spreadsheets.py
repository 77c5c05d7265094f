"""Tables in Excel workbooks (``.xlsx``): the first sheet that holds any, read row by row."""

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError, counted
from data_adapters.files.packed import refuse_too_much
from data_adapters.files.values import table_of
from data_adapters.limits import DAMAGED_ZIP, MAX_CLASSES, MAX_SHEET_CELLS
from data_adapters.sentences import listed, reason

DAMAGED = (*DAMAGED_ZIP, KeyError, OSError, SyntaxError, TypeError, AttributeError, IndexError)


def read_spreadsheet(path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    """(table, notes). Raises InputError where the workbook is damaged, too large or empty, or openpyxl is missing."""
    try:
        import openpyxl
    except ImportError as error:
        raise InputError(
            f"'{path.name}' is an Excel workbook; reading it needs openpyxl (pip install openpyxl). Or save it as CSV."
        ) from error
    try:
        _refuse_bomb(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return _first_table(book, path)
        finally:
            book.close()
    except DAMAGED as error:
        raise InputError(
            f"'{path.name}' cannot be read as an Excel workbook ({reason(error)}). Save it again."
        ) from error


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        refuse_too_much(path.name, path.stat().st_size, sum(member.file_size for member in archive.infolist()))


def _first_table(book, path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    for place, sheet in enumerate(book.worksheets):
        rows = _rows(sheet, path)
        header = next(rows, None)
        if header is not None:
            others = [other.title for other in book.worksheets[place + 1 :]]
            left = f" Sheets left out: {listed(others)}" if others else ""
            return _table(header, list(rows), path), (f"'{path.name}': sheet '{sheet.title}' is read.{left}",)
    raise InputError(f"'{path.name}' holds no rows in any sheet. Check that it was saved completely.")


def _rows(sheet, path: Path) -> Iterator[Sequence[object]]:
    """The rows that hold anything; Raises InputError where they are too many."""
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        cells += len(row)
        if cells > MAX_SHEET_CELLS or len(row) > MAX_CLASSES:
            raise InputError(f"'{path.name}' has more than {MAX_SHEET_CELLS:,} cells. Save it as CSV or Parquet.")
        if any(value not in (None, "") for value in row):
            yield row


def _table(header: Sequence[object], rows: Sequence[Sequence[object]], path: Path) -> pa.Table:
    width = max(place + 1 for place, name in enumerate(header) if name not in (None, ""))
    beyond = sum(any(value not in (None, "") for value in row[width:]) for row in rows)
    if beyond:
        raise InputError(
            f"'{path.name}' has {counted(beyond, 'row')} with values to the right of the header's {width} columns. "
            "Give every column a name, and leave out what stands above the header line."
        )
    names = [str(_plain(name) or f"column {place}").strip() for place, name in enumerate(header[:width], 1)]
    if len(set(names)) < len(names):
        raise InputError(f"'{path.name}' has a column name more than once: {listed(names)} Give each its own.")
    padded = [tuple(row[:width]) + (None,) * (width - len(row)) for row in rows]
    return table_of({name: [_plain(row[place]) for row in padded] for place, name in enumerate(names)})


def _plain(value: object) -> object:
    """Dates as text, and whole numbers as such: a sheet keeps all its numbers as floats."""
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    if isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else value
