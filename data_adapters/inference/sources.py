"""The pictures an expert is asked about, with the sample ids they keep."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.files.check import TABLE_SUFFIXES
from data_adapters.files.pictures import find_pictures, pictures_below
from data_adapters.files.tables import read_table
from data_adapters.joining.class_codes import read_classes
from data_adapters.joining.class_names import find_class_names, read_class_names
from data_adapters.joining.samples import Roles, read_samples
from data_adapters.layouts.folder import SAMPLES_STEMS
from data_adapters.layouts.image_folder import is_image_folder, read_image_folder
from data_adapters.sentences import listed


@dataclass(frozen=True)
class Pictures:
    """ids: (N,) sample ids. paths: N files below root. labels: (N,) class numbers, or None. class_names: or None."""

    ids: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.ids)


def find_sources(
    images: Path,
    labels: Path | None = None,
    id_column: str | None = None,
    label_column: str | None = None,
    class_names: Path | None = None,
) -> Pictures:
    """Pictures of a dataset folder, of a labels table, of folders of classes, or of a flat folder (in this order).

    Raises InputError where a sample has no picture.
    """
    images = Path(images)
    if not images.is_dir():
        raise InputError(f"There is no folder of pictures '{images}'. Check the name.")
    names = read_class_names(class_names)[0] if class_names else None
    own = _samples_table(images)
    if labels is None and own is not None:
        file = find_class_names(images) if names is None else None
        names = read_class_names(file)[0] if file else names
        root = images / "images"
        return _from_table(own, root if root.is_dir() else images, id_column, label_column, names)
    if labels is not None:
        return _from_table(labels, images, id_column, label_column, names)
    if is_image_folder(images):
        return _from_class_folders(images, names)
    paths = sorted(pictures_below(images))
    if not paths:
        raise InputError(f"'{images.name}' holds no pictures.")
    return Pictures(_flat_ids(paths), tuple(images / path for path in paths), None, names)


def _samples_table(folder: Path) -> Path | None:
    named = (folder / f"{stem}{suffix}" for stem in SAMPLES_STEMS for suffix in TABLE_SUFFIXES)
    return next((path for path in named if path.is_file()), None)


def _flat_ids(paths: list[str]) -> tuple[str, ...]:
    """Paths without their endings, where that leaves them distinct."""
    stems = [path.rsplit(".", 1)[0] for path in paths]
    return tuple(stems if len(set(stems)) == len(stems) else paths)


def _from_table(table: Path, root: Path, id_column, label_column, names) -> Pictures:
    samples = read_samples(read_table(table), Roles(id_column, label_column))
    found, _ = find_pictures(root, samples.ids, samples.images)
    missing = samples.ids[found == ""]
    if len(missing):
        raise InputError(
            f"{counted(len(missing), 'sample')} of {len(samples):,} without a picture in '{root.name}': {listed(missing)} "
            "Add the pictures, or leave these rows out."
        )
    paths = tuple(root / path for path in found)
    known = names or tuple(sorted(set(samples.labels)))
    codes = read_classes(samples.labels, known).codes
    return Pictures(tuple(samples.ids), paths, _all_known(codes, samples.ids, samples.labels), names or known)


def _all_known(codes: np.ndarray, ids: np.ndarray, written: np.ndarray) -> np.ndarray:
    bad = np.flatnonzero(codes < 0)
    if len(bad):
        raise InputError(f"{counted(len(bad), 'given label')} that are no class: {listed(written[bad])}")
    return codes


def _from_class_folders(folder: Path, names) -> Pictures:
    source = read_image_folder(folder)
    ids, paths = source.table.text("sample_id"), source.table.text("image")
    labels = source.table.text("label").astype(np.int32)
    return Pictures(tuple(ids), tuple(folder / path for path in paths), labels, names or source.names[0])
