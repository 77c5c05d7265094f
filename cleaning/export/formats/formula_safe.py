"""Tables that no spreadsheet program runs a formula of when it opens them as CSV."""

import pandas as pd

from cleaning.domain.spreadsheet_text import FIRST, MARK, YES, safe


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with safe names of columns and safe text in them; the last column, MARK, says so where any was changed."""
    found = table.rename(columns=lambda name: safe(str(name)))
    unsafe = [c for c in found.columns if not pd.api.types.is_numeric_dtype(found[c]) and _may_run(found[c])]
    for column in unsafe:
        found[column] = found[column].map(lambda value: safe(value) if isinstance(value, str) else value)
    return found.assign(**{MARK: YES}) if unsafe or list(found.columns) != list(table.columns) else found


def _may_run(column: pd.Series) -> bool:
    """Whether ``safe`` would change any text of a column."""
    if isinstance(column.dtype, pd.StringDtype):  # millions at once
        column = column[column.str.startswith(tuple(FIRST), na=False)]
    return any(value[:1] in FIRST and safe(value) != value for value in column if isinstance(value, str) and value)
