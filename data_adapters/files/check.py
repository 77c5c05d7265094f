"""What every file is asked before it is opened: is it there, is it whole, is it bounded."""

from pathlib import Path

from cleaning.errors import InputError
from data_adapters.files.endings import PACKINGS, ending
from data_adapters.limits import MAX_TABLE_BYTES, readable_size

TEXT_SUFFIXES = (".csv", ".tsv")
PLAIN_TABLES = (*TEXT_SUFFIXES, ".parquet", ".feather", ".arrow", ".jsonl", ".ndjson", ".json", ".xlsx")
PACKABLE = (*TEXT_SUFFIXES, ".parquet", ".jsonl", ".ndjson", ".json")
LOOSE_TEXT = ".txt"  # a table where one is named; beside other files more often class names or words about them
TABLE_SUFFIXES = (*PLAIN_TABLES, *(plain + packing for plain in PACKABLE for packing in PACKINGS))
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def check_file(path: Path) -> None:
    """Raises InputError where there is no file, an empty one, or one above the bound."""
    if path.is_dir():
        raise InputError(f"'{path}' is a folder; a file was expected.")
    if not path.is_file():
        raise InputError(f"There is no file '{path}'. Check the name.")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"'{path.name}' is empty (0 bytes). Check that it was saved or copied completely.")
    if size < 1024 and path.read_bytes().startswith(LFS_POINTER):
        raise InputError(f"'{path.name}' is a Git LFS pointer; its content is not here. Fetch it with 'git lfs pull'.")
    if size > MAX_TABLE_BYTES and ending(path) in TABLE_SUFFIXES:
        raise InputError(
            f"'{path.name}' has {readable_size(size)}; tables are read up to "
            f"{readable_size(MAX_TABLE_BYTES)}. "
            "Save scores as .npy, which is memory-mapped."
        )
