"""Inspect's ``.eval`` logs: ZIP archives of JSON, packed by deflate or, in newer versions, by Zstandard."""

import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.files.check import check_file
from data_adapters.limits import DAMAGED_ZIP, MAX_JSON_BYTES, readable_size
from data_adapters.sentences import reason

LOCAL_HEADER = 30
ZSTANDARD = 93
HEADERS = ("header.json", "_journal/start.json")  # the second where a run was cut short


def read_archive(path: Path) -> dict:
    """The log as the ``.json`` format has it: its header, with ``samples``. Raises InputError where it is damaged."""
    held = read_members(path, lambda name: name in HEADERS or (name.startswith("samples/") and name.endswith(".json")))
    try:
        header = next(name for name in HEADERS if name in held)
        log = json.loads(held[header])
        return log | {"samples": [json.loads(held[name]) for name in sorted(held) if name.startswith("samples/")]}
    except (StopIteration, TypeError, *DAMAGED_ZIP) as error:
        raise _damaged(path, error) from error


def read_members(path: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The contents of the members whose names are wanted. Raises InputError where the archive is damaged."""
    check_file(path)
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            names = [name for name in archive.namelist() if wanted(name)]
            total = sum(archive.getinfo(name).file_size for name in names)
            if total > MAX_JSON_BYTES:
                raise InputError(
                    f"'{path.name}' unpacks to {readable_size(total)}; up to {readable_size(MAX_JSON_BYTES)} are read."
                )
            return {name: _member(archive, file, name) for name in names}
    except (*DAMAGED_ZIP, KeyError, OSError, TypeError, zlib.error, pa.ArrowException) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"'{path.name}' cannot be read as a log of Inspect ({reason(error)}). Copy it again.")


def _member(archive: zipfile.ZipFile, file, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type != ZSTANDARD:
        return archive.read(name)
    file.seek(info.header_offset)
    head = file.read(LOCAL_HEADER)
    skipped = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    file.seek(info.header_offset + LOCAL_HEADER + skipped)
    packed = file.read(info.compress_size)
    content = pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read(info.file_size + 1)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise zipfile.BadZipFile(f"'{name}' is not what the archive declares")
    return content
