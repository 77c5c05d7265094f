"""Ways in which files come damaged or strange, each drawn from a seeded generator."""

import random
from collections.abc import Callable, Sequence

NAMES = (
    "", " ", "..", "../../etc/passwd", "/dev/zero", "a\x00b", "x" * 5000, "\u202etxt.gpj", "\ud83d", "CON", "-1", "1e999",
    "NaN", "<b>", "%s%n", "=cmd|' /C calc'!A0",
)  # fmt: skip
BITS = 8


def flip_bits(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """One bit, or up to eight."""
    out = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(BITS)
    return bytes(out)


def cut(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """The end is missing: anywhere, in the first bytes, or the last few."""
    return content[
        : rng.choice((rng.randrange(len(content)), rng.randrange(min(40, len(content))), -rng.randint(1, 9)))
    ]


def lose_bytes(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A part in the middle, or the beginning, is missing."""
    start = rng.choice((0, rng.randrange(len(content))))
    return content[:start] + content[start + rng.choice((1, 4, 17, 256)) :]


def insert(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Strange bytes, or a part of the file once more, stand between."""
    at, again = rng.randrange(len(content)), rng.randrange(len(content))
    part = rng.choice(
        (b"\x00", b"\xff\xfe", b"\n", b'"', b"{", b"[" * 2000, b"\xed\xa0\xbd", content[again : again + 64])
    )
    return content[:at] + part + content[at:]


def overwrite(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A few bytes hold extreme numbers, as lengths and offsets are."""
    at = rng.randrange(len(content))
    part = rng.choice(
        (b"\xff" * 4, b"\xff" * 8, b"\x00" * 4, b"\xff\xff\xff\x7f", b"\x80" + b"\x00" * 7, b"9" * 20, b"-1")
    )
    return content[:at] + part + content[at + len(part) :]


def other_head(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """The first bytes of a file of another format."""
    other, length = rng.choice(others), rng.choice((4, 16, 64, 512))
    return other[:length] + content[length:]


def other_content(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A whole file of another format under this ending."""
    return rng.choice(others)


def other_encoding(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Text with letters beyond ASCII in another encoding; other files lose their line ends."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content.replace(b"\n", b"\r\n")
    letter = rng.choice(tuple({c for c in text if c.isalpha()} or {"e"}))
    return text.replace(letter, "ü", rng.choice((1, 3, -1))).encode(
        rng.choice(("latin-1", "utf-16", "utf-32", "utf-8-sig", "cp437", "utf-16-be")), errors="replace"
    )


def hostile_name(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A word of the file becomes a name that means something to somebody."""
    words = sorted(
        {word for word in content.replace(b'"', b",").replace(b"\n", b",").split(b",") if 1 < len(word) < 40}
    )
    if not words:
        return flip_bits(content, rng, others)
    name = rng.choice(NAMES)
    plain = name.encode("utf-8", errors="surrogatepass")
    escaped = name.encode("ascii", errors="backslashreplace")
    return content.replace(rng.choice(words), rng.choice((plain, escaped)), rng.choice((1, -1)))


def other_kind(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A value of JSON or of a table is of another kind than it should be."""
    values = (
        b"null",
        b"7",
        b"-1",
        b"1e400",
        b"NaN",
        b"[]",
        b"{}",
        b'"x"',
        b"true",
        b"[[1, 2], [3]]",
        b'{"a": 1}',
        b"9" * 400,
    )
    ends = [at for at, byte in enumerate(content) if byte in b":,[{"]
    if not ends:
        return overwrite(content, rng, others)
    at = rng.choice(ends) + 1
    end = min(
        (place for place in (content.find(mark, at) for mark in (b",", b"}", b"]", b"\n")) if place >= 0), default=at
    )
    return content[:at] + rng.choice(values) + content[end:]


DAMAGES: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    flip_bits, flip_bits, cut, lose_bytes, insert, overwrite, other_head, other_content, other_encoding, hostile_name,
    other_kind,
)  # fmt: skip
