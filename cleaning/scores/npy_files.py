"""Arrays of .npy files, opened so that a damaged or shortened file ends in a sentence and not the process."""

from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from cleaning.scores.npy_header import NotNpy, read_header

READ_BYTES = 1 << 28  # up to here a file is read as a whole


def open_npy(path: Path, read_up_to: int = READ_BYTES) -> np.ndarray:
    """The array in a .npy file, read-only: in memory up to so many bytes, mapped above.

    A mapped file that becomes shorter ends the process that looks at it; what is mapped is therefore read by
    ``cleaning.scores.rows.read_rows``. Raises InputError where the file is no array, or ends before its array does.
    """
    try:
        with path.open("rb") as file:
            header = read_header(file)
            size = file.seek(0, 2)
            if size < header.header_bytes + header.data_bytes:
                raise InputError(f"'{path.name}' ends too early for its shape {header.shape}. Put the whole file back.")
            if header.data_bytes > read_up_to:
                return np.load(path, mmap_mode="r", allow_pickle=False)
            file.seek(0)
            array = np.load(file, allow_pickle=False)
    except NotNpy as wrong:
        raise InputError(f"'{path.name}' {wrong}. Put the whole file back.") from None
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"'{path.name}' cannot be read ({error}). Put the whole file back.") from None
    array.flags.writeable = False
    return array
