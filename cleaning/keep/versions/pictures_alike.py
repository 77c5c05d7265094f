"""Whether two files show the same picture: by their bytes, else by what is seen in them.

A picture that was encoded anew or made smaller looks the same at 16 x 16; another picture, or one turned or mirrored,
does not. The bounds lie far above what JPEG at quality 30 changes and far below what two pictures differ by.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

SIDE = 16
COARSE = 4  # pictures are first compared at this size, so that many are found quickly
MEAN_BOUND, MOST_BOUND = 7.0, 64.0  # of 255
SHAPE_BOUND = 0.06  # relative difference of the sides' ratio
COMPARED_AT_ONCE = 512
Look = Callable[[Path], np.ndarray | None]  # (SIDE * SIDE * 3 + 1,) float32, see ``data_adapters.picture_looks``


def unseen(path: Path) -> None:
    """The look where nobody can decode pictures: only their bytes are compared."""


def same_picture(one: Path, other: Path, look: Look) -> bool | None:
    """None where one of them is not there or cannot be read, so that nothing can be said."""
    try:
        if one == other or one.samefile(other) or same_bytes(one, other):
            return True
    except OSError:
        return None
    looks = look(one), look(other)
    return None if looks[0] is None or looks[1] is None else alike(looks[0], looks[1])


def same_bytes(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two looks are of one picture."""
    if abs(one[-1] / other[-1] - 1) > SHAPE_BOUND:
        return False
    difference = np.abs(one[:-1] - other[:-1])
    return bool(difference.mean() <= MEAN_BOUND and difference.max() <= MOST_BOUND)


def find_alike(wanted: Sequence[np.ndarray], among: Sequence[np.ndarray]) -> list[list[int]]:
    """For each wanted look the places of those in ``among`` that are of the same picture."""
    if not len(wanted) or not len(among):
        return [[] for _ in wanted]
    there = _coarse(among)
    size = np.square(there).sum(axis=1)
    bound = (MEAN_BOUND * 2) ** 2 * there.shape[1]
    found = []
    for start in range(0, len(wanted), COMPARED_AT_ONCE):
        here = _coarse(wanted[start : start + COMPARED_AT_ONCE])
        distance = np.square(here).sum(axis=1)[:, None] + size - 2 * here @ there.T
        for offset, near in enumerate(distance <= bound):
            look = wanted[start + offset]
            found.append([i for i in np.flatnonzero(near).tolist() if alike(look, among[i])])
    return found


def _coarse(looks: Sequence[np.ndarray]) -> np.ndarray:
    """(n, COARSE * COARSE * 3) float32."""
    step = SIDE // COARSE
    whole = np.stack([look[:-1] for look in looks]).reshape(len(looks), COARSE, step, COARSE, step, 3)
    return whole.mean(axis=(2, 4)).reshape(len(looks), -1)
