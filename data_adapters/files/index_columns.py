"""The index of a pandas frame in a file: ids where it says anything, nothing where it only counts the rows."""

import re
from collections.abc import Sequence

import pyarrow as pa

UNNAMED = re.compile(r"__index_level_\d+__")
ID, OTHERWISE = "sample_id", "index"


def counts_rows(index: Sequence[object]) -> bool:
    """Whether an index is 0, 1, 2, ..., be they written as numbers or as texts."""
    return all(str(value) == str(place) for place, value in enumerate(index))


def index_name(columns: Sequence[str]) -> str:
    """What the column of an unnamed index is called: ``sample_id``, where no other column is."""
    return next(name for name in (ID, OTHERWISE, "index of the rows") if name not in columns)


def with_plain_index(data: pa.Table) -> pa.Table:
    """A table whose one unnamed index column, as pandas writes it to Parquet, is called ``sample_id``."""
    unnamed = [name for name in data.column_names if UNNAMED.fullmatch(name)]
    if len(unnamed) != 1:
        return data
    rest = [name for name in data.column_names if name not in unnamed]
    if counts_rows(data[unnamed[0]].to_pylist()) and rest:
        return data.select(rest)
    return data.rename_columns([index_name(rest) if name in unnamed else name for name in data.column_names])
