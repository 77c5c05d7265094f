"""Files sent through the browser: saved safely below a folder of ours as they are called, then read as any others.

A ZIP is unpacked: alone it is the whole folder, beside other files a folder of its name. The page packs many files into
ZIPs "photos (1 of 3).zip": they are one, and so called "photos".
"""

import re
import shutil
import unicodedata
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.files.endings import stem
from data_adapters.files.zips import unpack
from data_adapters.limits import MAX_UPLOAD_BYTES, readable_size
from data_adapters.plan import ReadingPlan
from data_adapters.reading import read
from data_adapters.sentences import listed

COPY_BYTES = 1024**2
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
PART = re.compile(r" \(\d+ of \d+\)(?=\.zip$)", re.IGNORECASE)
Content = bytes | BinaryIO
Told = Callable[[int, int], None]


def _untold(done: int, count: int) -> None:
    return None


def read_uploads(
    files: Mapping[str, Content], folder: Path, limit: int = MAX_UPLOAD_BYTES, plan: ReadingPlan | None = None
) -> Reading:
    """Saves the files below ``folder`` and reads them; on any error the folder is removed again. Raises InputError."""
    home = save_uploads(files, folder, limit)
    try:
        return read(home, plan)
    except BaseException:
        shutil.rmtree(folder)
        raise


def save_uploads(
    files: Mapping[str, Content], folder: Path, limit: int = MAX_UPLOAD_BYTES, told: Told = _untold
) -> Path:
    """Writes the files into a folder below ``folder``, called after them; nothing stays of a failed upload.

    folder: must not exist or be empty. limit: bytes of all files together. told: how many files of how many are saved; what
    it raises ends the work. Names are made safe; none can leave the folder. Raises InputError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder '{folder.name}' is in use. Uploads go into a folder of their own.")
    places = _places(files)
    home = folder / name_of_upload(list(files))
    home.mkdir(parents=True, exist_ok=True)
    try:
        left, alone = limit, len({PART.sub("", name) for name in files}) == 1
        for done, (name, content) in enumerate(files.items()):
            told(done, len(files))
            left -= _save(content, home, places[name], alone, left, limit)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return home


def name_of_upload(names: list[str]) -> str:
    """What an upload is called: after its folder, its only file, or its first two."""
    outer = _outer(names)
    if outer:
        return safe_name(outer)
    stems = list(dict.fromkeys(stem(PurePosixPath(safe_name(PART.sub("", name)))) for name in names))
    return safe_name(" and ".join(stems[:2]) if len(stems) < 3 else f"{stems[0]} and {len(stems) - 1} more")


def _outer(names: list[str]) -> str:
    """The folder that all names lie in."""
    outer = {name.replace("\\", "/").split("/")[0] for name in names}
    inside = len(outer) == 1 and all("/" in name.replace("\\", "/") for name in names)
    return next((one for one in outer if inside and one.strip(" .")), "")


def _save(content: Content, home: Path, where: PurePosixPath, alone: bool, left: int, limit: int) -> int:
    """Bytes written of one file; of a ZIP what is in it."""
    if where.suffix.lower() != ".zip":
        return _copy(content, home / where, left, limit)
    target = home if alone else home / PART.sub("", str(where)).removesuffix(where.suffix)
    target.mkdir(parents=True, exist_ok=True)
    return unpack(_stream(content), where.name, target, left)


def _stream(content: Content) -> BinaryIO:
    source = BytesIO(content) if isinstance(content, bytes | bytearray | memoryview) else content
    source.seek(0)
    return source


def safe_name(name: str) -> str:
    """The last part of a file name, without characters that mean something to a file system."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = FORBIDDEN.sub("_", unicodedata.normalize("NFC", last)).strip(" .")
    if not clean:
        raise InputError(f"An uploaded file has no usable name ('{name}'). Rename it.")
    stem, dot, suffix = clean.rpartition(".")
    return f"{stem[:120]}{dot}{suffix}" if dot else clean[:120]


def _places(files: Mapping[str, object]) -> dict[str, PurePosixPath]:
    """Where each file goes below the folder. Raises InputError where two would go to one place."""
    outer = _outer(list(files))
    places = {name: _place(name, outer) for name in files}
    kept = list(places.values())
    twice = sorted({str(place) for place in kept if kept.count(place) > 1}) if len(set(kept)) < len(kept) else []
    if twice:
        raise InputError(f"More than one uploaded file is called {listed(twice)} Rename them.")
    return places


def _place(name: str, outer: str) -> PurePosixPath:
    """The name with its folders, each part made safe."""
    inner = name.replace("\\", "/").removeprefix(f"{outer}/" if outer else "")
    *folders, last = inner.split("/")
    return PurePosixPath(*(safe_name(part) for part in folders if part.strip(" .")), safe_name(last))


def _copy(content: Content, target: Path, left: int, limit: int) -> int:
    """Bytes written, at most ``left``."""
    source = _stream(content)
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("xb") as file:
        while block := source.read(COPY_BYTES):
            written += len(block)
            if written > left:
                raise InputError(
                    f"The uploaded files are larger than {readable_size(limit)} together. "
                    "Choose the folder on the server instead; it is read without copying."
                )
            file.write(block)
    return written
