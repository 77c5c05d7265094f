"""How a workspace keeps its parts: the dataset, JSON, arrays, places that can be moved, and the time they were made."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.domain.origin import Origin, OriginSplit
from cleaning.domain.scored import MARKED, ScoredAnswers, ScoredExpert
from cleaning.errors import InputError, WorkspaceError
from cleaning.files import write_json
from cleaning.scores.reserved import new_npy
from cleaning.scores.rows import read_rows

FORMAT = 1
COPIED_AT_ONCE = 64 * 1024**2
COLUMNS_OF_OURS = ("__given", "__options", "__group")
ORIGIN_FILE, ORIGIN_ROWS = "origin.json", "origin_rows.npy"
MARKED_FILE = "marked.parquet"
COPY_OF = "copy_of"  # in a copy's workspace.json: the fingerprint of what it holds, as its id is its own


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
        np.save(path, np.ascontiguousarray(read_rows(array, slice(0, len(array)))), allow_pickle=False)
        return
    target = new_npy(path, array.dtype, array.shape)
    step = max(1, COPIED_AT_ONCE // (array.nbytes // len(array)))
    for start in range(0, len(array), step):
        target[start : start + step] = read_rows(array, slice(start, start + step))
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
    import pyarrow as pa

    with whole(path):
        read = pd.read_parquet(path)
    pa.default_memory_pool().release_unused()  # what decoding took, of millions of rows some 50 MB
    return read


def write_dataset(folder: Path, dataset: Dataset, place: Path) -> None:
    """A dataset into a new workspace's folder, which is to be moved to ``place``."""
    frame = dataset.samples.copy()
    frame["sample_id"] = dataset.sample_ids
    frame["__given"] = dataset.given_labels
    if dataset.option_counts is not None:
        frame["__options"] = dataset.option_counts
    if dataset.group is not None:
        frame["__group"] = dataset.group
    frame.to_parquet(folder / "samples.parquet", index=False)
    about = {
        "format": FORMAT,
        "name": dataset.name,
        "kind": dataset.kind,
        "created": now(),
        "samples": len(dataset),
        "class_names": list(dataset.class_names),
        "group_name": dataset.group_name,
        "image_root": portable(dataset.image_root, place, place.parent) if dataset.image_root else None,
        "notes": list(dataset.notes),
    } | ({"open_answers": True} if dataset.open_answers else {})
    write_json(folder / "workspace.json", about, indent=1)


def read_dataset(folder: Path, about: dict) -> Dataset:
    """The dataset of a workspace. about: contents of its workspace.json. Raises WorkspaceError."""
    frame = read_table(folder / "samples.parquet")
    with whole(folder / "workspace.json"):
        return _dataset_of(frame, folder, about)


def _dataset_of(frame: pd.DataFrame, folder: Path, about: dict) -> Dataset:
    return Dataset(
        name=about["name"],
        kind=about["kind"],
        sample_ids=frame["sample_id"].to_numpy(object),
        given_labels=frame["__given"].to_numpy(np.int32),
        class_names=tuple(about["class_names"]),
        samples=frame.drop(columns=[c for c in COLUMNS_OF_OURS if c in frame]),
        option_counts=frame["__options"].to_numpy(np.int32) if "__options" in frame else None,
        group=frame["__group"].to_numpy(object) if "__group" in frame else None,
        group_name=about["group_name"],
        image_root=(folder / about["image_root"]).resolve() if about["image_root"] else None,
        notes=tuple(about["notes"]),
        open_answers=about.get("open_answers", False),
        origin=_read_origin(folder),
    )


def write_marked(folder: Path, read: ScoredAnswers) -> None:
    """Marked answers into a new workspace's folder: a row a sample, of expert m the columns ``m confidence``,
    ``m score`` and ``m answer``."""
    frame = pd.DataFrame({"sample_id": read.sample_ids})
    if read.parts is not None:
        frame["part"] = read.parts
    for place, expert in enumerate(read.experts):
        frame[f"{place} confidence"], frame[f"{place} score"] = expert.confidence, expert.score
        if expert.answers is not None:
            frame[f"{place} answer"] = expert.answers
    frame.to_parquet(folder / MARKED_FILE, index=False)
    about = {
        "format": FORMAT,
        "name": read.name,
        "kind": MARKED,
        "created": now(),
        "samples": len(read.sample_ids),
        "experts": [{"name": e.name, "cost": e.cost, "simulated": False} for e in read.experts],
        "notes": list(read.notes),
    }
    write_json(folder / "workspace.json", about, indent=1)


def read_marked(folder: Path, about: dict) -> ScoredAnswers:
    """The marked answers of a workspace. about: contents of its workspace.json. Raises WorkspaceError."""
    frame = read_table(folder / MARKED_FILE)

    def column(name: str) -> np.ndarray | None:
        return frame[name].to_numpy(object) if name in frame else None

    with whole(folder / MARKED_FILE):
        experts = tuple(
            ScoredExpert(
                one["name"],
                frame[f"{place} confidence"].to_numpy(float),
                frame[f"{place} score"].to_numpy(float),
                column(f"{place} answer"),
                one["cost"],
            )
            for place, one in enumerate(about["experts"])
        )
        ids = frame["sample_id"].to_numpy(object)
        return ScoredAnswers(about["name"], ids, experts, column("part"), tuple(about["notes"]))


def keep_origin(folder: Path, origin: Origin | None, root: Path) -> None:
    """Keeps which files a workspace's dataset was read from last; they stay where they are and are named."""
    if origin is None:
        return
    splits = {
        name: {
            "files": [portable(file, folder, root) for file in split.files],
            "sizes": list(split.sizes),
            "features": split.features,
            "about": split.about,
        }
        for name, split in origin.splits.items()
    }
    about = {"splits": splits, "split": origin.split, "label_column": origin.label_column, "rows": origin.row_count}
    if origin.rows is not None:
        save_array(folder / ORIGIN_ROWS, origin.rows)
    write_json(folder / ORIGIN_FILE, about | {"all_rows": origin.rows is None}, "Where the dataset lies", indent=1)


def _read_origin(folder: Path) -> Origin | None:
    if not (folder / ORIGIN_FILE).is_file():
        return None
    about = read_json(folder / ORIGIN_FILE)
    with whole(folder / ORIGIN_FILE):
        splits = {
            name: OriginSplit(
                tuple((folder / file).resolve() for file in split["files"]),
                split["features"],
                split["about"],
                tuple(split["sizes"]),
            )
            for name, split in about["splits"].items()
        }
        rows = None if about["all_rows"] else np.load(folder / ORIGIN_ROWS, allow_pickle=False)
        return Origin(splits, about["split"], about["label_column"], about["rows"], rows)
