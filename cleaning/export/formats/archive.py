"""ZIP archives with a manifest of SHA-256 hashes; the same files always give the same bytes."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold; no clock enters the bytes


def zip_files(files: Mapping[str, bytes], about: dict | None = None) -> bytes:
    """A ZIP of the files, in the order of their names. about: also write manifest.json, with these entries first."""
    if about is not None:
        files = dict(files) | {MANIFEST: manifest_of(files, about)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, files[name], compresslevel=3)
    return buffer.getvalue()


def manifest_of(files: Mapping[str, bytes], about: dict) -> bytes:
    """JSON: ``about``, then for each file its name, size in bytes and SHA-256."""
    rows = [
        {"file": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    return (json.dumps(about | {"files": rows}, indent=1, ensure_ascii=False) + "\n").encode()
