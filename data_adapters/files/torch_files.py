"""PyTorch tensor files, through torch's restricted loading only: tensors, never objects that run code."""

import zipfile
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from cleaning.scores.npy_files import READ_BYTES
from data_adapters.files.check import check_file
from data_adapters.limits import MAX_UNPACKED_BYTES, readable_size


def load_torch(path: Path) -> dict[str, np.ndarray]:
    """Tensors (and lists of ids) by name; a lone tensor is called ``scores``. Memory-mapped above READ_BYTES."""
    check_file(path)
    _check_archive(path)
    try:
        import torch
    except ImportError as error:
        raise InputError(
            f"'{path.name}' needs PyTorch to be read, which is not installed. Save the scores as .npy."
        ) from error
    try:
        large = path.stat().st_size > READ_BYTES  # a mapped file that becomes shorter ends the process
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=large)
    except Exception as error:  # torch raises many kinds on damaged and on refused files
        raise InputError(
            f"'{path.name}' is no file of plain PyTorch tensors; anything else can run code when read. "
            "Save the scores with torch.save(tensor) or as .npy."
        ) from error
    named = content if isinstance(content, dict) else {"scores": content}
    return {str(name): _array(value, path) for name, value in named.items()}


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


def _array(value: object, path: Path) -> np.ndarray:
    import torch

    if isinstance(value, torch.Tensor):
        value = value.detach()
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        out = np.empty(len(value), object)
        out[:] = [str(item) for item in value]
        return out
    raise InputError(f"'{path.name}' holds a {type(value).__name__}. Expected tensors, or a list of sample ids.")
