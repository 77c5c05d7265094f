"""How a workspace keeps its parts: JSON, arrays, places that can be moved, and the time they were made."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, WorkspaceError
from cleaning.scores.reserved import new_npy

FORMAT = 1
COPIED_AT_ONCE = 64 * 1024**2


def now(ago: timedelta = timedelta()) -> str:
    """The time, now or so long ago, as ISO 8601 in UTC with milliseconds."""
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def portable(path: Path, place: Path, root: Path) -> str:
    """A path as kept in ``place``: relative where it lies below the workspaces' root, so that they can be moved."""
    path = path.resolve()
    return os.path.relpath(path, place.resolve()) if path.is_relative_to(root.resolve()) else str(path)


def save_array(path: Path, array: np.ndarray) -> None:
    """A .npy of an array; a large one that is mapped or turned over is copied block by block, not through memory."""
    if array.nbytes <= COPIED_AT_ONCE:
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        return
    target = new_npy(path, array.dtype, array.shape)
    step = max(1, COPIED_AT_ONCE // (array.nbytes // len(array)))
    for start in range(0, len(array), step):
        target[start : start + step] = array[start : start + step]
    target.flush()


def read_json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"The workspace is incomplete: {path.name} is missing.") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise InputError(f"The workspace is damaged: {path.name} cannot be read.") from None
