"""Arrays of scores from ``.npz``, ``.safetensors`` and PyTorch files: one expert or several in a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.files.numpy_arrays import load_npz, map_npy
from data_adapters.sentences import listed

ID_KEYS = ("sample_ids", "ids", "sample_id", "file_names", "id")
SCORE_KEYS = {"scores": "", "logits": "logits", "probabilities": "probabilities", "probs": "probabilities"}


@dataclass(frozen=True)
class NamedScores:
    """One expert's array: scores (R, K) or answers (R,). score_kind is empty where the file does not say."""

    name: str
    array: np.ndarray
    ids: np.ndarray | None = None
    score_kind: str = ""


def read_arrays(name: str, path: Path) -> list[NamedScores]:
    """The experts in an array file. Raises InputError where it holds none, or holds anything unsafe.

    An array called scores, logits or probabilities is the expert ``name``; arrays of other names are experts of
    these names. ``sample_ids`` are the ids of all of them.
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        arrays, ids = {"scores": map_npy(path)}, None
    elif suffix == ".npz":
        arrays = load_npz(path)
        ids = _take_ids(arrays)
    elif suffix == ".safetensors":
        from data_adapters.files.safetensors_files import map_safetensors

        arrays, ids = map_safetensors(path)
    else:
        from data_adapters.files.torch_files import load_torch

        arrays = load_torch(path)
        ids = _take_ids(arrays)
    return _named(name, path, arrays, ids)


def _take_ids(arrays: dict[str, np.ndarray]) -> np.ndarray | None:
    key = next((key for key in ID_KEYS if key in arrays), None)
    return None if key is None else arrays.pop(key)


def _named(name: str, path: Path, arrays: dict[str, np.ndarray], ids: np.ndarray | None) -> list[NamedScores]:
    own = [key for key in arrays if key in SCORE_KEYS]
    if len(own) > 1 or not arrays:
        raise InputError(
            f"'{path.name}' must hold 'sample_ids' and one array 'scores', or one array per expert; "
            f"it holds {listed(arrays) if arrays else 'none.'}"
        )
    if len(arrays) == 1:
        own = list(arrays)
    chosen = {name: own[0]} if own else {key: key for key in arrays}
    return [_checked(who, path, key, arrays[key], ids) for who, key in chosen.items()]


def _checked(who: str, path: Path, key: str, array: np.ndarray, ids: np.ndarray | None) -> NamedScores:
    label = path.name if key in SCORE_KEYS else f"{path.name}: {key}"
    array = _scores_or_answers(array, label)
    ids = None if ids is None else _text_ids(ids, len(array), path.name)
    return NamedScores(who, array, ids, SCORE_KEYS.get(key, ""))


def _text_ids(ids: np.ndarray, row_count: int, owner: str) -> np.ndarray:
    if ids.shape != (row_count,) or ids.dtype.kind not in "USiuO":
        raise InputError(
            f"'{owner}': 'sample_ids' has shape {ids.shape} and type {ids.dtype} for "
            f"{counted(row_count, 'row')} of scores. Expected one text per row."
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
        "type float16, float32 or float64, or (samples,) answers as class numbers."
    )
