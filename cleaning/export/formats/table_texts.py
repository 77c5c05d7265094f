"""Tables as CSV and JSON lines, a column at a time.

A table is a data frame, or its columns by name: some of few values, some of floats of six decimals, arrays and pandas' own.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cleaning.export.formats.json_values import ENCODE, json_texts
from cleaning.export.formats.row_texts import Coded, Each, Millionths, Piece, RowValues, in_blocks, rows_as_text, whole

Column = Coded | Millionths | Each | pd.Series | np.ndarray
Table = pd.DataFrame | Mapping[str, Column]
_WRITTEN = {str, int, float, bool, type(None)}


def as_csv(table: Table) -> bytes:
    """UTF-8 CSV with line feeds; lists as JSON."""
    return whole(csv_blocks(table))


def csv_blocks(table: Table) -> Iterable[bytes]:
    """The same, some thousand rows after the other."""
    columns = {str(name): _lists_as_json(column) for name, column in table.items()}
    pieces = {name: _csv_pieces(column) for name, column in columns.items()}
    if len(columns) < 2 or not all(pieces.values()):
        frame = pd.DataFrame({name: as_series(column) for name, column in columns.items()})
        return [frame.to_csv(index=False, lineterminator="\n").encode()]
    apart = ["\n", *([","] * (len(pieces) - 1))]
    head = ",".join(csv_texts(list(map(str, pieces))))
    told = [piece for before, column in zip(apart, pieces.values()) for piece in (before, *column)]
    return in_blocks(rows_as_text(told, len(next(iter(columns.values())))), head, "\n")


def csv_texts(values: Sequence[str]) -> list[str]:
    """Each text as a field of a line of CSV, in quotes where Python's writer and pandas put it in quotes."""
    values = list(values)
    return values if _is_plain("".join(values), ",") else [v if _is_plain(v, ",") else _field(v) for v in values]


def _field(value: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow((value, ""))
    return line.getvalue()[:-2]


def _is_plain(text: str, apart: str) -> bool:
    """Whether a text, or several put together, is written as it is between the signs that part fields."""
    return text.isprintable() and '"' not in text and apart not in text


def _csv_pieces(column: Column) -> list[Piece]:
    """Fields of one column; none where only pandas knows how to write it."""
    if isinstance(column, Millionths):
        return column.pieces()
    if isinstance(column, Coded):
        return [column.told(_fields_of)] if _WRITTEN.issuperset(map(type, column.values)) else []
    if isinstance(column, Each):
        return [column.told(csv_texts)]
    values = _row_values(column)
    if column.dtype.kind in "biu" and isinstance(column.dtype, np.dtype):
        return [Each(values, lambda some: list(map(str, some)))]
    if column.dtype == np.float64:
        return [Each(values, _fields_of)]
    textual = isinstance(column.dtype, np.dtypes.StringDType) or (
        isinstance(column.dtype, pd.StringDtype) and column.dtype.na_value is not pd.NA
    )
    if textual or (column.dtype.kind == "O" and _WRITTEN.issuperset(map(type, column))):
        return [Each(values, _fields_of)]
    return []


def _row_values(column: pd.Series | np.ndarray) -> RowValues:
    """A column's values, to be cut; NumPy's own where it holds them, as only these turn into Python's."""
    if isinstance(column, np.ndarray):
        return column
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


def _fields_of(values: Sequence) -> list[str]:
    texts = values if set(map(type, values)) == {str} else ["" if v is None or v != v else str(v) for v in values]
    return csv_texts(texts)


def json_lines_blocks(table: Table) -> Iterable[bytes]:
    """One JSON object a line, some thousand rows after the other."""
    columns = {str(name): column for name, column in table.items()}
    told = json_object({name: json_pieces(column) for name, column in columns.items()})
    return in_blocks(rows_as_text([*told, "\n"], len(next(iter(columns.values())))))


def json_object(fields: Mapping[str, Iterable[Piece]]) -> list[Piece]:
    """The pieces of an object, as ENCODE writes it. fields: by name the pieces of its values, which are JSON already."""
    found: list[Piece] = ["{"]
    for name, value in fields.items():
        found += [f"{', ' if len(found) > 1 else ''}{ENCODE(name)}: ", *value]
    return [*found, "}"]


def json_pieces(column: Column) -> list[Piece]:
    """A column's values as JSON."""
    if isinstance(column, Millionths):
        return column.pieces()
    if isinstance(column, Coded):
        return [column.told(json_texts)]
    if isinstance(column, Each):
        return [column.told(json_of)]
    return [Each(_row_values(column), json_of)]


def json_of(values: list) -> list[str]:
    """Each value as ENCODE writes it; of texts in which nothing is escaped the text in quotes."""
    if set(map(type, values)) == {str}:
        texts = "".join(values)
        if "\\" not in texts and _is_plain(texts, '"'):
            return [f'"{one}"' for one in values]
    return json_texts([v.tolist() if isinstance(v, np.ndarray) else v for v in values])


def json_list_of(texts: Iterable[str]) -> Iterator[str]:
    """A JSON list of values, each of which follows a comma and a line feed, some thousand in a text."""
    left = iter(texts)
    yield "[" + next(left, "").removeprefix(",")
    yield from left
    yield "]\n"


def _lists_as_json(column: Column) -> Column:
    """JSON in place of lists, where the first value is one."""
    if isinstance(column, Millionths | Each) or not len(column):
        return column
    first = column.values[column.codes[0]] if isinstance(column, Coded) else next(iter(column))
    if not isinstance(first, list | tuple | np.ndarray):
        return column
    return column.told(json_texts) if isinstance(column, Coded) else np.array(json_of(column.tolist()), object)


def taken(column: Column, rows: np.ndarray) -> Column:
    """A column of some rows; as many rows as it has are taken for all of them in their order."""
    if len(rows) == len(column):
        return column
    if isinstance(column, Coded):
        return column.taken(rows)
    if isinstance(column, Millionths | Each):
        return replace(column, values=column.values[rows])
    return column.iloc[rows] if isinstance(column, pd.Series) else column[rows]


def as_series(column: Column) -> pd.Series | np.ndarray:
    """A column for a data frame."""
    if isinstance(column, Millionths):
        return column.values
    if isinstance(column, Each):
        return np.array(column.texts(0, len(column)), object)
    if not isinstance(column, Coded):
        return column
    kinds = set(map(type, column.values))
    if kinds == {str}:
        return pd.Series(pd.array(column.values, "str").take(column.codes))
    return np.array(column.values, np.int32)[column.codes] if kinds == {int} else column.all()
