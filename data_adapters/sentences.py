"""Small parts of sentences for people."""

from collections.abc import Iterable

from cleaning.errors import first_five


def listed(items: Iterable[object]) -> str:
    """The first five items and the full stop: ``a, b.`` or ``a, b, c, d, e, ...``."""
    text = first_five(items)
    return text if text.endswith("...") else f"{text}."
