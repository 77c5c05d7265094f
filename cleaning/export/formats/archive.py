"""ZIP archives with a manifest of SHA-256 hashes; the same files always give the same bytes."""

import hashlib
import io
import json
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import IO

from cleaning.errors import InputError

Content = bytes | Callable[[IO[bytes]], None]  # of a file: whole, or what writes it piece by piece
Made = bytes | Iterable[bytes]  # a file: whole, or block by block, each made when it is asked for
MANIFEST = "manifest.json"
MOST_HELD = 2 * 1024**3
MOST_WAITING = 32 * 1024**2  # bytes that wait to be packed; a file that is whole may be larger
ZIP32_BYTES = 2**30  # what is packed may be longer than it was
_LEVEL = 3


def zip_files(files: Mapping[str, bytes], about: dict | None = None) -> bytes:
    """A ZIP of the files, in the order of their names. about: also write manifest.json, with these entries first."""
    buffer = io.BytesIO()
    zip_made(buffer, sorted(files), files.__getitem__, about)
    return buffer.getvalue()


def zip_made(
    into: IO[bytes],
    names: Sequence[str],
    make: Callable[[str], Made],
    about: dict | None = None,
    tell: Callable[[float, str], None] = lambda share, name: None,
) -> None:
    """The same, into a file, of files that are made one by one, in the order of ``names``.

    What is made is packed beside it, so that of a file that comes in blocks only some are held, and of whole ones two.
    tell: hears before each file which share is done, and its name; what it raises ends the work.
    """
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive, _Packer(archive) as packer:
        for done, name in enumerate(names):
            tell(done / len(names), name)
            packer.add(name, make(name))
        rows = packer.finish()
        if about is not None:
            packer.add(MANIFEST, _manifest(about, rows))


class _Packer:
    """Packs into an archive, on a thread of its own, what is made on the caller's."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._rows = archive, list[dict]()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[tuple[Future, int]] = deque()
        self._open: _Entry | None = None

    def __enter__(self) -> "_Packer":
        return self

    def __exit__(self, problem: object, *_: object) -> None:
        try:
            if problem is None:
                self.finish()
        finally:
            self._thread.shutdown(cancel_futures=True)
            if self._open:  # else the archive cannot be closed, whatever went wrong
                self._open.close()

    def add(self, name: str, made: Made) -> None:
        self._submit(partial(self._begin, name, not isinstance(made, bytes) or len(made) > ZIP32_BYTES))
        for block in (made,) if isinstance(made, bytes) else made:
            self._submit(self._write, block)
        self._submit(self._end)

    def finish(self) -> list[dict]:
        """Waits for all of it; what the manifest says of each file."""
        while self._waiting:
            self._waiting.popleft()[0].result()
        return list(self._rows)

    def _submit(self, work: Callable[..., None], *block: bytes) -> None:
        size = sum(map(len, block))
        while self._waiting and size + sum(count for _, count in self._waiting) > MOST_WAITING:
            self._waiting.popleft()[0].result()
        self._waiting.append((self._thread.submit(work, *block), size))

    def _begin(self, name: str, large: bool) -> None:
        self._open = _Entry(self._archive, name, large)

    def _write(self, block: bytes) -> None:
        assert self._open, "a file was begun"
        self._open.write(block)

    def _end(self) -> None:
        assert self._open, "a file was begun"
        self._rows.append(self._open.close())
        self._open = None


class _Entry:
    """One file of an archive, its size and hash counted on the way."""

    def __init__(self, archive: zipfile.ZipFile, name: str, large: bool) -> None:
        """large: it may be longer than a plain entry can tell."""
        self._archive, self._name, self._bytes, self._digest = archive, name, 0, hashlib.sha256()
        self._into = archive.open(name, "w", force_zip64=large)

    def write(self, block: bytes) -> None:
        self._into.write(block)
        self._digest.update(block)
        self._bytes += len(block)

    def close(self) -> dict:
        """What the manifest says of it. A name alone has no time of any clock."""
        self._into.close()
        entry = self._archive.getinfo(self._name)
        entry.external_attr, entry.create_system = 0o644 << 16, 3
        return {"file": self._name, "bytes": self._bytes, "sha256": self._digest.hexdigest()}


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
