"""Files behind a URL, through fsspec where it is installed."""

from typing import BinaryIO

from cleaning.errors import InputError


def opened_url(place: str, cache: str = "none") -> BinaryIO:
    """A file behind a URL, through fsspec with one of its caches."""
    try:
        import fsspec
    except ImportError:
        raise InputError(f"'{place}' is read through fsspec, which is not installed: pip install fsspec.") from None
    return fsspec.open(place, "rb", cache_type=cache).open()
