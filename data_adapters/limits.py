"""Bounds on what is read, so that a damaged or hostile file ends in a sentence and not in a full memory."""

import lzma
import zipfile
import zlib

GIB = 1024**3
MAX_TABLE_BYTES = 8 * GIB  # file size of a text table, declared uncompressed size of Parquet and Feather
MAX_TABLE_CELLS = 2_000_000_000  # rows x columns declared by Parquet and Feather (run lengths compress to nothing)
MAX_UNPACKED_BYTES = 4 * GIB  # arrays in .npz live in memory; larger ones belong in .npy, which is memory-mapped
MAX_UNPACKING_RATIO = 200  # unpacked over packed size of one array, applied above FREE_UNPACKED_BYTES
FREE_UNPACKED_BYTES = 64 * 1024**2
MAX_SHEET_CELLS = 30_000_000  # of an Excel sheet, which is read cell by cell
MAX_SETTINGS_BYTES = 1024**2  # dataset.json
MAX_JSON_BYTES = GIB // 2  # one HELM file, which is read as a whole
MAX_JSON_LINE = 64 * 1024**2
MAX_CLASS_NAMES_BYTES = 64 * 1024**2
MAX_CLASSES = 100_000
MAX_OPTIONS_TEXT = 200_000  # characters of one cell of choices
MAX_UPLOAD_BYTES = 2 * GIB  # all files of one upload together
MAX_UPLOADED_MEMBERS = 500_000  # files in an uploaded ZIP
MAX_PICTURES = 20_000_000
MAX_PICTURE_BYTES = 256 * 1024**2
MAX_PICTURES_BYTES = 64 * GIB  # all pictures unpacked from one archive or dataset
# What zipfile lets out on damaged or protected archives.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)


def readable_size(size: int) -> str:
    """``4.0 GB``, ``12 KB``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
