"""Which column of an expert's table holds the sample ids."""

import numpy as np

from data_adapters.files.tables import Table
from data_adapters.joining.columns import (
    CONFIDENCE_WORDS,
    ID_NAMES,
    NO_ID_WORDS,
    PREDICTED_WORDS,
    is_position,
    is_prose,
    known_columns,
    speaks_of,
    speaks_of_prediction,
)
from data_adapters.joining.table_shapes.nested_cells import are_nested

MOSTLY_DISTINCT = 0.99


def find_id_column(table: Table, sample_ids: np.ndarray, asked: str) -> str | None:
    """The column whose values are sample ids; None where no column looks like ids at all.

    asked: the id column of the labels, tried first. Then known names, then every column whose values are distinct. A
    column is taken when at least half of its first 1,000 values are sample ids; else the best of those with any. Where
    a column has a known id name but no value in common, it is returned all the same, so that joining can say
    what differs.
    """
    known = set(sample_ids)
    first = [c for c in (asked, *known_columns(table, ID_NAMES)) if c in table.columns]
    shares = {}
    for column in dict.fromkeys((*first, *_texts_first(table))):
        if column not in first and not _may_hold_ids(table, column, sample_ids):
            continue
        values = table.head(column)
        shares[column] = sum(value in known for value in values) / max(1, len(values))
        if shares[column] >= 0.5:
            return column
    best = max(shares, key=shares.__getitem__, default=None)
    if best is not None and shares[best] > 0 and (best in first or not table.holds_numbers(best)):
        return best
    return first[0] if first else _first_distinct_text(table)


def _may_hold_ids(table: Table, column: str, sample_ids: np.ndarray) -> bool:
    """Not a fold, a rank, a prediction or a score, nor row numbers where samples have ids of their own."""
    if speaks_of(column, NO_ID_WORDS | PREDICTED_WORDS | CONFIDENCE_WORDS):
        return False
    if is_position(column) and sample_ids[0] != "0":
        return False
    values = table.head(column)
    return len(set(values)) >= MOSTLY_DISTINCT * len(values)


def _texts_first(table: Table) -> list[str]:
    numbers = [column for column in table.columns[:50] if table.holds_numbers(column)]
    return [column for column in table.columns[:50] if column not in numbers] + numbers


def _first_distinct_text(table: Table) -> str | None:
    for column in table.columns[:50]:
        if speaks_of_prediction(column) or speaks_of(column, NO_ID_WORDS):
            continue
        values = table.head(column)
        if (
            len(values) > 5
            and not is_prose(values)
            and not are_nested(table, column)
            and not table.holds_numbers(column)
            and len(set(values)) == len(values)
        ):
            return column
    return None
