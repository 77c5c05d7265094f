"""Sample ids that are absolute paths: cut to the part below their common folder, so that nobody's folders get out."""

import re
from collections import defaultdict
from collections.abc import Collection

import numpy as np

LOOKED_AT = 50
ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\\w|[a-z]+:/")
# of some ids among others, where one slash alone may be a name
DISK = re.compile(r"/[^/\s]+/+[^/\s]|[A-Za-z]:[\\/]|\\\\\w|file:/")
ROOT = re.compile(r"[A-Za-z]+:/+|//|/")


def are_absolute(ids: Collection[str]) -> bool:
    return len(ids) > 0 and all(ABSOLUTE.match(one) for one in ids)


def folders_of(ids: np.ndarray) -> tuple[str, ...]:
    """What to cut from ids: the folder that holds all of one disk, with its last slash; none where no id is a path.

    Addresses count as such where all ids are absolute.
    """
    by_root = defaultdict[str, list[str]](list)
    for path in ids if are_absolute(ids) else _of_a_disk(ids):
        slashed = _with_slashes(path)
        by_root[ROOT.match(slashed)[0]].append(slashed)  # type: ignore[index]
    return tuple(map(_common_folder, by_root.values()))


def _of_a_disk(ids: np.ndarray) -> list[str]:
    texts = ids if ids.dtype.kind == "T" else ids.astype(np.dtypes.StringDType())
    near = np.strings.startswith(texts, "/") | np.strings.startswith(texts, "\\\\")
    for mark in (":/", ":\\"):
        place = np.strings.find(texts, mark)
        near |= (place == 1) | (place == len("file"))
    return [one for one in texts[near].tolist() if DISK.match(one)]


def _common_folder(paths: Collection[str]) -> str:
    """What all paths begin with, up to and with its last slash."""
    first, last = min(paths), max(paths)
    alike = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, alike) + 1]


def below(ids: np.ndarray, folders: tuple[str, ...]) -> np.ndarray:
    """(N,) the same ids without these folders, where they have one."""
    if not folders:
        return ids
    out = np.empty(len(ids), ids.dtype)
    out[:] = [_without(_with_slashes(one), folders) for one in ids]
    return out


def _without(path: str, folders: tuple[str, ...]) -> str:
    return next((path.removeprefix(folder) for folder in folders if path.startswith(folder)), path)


def as_those_of_samples(ids: np.ndarray, folders: tuple[str, ...], sample_ids: np.ndarray) -> np.ndarray:
    """An expert's ids that are absolute paths, cut as those of the samples were (``folders``), or to what the samples are
    called, or else below their own common folder."""
    cut = below(ids, folders)
    if not are_absolute(cut):
        return cut
    before = _before(ids, sample_ids)
    return below(ids, (before,) if before else folders_of(ids))


def _before(ids: np.ndarray, sample_ids: np.ndarray) -> str:
    """What stands before a sample's id in the first path that ends in one; "" where none does."""
    known = set(sample_ids)
    for path in map(_with_slashes, ids[:LOOKED_AT]):
        for place, letter in enumerate(path):
            if letter == "/" and path[place + 1 :] in known:
                return path[: place + 1]
    return ""


def _with_slashes(path: str) -> str:
    return path.replace("\\", "/")
