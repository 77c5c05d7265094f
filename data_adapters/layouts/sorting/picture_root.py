"""Which folder the pictures of some samples lie in, where nobody said so."""

from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from data_adapters.files.pictures import leads_outside, pictures_below

LOOKED_AT = 300
MOST_FOLDERS = 50


def picture_root(path: Path, ids: np.ndarray, written: np.ndarray | None, said: str | None) -> Path | None:
    """The folder below ``path`` from which most of the first samples' pictures are found; None where there is none.

    written: (N,) their paths as the labels give them. said: the folder that the user named. Raises InputError where that
    is not below ``path``.
    """
    home = path if path.is_dir() else path.parent
    if said is not None:
        return _named(home, said)
    if path.is_file():
        return None
    there = pictures_below(home)
    if not there:
        return None
    folders = sorted({parent.as_posix() for one in there for parent in Path(one).parents}, key=len)[:MOST_FOLDERS]
    return home / max(folders, key=lambda folder: _found(folder, there, ids[:LOOKED_AT], written))


def _named(home: Path, said: str) -> Path:
    if leads_outside(said):
        raise InputError(f"'{said[:80]}' lies outside of what is read. Choose a folder of pictures below it.")
    if not (home / said).is_dir():
        raise InputError(f"There is no folder of pictures '{home / said}'. Check the name.")
    return home / said


def _found(folder: str, there: set[str], ids: np.ndarray, written: np.ndarray | None) -> int:
    start = "" if folder == "." else f"{folder}/"
    if written is not None:
        return sum(start + name.replace("\\", "/").removeprefix("./") in there for name in written[: len(ids)])
    below = {one.removeprefix(start) for one in there if one.startswith(start)}
    names = below | {one.rsplit(".", 1)[0] for one in below}
    return sum(str(one) in names for one in ids)
