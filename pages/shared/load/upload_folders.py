"""Folders that hold what was sent through the browser until a workspace keeps it, and those a crash left behind.

Beside each lies a mark that its process holds locked. The system lets go of it when the process ends, however it ends:
a mark that can be locked is one whose folder nobody looks at any more.
"""

import os
import shutil
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cleaning.keep.upkeep.workspace_care import UPLOADS, places_told

try:
    import fcntl
except ImportError:  # a system without these locks: age alone tells what was left
    fcntl = None  # type: ignore[assignment]

MARK = ".open-"
LEFT_SECONDS = 24 * 3600  # where locks tell nothing, nobody looks at an upload that long
_held: dict[Path, int] = {}


def new_upload_folder(root: Path) -> Path:
    """A path below ``root`` for a folder of ours, marked as looked at; the folder itself is made by who fills it."""
    folder = root / UPLOADS / uuid.uuid4().hex
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = os.open(_mark(folder), os.O_RDWR | os.O_CREAT, 0o644)
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks: then its age tells
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _held[folder] = mark
    return folder


def keep_folders(folders: Iterable[Path]) -> None:
    """A workspace refers to them now: they stay for good."""
    for folder in folders:
        _mark(folder).unlink(missing_ok=True)
        mark = _held.pop(folder, None)
        if mark is not None:
            os.close(mark)


def remove_folders(folders: Iterable[Path]) -> None:
    """Nobody looks at them any more."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        keep_folders([folder])


def sweep_uploads(root: Path) -> list[Path]:
    """Removes the uploads of processes that are gone, unless a workspace refers to them; what was removed."""
    left = [mark for mark in (root / UPLOADS).glob(f"{MARK}*") if _is_left(mark)]
    told = places_told(root) if left else ""
    swept = []
    for mark in left:
        folder = mark.with_name(mark.name.removeprefix(MARK))
        if folder.name not in told and folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
        mark.unlink(missing_ok=True)
    return swept


def _mark(folder: Path) -> Path:
    return folder.with_name(f"{MARK}{folder.name}")


def _is_left(mark: Path) -> bool:
    try:
        if fcntl is None:
            return time.time() - mark.stat().st_mtime > LEFT_SECONDS
        with mark.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
