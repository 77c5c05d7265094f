"""Where samples and given labels come from: a table, an array, folders or archives of pictures, Hugging Face."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.contract import LabelsArray, LabelsSource
from data_adapters.files.array_files import read_label_array
from data_adapters.files.foreign.outside_readers import OUTSIDE
from data_adapters.files.tables import read_table
from data_adapters.sentences import listed

ARRAYS = (".npy", ".npz", ".pt", ".pth", ".safetensors", *OUTSIDE)
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


@contextmanager
def removed_on_error(folder: Path | None) -> Iterator[None]:
    """Removes a folder of ours again when reading fails, so that nothing stays half-loaded."""
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder '{folder.name}' is in use. Pictures go into a folder of their own.")
    try:
        yield
    except BaseException:
        if folder is not None and folder.exists():
            shutil.rmtree(folder)
        raise


def open_labels(
    path: Path, pictures_to: Path | None = None, split: str | None = None, label_column: str | None = None
) -> LabelsSource:
    """The samples and given labels at ``path``, whatever holds them.

    pictures_to: a folder of ours for pictures that lie inside other files; None leaves them out, which is
    said. split: which part of a Hugging Face dataset. Raises InputError on what no adapter reads.
    """
    if path.suffix.lower() in ARRAYS:
        labels = _labels_array(path)
        return LabelsSource(labels, places=labels.labels.dtype.kind in "iu")
    if path.is_dir():
        return _open_folder(path, pictures_to, split, label_column)
    if path.name.lower().endswith(ARCHIVES):
        from data_adapters.layouts.image_archives import read_image_archive
        from data_adapters.layouts.webdataset_tars import is_webdataset, read_webdataset

        if not path.name.lower().endswith(".zip") and is_webdataset(path):
            return read_webdataset(path, pictures_to)
        return read_image_archive(path, pictures_to)
    if path.suffix.lower() == ".parquet" and path.is_file():
        from data_adapters.layouts.hugging_face import holds_features, read_hugging_face

        if holds_features(path):
            return read_hugging_face(path, pictures_to, split, label_column)
    from data_adapters.joining.table_shapes.one_hot_columns import of_table

    return of_table(read_table(path), label_column)


def _open_folder(path: Path, pictures_to: Path | None, split: str | None, label_column: str | None) -> LabelsSource:
    from data_adapters.layouts.hugging_face import is_hugging_face, read_hugging_face
    from data_adapters.layouts.image_folder import is_image_folder, read_image_folder

    if is_hugging_face(path):
        return read_hugging_face(path, pictures_to, split, label_column)
    if is_image_folder(path):
        return read_image_folder(path)
    from data_adapters.layouts.webdataset_tars import is_webdataset, read_webdataset

    if is_webdataset(path):
        return read_webdataset(path, pictures_to)
    there = sorted(entry.name for entry in path.iterdir()) or ["nothing"]
    raise InputError(
        f"'{path.name}' is a folder with neither one subfolder of pictures per class nor a Hugging Face dataset; "
        f"it holds {listed(there)} Name the labels file itself."
    )


def _labels_array(path: Path) -> LabelsArray:
    array, ids = read_label_array(path)
    return LabelsArray(path, _one_number_each(array, path), ids)


def _one_number_each(array: np.ndarray, path: Path) -> np.ndarray:
    """(N,) class numbers or names, of floats that are whole, columns of one, or one-hot rows."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.dtype.kind in "iufb" and np.isin(array, (0, 1)).all():
        ones = (array == 1).sum(axis=1)
        if (ones > 1).any():
            raise InputError(
                f"'{path.name}' gives several labels to {counted(int((ones > 1).sum()), 'sample')}. "
                "A sample has one given label here."
            )
        return np.where(ones == 1, array.argmax(axis=1), -1)
    if array.ndim == 1 and array.dtype.kind == "f":
        known = np.isfinite(array)
        if (array[known] == np.round(array[known])).all():
            return np.where(known, array, -1).astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iuUOb":
        raise InputError(
            f"'{path.name}' has shape {array.shape} and type {array.dtype}. Expected one class number per sample."
        )
    return array.astype(np.int64) if array.dtype.kind == "b" else array
