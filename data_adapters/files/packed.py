"""Files packed by gzip, Zstandard or bzip2: unpacked beside no file of the user's, bounded, and removed again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.files.check import check_file
from data_adapters.files.endings import is_packed
from data_adapters.limits import FREE_UNPACKED_BYTES, MAX_UNPACKED_BYTES, MAX_UNPACKING_RATIO, readable_size
from data_adapters.sentences import reason

CODECS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
BLOCK_BYTES = 4 * 1024**2


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or a temporary one with what is packed in it. Raises InputError where that is damaged or too much."""
    if not is_packed(path):
        yield path
        return
    check_file(path)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, path.stem)
        _unpack(path, plain)
        yield plain


def _unpack(path: Path, plain: Path) -> None:
    codec, packed, written = CODECS[path.suffix.lower()], path.stat().st_size, 0
    try:
        with pa.input_stream(str(path), compression=codec) as source, plain.open("wb") as target:
            while block := source.read(BLOCK_BYTES):
                written += len(block)
                refuse_too_much(path.name, packed, written)
                target.write(block)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise InputError(
            f"'{path.name}' cannot be unpacked ({reason(error)}). Check that it was copied completely, or pack it again."
        ) from error


def refuse_too_much(name: str, packed: int, unpacked_bytes: int) -> None:
    """Raises InputError where more comes out of a file than is read, or than tables ever pack."""
    most = min(MAX_UNPACKED_BYTES, max(FREE_UNPACKED_BYTES, MAX_UNPACKING_RATIO * packed))
    if unpacked_bytes > most:
        raise InputError(
            f"'{name}' ({readable_size(packed)}) unpacks to more than {readable_size(most)}, more than is read. "
            "Unpack it yourself, or split it; scores as .npy are memory-mapped."
        )
