"""Taking turns among processes that write the same SQLite file.

SQLite itself lets waiting processes ask again after longer and longer pauses, so that one that has just come often goes
first: among 32 the last was done ten times later than the first. Here who comes next waits at a gate that lets one in at
a time, and the system wakes who waits there in order; so nobody goes twice while another waits.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without these locks: SQLite's own waiting is then all there is
    fcntl = None  # type: ignore[assignment]

_GATE, _TURN = "-gate", "-turn"


class FairTurn:
    """database: the file whose writers take turns; None for a database that keeps its own order."""

    def __init__(self, database: Path | None) -> None:
        self._files: list[int] = []
        if database is not None and fcntl is not None:
            with suppress(OSError):  # SQLite's own locks still hold; only the order is then left to chance
                for ending in (_GATE, _TURN):
                    place = database.with_name(database.name + ending)
                    self._files.append(os.open(place, os.O_RDWR | os.O_CREAT, 0o644))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for one's turn."""
        if len(self._files) < 2:
            yield
            return
        gate, turn = self._files
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)

    def close(self) -> None:
        for file in self._files:
            os.close(file)
        self._files = []
