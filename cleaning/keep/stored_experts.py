"""Experts on disk: small arrays are copied into the workspace, big files stay where they are and are named."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import numpy as np

from cleaning.domain.experts import EXPERT_OF_KIND, Expert, FullExpert
from cleaning.errors import WorkspaceError
from cleaning.files import write_json
from cleaning.keep.known_scores import ARRAYS, seen
from cleaning.keep.stored import portable, read_json, save_array
from cleaning.scores.mapped_rows import open_rows
from cleaning.scores.npy_files import open_npy
from cleaning.scores.rows import Rows, place_of
from cleaning.scores.shards import LIST_SUFFIX, ShardedScores, list_shards, listed_shards


@contextmanager
def unwritten_on_error(folder: Path, name: str) -> Iterator[None]:
    """Removes what was written into a folder when writing fails; an expert without its .json is none."""
    before = set(folder.iterdir())
    try:
        yield
    except BaseException as error:
        for path in set(folder.iterdir()) - before:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WorkspaceError(
                f"Expert '{name}' could not be kept: {error.strerror or error}. Nothing of it was."
            ) from error
        raise


def write_expert(folder: Path, expert: Expert, fingerprint: str) -> None:
    """Small arrays are copied into the workspace; a memory-mapped file stays where it is and is named."""
    number = len(list(folder.glob("*.json")))
    stem = f"{number:03d}-{re.sub(r'[^A-Za-z0-9_.-]+', '_', expert.name)[:60]}"
    about: dict = {
        "name": expert.name,
        "kind": expert.kind,
        "fingerprint": fingerprint,
        "source": expert.source,
        "simulated": expert.simulated,
        "cost": expert.cost,
        "family": expert.family,
        "notes": list(expert.notes),
    }
    if isinstance(expert, FullExpert):
        about["score_kind"] = expert.score_kind
    for field, array in expert.arrays().items():
        if isinstance(array, np.memmap) and array.filename and field == "scores" and _whole_file(array):
            about[field] = portable(place_of(array), folder, folder.parent.parent)
            about["scores_seen"] = seen(place_of(array))
        elif isinstance(array, ShardedScores):
            about[field] = f"{stem}.{field}{LIST_SUFFIX}"
            list_shards(folder / about[field], array)
        else:
            about[field] = f"{stem}.{field}.npy"
            save_array(folder / about[field], np.asanyarray(array))
    write_json(folder / f"{stem}.json", about, f"Expert '{expert.name}'", indent=1)


def _whole_file(array: np.memmap) -> bool:
    """Whether a memory map is all of a .npy file, so that the file alone gives it back."""
    try:
        again = np.load(place_of(array), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return False
    same = again.shape == array.shape and again.dtype == array.dtype
    return same and again.strides == array.strides  # not turned over or transposed


def read_expert(path: Path) -> Expert:
    about = read_json(path)
    made = EXPERT_OF_KIND[about["kind"]]
    kept = {field.name: about[field.name] for field in fields(made) if field.name in about}
    kept |= {field: _read_array(path.parent, about, field) for field in kept.keys() & set(ARRAYS)}
    changed = about.get("scores_seen") not in (None, seen(path.parent / about.get("scores", "")))
    kept |= {"notes": tuple(about["notes"]), "known_fingerprint": "" if changed else about["fingerprint"]}
    expert = made(**kept)
    if expert.fingerprint() != about["fingerprint"]:
        raise WorkspaceError(
            f"The scores of expert '{expert.name}' are not those that were loaded: {about['scores']} has changed since. "
            "Put the old file back, or load the dataset again."
        )
    return expert


def _read_array(folder: Path, about: dict, field: str) -> Rows:
    place = (folder / about[field]).resolve()  # an absolute path stands for itself
    if not place.exists():
        raise WorkspaceError(f"The scores of expert '{about['name']}' are no longer at {place}. Put the file back.")
    if place.suffix == LIST_SUFFIX:
        return listed_shards(place)
    return open_npy(place, 0) if field == "scores" else open_rows(place)
