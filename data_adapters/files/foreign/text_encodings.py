"""Text that is no UTF-8: read as Windows-1252 (with Latin-1 in it) or UTF-16, where that is what it can only be.

A UTF-8 file with a damaged byte is none of these: it holds letters of UTF-8 elsewhere, or signs that nobody writes.
"""

import codecs
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleaning.errors import InputError

LOOKED_AT = 64 * 1024**2
BLOCK_BYTES = 4 * 1024**2
MOSTLY = 0.95
IN_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
WRITTEN = frozenset("’‘“”„‚–—…€£¥¢§°«»·•™®©±²³¹µ×÷½¼¾¿¡ºª´¨ \u00a0")  # signs beside letters that people type
SPOKEN = {"cp1252": "Windows-1252 (Latin-1)", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


class OtherEncoding(InputError):
    """A text file that is not UTF-8."""


@contextmanager
def recoded(path: Path, error: OtherEncoding) -> Iterator[tuple[Path, str]]:
    """(a copy of the file in UTF-8, the encoding that it has). Raises the error where none can be told."""
    encoding = _encoding(path)
    if encoding is None:
        raise error
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, path.name)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as source, plain.open("wb") as target:
                for block in iter(lambda: source.read(BLOCK_BYTES), b""):
                    target.write(decoder.decode(block).encode("utf-8"))
                target.write(decoder.decode(b"", final=True).encode("utf-8"))
        except UnicodeError:
            raise error from None
        yield plain, SPOKEN[encoding]


def said_encoding(name: str, encoding: str) -> str:
    """The note on a file that was read so."""
    return f"'{name}' is not UTF-8; it is read as {encoding}. If letters look wrong, save it again with the encoding UTF-8."


def _encoding(path: Path) -> str | None:
    with path.open("rb") as file:
        data = file.read(LOOKED_AT)
    if b"\x00" in data:
        return _utf_16(data)
    in_utf_8 = len(IN_UTF_8.findall(data))
    others = len(HIGH.findall(IN_UTF_8.sub(b"", data)))
    try:
        signs = [sign for sign in data.decode("cp1252") if sign > "\x7f"]
    except UnicodeDecodeError:
        return None
    known = sum(sign.isalpha() or sign in WRITTEN for sign in signs)
    return "cp1252" if others > in_utf_8 and known >= MOSTLY * len(signs) else None


def _utf_16(data: bytes) -> str | None:
    """By which half of the bytes are mostly zero, as those of Latin letters are."""
    zeros = [data[start::2].count(0) for start in (0, 1)]
    for encoding, high, low in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", zeros[0], zeros[1])):
        if len(data) % 2 == 0 and low == 0 and high > len(data) / 8:
            return encoding
    return None
