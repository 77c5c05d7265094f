"""Small parts of sentences for people."""

from collections.abc import Iterable

from cleaning.errors import first_five

LONGEST_QUOTED = 80  # characters of an answer that is shown


def listed(items: Iterable[object]) -> str:
    """The first five items and the full stop: ``a, b.`` or ``a, b, c, d, e, ...``."""
    text = first_five(items)
    return text if text.endswith("...") else f"{text}."


def shortened(written: str) -> str:
    """In one line; of a long answer its end, where what it settles for should stand."""
    line = " ".join(written.split())
    return line if len(line) <= LONGEST_QUOTED else f"... {line[-LONGEST_QUOTED:]}"


def reason(error: BaseException) -> str:
    """What an error of another library says, in a line without paths of ours: ``No space left on device``."""
    told = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return told.splitlines()[0].rstrip(":")[:160]
