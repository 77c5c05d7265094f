"""Tables that are one JSON file: a list of records, columns by name, rows by id, or pandas' split layout."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.files.json_files import json_file

HOLDERS = (
    "data",
    "results",
    "predictions",
    "records",
    "rows",
    "samples",
    "details",
    "items",
    "examples",
    "annotations",
)
ID = "id"


def read_json_table(path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    """(table, notes). Rows by id (``{"img1": {...}}`` or ``{"img1": "cat"}``) get a column ``id``."""
    records, notes = _records(json_file(path), path)
    if not records or not all(isinstance(record, dict) for record in records):
        raise InputError(
            f"'{path.name}' holds no table. Expected a list of objects, one a sample, or an object of columns or of samples."
        )
    names = list(dict.fromkeys(name for record in records for name in record))
    return pa.table({name: _column([record.get(name) for record in records]) for name in names}), notes


def _records(content: object, path: Path) -> tuple[list, tuple[str, ...]]:
    if isinstance(content, list):
        return content, ()
    if not isinstance(content, dict) or not content:
        return [], ()
    if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):
        index = content.get("index") or range(len(content["data"]))
        names = [str(name) for name in content["columns"]]
        own = {} if ID in names else {ID: None}
        return [
            own | dict(zip(names, row)) | ({ID: str(i)} if own else {}) for i, row in zip(index, content["data"])
        ], ()
    lists = [key for key in HOLDERS if isinstance(content.get(key), list)]
    if lists:
        left = [key for key in content if key != lists[0]]
        return content[lists[0]], (f"'{path.name}': rows from '{lists[0]}', besides {len(left)} other keys.",)
    return _by_key(content), ()


def _by_key(content: Mapping[str, object]) -> list[dict]:
    """Columns of equal length, columns of {index: value}, or one row an id."""
    values = list(content.values())
    if all(isinstance(value, list) for value in values) and len({len(value) for value in values}) == 1:
        return [dict(zip(content, row)) for row in zip(*values)]
    if all(isinstance(value, dict) for value in values):
        keys = [tuple(value) for value in values]
        if len(set(keys)) == 1 and len(keys[0]) > len(keys):  # columns, each {row: value}
            return [{name: value[row] for name, value in content.items()} for row in keys[0]]
        return [{ID: name} | value for name, value in content.items()]
    if not any(isinstance(value, dict | list) for value in values):
        return [{ID: name, "prediction": value} for name, value in content.items()]
    return []


def _column(values: list) -> pa.Array:
    """As they are, or as text where they are of several kinds."""
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
