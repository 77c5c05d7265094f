"""How a workspace keeps its parts: JSON, arrays, places that can be moved, and the time they were made."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

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


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Whatever goes wrong while a file of the workspace is read or understood is a sentence that names it."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise WorkspaceError(
            f"The workspace is incomplete: {path.name} is missing. Restore it from a backup."
        ) from None
    except Exception as error:
        kind = type(error).__name__
        raise WorkspaceError(
            f"The workspace is damaged: {path.parent.name}/{path.name} cannot be read ({kind}). Restore it from a backup."
        ) from error


def read_table(path: Path) -> pd.DataFrame:
    """A table of the workspace. Raises WorkspaceError."""
    with whole(path):
        return pd.read_parquet(path)
