"""ZIP and TAR of pictures with one folder per class: listed in place, unpacked only into a folder of ours."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from cleaning.errors import InputError, counted
from data_adapters.image_folder import class_folder_table
from data_adapters.labels_source import LabelsSource
from data_adapters.limits import MAX_PICTURE_BYTES, MAX_PICTURES, MAX_PICTURES_BYTES, readable_size
from data_adapters.pictures import PICTURE_SUFFIXES, leads_outside
from data_adapters.sentences import listed
from data_adapters.tables import check_file

COPY_BYTES = 1024**2


def read_image_archive(path: Path, pictures_to: Path | None) -> LabelsSource:
    """Samples and labels from the names inside; pictures are unpacked below ``pictures_to`` if it is given."""
    check_file(path)
    try:
        sizes = dict(_members(path))
        _check_sizes(sizes, path)
        _refuse_paths_outside(sizes, path)
        root = _common_root(list(sizes))
        paths = sorted((name[len(root) :] for name in sizes), key=lambda name: name.split("/"))
        table, names = class_folder_table(paths, path)
        if pictures_to is not None:
            _unpack(path, root, pictures_to)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"'{path.name}' cannot be unpacked ({error}). Copy or save it again.") from error
    note = [] if pictures_to else [f"The pictures inside '{path.name}' are not shown."]
    return LabelsSource(table, (names[0], [*names[1], *note]), pictures_to)


def _members(path: Path) -> Iterator[tuple[str, int]]:
    """(name, size) of every picture inside; links and other kinds of members are passed over."""
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from ((m.filename, m.file_size) for m in archive.infolist() if _is_picture(m.filename))
    else:
        with tarfile.open(path) as archive:
            yield from ((m.name, m.size) for m in archive if m.isfile() and _is_picture(m.name))


def _contents(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if _is_picture(member.filename):
                    with archive.open(member) as content:
                        yield member.filename, content
    else:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and _is_picture(member.name):
                    yield member.name, archive.extractfile(member)


def _is_picture(name: str) -> bool:
    place = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in place.parts)
    return place.suffix.lower() in PICTURE_SUFFIXES and not hidden


def _check_sizes(sizes: dict[str, int], path: Path) -> None:
    if not sizes:
        raise InputError(f"'{path.name}' holds no pictures. Expected one folder of pictures per class.")
    large = [name for name, size in sizes.items() if size > MAX_PICTURE_BYTES]
    if large:
        raise InputError(
            f"'{path.name}' holds {counted(len(large), 'picture')} above {readable_size(MAX_PICTURE_BYTES)}: "
            f"{listed(large)} Leave them out."
        )
    if len(sizes) > MAX_PICTURES or sum(sizes.values()) > MAX_PICTURES_BYTES:
        raise InputError(
            f"'{path.name}' holds {counted(len(sizes), 'picture')} of {readable_size(sum(sizes.values()))}; up to "
            f"{readable_size(MAX_PICTURES_BYTES)} are unpacked. Unpack it yourself and give the folder."
        )


def _refuse_paths_outside(sizes: dict[str, int], path: Path) -> None:
    bad = [name for name in sizes if leads_outside(name)]
    if bad:
        raise InputError(
            f"'{path.name}' holds {counted(len(bad), 'path')} leading out of it: {listed(bad)} "
            "Nothing was unpacked; pack it again with paths relative to the folder of classes."
        )


def _common_root(names: list[str]) -> str:
    """``dataset/`` where every picture lies in one outer folder that has class folders in it."""
    parts = [name.removeprefix("./").split("/") for name in names]
    outer = {part[0] for part in parts}
    prefix = "./" if names[0].startswith("./") else ""
    return prefix + (f"{outer.pop()}/" if len(outer) == 1 and all(len(p) > 2 for p in parts) else "")


def _unpack(path: Path, root: str, folder: Path) -> None:
    for name, content in _contents(path):
        target = folder / name[len(root) :]
        target.parent.mkdir(parents=True, exist_ok=True)
        left = MAX_PICTURE_BYTES + 1
        with target.open("wb") as file:
            while left > 0 and (block := content.read(min(COPY_BYTES, left))):
                file.write(block)
                left -= len(block)
        if left <= 0:
            raise InputError(f"'{path.name}': '{name}' is larger than it declares. Pack it again.")
