"""Given labels as one column a class, of which one says 1: read as one column of names."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import LabelsSource
from data_adapters.files.tables import Table
from data_adapters.joining.columns import LABEL_NAMES, REFERENCE_NAMES, RIGHT_OR_WRONG, known_columns, speaks_of
from data_adapters.joining.table_shapes.annotation_records import of_records
from data_adapters.ways import way

YES, NO = frozenset(("1", "1.0", "True", "true")), frozenset(("0", "0.0", "False", "false", ""))
PREFIXES = frozenset("label class is target y onehot one hot category".split())
MANY_EMPTY = 0.5  # of the rows, without a 1
FEWEST = 2


def of_table(table: Table, label_column: str | None = None) -> LabelsSource:
    """The table without the nesting of annotation tools; where none of its columns is called as labels are, with one made
    of its one-hot columns."""
    table = of_records(table)
    if label_column is not None or known_columns(table, (*LABEL_NAMES, *REFERENCE_NAMES)) or not len(table):
        return LabelsSource(table)
    columns = [c for c in table.columns if _is_of_ones(table, c)]
    if len(columns) < FEWEST:
        return LabelsSource(table)
    ones = np.stack([np.isin(table.text(column), list(YES)) for column in columns], axis=1)
    count = ones.sum(axis=1)
    if (count == 0).mean() > MANY_EMPTY:
        return LabelsSource(table)
    if (count > 1).any():
        rows = [f"row {i + 1:,}" for i in np.flatnonzero(count > 1)]
        raise InputError(
            f"'{table.path.name}' has no column known to hold the given labels. Its columns {first_five(columns)} say yes "
            f"or no; as one column a class it marks several classes in {counted(len(rows), 'row')}: "
            f"{first_five(rows)}. A sample has one given label here. Give one label a sample, or leave these rows out; "
            f"if these columns say something else, name the column of labels {way('label_column')}."
        )
    return _source(table, columns, ones)


def _is_of_ones(table: Table, column: str) -> bool:
    """Whether a column holds 0 and 1 alone, and is not called as one that says right or wrong."""
    head = {"1" if value in YES else "0" if value in NO else value for value in table.head(column)}
    return head <= {"0", "1"} and not speaks_of(column, RIGHT_OR_WRONG)


def _source(table: Table, columns: list[str], ones: np.ndarray) -> LabelsSource:
    names = _without_prefix(columns)
    labels = np.where(ones.any(axis=1), np.array(names, object)[ones.argmax(axis=1)], "")
    rest = table.data.drop_columns(columns).append_column("label", pa.array(labels.tolist(), pa.string()))
    note = f"'{table.path.name}': given labels from {len(columns):,} columns, one a class ({first_five(columns)})."
    return LabelsSource(replace(table, data=rest, notes=(*table.notes, note)), (tuple(names), []), label_column="label")


def _without_prefix(columns: list[str]) -> list[str]:
    """``cat``, ``dog`` of ``label_cat``, ``label_dog``."""
    prefixes = {column.partition("_")[0] for column in columns if "_" in column}
    alike = len(prefixes) == 1 and all("_" in column for column in columns)
    if alike and prefixes.pop().lower() in PREFIXES:
        return [column.partition("_")[2] for column in columns]
    return columns
