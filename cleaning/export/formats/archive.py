"""ZIP archives with a manifest of SHA-256 hashes; the same files always give the same bytes."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO

from cleaning.errors import InputError

Content = bytes | Callable[[IO[bytes]], None]  # of a file: whole, or what writes it piece by piece
MANIFEST = "manifest.json"
MOST_HELD = 2 * 1024**3
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold; no clock enters the bytes


def zip_files(files: Mapping[str, bytes], about: dict | None = None) -> bytes:
    """A ZIP of the files, in the order of their names. about: also write manifest.json, with these entries first."""
    buffer = io.BytesIO()
    zip_made(buffer, {name: partial(files.__getitem__, name) for name in files}, about)
    return buffer.getvalue()


def zip_made(
    into: IO[bytes],
    makers: Mapping[str, Callable[[], bytes]],
    about: dict | None = None,
    tell: Callable[[float, str], None] = lambda share, name: None,
) -> None:
    """The same, into a file, of files that are made one by one, each while the one before is packed; no two are held longer.

    tell: hears before each file which share is done, and its name; what it raises ends the work.
    """
    rows = list[dict]()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        with ThreadPoolExecutor(max_workers=1) as packing:
            packed = None
            for done, name in enumerate(sorted(makers)):
                tell(done / len(makers), name)
                data = makers[name]()
                if packed is not None:
                    rows.append(packed.result())
                packed = packing.submit(_pack, archive, name, data)
                del data
            if packed is not None:
                rows.append(packed.result())
        if about is not None:
            _pack(archive, MANIFEST, _manifest(about, rows))


def _pack(archive: zipfile.ZipFile, name: str, data: bytes) -> dict:
    """Returns what the manifest says of the file."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    archive.writestr(entry, data, compresslevel=3)
    return {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _manifest(about: dict, rows: list[dict]) -> bytes:
    """JSON: ``about``, then for each file its name, size in bytes and SHA-256."""
    return (json.dumps(about | {"files": rows}, indent=1, ensure_ascii=False) + "\n").encode()


def held_files(files: Mapping[str, Content]) -> dict[str, bytes]:
    """The files, whole in memory. Raises InputError where they take more than MOST_HELD together."""
    found, left = dict[str, bytes](), MOST_HELD
    for name, content in files.items():
        if isinstance(content, bytes) and len(content) <= left:
            found[name] = content
        else:
            buffer = _Bounded(left)
            buffer.write(content) if isinstance(content, bytes) else content(buffer)
            found[name] = buffer.getvalue()
        left -= len(found[name])
    return found


class _Bounded(io.BytesIO):
    """A buffer that refuses to become larger than what is left for it."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def write(self, data) -> int:
        if self.tell() + len(data) > self._left:
            raise InputError(
                "The files take more than 2 GB together, too much for one download. Leave the pictures out, or have the "
                "command line write them into a folder."
            )
        return super().write(data)
