"""Cells that hold more than one value, spread over columns: lists of ranked classes, objects of scores by class, lists
of one, and lists written as text (``[0.9, 0.1]``, or ``[0.9 0.1]`` as NumPy prints them)."""

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from data_adapters.files.arrow_columns import is_list, is_number, is_text
from data_adapters.files.tables import Table
from data_adapters.files.values import column_of, text_of
from data_adapters.joining.columns import CONFIDENCE_WORDS, HIGHER_IS_SURER, speaks_of
from data_adapters.joining.given_labels import LISTED

NUMPY_SCALAR = re.compile(r"np\.\w+\(([^()]*)\)")
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
NUMPY_WORDS = re.compile(
    rf"\[\s*(?:{QUOTED.pattern})(?:\s+(?:{QUOTED.pattern}))+\s*\]"
)  # a Python list has commas between
OBJECT = re.compile(r"\s*\{.*\}\s*", re.DOTALL)
MOST_RANKED = 1000  # classes in a cell
LOOKED_AT = 50
NAMED_CLASS = frozenset(("label", "_cls", "confidence", "tags", "_id", "logits", "id"))
CLASS_KEYS = ("label", "class", "name", "category", "token")
SCORE_KEYS = ("score", "probability", "prob", "confidence", "logit", "logprob")


def spread_out(table: Table, names: Sequence[str]) -> Table:
    """The table with its nested cells as columns of their own, where they are one of the layouts above.

    names: of the classes.
    """
    out: dict[str, pa.ChunkedArray | pa.Array] = {}
    changed = False
    for column in table.columns:
        parts = _parts(table.data[column], column, names)
        changed |= parts is not None
        out |= {column: table.data[column]} if parts is None else parts
    return replace(table, data=pa.table(out)) if changed else table


def score_cells(table: Table, columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The columns of which each cell holds scores of classes, as their first rows have it."""
    head = table.first(LOOKED_AT)
    return [column for column in columns if _holds_scores(head.data[column], column, names)]


def are_nested(table: Table, column: str) -> bool:
    """Whether a column holds lists or objects, also as text."""
    data = table.data[column]
    if not is_text(data.type):
        return is_list(data.type) or pa.types.is_struct(data.type)
    head = [value for value in data.slice(0, LOOKED_AT).to_pylist() if value]
    return bool(head) and all(LISTED.fullmatch(value) or OBJECT.fullmatch(value) for value in head)


def _holds_scores(data: pa.ChunkedArray, column: str, names: Sequence[str]) -> bool:
    """names: () where the classes are not known yet."""
    lists = _number_lists(data)
    if lists is None:
        if not names:
            return _number_objects(data)
        parts = _parts(data, column, names) or {}
        return f"{column}_score_0" in parts or (len(parts) > 1 and set(parts) == set(names))
    lengths = {len(value) for value in lists if value}
    said = speaks_of(column, CONFIDENCE_WORDS | HIGHER_IS_SURER)
    return len(lengths) == 1 and not _ranked(lists) and (lengths == {len(names)} or (said and min(lengths) > 1))


def _number_lists(data: pa.ChunkedArray) -> list[list | None] | None:
    """The cells where they are lists of numbers, also as text; else None."""
    if is_list(data.type):
        return data.to_pylist() if is_number(data.type.value_type) else None
    if not is_text(data.type) or not all(LISTED.fullmatch(value) for value in data.to_pylist() if value):
        return None
    lists = [written_list(value) if value else None for value in data.to_pylist()]
    numbers = all(type(one) in (int, float) for value in lists if value for one in value)
    return lists if numbers and any(lists) else None


def _number_objects(data: pa.ChunkedArray) -> bool:
    """Whether the cells are objects of numbers, also as text."""
    values = [value for value in data.to_pylist() if value]
    if is_text(data.type):
        values = [_written(value) if OBJECT.fullmatch(value) else None for value in values]
    return bool(values) and all(
        isinstance(value, dict) and len(value) > 1 and all(type(one) in (int, float) for one in value.values())
        for value in values
    )


def _parts(data: pa.ChunkedArray, column: str, names: Sequence[str]) -> dict[str, pa.Array] | None:
    """The columns that stand for this one; None where it stays as it is."""
    if pa.types.is_struct(data.type):
        return named_class(data, column) or _of_objects(data, names)
    if is_text(data.type):
        return _of_written(data, column, names)
    if is_list(data.type):
        return _of_lists(data.to_pylist(), column, names, is_number(data.type.value_type))
    return None


def named_class(data: pa.ChunkedArray, column: str) -> dict[str, pa.Array] | None:
    """FiftyOne's ``{"_cls": "Classification", "label": "cat", "confidence": 0.9}`` as two columns."""
    fields = {field.name: field.type for field in data.type} if pa.types.is_struct(data.type) else {}
    if not is_text(fields.get("label", pa.null())) or not fields.keys() <= NAMED_CLASS:
        return None
    rows = [row or {} for row in data.to_pylist()]
    parts = {column: column_of([row.get("label") for row in rows])}
    if "confidence" in fields:
        parts[f"{column}_confidence"] = column_of([row.get("confidence") for row in rows])
    return parts


def _of_objects(data: pa.ChunkedArray, names: Sequence[str]) -> dict[str, pa.Array] | None:
    """``{"cat": 0.9, "dog": 0.1}``: a column a class, where all classes are there."""
    fields = {field.name for field in data.type}
    return _by_class([row or {} for row in data.to_pylist()], names) if fields >= set(names) else None


def _by_class(rows: Sequence[dict], names: Sequence[str]) -> dict[str, pa.Array]:
    return {name: column_of([row.get(name) for row in rows]) for name in names}


def _of_written(data: pa.ChunkedArray, column: str, names: Sequence[str]) -> dict[str, pa.Array] | None:
    head = [value for value in data.slice(0, LOOKED_AT).to_pylist() if value]
    if head and names and all(OBJECT.fullmatch(value) for value in head):
        rows = [(_written(value) if value else None) or {} for value in data.to_pylist()]
        objects = [row for row in rows if isinstance(row, dict)]
        return _by_class(objects, names) if len(objects) == len(rows) and set(names) <= set(objects[0]) else None
    if not head or not all(LISTED.fullmatch(value) for value in head):
        return None
    values = [None if not value else written_list(value) for value in data.to_pylist()]
    if any(value is None and written for value, written in zip(values, data.to_pylist())):
        return None
    numbers = all(type(one) in (int, float) for value in values if value for one in value)
    return _of_lists(values, column, names, numbers)


def written_list(text: str) -> list | None:
    """The list that a text says; None where it says none."""
    value = _written(text)
    return value if isinstance(value, list) else None


def _written(text: str) -> object:
    text = NUMPY_SCALAR.sub(r"\1", text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _literal(text)


def _literal(text: str) -> object:
    text = f"[{','.join(QUOTED.findall(text))}]" if NUMPY_WORDS.fullmatch(text.strip()) else text
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        pass
    try:
        return [float(part) if "." in part or "e" in part else int(part) for part in text.strip(" []\n").split()]
    except ValueError:
        return None


def _of_lists(
    values: Sequence[list | None], column: str, names: Sequence[str], numbers: bool
) -> dict[str, pa.Array] | None:
    """Columns ``column_0`` ... for ranked lists; the column itself for lists of one, and for scores of every class."""
    lengths = {len(value) for value in values if value}
    width = max(lengths, default=0)
    if width > MOST_RANKED or not width:
        return None
    if any(isinstance(one, dict) for value in values if value for one in value):
        return _of_pairs(values, column)
    if width == 1:
        return {column: column_of([_plain(value[0]) if value else None for value in values])}
    whole = numbers and lengths == {len(names)} and not _ranked(values)
    if whole:
        return {column: pa.array(values)}
    return _columns(column, [[_plain(one) for one in value or ()] for value in values], width)


def _ranked(values: Sequence[list | None]) -> bool:
    """Whether each list falls from its first to its last, or holds the numbers of all its places once."""
    head = [value for value in values[:200] if value and None not in value]
    falling = all(all(a >= b for a, b in pairwise(value)) for value in head)
    counted = all(sorted(value) == list(range(len(value))) for value in head)
    return len(head) > 0 and (falling or counted) and any(value[0] != value[-1] for value in head)


def _columns(column: str, rows: Sequence[Sequence[object]], width: int) -> dict[str, pa.Array]:
    return {f"{column}_{k}": column_of([row[k] if k < len(row) else None for row in rows]) for k in range(width)}


def _of_pairs(values: Sequence[list | None], column: str) -> dict[str, pa.Array] | None:
    """``[{"label": "cat", "score": 0.9}, ...]``, as pipelines give them: classes and their scores from the best on."""
    first = next(one for value in values if value for one in value if isinstance(one, dict))
    name = next((key for key in CLASS_KEYS if key in first), None)
    score = next((key for key in SCORE_KEYS if key in first), None)
    if name is None or score is None:
        return None
    rows = [[one for one in value or () if isinstance(one, dict) and one.get(score) is not None] for value in values]
    rows = [sorted(row, key=lambda one: -float(one[score])) for row in rows]
    width = max(map(len, rows))
    classes = _columns(f"{column}_class", [[_plain(one[name]) for one in row] for row in rows], width)
    return classes | _columns(f"{column}_score", [[float(one[score]) for one in row] for row in rows], width)


def _plain(value: object) -> object:
    return (
        text_of(value) if isinstance(value, dict | list) else value.item() if isinstance(value, np.generic) else value
    )
