"""NumPy files: ``.npy`` memory-mapped, ``.npz`` loaded after its headers are checked; pickles never."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from cleaning.errors import InputError, counted, first_five
from data_adapters.files.check import check_file
from data_adapters.limits import (
    DAMAGED_ZIP,
    FREE_UNPACKED_BYTES,
    MAX_UNPACKED_BYTES,
    MAX_UNPACKING_RATIO,
    readable_size,
)
from data_adapters.sentences import reason

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000  # characters; NumPy's own bound for headers it parses


@dataclass(frozen=True)
class Header:
    """What an array file says of itself before any number is read."""

    shape: tuple[int, ...]
    dtype: np.dtype
    header_bytes: int

    @property
    def data_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def map_npy(path: Path) -> np.ndarray:
    """The array in a .npy file, memory-mapped read-only; its size is checked against the file's first."""
    check_file(path)
    with path.open("rb") as file, _explained(path.name):
        header = _header(file, path.name)
    _refuse_empty(header, path.name)
    expected, size = header.header_bytes + header.data_bytes, path.stat().st_size
    if size < expected:
        raise InputError(
            f"'{path.name}' ends too early: {readable_size(size)} of {readable_size(expected)} that its "
            "header "
            f"declares (shape {header.shape}, {header.dtype}). Copy or save it again."
        )
    with _explained(path.name):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def load_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays in an .npz by name, once all their headers and sizes are known to be sound."""
    check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _check_member(archive, member, path.name)
            _check_total(archive, path.name)
        with _explained(path.name), np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except DAMAGED_ZIP as error:
        raise InputError(
            f"'{path.name}' cannot be read as .npz ({reason(error)}). Save it again with numpy.savez."
        ) from error


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, owner: str) -> None:
    name = f"{owner}: {member.filename}"
    if not member.filename.endswith(".npy"):
        raise InputError(f"'{name}' is no array. An .npz holds arrays only; save it with numpy.savez.")
    with archive.open(member) as file, _explained(name):
        header = _header(file, name)
    _refuse_empty(header, name)
    declared = header.header_bytes + header.data_bytes
    if declared != member.file_size:
        raise InputError(
            f"'{name}' declares {readable_size(declared)} in its header but "
            f"{readable_size(member.file_size)} "
            "in the archive; the file is damaged. Save it again with numpy.savez."
        )


def _check_total(archive: zipfile.ZipFile, owner: str) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = max(1, sum(member.compress_size for member in archive.infolist()))
    if unpacked > MAX_UNPACKED_BYTES:
        raise InputError(
            f"'{owner}' unpacks to {readable_size(unpacked)}; .npz is read up to "
            f"{readable_size(MAX_UNPACKED_BYTES)}. Save the scores as .npy, which is memory-mapped."
        )
    if unpacked > FREE_UNPACKED_BYTES and unpacked / packed > MAX_UNPACKING_RATIO:
        raise InputError(
            f"'{owner}' unpacks from {readable_size(packed)} to {readable_size(unpacked)}, which no scores "
            "do. "
            "If it is sound, save it with numpy.savez (not compressed) or as .npy."
        )


def _header(file: IO[bytes], name: str) -> Header:
    start = file.read(len(MAGIC) + 2)
    if start[:1] == b"\x80" and start[: len(MAGIC)] != MAGIC:
        raise InputError(f"'{name}' is a pickle, which can run code when read. {SAVE_AGAIN}")
    if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 2:
        raise InputError(f"'{name}' is no NumPy array file (it lacks NumPy's first bytes). {SAVE_AGAIN}")
    version = (start[-2], start[-1])
    width = 2 if version == (1, 0) else 4
    length = int.from_bytes(file.read(width), "little")
    if length > MAX_HEADER:
        raise InputError(f"'{name}' has a header of {counted(length, 'byte')}, more than {MAX_HEADER:,}. {SAVE_AGAIN}")
    shape, dtype = _parse_header(file.read(length), version)
    if dtype.hasobject:
        raise InputError(f"'{name}' is a pickled array, which can run code when read. {SAVE_AGAIN}")
    return Header(shape, dtype, len(start) + width + length)


def _parse_header(raw: bytes, version: tuple[int, int]) -> tuple[tuple[int, ...], np.dtype]:
    import io

    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    width = 2 if version == (1, 0) else 4
    shape, _, dtype = reader(io.BytesIO(len(raw).to_bytes(width, "little") + raw))
    return shape, dtype


def _refuse_empty(header: Header, name: str) -> None:
    if math.prod(header.shape) == 0 or not header.shape:
        raise InputError(f"'{name}' holds no values (shape {header.shape}). Expected one row per sample.")


SAVE_AGAIN = "Save it with numpy.save(..., allow_pickle=False)."


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turns what NumPy says about a damaged file into a sentence."""
    try:
        yield
    except (ValueError, EOFError, OSError, SyntaxError, TypeError, OverflowError, MemoryError) as error:
        told = first_five([str(error).split(". ")[0].split("\n")[0]])
        raise InputError(f"'{name}' is a damaged NumPy file ({told}). {SAVE_AGAIN}") from error
