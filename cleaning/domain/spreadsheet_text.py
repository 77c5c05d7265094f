"""Text that no spreadsheet program runs as a formula when it opens a CSV, and the text that it was."""

import re

MARK, YES = "formula_safe", "yes"  # a column of tables in which ``safe`` has changed something, and its cells
FIRST = "'=+-@\t\r"  # with one of these begins whatever ``safe`` changes
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
