"""Which picture belongs to which sample, all below one folder."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.limits import MAX_PICTURES
from data_adapters.sentences import listed, reason

PICTURE_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"))


def find_pictures(root: Path, sample_ids: np.ndarray, written: np.ndarray | None) -> tuple[np.ndarray, list[str]]:
    """((N,) object array of paths relative to ``root``, empty where there is no picture; notes).

    written: (N,) paths from the labels table, or None: then a picture is found by the sample's id, with or
    without its ending. Raises InputError on paths that lead out of the folder.
    """
    if not root.is_dir():
        raise InputError(f"There is no folder of pictures '{root}'. Check the name.")
    if written is not None:
        _refuse_paths_outside(written, sample_ids)
    there = pictures_below(root)
    found = _by_path(there, written) if written is not None else _by_id(there, sample_ids)
    missing = sample_ids[found == ""]
    of = counted(len(sample_ids), "sample")
    if not len(missing):
        return found, [f"Pictures in '{root.name}': found for all of {of}."]
    return found, [f"No picture in '{root.name}' for {len(missing):,} of {of}: {listed(missing)}"]


def _refuse_paths_outside(written: np.ndarray, sample_ids: np.ndarray) -> None:
    bad = np.flatnonzero([leads_outside(path) for path in written])
    if len(bad):
        raise InputError(
            f"{counted(len(bad), 'picture path')} leading out of the folder of pictures: "
            f"{listed(written[bad])} Write paths relative to that folder, without '..'."
        )


def leads_outside(path: str) -> bool:
    path = path.replace("\\", "/")
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or "\x00" in path


def pictures_below(root: Path) -> set[str]:
    """Relative paths, with '/', of all pictures. Raises InputError on links that lead out of the folder.

    Only files are pictures: to open a pipe or a device of such a name would wait for ever.
    """
    home, found, outside = root.resolve(), set(), []
    for entry, relative in _entries(root, ""):
        is_picture = PurePosixPath(entry.name).suffix.lower() in PICTURE_SUFFIXES
        if entry.is_symlink() and (is_picture or entry.is_dir()) and not _stays_inside(Path(entry.path), home):
            outside.append(relative)
        elif is_picture and entry.is_file():
            found.add(relative)
            if len(found) > MAX_PICTURES:
                raise InputError(f"'{root.name}' holds more than {MAX_PICTURES:,} pictures, more than are read.")
    if outside:
        raise InputError(
            f"{counted(len(outside), 'link')} in '{root.name}' leading out of the folder: {listed(sorted(outside))} "
            "Copy the pictures into the folder."
        )
    return found


def _entries(folder: Path | str, relative: str) -> Iterator[tuple[os.DirEntry, str]]:
    """(entry, path below the root) of all that lies in a folder and the folders in it; links are not followed."""
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise InputError(f"The folder '{relative or folder}' cannot be looked into ({reason(error)}).") from error
    for entry in entries:
        yield entry, relative + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path, f"{relative}{entry.name}/")


def _stays_inside(path: Path, home: Path) -> bool:
    return path.resolve().is_relative_to(home)


def _by_path(there: set[str], written: np.ndarray) -> np.ndarray:
    paths = [path.replace("\\", "/").removeprefix("./") for path in written]
    shortened = [path.removeprefix("images/") for path in paths]
    return _objects(p if p in there else s if s in there else "" for p, s in zip(paths, shortened))


def _by_id(there: set[str], sample_ids: np.ndarray) -> np.ndarray:
    by_stem = {path.rsplit(".", 1)[0]: path for path in sorted(there, reverse=True)}
    return _objects(i if i in there else by_stem.get(i, "") for i in sample_ids)


def _objects(values) -> np.ndarray:
    values = list(values)
    out = np.empty(len(values), object)
    out[:] = values
    return out
