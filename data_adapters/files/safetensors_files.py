"""Safetensors files, memory-mapped: a length, a JSON header, then the numbers of each tensor in a row.

Source: the safetensors format description (8 bytes little-endian header length; JSON; offsets from its end).
"""

import json
import math
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from cleaning.scores.rows import read_rows
from data_adapters.files.check import check_file
from data_adapters.limits import MAX_UNPACKED_BYTES, readable_size

MAX_HEADER_BYTES = 100_000_000  # the format's own bound
DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "U8": "u1"}


def map_safetensors(path: Path) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """(tensors by name, memory-mapped; sample ids where the header's metadata lists them as JSON)."""
    check_file(path)
    header, start = _header(path)
    about = header.pop("__metadata__", {})
    arrays = {name: _tensor(path, name, tensor, start) for name, tensor in header.items()}
    if not arrays:
        raise InputError(f"'{path.name}' holds no tensor. Expected scores of shape (samples, classes).")
    return arrays, _ids(about, path.name)


def _header(path: Path) -> tuple[dict, int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or length > min(size - 8, MAX_HEADER_BYTES):
            raise _damaged(path, f"its header declares {readable_size(length)}")
        raw = file.read(length)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header is no JSON") from error
    if not isinstance(header, dict) or not all(isinstance(about, dict) for about in header.values()):
        raise _damaged(path, "its header is no JSON object of tensors")
    return header, 8 + length


def _tensor(path: Path, name: str, about: dict, start: int) -> np.ndarray:
    try:
        dtype = np.dtype(DTYPES[about["dtype"]])
        shape = tuple(int(length) for length in about["shape"])
        first, last = (int(offset) for offset in about["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"tensor '{name}' has a type, shape or place we do not read") from error
    if min(shape, default=0) <= 0 or first < 0 or last - first != math.prod(shape) * dtype.itemsize:
        raise _damaged(path, f"tensor '{name}' has shape {shape} for {readable_size(max(0, last - first))}")
    if start + last > path.stat().st_size:
        raise _damaged(path, f"it ends before tensor '{name}' does")
    array = tensor_in_file(path, dtype, start + first, shape)
    return from_bfloat16(array, path) if about["dtype"] == "BF16" else array


def tensor_in_file(path: Path, dtype: np.dtype, start: int, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers that lie in a file from byte ``start`` on: scores of every class memory-mapped, all else read, since a
    map that anything but ``cleaning.scores.rows`` looks at ends the process when the file becomes shorter."""
    array: np.ndarray = np.memmap(path, dtype, "r", start, shape)
    return array if len(shape) == 2 and dtype.kind == "f" else read_rows(array, slice(0, len(array)))


def from_bfloat16(array: np.ndarray, path: Path) -> np.ndarray:
    """float32 copy: bfloat16 is the upper half of a float32, and NumPy has no type for it."""
    if array.nbytes * 2 > MAX_UNPACKED_BYTES:
        raise InputError(f"'{path.name}' holds bfloat16 too large to convert. Save it as float16 or float32.")
    return (array.astype(np.uint32) << 16).view(np.float32)


def _ids(about: dict, owner: str) -> np.ndarray | None:
    if "sample_ids" not in about:
        return None
    try:
        ids = json.loads(about["sample_ids"])
    except (ValueError, TypeError) as error:
        raise InputError(f"'{owner}': 'sample_ids' in its metadata is no JSON list of texts.") from error
    out = np.empty(len(ids) if isinstance(ids, list) else 0, object)
    out[:] = ids if isinstance(ids, list) else []
    return out


def _damaged(path: Path, reason: str) -> InputError:
    return InputError(f"'{path.name}' is no sound safetensors file: {reason}. Save or copy it again.")
