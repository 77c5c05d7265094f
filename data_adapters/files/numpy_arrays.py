"""NumPy files: ``.npy`` memory-mapped, ``.npz`` loaded after its headers are checked; pickles never."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from cleaning.errors import InputError, first_five
from cleaning.scores.npy_files import READ_BYTES, open_npy
from cleaning.scores.npy_header import Header, NotNpy, briefly, read_header
from data_adapters.files.check import check_file
from data_adapters.limits import (
    DAMAGED_ZIP,
    FREE_UNPACKED_BYTES,
    MAX_UNPACKED_BYTES,
    MAX_UNPACKING_RATIO,
    readable_size,
)
from data_adapters.sentences import reason


def map_npy(path: Path) -> np.ndarray:
    """The array in a .npy file; its size is checked against the file's first.

    Scores of every class are memory-mapped read-only, for ``cleaning.scores.rows`` to read; those column by column, or of
    several runs, above READ_BYTES only. A map that anything else looks at would end the process when the file becomes
    shorter, so all else is read now."""
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
    if header.dtype.kind != "f" or len(header.shape) not in (2, 3) or (header.turned and len(header.shape) == 3):
        return open_npy(path, header.data_bytes)
    return open_npy(path, READ_BYTES if header.turned or len(header.shape) == 3 else 0)


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
    except (*DAMAGED_ZIP, OSError, KeyError) as error:
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
    try:
        return read_header(file)
    except NotNpy as wrong:
        raise InputError(f"'{name}' {wrong}. {SAVE_AGAIN}") from wrong


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
        told = first_five([briefly(error)])
        raise InputError(f"'{name}' is a damaged NumPy file ({told}). {SAVE_AGAIN}") from error
