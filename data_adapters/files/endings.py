"""What a file's name says of its content: its ending, with that of its packing, and its name without them."""

from pathlib import PurePath

PACKINGS = (".gz", ".zst", ".bz2")


def is_packed(path: PurePath) -> bool:
    """Whether the file is one that gzip, Zstandard or bzip2 made of another."""
    return path.suffix.lower() in PACKINGS


def ending(path: PurePath) -> str:
    """``.csv`` of ``a.CSV``, ``.csv.gz`` of ``a.b.csv.gz``."""
    return path.with_suffix("").suffix.lower() + path.suffix.lower() if is_packed(path) else path.suffix.lower()


def plain_ending(path: PurePath) -> str:
    """``.csv`` of ``a.csv`` and of ``a.csv.gz``."""
    return (path.with_suffix("") if is_packed(path) else path).suffix.lower()


def stem(path: PurePath) -> str:
    """``a.b`` of ``a.b.csv`` and of ``a.b.csv.gz``."""
    return path.with_suffix("").stem if is_packed(path) else path.stem
