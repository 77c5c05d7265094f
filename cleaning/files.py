"""The one way to write to disk: aside, synced and renamed, so that what stands in a place is whole.

Every writer has a path of its own, so two processes may write the same place at once; the later file stays, the
earlier folder does. After an error or an interrupt nothing of it is left.
"""

import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cleaning.errors import NotWritten

try:
    import fcntl
except ImportError:  # a system without these locks: one process at a time is then the user's care
    fcntl = None  # type: ignore[assignment]

ASIDE = ".making-"
FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
SYNCED_ONE_BY_ONE = 100  # files of a folder; from here on one call for the whole system is quicker (2 ms a file)
ASKED_AGAIN_SECONDS = 0.1


@contextmanager
def written_aside(place: Path, called: str = "", *, or_a_rivals: bool = False, lasting: bool = True) -> Iterator[Path]:
    """A path beside ``place``, not there yet, to be made a file or a folder; it takes the place when all went well.

    A file takes the place of another; a folder does not: that raises NotWritten, unless ``or_a_rivals``, where a
    folder that another process made meanwhile is as good. called: what the sentence of NotWritten calls the place.
    lasting: False for what is made again where it is lost: no wait for the disk, and after a power cut a file may be
    gone or empty.
    """
    aside = place.with_name(f"{ASIDE}{uuid.uuid4().hex}{''.join(place.suffixes[-2:])}")  # both of ``.csv.gz``
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        take_place(aside, place, or_a_rivals=or_a_rivals, lasting=lasting)
    except OSError as error:
        raise not_written(called or f"'{place}'", error) from error
    finally:
        _remove(aside)


def take_place(made: Path, place: Path, *, or_a_rivals: bool = False, lasting: bool = True) -> None:
    """Brings a file or folder beside ``place`` to the disk and renames it to that. Raises OSError."""
    if lasting:
        _sync(made)
    if made.is_dir():
        _rename_folder(made, place, or_a_rivals)
    else:
        made.replace(place)
    if lasting:
        _sync_entry(place.parent)


def write_bytes(place: Path, data: bytes, called: str = "") -> None:
    """A file with these bytes. Raises NotWritten."""
    with written_aside(place, called) as aside:
        aside.write_bytes(data)


def write_json(place: Path, value: object, called: str = "", indent: int | None = None) -> None:
    """A JSON file in UTF-8. Raises NotWritten."""
    write_bytes(place, json.dumps(value, ensure_ascii=False, indent=indent).encode(), called)


@contextmanager
def new_file(place: Path, called: str = "") -> Iterator[IO[bytes]]:
    """A file open for writing that takes ``place`` when all went well. Raises NotWritten."""
    with written_aside(place, called) as aside, aside.open("xb") as file:
        yield file


def not_written(what: str, error: OSError) -> NotWritten:
    """The sentence for what the system refused."""
    cure = ""
    if error.errno in FULL:
        cure = " Make room, and try again."
    elif error.errno in REFUSED:
        cure = " Allow writing there, or choose another place."
    return NotWritten(f"{what} could not be written: {error.strerror or error}. Nothing of it was kept.{cure}")


@contextmanager
def full_disk_as_sentence(what: str) -> Iterator[None]:
    """Raises NotWritten where the disk is full; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NotWritten(f"{what} could not be kept: {error.strerror}. Make room, and start again.") from error


@contextmanager
def held(lock: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Nobody else, in this process or another, holds the same lock meanwhile; it ends with the process at the latest.

    lock: an empty file that is there while it is held. waiting: called again and again while another holds it.
    Raises NotWritten.
    """
    file = _opened(lock)
    while not _is_ours(file, lock):
        file.close()
        waiting()
        time.sleep(ASKED_AGAIN_SECONDS)
        file = _opened(lock)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_UN)  # also for workers that inherited it
        file.close()


def _opened(lock: Path) -> IO[bytes]:
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        return lock.open("ab")
    except OSError as error:
        raise not_written(f"The folder '{lock.parent.name}'", error) from error


def _is_ours(file: IO[bytes], lock: Path) -> bool:
    """Takes the lock if it is free; one whose file its holder has removed meanwhile is nobody's, so it does not count."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise
        return True  # a file system without locks lets everybody in


def _rename_folder(made: Path, place: Path, or_a_rivals: bool) -> None:
    try:
        made.rename(place)
    except OSError as error:
        if not place.is_dir():
            raise
        if not or_a_rivals:
            raise FileExistsError(errno.EEXIST, "it is there already") from error


def _sync(made: Path) -> None:
    """Brings a file, or all that a folder holds, to the disk."""
    if not made.is_dir():
        _sync_entry(made)
        return
    inside = list(made.rglob("*"))
    if len(inside) > SYNCED_ONE_BY_ONE and hasattr(os, "sync"):
        os.sync()
        return
    for path in (*inside, made):
        _sync_entry(path)


def _sync_entry(path: Path) -> None:
    """Brings one file, or the names in one folder, to the disk; some systems cannot open a folder."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(aside: Path) -> None:
    if aside.is_dir() and not aside.is_symlink():
        shutil.rmtree(aside, ignore_errors=True)
        return
    with suppress(OSError):
        aside.unlink()
