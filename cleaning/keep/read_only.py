"""A decision log that may be read and not written: a copy stands in for it, so that all reading works as ever."""

import os
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sql

_BESIDE = ("", "-wal")


def may_write(path: Path) -> bool:
    """Whether a database file, new or not, can be written where it is."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def copied(url: str, path: Path) -> sql.URL:
    """The address of a copy in a folder of its own, with what stands in the write-ahead log."""
    folder = Path(tempfile.mkdtemp(prefix="second-opinion-"))
    for ending in _BESIDE:
        source = path.with_name(path.name + ending)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return sql.make_url(url).set(database=str(folder / path.name))
