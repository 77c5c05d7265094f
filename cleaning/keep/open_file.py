"""The file of an SQLite database: whether it may be written, and whether an open one is still the file at its path, as
what is written to another one is lost. Of one that may only be read a copy stands in, so that reading works as ever."""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sql

from cleaning.errors import WorkspaceError

try:
    import fcntl
except ImportError:  # a system without these locks: what a crash left is left to it
    fcntl = None  # type: ignore[assignment]

Identity = tuple[int, int]
_BESIDE = ("", "-wal")
_COPIES, _MARK = "second-opinion-", ".copy-of-a-log"
_UNMARKED = re.compile(re.escape(_COPIES) + "[a-z0-9_]{8}")
_SQLITE = b"SQLite format 3\0"  # how a file of it begins
_SHARED_BYTES = 510, 2**30 + 2  # length and start of the lock that its readers share
_held: dict[Path, int] = {}


class OpenFile:
    """The file behind an engine; ``path`` is None where there is none to lose (another database, or in memory)."""

    def __init__(self, url: str) -> None:
        named = sql.make_url(url).database if url.startswith("sqlite") else None
        self.path = Path(named) if named and named != ":memory:" and not named.startswith("file:") else None
        self._seen: tuple[Identity | None, Identity | None] | None = None

    def remember(self) -> None:
        """What is open now; called after a first write, when the write-ahead log is there too."""
        self._seen = self._now()

    def _now(self) -> tuple[Identity | None, Identity | None]:
        if self.path is None:
            return None, None
        return _identity(self.path), _identity(self.path.with_name(self.path.name + "-wal"))

    @property
    def same(self) -> bool:
        return self._seen is None or self._seen == self._now()

    def refusal(self) -> WorkspaceError:
        """The sentence for a file that is no longer there, or another one."""
        name = self.path.name if self.path else "The file"
        if self.path is not None and not self.path.exists():
            return WorkspaceError(
                f"The decision log {name} was removed while it was open, so nothing is saved. "
                "Put it back, or restore a backup, and it goes on."
            )
        return WorkspaceError(f"The decision log {name} was replaced while it was open. It is opened anew; try again.")


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def may_write(path: Path) -> bool:
    """Whether a database file, new or not, can be written where it is."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


# -- copies of what may only be read -------------------------------------------------------------------------------------


def copied(url: str, path: Path) -> sql.URL:
    """The address of a copy, in a folder of its own, of a log that may be read and not written; with its write-ahead
    log. Whoever reads it holds its mark locked, which the system lets go of when the process ends, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix=_COPIES))
    _hold(folder)
    for ending in _BESIDE:
        source = path.with_name(path.name + ending)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return sql.make_url(url).set(database=str(folder / path.name))


def remove_copy(copy: sql.URL) -> None:
    """Nobody reads it any more."""
    folder = Path(str(copy.database)).parent
    shutil.rmtree(folder, ignore_errors=True)
    if (mark := _held.pop(folder, None)) is not None:
        os.close(mark)


def sweep_copies(older_than: float) -> list[Path]:
    """Removes copies, older than so many seconds, of processes that are gone; what was removed."""
    swept = []
    for folder in Path(tempfile.gettempdir()).glob(f"{_COPIES}*"):
        marked = (folder / _MARK).exists()
        if _is_left(folder / _MARK, older_than) if marked else _left_by_an_earlier_version(folder, older_than):
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
    return swept


def _hold(folder: Path) -> None:
    mark = os.open(folder / _MARK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks: such copies stay
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _held[folder] = mark


def _is_left(mark: Path, older_than: float) -> bool:
    """Whether a copy is ours, old, and held by nobody."""
    if fcntl is None:
        return False
    try:
        if not _is_our_folder(mark.parent):
            return False
        file = os.open(mark, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return time.time() - os.fstat(file).st_mtime > older_than
    except OSError:
        return False
    finally:
        os.close(file)


def _is_our_folder(folder: Path) -> bool:
    about = folder.lstat()
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()


def _left_by_an_earlier_version(folder: Path, older_than: float) -> bool:
    """Whether a folder without a mark is a copy by a version that set none: by its name and access as ours are made,
    by one log in it and nothing else, old, and held open by nobody. An empty one had only just been made."""
    if fcntl is None or not _UNMARKED.fullmatch(folder.name):
        return False
    try:
        if not _is_our_folder(folder) or stat.S_IMODE(folder.lstat().st_mode) != 0o700:
            return False
        held = sorted(folder.iterdir())
        old = all(time.time() - path.lstat().st_mtime > older_than for path in [folder, *held])
        return old and (not held or _is_unread_log(held))
    except OSError:
        return False


def _is_unread_log(held: Sequence[Path]) -> bool:
    log = held[0]
    if not all(path.is_file() and not path.is_symlink() for path in held):
        return False
    if {path.name for path in held} - {log.name + ending for ending in ("", "-wal", "-shm", "-journal")}:
        return False
    with log.open("r+b") as file:  # an open connection to a log in this mode holds a part of its file locked
        if file.read(len(_SQLITE)) != _SQLITE:
            return False
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED_BYTES)  # OSError where one is open
    return True
