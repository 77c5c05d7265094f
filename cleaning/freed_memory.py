"""Memory that was freed, given back to the system.

The C library keeps what threads freed for what they ask for next, up to 64 MB for each of many; after work on millions of
samples that is hundreds of MB that nobody uses.
"""

import ctypes
from collections.abc import Callable
from functools import cache

WORTH_IT = 200_000  # samples: it takes some milliseconds


def give_back(samples: int) -> None:
    """Gives it back after work on so many samples, if they are many; where the C library is not glibc, nothing happens."""
    trim = _trim() if samples >= WORTH_IT else None
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """``malloc_trim`` of glibc, or None."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
