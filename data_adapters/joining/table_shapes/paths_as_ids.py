"""Sample ids that are absolute paths: cut to the part below their common folder, so that nobody's folders get out."""

import re
from collections.abc import Collection

import numpy as np

ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|[a-z]+://")


def are_absolute(ids: Collection[str]) -> bool:
    return len(ids) > 0 and all(ABSOLUTE.match(one) for one in ids)


def common_folder(ids: Collection[str]) -> str:
    """What all paths begin with, up to and with its last slash; ids with any kind of slash."""
    first, last = min(map(_with_slashes, ids)), max(map(_with_slashes, ids))
    alike = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, alike) + 1]


def below(ids: np.ndarray, folder: str) -> np.ndarray:
    """(N,) the same ids without this folder, where they have it."""
    out = np.empty(len(ids), ids.dtype)
    out[:] = [_with_slashes(one).removeprefix(folder) for one in ids]
    return out


def as_those_of_samples(ids: np.ndarray, folder: str) -> np.ndarray:
    """An expert's ids that are absolute paths, cut as those of the samples were, or else below their own common folder."""
    if not are_absolute(ids):
        return ids
    cut = below(ids, folder)
    return below(ids, common_folder(ids)) if are_absolute(cut) else cut


def _with_slashes(path: str) -> str:
    return path.replace("\\", "/")
