"""Files sent through the browser: saved safely into a folder of ours, then read as a dataset folder.

A ZIP beside a labels file holds pictures; a ZIP alone holds a whole folder, of any layout that ``read`` knows.
"""

import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.files.check import TABLE_SUFFIXES
from data_adapters.files.endings import stem
from data_adapters.files.pictures import PICTURE_SUFFIXES
from data_adapters.files.zips import unpack
from data_adapters.joining.class_names import FILE_NAMES
from data_adapters.layouts.folder import SAMPLES_STEMS, read_folder
from data_adapters.limits import MAX_UPLOAD_BYTES, readable_size
from data_adapters.plan import ReadingPlan
from data_adapters.reading import read
from data_adapters.sentences import listed

COPY_BYTES = 1024**2
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
TOP_FILES = frozenset(
    (*FILE_NAMES, "dataset.json", *(f"{stem}{suffix}" for stem in SAMPLES_STEMS for suffix in TABLE_SUFFIXES))
)


def read_uploads(
    files: Mapping[str, bytes | BinaryIO],
    folder: Path,
    limit: int = MAX_UPLOAD_BYTES,
    plan: ReadingPlan | None = None,
) -> Reading:
    """Saves the files into ``folder`` and reads them; on any error the folder is removed again.

    A file called samples or labels holds the samples; class_names.* and dataset.json are what they say;
    pictures go to ``images/``; everything else is an expert. Raises InputError.
    """
    save_uploads(files, folder, limit)
    try:
        reading = (read if _only_zip(files) else read_folder)(folder, plan=plan)
        return _named(reading, folder, next(iter(files)) if _only_zip(files) else "uploaded data")
    except BaseException:
        shutil.rmtree(folder)
        raise


def _named(reading: Reading, folder: Path, source: str) -> Reading:
    """The reading, called after what was sent where it would be called after our folder."""
    if reading.dataset.name != folder.name:
        return reading
    return replace(reading, dataset=replace(reading.dataset, name=PurePosixPath(safe_name(source)).stem))


def save_uploads(files: Mapping[str, bytes | BinaryIO], folder: Path, limit: int = MAX_UPLOAD_BYTES) -> list[Path]:
    """Writes the files below ``folder``, which must not exist or be empty; nothing stays of a failed upload.

    limit: bytes of all files together. Names are reduced to their last part; none can leave the folder.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder '{folder.name}' is in use. Uploads go into a folder of their own.")
    archives = {name: content for name, content in files.items() if name.lower().endswith(".zip")}
    others = {name: content for name, content in files.items() if name not in archives}
    places = {} if _only_zip(files) else _places(others)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        left = limit
        for name, content in others.items():
            left -= _copy(content, folder / places[name], left, limit)
        for name, content in archives.items():
            left -= unpack(_stream(content), safe_name(name), folder / "images" if others else folder, left)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _only_zip(files: Mapping[str, object]) -> bool:
    return len(files) == 1 and all(name.lower().endswith(".zip") for name in files)


def _stream(content: bytes | BinaryIO) -> BinaryIO:
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
    places = {name: _place(safe_name(name)) for name in files}
    kept = list(places.values())
    twice = sorted({str(place) for place in kept if kept.count(place) > 1}) if len(set(kept)) < len(kept) else []
    if twice:
        raise InputError(f"More than one uploaded file is called {listed(twice)} Rename them.")
    if not any(stem(place) in SAMPLES_STEMS and place.parent == PurePosixPath() for place in kept):
        raise InputError(
            f"None of the uploaded files holds the labels; they are {listed(files)} "
            "Call the labels file labels.csv or samples.csv (or .parquet)."
        )
    return places


def _place(name: str) -> PurePosixPath:
    if name.lower() in TOP_FILES:
        return PurePosixPath(name.lower())
    suffix = PurePosixPath(name).suffix.lower()
    return PurePosixPath("images" if suffix in PICTURE_SUFFIXES else "experts", name)


def _copy(content: bytes | BinaryIO, target: Path, left: int, limit: int) -> int:
    """Bytes written, at most ``left``."""
    source = _stream(content)
    target.parent.mkdir(exist_ok=True)
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
