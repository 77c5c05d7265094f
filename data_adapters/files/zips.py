"""A ZIP sent through the browser: unpacked into a folder of ours, bounded, and never out of it."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cleaning.errors import InputError, counted
from data_adapters.files.pictures import leads_outside
from data_adapters.limits import DAMAGED_ZIP, MAX_UPLOADED_MEMBERS, readable_size
from data_adapters.sentences import listed, reason

COPY_BYTES = 1024**2


def unpack(archive: BinaryIO, name: str, folder: Path, limit: int) -> int:
    """Writes the files inside to ``folder`` and returns their bytes; an outer folder around all of them is left out.

    Hidden files are passed over. Raises InputError before anything is written where names lead out, members are
    links, or there is too much; and afterwards where a member is larger than it declares.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir() and not is_hidden(m.filename)]
            _check(members, name, limit)
            outer = _outer_folder([m.filename for m in members])
            return sum(_copy(opened, m, folder / m.filename[len(outer) :], name) for m in members)
    except (*DAMAGED_ZIP, OSError) as error:
        raise InputError(
            f"'{name}' cannot be unpacked ({reason(error)}). Pack it again, without a password."
        ) from error


def is_hidden(path: str) -> bool:
    """Whether a path inside an archive leads to what its system hides."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in PurePosixPath(path).parts)


def _check(members: list[zipfile.ZipInfo], name: str, limit: int) -> None:
    if not members:
        raise InputError(f"'{name}' holds no files. Pack the dataset folder into it.")
    outside = [m.filename for m in members if leads_outside(m.filename)]
    links = [m.filename for m in members if stat.S_ISLNK(m.external_attr >> 16)]
    if outside or links:
        what = "leading out of it" if outside else "that are links"
        raise InputError(
            f"'{name}' holds {counted(len(outside or links), 'path')} {what}: {listed(outside or links)} "
            "Nothing was unpacked; pack files only, with paths relative to the dataset folder."
        )
    size = sum(m.file_size for m in members)
    if len(members) > MAX_UPLOADED_MEMBERS or size > limit:
        raise InputError(
            f"'{name}' unpacks to {counted(len(members), 'file')} of {readable_size(size)}; up to "
            f"{MAX_UPLOADED_MEMBERS:,} files of {readable_size(limit)} together are taken. "
            "Choose the folder on the server instead; it is read without copying."
        )


def _outer_folder(names: list[str]) -> str:
    """``dataset/`` where everything lies in one outer folder."""
    outer = {name.split("/")[0] for name in names}
    return f"{outer.pop()}/" if len(outer) == 1 and all("/" in name for name in names) else ""


def _copy(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with opened.open(member) as content, target.open("xb") as file:
            shutil.copyfileobj(content, file, COPY_BYTES)  # zipfile hands out no more than the member declares
    except FileExistsError:
        raise InputError(f"'{name}' holds '{member.filename}' twice. Pack it again.") from None
    return member.file_size
