"""PyTorch tensor files, through torch's restricted loading only: tensors, never objects that run code."""

import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cleaning.errors import InputError
from cleaning.scores.npy_files import READ_BYTES
from data_adapters.files.check import check_file
from data_adapters.files.safetensors_files import from_bfloat16, tensor_in_file
from data_adapters.limits import MAX_UNPACKED_BYTES, readable_size


def load_torch(path: Path) -> dict[str, np.ndarray]:
    """Tensors (and lists of ids) by name; a lone tensor is called ``scores``. Large ones stay in their file."""
    check_file(path)
    _check_archive(path)
    try:
        import torch
    except ImportError as error:
        raise InputError(
            f"'{path.name}' needs PyTorch to be read, which is not installed. Save the scores as .npy."
        ) from error
    large = path.stat().st_size > READ_BYTES
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=large)
    except Exception as error:  # torch raises many kinds on damaged and on refused files
        raise InputError(
            f"'{path.name}' is no file of plain PyTorch tensors; anything else can run code when read. "
            "Save the scores with torch.save(tensor) or as .npy."
        ) from error
    named = content if isinstance(content, dict) else {"scores": content}
    places = _places(path, named.values()) if large else {}
    return {str(name): _array(value, path, places) for name, value in named.items()}


def _places(path: Path, values: Iterable[object]) -> dict[int, int]:
    """Where in the file the numbers lie that torch has mapped: byte by address of each storage.

    Torch tells no place, but the file's members called ``data/<number>`` hold one storage each, and are mapped as one
    piece, so that both have the same order, sizes and distances.
    """
    import torch

    storages = {s.data_ptr(): s.nbytes() for s in (v.untyped_storage() for v in values if isinstance(v, torch.Tensor))}
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        members = [one for one in archive.infolist() if one.filename.split("/")[-2:-1] == ["data"] and one.file_size]
        starts = {_start(file, one): one.file_size for one in sorted(members, key=lambda one: one.header_offset)}
    found = dict(zip(sorted(storages), starts))
    same = [storages[at] for at in sorted(storages)] == list(starts.values())
    if not same or len({at - place for at, place in found.items()}) > 1:
        raise InputError(f"'{path.name}' is laid out as no version of PyTorch does it. Save the scores as .npy.")
    return found


def _start(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """The first byte of an uncompressed member: behind its own header, which may differ from the archive's list."""
    file.seek(member.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    return member.header_offset + 30 + name + extra


def _check_archive(path: Path) -> None:
    """torch.save writes an uncompressed zip; anything that unpacks to more than it is, is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise InputError(
            f"'{path.name}' is a pickle of an old PyTorch, which can run code when read. Save the scores as .npy."
        ) from error
    if unpacked > path.stat().st_size or unpacked > 64 * MAX_UNPACKED_BYTES:
        raise InputError(
            f"'{path.name}' unpacks to {readable_size(unpacked)}, more than it is. Save the scores as .npy."
        )


def _array(value: object, path: Path, places: Mapping[int, int]) -> np.ndarray:
    import torch

    if isinstance(value, torch.Tensor):
        value = value.detach()
        if places and value.numel():
            return _in_file(value, path, places)
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        out = np.empty(len(value), object)
        out[:] = [str(item) for item in value]
        return out
    raise InputError(f"'{path.name}' holds a {type(value).__name__}. Expected tensors, or a list of sample ids.")


def _in_file(value: Any, path: Path, places: Mapping[int, int]) -> np.ndarray:
    """A large torch.Tensor by its place in the file, which is read and not looked at through torch's map."""
    import torch

    halved = value.dtype == torch.bfloat16
    dtype = np.dtype(np.uint16) if halved else torch.empty(0, dtype=value.dtype).numpy().dtype
    turned = not value.is_contiguous() and value.mT.is_contiguous() if value.ndim == 2 else False
    if not (turned or value.is_contiguous()):
        return value.float().numpy() if halved else value.numpy(force=True).copy()
    start = places[value.untyped_storage().data_ptr()] + value.storage_offset() * value.element_size()
    shape = tuple(value.shape)
    array = tensor_in_file(path, dtype, start, shape[::-1] if turned else shape)
    array = array.T if turned else array
    return from_bfloat16(array, path) if halved else array
