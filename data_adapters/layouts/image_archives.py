"""ZIP and TAR of pictures with one folder per class: listed in place, unpacked only into a folder of ours."""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import LabelsSource
from data_adapters.files.check import check_file
from data_adapters.files.pictures import PICTURE_SUFFIXES, leads_outside
from data_adapters.files.zips import is_hidden
from data_adapters.layouts.image_folder import class_folder_table
from data_adapters.limits import (
    DAMAGED_ZIP,
    FREE_UNPACKED_BYTES,
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    MAX_PICTURES_BYTES,
    MAX_UNPACKING_RATIO,
    readable_size,
)
from data_adapters.sentences import listed, reason

COPY_BYTES = 1024**2
ENCRYPTED = 1  # flag of a ZIP's member
DAMAGED = (*DAMAGED_ZIP, tarfile.TarError, OSError)


def read_image_archive(path: Path, pictures_to: Path | None) -> LabelsSource:
    """Samples and labels from the names inside; pictures are unpacked below ``pictures_to`` if it is given."""
    check_file(path)
    try:
        names_inside = _pictures(path)
        _refuse_paths_outside(names_inside, path)
        root = _common_root(names_inside)
        paths = sorted((name[len(root) :] for name in names_inside), key=lambda name: name.split("/"))
        table, names = class_folder_table(paths, path)
        if pictures_to is not None:
            _unpack(path, root, pictures_to)
    except DAMAGED as error:
        raise InputError(f"'{path.name}' cannot be unpacked ({reason(error)}). Copy or save it again.") from error
    note = [] if pictures_to else [f"The pictures inside '{path.name}' are not shown."]
    return LabelsSource(table, (names[0], [*names[1], *note]), pictures_to, places=True)


def _pictures(path: Path) -> list[str]:
    """The names of the pictures inside. Stops at what is too much, so that a bomb is not read to its end."""
    most = min(MAX_PICTURES_BYTES, max(FREE_UNPACKED_BYTES, MAX_UNPACKING_RATIO * path.stat().st_size))
    found, total = set[str](), 0
    for name, size in _members(path):
        total += size
        if _is_picture(name):
            _check_picture(name, size, found, path)
            found.add(name)
        if total > most or len(found) > MAX_PICTURES:
            raise InputError(
                f"'{path.name}' ({readable_size(path.stat().st_size)}) unpacks to more than {readable_size(most)} or "
                f"{MAX_PICTURES:,} pictures, more than is read. Unpack it yourself and give the folder."
            )
    if not found:
        raise InputError(f"'{path.name}' holds no pictures. Expected one folder of pictures per class.")
    return sorted(found)


def _check_picture(name: str, size: int, before: set[str], path: Path) -> None:
    if size > MAX_PICTURE_BYTES:
        raise InputError(
            f"'{path.name}' holds a picture of {readable_size(size)}, above {readable_size(MAX_PICTURE_BYTES)}: "
            f"{listed([name])} Leave it out."
        )
    if name in before:
        raise InputError(f"'{path.name}' holds '{first_five([name])}' twice. Pack it again.")


def _members(path: Path) -> Iterator[tuple[str, int]]:
    """(name, size) of every file inside; links and other kinds of members are passed over."""
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from ((m.filename, m.file_size) for m in _zipped_files(archive))
    else:
        with tarfile.open(path) as archive:
            yield from ((m.name, m.size) for m in archive if m.isfile())


def _contents(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in _zipped_files(archive):
                if _is_picture(member.filename):
                    _refuse_password(member, path)
                    with archive.open(member) as content:
                        yield member.filename, content
    else:
        with tarfile.open(path) as archive:
            for one in archive:
                if one.isfile() and _is_picture(one.name) and (held := archive.extractfile(one)):
                    yield one.name, held


def _zipped_files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [member for member in archive.infolist() if not stat.S_ISLNK(member.external_attr >> 16)]


def _refuse_password(member: zipfile.ZipInfo, path: Path) -> None:
    if member.flag_bits & ENCRYPTED:
        raise InputError(f"'{path.name}' is protected by a password. Pack it again without one.")


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES and not is_hidden(name)


def _refuse_paths_outside(names: list[str], path: Path) -> None:
    bad = [name for name in names if leads_outside(name)]
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
