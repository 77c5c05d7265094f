"""Arrays of scores from ``.npz``, ``.safetensors`` and PyTorch files: one expert or several in a file."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.files.foreign.outside_readers import OUTSIDE, load_outside
from data_adapters.files.numpy_arrays import load_npz, map_npy
from data_adapters.sentences import listed

ID_KEYS = ("sample_ids", "ids", "sample_id", "file_names", "filenames", "image_ids", "paths", "names", "keys", "id")
SCORE_KEYS = {
    "scores": "",
    "logits": "logits",
    "probabilities": "probabilities",
    "probs": "probabilities",
    "pred_probs": "",
    "predictions": "",
    "preds": "",
    "pred": "",
    "y_pred": "",
    "y_prob": "",
    "y_score": "",
    "outputs": "",
    "softmax": "",
    "proba": "",
    "arr_0": "",
}
LABEL_KEYS = (
    "labels", "label", "targets", "target", "y_true", "y_test", "y", "gt", "gts", "ground_truth", "gold", "given_labels",
    "true_labels", "y_val", "classes_true",
)  # fmt: skip


CLASS_KEYS = ("classes", "class_names", "classes_", "label_names", "target_names", "columns", "categories")


@dataclass(frozen=True)
class NamedScores:
    """One expert's array: scores (R, K) or answers (R,). score_kind is empty where the file does not say.
    left_out: sentences on what else the file holds. class_order: what the K columns are called, where the file says."""

    name: str
    array: np.ndarray
    ids: np.ndarray | None = None
    score_kind: str = ""
    left_out: tuple[str, ...] = ()
    class_order: tuple[str, ...] = ()


def read_arrays(name: str, path: Path) -> list[NamedScores]:
    """The experts in an array file. Raises InputError where it holds none, or holds anything unsafe.

    An array called scores, logits or probabilities is the expert ``name``; arrays of other names are experts of
    these names. ``sample_ids`` are the ids of all of them.
    """
    return _named(name, path, *_arrays(path))


def _arrays(path: Path) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """(arrays by name, ids)."""
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return {"scores": map_npy(path)}, None
    if suffix == ".safetensors":
        from data_adapters.files.safetensors_files import map_safetensors

        return map_safetensors(path)
    if suffix == ".npz":
        arrays = load_npz(path)
    elif suffix in OUTSIDE:
        arrays = load_outside(path)
    else:
        from data_adapters.files.torch_files import load_torch

        arrays = load_torch(path)
    return arrays, _take_ids(arrays)


def _take_ids(arrays: dict[str, np.ndarray]) -> np.ndarray | None:
    key = next((key for key in ID_KEYS if key in arrays and arrays[key].ndim == 1), None)
    return None if key is None else arrays.pop(key)


def _named(name: str, path: Path, arrays: dict[str, np.ndarray], ids: np.ndarray | None) -> list[NamedScores]:
    left, arrays = _without_labels(arrays)
    order, arrays = _without_class_order(arrays)
    own = [key for key in arrays if key.lower() in SCORE_KEYS]
    whole = [key for key in own if arrays[key].ndim > 1]
    if len(own) > 1 and len(whole) == 1 and len(own) == len(arrays):  # scores, and their best classes beside them
        left += [f"'{key}': the answers of '{whole[0]}' once more" for key in own if key not in whole]
        arrays, own = {whole[0]: arrays[whole[0]]}, whole
    if len(own) > 1 or not arrays:
        raise InputError(
            f"'{path.name}' must hold 'sample_ids' and one array 'scores', or one array per expert; "
            f"it holds {listed(arrays) if arrays else 'none.'}"
        )
    if len(arrays) == 1:
        own = list(arrays)
    chosen = {name: own[0]} if own else {key: key for key in arrays}
    checked = [_checked(who, path, key, arrays[key], ids) for who, key in chosen.items()]
    return [replace(one, left_out=tuple(left), class_order=order) for one in checked]


def _without_class_order(arrays: dict[str, np.ndarray]) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """(what the columns of the scores are called, the other arrays)."""
    key = next((key for key in CLASS_KEYS if key in arrays and arrays[key].ndim == 1), None)
    rest = {name: array for name, array in arrays.items() if name != key}
    widths = {array.shape[-1] for array in rest.values() if array.ndim > 1}
    if key is None or widths != {len(arrays[key])} or arrays[key].dtype.kind not in "USOiu":
        return (), arrays
    return tuple(_text_ids(arrays[key], len(arrays[key]), key).tolist()), rest


def _without_labels(arrays: dict[str, np.ndarray]) -> tuple[list[str], dict[str, np.ndarray]]:
    """(what is left out, the other arrays): given labels have no vote, where there is anything else."""
    gold = [key for key in arrays if key.lower() in LABEL_KEYS]
    if len(gold) == len(arrays):
        return [], arrays
    return [f"'{key}': given labels, which have no vote" for key in gold], {
        key: array for key, array in arrays.items() if key not in gold
    }


def read_label_array(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """((N,) or (N, K) labels of an array file, their ids or None). Raises InputError where no array is called so."""
    arrays, ids = _arrays(path)
    gold = [key for key in LABEL_KEYS if key in {one.lower() for one in arrays}]
    by_name = {key.lower(): array for key, array in arrays.items()}
    if len(arrays) > 1 and not gold:
        raise InputError(f"'{path.name}' holds {listed(arrays)} Call the given labels 'labels'.")
    labels = by_name[gold[0]] if gold else next(iter(arrays.values()))
    return np.asarray(labels), None if ids is None else _text_ids(ids, len(labels), path.name)


def _checked(who: str, path: Path, key: str, array: np.ndarray, ids: np.ndarray | None) -> NamedScores:
    label = path.name if key.lower() in SCORE_KEYS else f"{path.name}: {key}"
    array = _scores_or_answers(array, label)
    ids = None if ids is None else _text_ids(ids, len(array), path.name)
    return NamedScores(who, array, ids, SCORE_KEYS.get(key.lower(), ""))


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
    """(R, K) scores, (S, R, K) scores of several runs, or (R,) answers.

    Whole numbers in columns are scores as well; whole numbers kept as floats are answers, other floats a column of one.
    """
    kind, floats = array.dtype.kind, array.dtype.kind == "f" and array.dtype.itemsize <= 8
    if array.ndim in (2, 3) and (floats or kind in "iub"):
        return array if floats else _small_floats(array)
    if array.ndim == 1 and kind in "iuU":
        return array
    if array.ndim == 1 and floats:
        whole = np.isfinite(array).all() and (array == np.round(array)).all()
        return array.astype(np.int64) if whole else np.asarray(array)[:, None]
    raise InputError(
        f"'{owner}' has shape {array.shape} and type {array.dtype}. Expected (samples, classes) scores of "
        "type float16, float32 or float64, or (samples,) answers as class numbers."
    )


def _small_floats(array: np.ndarray) -> np.ndarray:
    """Whole numbers as float32, 0 to 255 of uint8 as 0 to 1."""
    return array.astype(np.float32) / (255 if array.dtype == np.uint8 and array.max() > 1 else 1)
