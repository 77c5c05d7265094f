"""What a .npy file says of itself: the one reader, which trusts nothing and never unpickles."""

import io
import math
from dataclasses import dataclass
from tokenize import TokenError
from typing import IO

import numpy as np

from cleaning.errors import first_five

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000  # characters; NumPy's own bound for headers it parses


class NotNpy(ValueError):
    """What is wrong with a file that should be a .npy, in words that follow its name: ``is a pickle, which ...``."""


@dataclass(frozen=True)
class Header:
    """shape, dtype: of the array. turned: whether columns come first (Fortran order). header_bytes: before its data."""

    shape: tuple[int, ...]
    dtype: np.dtype
    turned: bool
    header_bytes: int

    @property
    def data_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes]) -> Header:
    """The header at the start of a file, which is left where the data begin. Raises NotNpy, or what reading raises."""
    start = file.read(len(MAGIC) + 2)
    if start[:1] == b"\x80":
        raise NotNpy("is a pickle, which can run code when read")
    if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 2:
        raise NotNpy("is no NumPy array file (it lacks NumPy's first bytes)")
    width = 2 if start[-2:] == b"\x01\x00" else 4
    length = int.from_bytes(file.read(width), "little")
    if length > MAX_HEADER:
        raise NotNpy(f"has a header of {length:,} bytes, more than {MAX_HEADER:,}")
    shape, turned, dtype = _parsed(file.read(length), width)
    if dtype.hasobject:
        raise NotNpy("is a pickled array, which can run code when read")
    if min(shape, default=0) < 0:
        raise NotNpy("is a damaged NumPy file (negative dimensions are not allowed)")
    return Header(shape, dtype, turned, len(start) + width + length)


def _parsed(raw: bytes, width: int) -> tuple[tuple[int, ...], bool, np.dtype]:
    reader = np.lib.format.read_array_header_1_0 if width == 2 else np.lib.format.read_array_header_2_0
    try:
        return reader(io.BytesIO(len(raw).to_bytes(width, "little") + raw))
    except (ValueError, EOFError, SyntaxError, TypeError, OverflowError, MemoryError, TokenError) as error:
        raise NotNpy(f"is a damaged NumPy file ({first_five([briefly(error)])})") from None


def briefly(error: BaseException) -> str:
    """The first sentence of what NumPy says."""
    return str(error).split(". ")[0].split("\n")[0]
