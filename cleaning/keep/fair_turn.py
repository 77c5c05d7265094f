"""Taking turns among processes that write the same SQLite file.

SQLite itself lets waiting processes ask again after longer and longer pauses, so that one that has just come often goes
first; and among those who wait for one lock the system lets whoever is quickest go. Here each draws a number, holds the
byte of that number in a file until its turn is over, and waits for the byte before: first come, first served, and the
turn of one that was killed is over at once.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl

    _WAIT = fcntl.F_OFD_SETLKW  # locks of an open file, not of a process
except (ImportError, AttributeError):  # a system without these locks: SQLite's own waiting is then all there is
    _WAIT = 0

_TURN = "-turn"
_NEXT = struct.Struct("<Q")  # at the beginning of the file: the next number to draw
_FIRST = _NEXT.size  # the byte of number 0; bytes need not be in the file to be locked


class FairTurn:
    """database: the file whose writers take turns; None for a database that keeps its own order."""

    def __init__(self, database: Path | None) -> None:
        self._file: int | None = None
        if database is not None and _WAIT:
            with suppress(OSError):  # SQLite's own locks still hold; only the order is then left to chance
                self._file = os.open(database.with_name(database.name + _TURN), os.O_RDWR | os.O_CREAT, 0o644)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits for one's turn."""
        if self._file is None:
            yield
            return
        number = self._drawn(self._file)
        try:
            if number:
                _lock(self._file, _FIRST + number - 1)
                _unlock(self._file, _FIRST + number - 1)
            yield
        finally:
            _unlock(self._file, _FIRST + number)

    @staticmethod
    def _drawn(file: int) -> int:
        """The next number, whose byte is held before anybody can draw the following one."""
        _lock(file, 0)
        try:
            kept = os.pread(file, _NEXT.size, 0)
            number = _NEXT.unpack(kept)[0] if len(kept) == _NEXT.size else 0
            _lock(file, _FIRST + number)
            with suppress(OSError):  # a full disk: the next one draws the same number, and waits for it
                os.pwrite(file, _NEXT.pack(number + 1), 0)
            return number
        finally:
            _unlock(file, 0)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None


def _lock(file: int, byte: int) -> None:
    fcntl.fcntl(file, _WAIT, _asked(fcntl.F_WRLCK, byte))


def _unlock(file: int, byte: int) -> None:
    fcntl.fcntl(file, _WAIT, _asked(fcntl.F_UNLCK, byte))


def _asked(kind: int, byte: int) -> bytes:
    """A ``struct flock`` for one byte."""
    return struct.pack("hhqqi0q", kind, os.SEEK_SET, byte, 1, 0)
