"""Tables in other wrappings: packed by gzip, zstd, bzip2 or xz, and the first sheet of an Excel file."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.limits import (
    DAMAGED_ZIP,
    FREE_UNPACKED_BYTES,
    MAX_TABLE_BYTES,
    MAX_TABLE_CELLS,
    MAX_UNPACKING_RATIO,
    readable_size,
)
from data_adapters.sentences import reason

COPY_BYTES = 1024**2
PACKED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A temporary file of the same name without the last ending. Raises InputError on what is damaged or too large."""
    most = min(MAX_TABLE_BYTES, max(FREE_UNPACKED_BYTES, MAX_UNPACKING_RATIO * path.stat().st_size))
    with tempfile.TemporaryDirectory() as folder:
        target, written = Path(folder, path.stem), 0
        try:
            with (
                pa.input_stream(str(path), compression=PACKED[path.suffix.lower()]) as source,
                target.open("wb") as file,
            ):
                while block := source.read(COPY_BYTES):
                    written += len(block)
                    if written > most:
                        raise InputError(
                            f"'{path.name}' ({readable_size(path.stat().st_size)}) unpacks to more than "
                            f"{readable_size(most)}, more than is read. Unpack it yourself, or split it."
                        )
                    file.write(block)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"'{path.name}' cannot be unpacked ({reason(error)}). Copy or save it again.") from error
        yield target


def read_sheet(path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    """(the first sheet as text, notes). The first row that is not empty holds the names of the columns."""
    try:
        import openpyxl
    except ImportError:
        raise InputError(f"'{path.name}' needs openpyxl to be read, which is not installed. Save it as CSV.") from None
    _check_size(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
    except Exception as error:  # openpyxl raises whatever lies beneath on damaged files
        raise InputError(
            f"'{path.name}' cannot be read as Excel ({reason(error)}). Save it again, or as CSV."
        ) from error
    if not rows:
        raise InputError(f"'{path.name}' has an empty first sheet. Put the table there.")
    names = [str(name) if name is not None else f"column {place}" for place, name in enumerate(rows[0], 1)]
    columns = [pa.array([_text(row[k]) for row in rows[1:]], pa.string()) for k in range(len(names))]
    others = len(book.sheetnames) - 1
    note = f"'{path.name}': the first sheet, '{sheet.title}', is read" + (
        f"; {others} more are not." if others else "."
    )
    return pa.Table.from_arrays(columns, names=names), (note,)


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except DAMAGED_ZIP as error:
        raise InputError(f"'{path.name}' is no Excel file ({reason(error)}). Save it again, or as CSV.") from error
    if size > min(MAX_TABLE_BYTES, MAX_TABLE_CELLS):
        raise InputError(f"'{path.name}' unpacks to {readable_size(size)}, more than is read. Save it as CSV.")


def _text(cell: object) -> str | None:
    """What a person sees: whole numbers without a decimal point."""
    if cell is None:
        return None
    return str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
