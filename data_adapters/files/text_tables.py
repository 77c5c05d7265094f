"""CSV and TSV as people save them: any line ends, a byte-order mark, semicolons; ragged rows are counted."""

import codecs
import csv
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.files.foreign.text_encodings import OtherEncoding
from data_adapters.limits import MAX_CLASSES
from data_adapters.sentences import listed

SAMPLE_BYTES = 1024**2
HEADER_BYTES = 16 * 1024**2  # a header line of 100,000 class names fits
MAX_COLUMNS = MAX_CLASSES + 100
WIDE = 24  # score tables with more columns are read with their fractions as float32, not as text
FRACTION = re.compile(r"[+-]?(?:\d*[.,]\d+|\d+\.)(?:[eE][+-]?\d+)?|[+-]?\d+[eE][+-]\d+")
PICTURE = re.compile(r"\.(?:jpe?g|png|webp|bmp|gif|tiff?)$", re.IGNORECASE)
LINES = 200
BLOCK_BYTES = 16 * 1024**2
UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NO_TEXT = {b"PK\x03\x04": "a ZIP or Excel file", b"\x1f\x8b": "packed by gzip", b"PAR1": "a Parquet file"}
csv.field_size_limit(HEADER_BYTES)  # a question may be long


def read_text_table(path: Path, scores: bool = False) -> tuple[pa.Table, tuple[str, ...]]:
    """(table, notes). Every column is text; scores: but for the columns of fractions in wide tables, as float32.

    A file whose first line is like those below, with fractions in it, has no header; its columns are numbered from 1.
    """
    encoding, head = _beginning(path)
    delimiter = _delimiter(path, head)
    rows = _first_rows(path, head, delimiter)
    headless = _has_no_header(rows)
    header = _called_by_place(rows[0]) if headless else rows[0]
    names = _column_names(header)
    types = _column_types(rows) if scores else [pa.string()] * len(header)
    data = _parse(path, encoding, delimiter, dict(zip(header, types)), header if headless else None)
    notes = [f"'{path.name}' has no header line: its columns are taken by their place."] if headless else []
    if delimiter != _usual_delimiter(path):
        notes.append(f"'{path.name}': columns are separated by {_spoken(delimiter)}.")
    return data.rename_columns(names), tuple(notes)


def _beginning(path: Path) -> tuple[str, str]:
    """(encoding, first part of the file as text, the header line at least), from the byte-order mark."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
        if not raw.strip(b"\r\n").count(b"\n"):
            raw += file.read(HEADER_BYTES - SAMPLE_BYTES)
    packed = next((words for start, words in NO_TEXT.items() if raw.startswith(start)), None)
    if packed:
        raise InputError(f"'{path.name}' is {packed}, not text. Give it its right ending, or save it as CSV.")
    for marks, encoding in ((UTF_32, "utf-32"), (UTF_16, "utf-16")):
        if raw.startswith(marks):
            return encoding, raw.decode(encoding, errors="ignore")
    if b"\x00" in raw:
        raise OtherEncoding(
            f"'{path.name}' is no text table: it holds zero bytes. Check its ending, or save it as UTF-8 text."
        )
    try:  # a letter that the end of this part cuts in two is no mistake
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
    except UnicodeDecodeError:
        _refuse_other_encodings(path, "utf-8")
        raise
    if not text.strip():
        raise InputError(f"'{path.name}' holds only blanks. Check that it was saved or copied completely.")
    return "utf-8", text


def _usual_delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _delimiter(path: Path, head: str) -> str:
    """The usual separator of the ending, unless the header line holds none of it but another one."""
    usual = _usual_delimiter(path)
    header, *below = head.lstrip("\r\n").splitlines()[:LINES]
    if usual in header:
        return usual
    counts = {delimiter: header.count(delimiter) for delimiter in (",", ";", "\t", "|")}
    if not any(counts.values()) and path.suffix.lower() == ".txt":
        blanks = {line.strip().count(" ") for line in (header, *below[:-1]) if line.strip()}
        return " " if len(blanks) == 1 and blanks != {0} else usual
    return max(counts, key=lambda d: (counts[d], d == usual))


def _spoken(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}[delimiter]


def _first_rows(path: Path, head: str, delimiter: str) -> list[list[str]]:
    """The header and up to 200 rows below it."""
    reader = csv.reader(head.lstrip("\r\n").splitlines(keepends=True), delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > 201:
                break
    except csv.Error as error:
        raise InputError(
            f"'{path.name}' is no table with separated columns ({error}). Save it as CSV with a header line."
        ) from error
    if len(rows[0]) > MAX_COLUMNS:
        raise InputError(f"'{path.name}' has {len(rows[0]):,} columns; up to {MAX_COLUMNS:,} are read.")
    return rows


def _column_names(header: list[str]) -> list[str]:
    return [name.strip() or f"column {place}" for place, name in enumerate(header, 1)]


def _column_types(rows: list[list[str]]) -> list[pa.DataType]:
    header, body = rows[0], [row for row in rows[1:200] if len(row) == len(rows[0])]
    if len(header) <= WIDE or not body:
        return [pa.string()] * len(header)
    return [
        pa.float32() if place and all(map(_fraction_or_empty, values)) else pa.string()
        for place, values in enumerate(zip(*body))
    ]


def _has_no_header(rows: list[list[str]]) -> bool:
    """Whether the first line is like those below: numbers with a fraction among them, a picture and its label, or a
    question with its options and the letter of one."""
    header, body = rows[0], [row for row in rows[1:] if row]
    if not body:
        return False
    if all(map(_is_fraction_or_integer, header[1:])) and any(map(_is_fraction, header)):
        return True
    pictures = PICTURE.search(header[0]) is not None and any(PICTURE.search(row[0]) for row in body)
    return (pictures and len(header) == 2) or _are_questions([header, *body])


def _are_questions(rows: list[list[str]]) -> bool:
    """Rows of a question, its options and a letter, as the tables of MMLU's authors are."""
    width = len(rows[0])
    letters = {row[-1].strip() for row in rows if len(row) == width}
    return 4 <= width <= 12 and letters <= set(OPTION_LETTERS[: width - 2]) and len(rows) > 1


def _called_by_place(first: list[str]) -> list[str]:
    """Names for the columns of a file without a header: numbers from 0, a class and its confidence, or a picture's label."""
    numbers = [place for place, cell in enumerate(first) if _is_fraction_or_integer(cell)]
    names = [f"column {place + 1}" for place in range(len(first))]
    if first[-1].strip() in OPTION_LETTERS and len(first) >= 4:
        return ["question", *(f"option_{letter}" for letter in OPTION_LETTERS[: len(first) - 2]), "answer"]
    if len(first) == 2 and PICTURE.search(first[0]) and not _is_fraction(first[1]):
        return ["file_name", "label"]
    kinds = [_is_fraction(first[place]) for place in numbers]
    if kinds == [False, True]:
        known = ["prediction", "confidence"]
    elif kinds == [False]:
        known = ["label"]
    else:
        known = [f"value_{k}" for k in range(len(numbers))]
    for place, name in zip(numbers, known):
        names[place] = name
    if PICTURE.search(first[0]):
        names[0] = "file_name"
    return names


def _is_fraction(text: str) -> bool:
    return FRACTION.fullmatch(text.strip()) is not None


def _is_fraction_or_integer(text: str) -> bool:
    return _is_fraction(text) or text.strip().lstrip("+-").isdigit()


def _fraction_or_empty(text: str) -> bool:
    return not text.strip() or _is_fraction(text) or text.strip().lower() in ("nan", "inf", "-inf")


def _parse(
    path: Path, encoding: str, delimiter: str, types: dict[str, pa.DataType], names: list[str] | None
) -> pa.Table:
    """names: of the columns, where the file has no header."""
    try:
        data = _arrow_table(path, encoding, delimiter, types, names=names)
    except (pa.ArrowException, UnicodeError) as error:
        _refuse_other_encodings(path, encoding)
        _refuse_ragged(path, encoding, delimiter, types)
        reason = str(error).splitlines()[0][:160]
        raise InputError(
            f"'{path.name}' cannot be read as a table ({reason}). Check its quotes and numbers."
        ) from error
    _refuse_open_quote(path, data)
    return data


def _refuse_ragged(path: Path, encoding: str, delimiter: str, types: dict[str, pa.DataType]) -> None:
    """Raises InputError naming the first rows that have another number of columns than the header."""
    ragged: list[pacsv.InvalidRow] = []

    def set_aside(row: pacsv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        kept = _arrow_table(path, encoding, delimiter, types, set_aside).num_rows
    except (pa.ArrowException, UnicodeError):
        return  # something else is wrong as well, and told
    if ragged:
        lines_above = ragged[0].number == 2 and not kept
        raise InputError(
            f"'{path.name}' has {counted(len(ragged), 'row')} with another number of columns than the header "
            f"({ragged[0].expected_columns}): {listed(map(_ragged_row, ragged))} "
            f"{'Leave out what stands above the header line.' if lines_above else 'Quote values that hold the separator.'}"
        )


def _refuse_open_quote(path: Path, data: pa.Table) -> None:
    """A quote that is never closed swallows all lines below it; then the file's quotes are odd in number."""
    last = data.slice(max(0, data.num_rows - 1)).to_pylist()
    if not any(isinstance(value, str) and "\n" in value for row in last for value in row.values()):
        return
    with path.open("rb") as file:
        quotes = sum(block.count(b'"') for block in iter(lambda: file.read(BLOCK_BYTES), b""))
    if quotes % 2:
        raise InputError(
            f"'{path.name}' opens a quote in row {data.num_rows + 1:,} that is never closed. "
            "Close it, or double quotes that belong to the text."
        )


def _ragged_row(row: pacsv.InvalidRow) -> str:
    return f"row {row.number} has {row.actual_columns}"


def _arrow_table(
    path: Path,
    encoding: str,
    delimiter: str,
    types: dict[str, pa.DataType],
    set_aside: Callable[[pacsv.InvalidRow], str] | None = None,
    names: list[str] | None = None,
) -> pa.Table:
    """set_aside: told of every ragged row, by its number, which is known only when read in order."""
    with path.open("rb") as file:
        return pacsv.read_csv(
            file,
            read_options=pacsv.ReadOptions(
                use_threads=set_aside is None, block_size=BLOCK_BYTES, encoding=encoding, column_names=names
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=set_aside
            ),
            convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=False),
        )


def _refuse_other_encodings(path: Path, encoding: str) -> None:
    line = _first_line_not_utf8(path) if encoding == "utf-8" else None
    if line is not None:
        raise _other_encoding(path, line)


def _other_encoding(path: Path, line: int) -> InputError:
    return OtherEncoding(
        f"'{path.name}' is not UTF-8 text: line {line:,} holds bytes of another encoding. "
        "Save it again with the encoding UTF-8."
    )


def _first_line_not_utf8(path: Path) -> int | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None
