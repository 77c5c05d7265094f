"""Arrays on disk whose room is taken before they are filled.

A file that is mapped grows only where it is written. On a full disk that ends the whole process (SIGBUS), the server
and everybody's session with it; room taken beforehand is an OSError instead, which is told as a sentence.
"""

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cleaning.files import FULL


def new_npy(path: Path, dtype: np.dtype | type, shape: tuple[int, ...]) -> np.memmap:
    """A new .npy to be filled, mapped. Raises OSError where the disk has no room for it; nothing of it stays."""
    try:
        target = np.lib.format.open_memmap(path, "w+", dtype, shape)
        with path.open("r+b") as file:
            reserve(file, path.stat().st_size)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return target


def reserve(file: BinaryIO, size: int) -> None:
    """Takes ``size`` bytes of the disk for a file. Raises OSError where they are not there."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno in FULL:
            raise  # other errors: the file system cannot say
