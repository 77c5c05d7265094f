"""A folder of pictures with one subfolder per class, as torchvision's ImageFolder reads it."""

from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError, counted
from data_adapters.contract import LabelsSource
from data_adapters.files.pictures import PICTURE_SUFFIXES, pictures_below
from data_adapters.files.tables import Table


def is_image_folder(folder: Path) -> bool:
    """Whether at least two subfolders hold a picture each (the first 200 entries of each are looked at)."""
    found = 0
    for entry in sorted(folder.iterdir())[:2000]:
        found += entry.is_dir() and _holds_picture(entry)
        if found == 2:
            return True
    return False


def read_image_folder(folder: Path) -> LabelsSource:
    """Classes in alphabetical order of their folders; samples by class, then by name.

    That is ImageFolder's order, so that score arrays made with it join by position. Raises InputError.
    """
    paths = sorted(pictures_below(folder), key=lambda path: path.split("/"))
    return LabelsSource(*class_folder_table(paths, folder), image_root=folder.resolve(), places=True)


def class_folder_table(paths: list[str], source: Path) -> tuple[Table, tuple[tuple[str, ...], list[str]]]:
    """(table of sample_id, label and image, class names) from relative paths ``class/.../picture``."""
    loose = [path for path in paths if "/" not in path]
    paths = [path for path in paths if "/" in path]
    labels = [path.split("/", 1)[0] for path in paths]
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise InputError(
            f"'{source.name}' holds pictures of {counted(len(names), 'class', 'classes')}. Expected one subfolder "
            "of pictures per class, or a labels file beside the pictures."
        )
    ids, how = _ids(paths)
    notes = [f"'{source.name}': {counted(len(paths), 'picture')} in {len(names)} class folders; ids are {how}."]
    notes += [f"{counted(len(loose), 'picture')} outside the class folders left out."] if loose else []
    number = {name: str(k) for k, name in enumerate(names)}
    data = {"sample_id": ids, "label": [number[label] for label in labels], "image": paths}
    return Table(source, pa.table(data), tuple(notes)), (names, ["Class names are the folders' names."])


def _ids(paths: list[str]) -> tuple[list[str], str]:
    """File names where no two classes share one, else the paths."""
    names = [path.rsplit("/", 1)[1] for path in paths]
    return (names, "the file names") if len(set(names)) == len(names) else (paths, "paths, class/file")


def _holds_picture(folder: Path) -> bool:
    for count, entry in enumerate(folder.iterdir()):
        if entry.suffix.lower() in PICTURE_SUFFIXES:
            return True
        if count >= 200:
            return False
    return False
