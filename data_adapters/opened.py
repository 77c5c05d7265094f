"""Expert files, opened but not yet joined to samples: arrays (memory-mapped) or tables."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.numpy_arrays import load_npz, map_npy
from data_adapters.sentences import listed
from data_adapters.tables import TABLE_SUFFIXES, Table, read_table

EXPERT_SUFFIXES = (".npy", ".npz", *TABLE_SUFFIXES)
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib", ".bin")
NPZ_IDS = ("sample_ids", "ids", "sample_id", "file_names", "id")
NPZ_SCORES = {"scores": "", "logits": "logits", "probabilities": "probabilities", "probs": "probabilities"}


@dataclass(frozen=True)
class Declared:
    """What dataset.json says about an expert; an empty score_kind is detected."""

    score_kind: str = ""
    simulated: bool = False
    family: str = ""
    cost: float | None = None


@dataclass(frozen=True)
class OpenedExpert:
    """Either a table, or an array with or without ids: scores (R, K), or hard answers (R,)."""

    name: str
    path: Path
    table: Table | None = None
    array: np.ndarray | None = None
    ids: np.ndarray | None = None
    declared: Declared = Declared()
    answer_column: str | None = None


def open_expert(name: str, path: Path, declared: Declared = Declared()) -> OpenedExpert:
    """Raises InputError where the file cannot be read or is a pickle."""
    suffix = path.suffix.lower()
    if suffix in PICKLES:
        raise InputError(
            f"Expert '{name}' ({path.name}) is a pickle, which can run code when read. "
            "Save the scores with numpy.save(..., allow_pickle=False)."
        )
    if suffix == ".npy":
        return OpenedExpert(name, path, array=_scores_or_answers(map_npy(path), path.name), declared=declared)
    if suffix == ".npz":
        return _open_npz(name, path, declared)
    if suffix in TABLE_SUFFIXES:
        return OpenedExpert(name, path, table=read_table(path), declared=declared)
    raise InputError(
        f"Expert '{name}' ({path.name}) has an ending we do not read. Read are {', '.join(EXPERT_SUFFIXES)}."
    )


def _open_npz(name: str, path: Path, declared: Declared) -> OpenedExpert:
    arrays = load_npz(path)
    scores = [key for key in NPZ_SCORES if key in arrays]
    ids = [key for key in NPZ_IDS if key in arrays]
    if not scores and len(arrays) - len(ids) == 1:
        scores = [key for key in arrays if key not in ids]
    if len(scores) != 1:
        raise InputError(f"'{path.name}' must hold one array 'scores' and one 'sample_ids'; it holds {listed(arrays)}")
    kind = declared.score_kind or NPZ_SCORES.get(scores[0], "")
    array = _scores_or_answers(arrays[scores[0]], path.name)
    opened = OpenedExpert(name, path, array=array, declared=replace(declared, score_kind=kind))
    return replace(opened, ids=_npz_ids(arrays[ids[0]], len(array), path.name)) if ids else opened


def _npz_ids(ids: np.ndarray, row_count: int, owner: str) -> np.ndarray:
    if ids.shape != (row_count,) or ids.dtype.kind not in "USiu":
        raise InputError(
            f"'{owner}': 'sample_ids' has shape {ids.shape} and type {ids.dtype} for "
            f"{counted(row_count, 'row')} "
            "of scores. Expected one text per row."
        )
    if ids.dtype.kind == "S":
        ids = np.char.decode(ids, "utf-8")
    out = np.empty(row_count, object)
    out[:] = [str(value) for value in ids.tolist()]
    return out


def _scores_or_answers(array: np.ndarray, owner: str) -> np.ndarray:
    if array.ndim == 2 and array.dtype.kind == "f" and array.dtype.itemsize <= 8:
        return array
    if array.ndim == 1 and array.dtype.kind in "iuU":
        return array
    raise InputError(
        f"'{owner}' has shape {array.shape} and type {array.dtype}. Expected (samples, classes) scores of "
        "type "
        "float16, float32 or float64, or (samples,) answers as class numbers."
    )
