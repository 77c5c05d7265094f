"""Tables that no spreadsheet program runs a formula of when it opens them as CSV."""

import numpy as np
import pandas as pd

from cleaning.domain.spreadsheet_text import FIRST, MARK, YES, safe
from cleaning.export.formats.row_texts import AT_ONCE, Coded, Each
from cleaning.export.formats.table_texts import Column, as_series

_SIGNS = tuple(f"\n{sign}" for sign in FIRST)


def safe_columns(table: dict[str, Column]) -> dict[str, Column]:
    """The table with safe names of columns and safe text in them; the last column, MARK, says so where any was changed."""
    found = {safe(name): _safe_column(column) for name, column in table.items()}
    if list(found) == list(table) and all(now is before for now, before in zip(found.values(), table.values())):
        return found
    rows = len(next(iter(found.values())))
    return found | {MARK: Coded(np.zeros(rows, np.int32), (YES,))}


def _safe_column(column: Column) -> Column:
    """Itself where ``safe`` changes nothing."""
    if isinstance(column, Coded):
        values = [safe(value) if isinstance(value, str) else value for value in column.values]
        return column if values == list(column.values) else Coded(column.codes, values)
    if isinstance(column, Each) or (isinstance(column, pd.Series) and not pd.api.types.is_numeric_dtype(column)):
        cells: np.ndarray = np.asarray(as_series(column), object)
        safer = _safe_column(cells)
        return column if safer is cells else safer
    if not isinstance(column, np.ndarray) or column.dtype.kind not in "OT":
        return column
    if not any(_may_run_here(column[start : start + AT_ONCE]) for start in range(0, len(column), AT_ONCE)):
        return column
    after = [safe(value) if isinstance(value, str) else value for value in column]
    return column if after == column.tolist() else np.array(after, object)


def _may_run_here(some: np.ndarray) -> bool:
    """Whether any text may begin with a sign that ``safe`` looks for."""
    values = some.tolist() if some.dtype.kind == "T" else [value for value in some.tolist() if isinstance(value, str)]
    together = "\n".join(("", *values))
    return any(sign in together for sign in _SIGNS)


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with safe names of columns and safe text in them; the last column, MARK, says so where any was changed."""
    found = table.rename(columns=lambda name: safe(str(name)))
    unsafe = [c for c in found.columns if not pd.api.types.is_numeric_dtype(found[c]) and _may_run(found[c])]
    for column in unsafe:
        found[column] = found[column].map(lambda value: safe(value) if isinstance(value, str) else value)
    return found.assign(**{MARK: YES}) if unsafe or list(found.columns) != list(table.columns) else found


def csv_of(table: pd.DataFrame, line_end: str = "\n") -> bytes:
    """A table as CSV of which no spreadsheet program runs a formula."""
    return safe_table(table).to_csv(index=False, lineterminator=line_end).encode()


def _may_run(column: pd.Series) -> bool:
    """Whether ``safe`` would change any text of a column."""
    if isinstance(column.dtype, pd.StringDtype):  # millions at once
        column = column[column.str.startswith(tuple(FIRST), na=False)]
    return any(value[:1] in FIRST and safe(value) != value for value in column if isinstance(value, str) and value)
