"""Columns from Python values, as JSON and spreadsheets give them: numbers, texts, lists, or whatever lies between."""

import json
import math
from collections.abc import Sequence

import pyarrow as pa

EXACT = 2**53  # whole numbers up to here are told apart as floats
INT64 = 2**63


def column_of(values: Sequence[object]) -> pa.Array:
    """One kind of value for the whole column: whole numbers, numbers, texts, lists or objects; else all as text.

    Missing values are null. Whole numbers that a float cannot hold are text, so that no id changes.
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and all(-INT64 <= value < INT64 for value in values if isinstance(value, int)):
        return pa.array(values, pa.int64() if kinds else pa.null())
    if kinds <= {int, float} and all(abs(value) <= EXACT for value in values if type(value) is int):
        return pa.array([float(value) if isinstance(value, int | float) else None for value in values], pa.float64())
    if len(kinds) == 1 and not kinds & {int, float}:
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError):
            pass
    return pa.array([None if value is None else text_of(value) for value in values], pa.string())


def text_of(value: object) -> str:
    """A value as people write it: 3 for 3.0, JSON for lists and objects."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and math.isfinite(value) and value == int(value) and abs(value) < EXACT:
        return str(int(value))
    return str(value)


def table_of(columns: dict[str, Sequence[object]]) -> pa.Table:
    """A table of columns of equal length."""
    return pa.table({name: column_of(values) for name, values in columns.items()})
