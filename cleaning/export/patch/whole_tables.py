"""Tables whose labels are no fields in a text: packed files, JSON and Excel workbooks, written anew in their own layout."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeGuard

from cleaning.errors import InputError
from cleaning.export.patch.label_fields import find_fields, rewritten

CODECS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
IN_TEXT = (".csv", ".tsv", ".jsonl", ".ndjson")
MOST_UNPACKED = 4 * 1024**3
INDENTS = (None, 1, 2, 3, 4, "\t")
LAYOUTS = [*((indent, None) for indent in INDENTS), *((indent, (",", ":")) for indent in (None, 1, 2, 4))]


def written_anew(data: bytes, suffix: str, column: str, texts: Mapping[int, str], read: Sequence[str]) -> bytes:
    """The file with other labels in some rows.

    suffix: the file's ending, with its packing. texts: the new labels by row. read: (N,) the labels as they were read.
    """
    inner, _, packing = suffix[1:].partition(".")
    if packing:
        plain = written_anew(_unpacked(data, f".{packing}"), f".{inner}", column, texts, read)
        return _packed(plain, f".{packing}")
    if suffix in IN_TEXT:
        fields = find_fields(data, ".jsonl" if suffix == ".ndjson" else suffix, column)
        _refuse_others(fields.values(), read)
        return fields.replaced({row: fields.written(text, row) for row, text in texts.items()})
    if suffix == ".json":
        return _json(data, column, texts, read)
    if suffix == ".xlsx":
        return _workbook(data, column, texts, read)
    return rewritten(data, suffix, column, texts)


def _refuse_others(found: Sequence[str], read: Sequence[str]) -> None:
    if list(found) != list(read):
        raise InputError(
            "The labels cannot be told apart field by field. Save the table again as plain CSV in UTF-8 to apply a patch."
        )


def _unpacked(data: bytes, packing: str) -> bytes:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(data), CODECS[packing]) as source:
        plain = source.read(MOST_UNPACKED + 1)
    if len(plain) > MOST_UNPACKED:
        raise InputError("The table unpacks to more than 4 GB. Unpack it yourself to apply a patch.")
    return plain


def _packed(plain: bytes, packing: str) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, CODECS[packing]) as target:
        target.write(plain)
    return sink.getvalue().to_pybytes()


# ---- JSON


def _json(data: bytes, column: str, texts: Mapping[int, str], read: Sequence[str]) -> bytes:
    text = data.decode("utf-8-sig")
    content = json.loads(text)
    layout = next((one for one in _layouts() if one(content) == text.rstrip("\n")), _layouts()[0])
    cells = list(_cells(content, column))
    _refuse_others([_shown(holder[key]) for holder, key in cells], read)
    for row, value in texts.items():
        holder, key = cells[row]
        holder[key] = _like(holder[key], value)
    return (layout(content) + "\n" * text.endswith("\n")).encode("utf-8")


def _layouts() -> list[Callable[[object], str]]:
    """The ways in which programs write JSON: with and without lines, blanks and escapes."""
    return [
        partial(json.dumps, ensure_ascii=ascii_only, indent=indent, separators=separators)
        for indent, separators in LAYOUTS
        for ascii_only in (False, True)
    ]


def _cells(content: object, column: str) -> Iterator[tuple[dict | list, Any]]:
    """(what holds it, its key) of every row's label, in whichever layout the table has."""
    records = next((v for v in content.values() if _are_records(v)), None) if isinstance(content, dict) else content
    if _are_records(records):
        yield from ((record, column) for record in records)
    elif isinstance(content, dict) and {"columns", "data"} <= content.keys() and column in content["columns"]:
        yield from ((row, content["columns"].index(column)) for row in content["data"])
    elif isinstance(content, dict) and isinstance(content.get(column), dict | list):
        held = content[column]
        yield from ((held, key) for key in (held if isinstance(held, dict) else range(len(held))))
    elif isinstance(content, dict) and all(isinstance(value, dict) for value in content.values()):
        yield from ((row, column) for row in content.values())
    elif isinstance(content, dict):
        yield from ((content, key) for key in content)


def _are_records(value: object) -> TypeGuard[list[dict]]:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(row, dict) for row in value)


def _shown(value: object) -> str:
    """A value as it is read: the one in a list of one, whole numbers without decimals."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value).strip()


def _like(old: object, value: str) -> object:
    """The new label in the type of the old one."""
    if isinstance(old, list):
        return [_like(old[0] if old else "", value)]
    if isinstance(old, int | float) and not isinstance(old, bool) and re.fullmatch(r"-?\d+", value):
        return type(old)(value)
    return value


# ---- Excel


def _workbook(data: bytes, column: str, texts: Mapping[int, str], read: Sequence[str]) -> bytes:
    """The workbook with other labels in its first sheet that holds anything; formats and formulas stay."""
    try:
        import openpyxl
    except ImportError as error:
        raise InputError(
            "Writing an Excel workbook needs openpyxl (pip install openpyxl). Or save it as CSV."
        ) from error
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        rows = [row for row in sheet.iter_rows() if any(cell.value not in (None, "") for cell in row)]
        if rows:
            break
    header = [str(cell.value or "").strip() for cell in rows[0]]
    if column not in header:
        raise InputError(f"The first sheet has no column '{column}'.")
    cells = [row[header.index(column)] for row in rows[1:]]
    _refuse_others([_shown(cell.value) for cell in cells], read)
    for row, value in texts.items():
        cells[row].value = _like(cells[row].value, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
