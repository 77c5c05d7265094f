"""Tables that no spreadsheet program runs a formula of when it opens them as CSV."""

import pandas as pd

from cleaning.domain.spreadsheet_text import MARK, YES, safe


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with safe names of columns and safe text in them; the last column, MARK, says so where any was changed."""
    found = table.rename(columns=lambda name: safe(str(name)))
    for column in found.columns:
        if not pd.api.types.is_numeric_dtype(found[column]):
            found[column] = found[column].map(lambda value: safe(value) if isinstance(value, str) else value)
    changed = list(found.columns) != list(table.columns) or not found.equals(table)
    return found.assign(**{MARK: YES}) if changed else found
