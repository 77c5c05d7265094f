"""Text that no spreadsheet program runs as a formula when it opens a CSV."""

import re

import pandas as pd

_RUN = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might run it; numbers stay as they are.

    ``unsafe`` gives it back: what already begins with apostrophes before such a sign gets one more.
    """
    return f"'{text}" if _RUN.match(text) and not _NUMBER.fullmatch(text) else text


def unsafe(text: str) -> str:
    """What ``safe`` was given."""
    return text[1:] if text.startswith("'") and _RUN.match(text) and not _NUMBER.fullmatch(text[1:]) else text


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with safe names of columns and safe text in them."""
    found = table.rename(columns=lambda name: safe(str(name)))
    for column in found.columns:
        if not pd.api.types.is_numeric_dtype(found[column]):
            found[column] = found[column].map(lambda value: safe(value) if isinstance(value, str) else value)
    return found
