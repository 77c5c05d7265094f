"""Tables in a ``.json`` file: a list of records, the layouts that pandas writes, or a map from ids to values."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.files.index_columns import counts_rows, index_name
from data_adapters.files.json_files import json_file
from data_adapters.files.values import table_of
from data_adapters.sentences import listed

SPLIT = {"columns", "data"}
OFTEN_COLUMNS = frozenset(
    "id ids sample_id file_name filename file path image question_id doc_id label labels target class answer gold "
    "pred preds prediction predictions predicted_class predicted_probability confidence probability prob score scores "
    "logits choices options question".split()
)
SCALARS = (str, int, float, bool, type(None))


def read_json_table(path: Path) -> tuple[pa.Table, tuple[str, ...]]:
    """(table, notes). Raises InputError where the file holds no table, or more than one."""
    content = json_file(path)
    columns, layout = _columns(content, path)
    lengths = {len(values) for values in columns.values()}
    if not columns or lengths == {0}:
        raise InputError(f"'{path.name}' holds no rows. Expected a list of records.")
    if len(lengths) > 1:
        raise InputError(
            f"'{path.name}' has columns of different lengths ({listed(sorted(lengths))[:-1]}). Save it again."
        )
    return table_of(columns), (f"'{path.name}': read as {layout}.",)


def _columns(content: object, path: Path) -> tuple[dict[str, Sequence[object]], str]:
    """(columns, how they are laid out)."""
    if isinstance(content, list):
        return _of_list(content, path)
    if not isinstance(content, dict) or not content:
        raise InputError(f"'{path.name}' holds no table. Expected a list of records, such as [{{\"id\": 1}}].")
    if content.keys() >= SPLIT and isinstance(content["data"], list) and isinstance(content["columns"], list):
        return _of_split(content, path), "columns, index and data"
    inner = [key for key, value in content.items() if _is_records(value)]
    if len(inner) == 1:
        return of_records(content[inner[0]]), f"the list of records '{inner[0]}'"
    if len(inner) > 1:
        raise InputError(
            f"'{path.name}' holds {len(inner)} lists of records: {listed(inner)} Save one of them as a file."
        )
    return _of_map(content, path)


def _of_list(content: list, path: Path) -> tuple[dict[str, Sequence[object]], str]:
    if _is_records(content):
        return of_records(content), "a list of records"
    if content and all(isinstance(row, list) for row in content):
        header, rows = content[0], content[1:]
        if all(isinstance(name, str) for name in header) and all(len(row) == len(header) for row in rows):
            return dict(zip(header, map(list, zip(*rows)))), "rows below a header"
        if all(_is_records(row) for row in content) or _are_numbers(content):
            return {"scores": content}, "a list of scores by row"
    raise InputError(
        f"'{path.name}' is a list of other things than records. Expected objects, such as [{{\"id\": 1}}]."
    )


def _are_numbers(rows: list[list]) -> bool:
    """Whether rows are equally long lists of numbers."""
    return len({len(row) for row in rows}) == 1 and all(type(one) in (int, float) for row in rows for one in row)


def _is_records(value: object) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(row, dict) for row in value)


def of_records(records: Sequence[Mapping]) -> dict[str, Sequence[object]]:
    """Columns of records; what a record lacks is missing."""
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in names}


def _of_split(content: Mapping, path: Path) -> dict[str, Sequence[object]]:
    names, rows = [str(name) for name in content["columns"]], content["data"]
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows) or len(set(names)) < len(names):
        raise InputError(f"'{path.name}' has rows that do not fit its 'columns'. Save it again.")
    columns: dict[str, Sequence[object]] = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    index = content.get("index")
    return columns if index is None else _indexed(index, columns)


def _indexed(index: Sequence[object], columns: dict[str, Sequence[object]]) -> dict[str, Sequence[object]]:
    """The columns, behind the index where it does more than count the rows."""
    return columns if counts_rows(index) and columns else {index_name(tuple(columns)): list(index), **columns}


def _of_map(content: Mapping, path: Path) -> tuple[dict[str, Sequence[object]], str]:
    """By what stands under each key: rows or columns as objects, columns as lists, or one value an id."""
    values = list(content.values())
    if set(content) == {"classes", "labels"} and isinstance(content["labels"], dict):
        return _of_fiftyone(content["classes"], content["labels"]), "FiftyOne's classes and labels"
    if all(isinstance(value, dict) for value in values):
        return _of_objects(content)
    if all(isinstance(value, list) for value in values):
        if _is_scores(content):
            return {"sample_id": list(content), "scores": values}, "a list of scores by id"
        return dict(content), "columns"
    if all(isinstance(value, SCALARS) for value in values):
        return {"sample_id": list(content), "label": values}, "one value by id"
    raise InputError(
        f"'{path.name}' mixes values and lists under its keys: {listed(content)} Expected a list of records."
    )


def _of_fiftyone(classes: object, labels: Mapping) -> dict[str, Sequence[object]]:
    """FiftyOneImageClassificationDataset: ``{"classes": [...], "labels": {"id": 3}}``; labels may be objects of one."""
    said = [value.get("label") if isinstance(value, dict) else value for value in labels.values()]
    names = classes if isinstance(classes, list) else []
    named = [names[one] if type(one) is int and 0 <= one < len(names) else one for one in said]
    return {"sample_id": list(labels), "label": named}


def _is_scores(content: Mapping) -> bool:
    """Whether rows of numbers stand under ids: all of one length, and no key named as a column is."""
    lengths = {len(value) for value in content.values()}
    numbers = all(type(one) in (int, float) for value in content.values() for one in value)
    return numbers and len(lengths) == 1 and lengths.isdisjoint((0, 1)) and not _named(content) and len(content) > 1


def _of_objects(content: Mapping[str, Mapping]) -> tuple[dict[str, Sequence[object]], str]:
    """Rows by id, or columns by name: the inner keys of rows are few, and those of columns are many."""
    inner = list(dict.fromkeys(key for value in content.values() for key in value))
    if _are_columns(content, inner):
        columns: dict[str, Sequence[object]] = {
            name: [value.get(key) for key in inner] for name, value in content.items()
        }
        return _indexed(inner, columns), "columns by their index"
    return _indexed(list(content), of_records(list(content.values()))), "records by their index"


def _are_columns(content: Mapping[str, Mapping], inner: Sequence[str]) -> bool:
    """Whether the outer keys are the columns: by their names, by counted rows, or as they are the fewer."""
    outer_named, inner_named = _named(list(content)), _named(inner)
    if outer_named != inner_named:
        return outer_named > inner_named
    if counts_rows(inner) != counts_rows(list(content)):
        return counts_rows(inner)
    return len(content) < len(inner)


def _named(keys: Iterable[str]) -> int:
    """How many keys are called as columns often are."""
    return sum(key.strip().lower() in OFTEN_COLUMNS for key in keys)
