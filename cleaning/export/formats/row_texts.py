"""Rows of millions as text, made of pieces: what all of them share, one of few texts by its number, what each says alone.

A row of most tables holds hardly more than its id that no other row holds too: the label, the mask and the verdict of a
sample follow from few numbers. Pieces of few texts beside each other become one, so that a row is two or three texts put
together and not twenty.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

import numpy as np

AT_ONCE = 50_000  # rows that are held as text
MOST_PAIRS = 4_000_000  # of two pieces' texts, among which those that are there are looked for
MOST_TEXTS = 20_000  # of two pieces made one
MILLION = 1_000_000


@dataclass(frozen=True)
class Coded:
    """A column of few values. codes: (N,) int, for each row the place of its value in ``values``."""

    codes: np.ndarray
    values: Sequence

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, rows: np.ndarray) -> Coded:
        return Coded(self.codes[rows], self.values)

    def told(self, write: Callable[[Sequence], Sequence]) -> Coded:
        """The same column of other values, each written once."""
        return Coded(self.codes, write(self.values))

    def all(self) -> np.ndarray:
        """(N,) object, the value of each row."""
        values = np.empty(len(self.values), object)
        values[:] = self.values
        return values[self.codes]


class RowValues(Protocol):
    """N values that can be cut: a list, a range, an array, a column of pandas."""

    def __len__(self) -> int: ...

    def __getitem__(self, some: Any, /) -> Any: ...


@dataclass(frozen=True)
class Each:
    """A column whose rows differ. values: N, an array where some rows are to be taken. write: gives the texts of some."""

    values: RowValues
    write: Callable[[list], list[str]]

    def __len__(self) -> int:
        return len(self.values)

    def told(self, write: Callable[[list[str]], list[str]]) -> Each:
        """The same column, its texts written otherwise."""
        return Each(self.values, lambda some: write(self.write(some)))

    def texts(self, start: int, stop: int) -> list[str]:
        part = self.values[start:stop]
        return self.write(part.tolist() if hasattr(part, "tolist") else list(part))


Piece = str | Coded | Each  # str: of every row; Coded: of texts


def coded_by_row(rows: np.ndarray, values: Sequence, empty: object, n: int) -> Coded:
    """(N,) column that holds ``empty`` but for some rows. rows, values: equally many; equal values are kept once."""
    places = {value: place for place, value in enumerate(dict.fromkeys([empty, *values]))}
    codes = np.zeros(n, np.int32)
    codes[rows] = [places[value] for value in values]
    return Coded(codes, list(places))


def rows_as_text(pieces: Iterable[Piece], n: int) -> Iterator[str]:
    """The text of n rows, some thousand at once; nothing stands between rows that is no piece."""
    parts = _joined(pieces)
    coded = [np.array(part.values, object) if isinstance(part, Coded) else None for part in parts]
    for start in range(0, n, AT_ONCE):
        stop = min(start + AT_ONCE, n)
        cells = [""] * ((stop - start) * len(parts))
        for place, (part, texts) in enumerate(zip(parts, coded)):
            if isinstance(part, Coded) and texts is not None:
                cells[place :: len(parts)] = texts[part.codes[start:stop]].tolist()
            elif isinstance(part, Each):
                cells[place :: len(parts)] = part.texts(start, stop)
            elif isinstance(part, str):
                cells[place :: len(parts)] = [part] * (stop - start)
        yield "".join(cells)


def in_blocks(texts: Iterable[str], before: str = "", after: str = "") -> Iterator[bytes]:
    """Texts one after the other as UTF-8, made as they are asked for."""
    return (text.encode() for text in chain((before,), texts, (after,)))


def whole(made: bytes | Iterable[bytes]) -> bytes:
    """A file that may come block by block."""
    if isinstance(made, bytes):
        return made
    buffer = io.BytesIO()
    for block in made:
        buffer.write(block)
    return buffer.getvalue()


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with neighbours made one where that leaves few texts."""
    found: list[Piece] = []
    for piece in pieces:
        together = _together(found[-1], piece) if found else None
        if together is None:
            found.append(piece)
        else:
            found[-1] = together
    return found


def _together(one: Piece, other: Piece) -> Piece | None:
    """Two pieces as one; None where one is of each row, or there would be too many texts."""
    if isinstance(one, str) and isinstance(other, str):
        return one + other
    if isinstance(one, str) and isinstance(other, Coded):
        return other.told(lambda texts: [one + text for text in texts])
    if isinstance(one, Coded) and isinstance(other, str):
        return one.told(lambda texts: [text + other for text in texts])
    if isinstance(one, Coded) and isinstance(other, Coded):
        return _both(one, other)
    return None


def _both(one: Coded, other: Coded) -> Coded | None:
    if one.codes is other.codes and len(one.values) == len(other.values):
        return Coded(one.codes, [a + b for a, b in zip(one.values, other.values)])
    width = len(other.values)
    if len(one.values) * width > MOST_PAIRS:
        return None
    pairs = one.codes.astype(np.int32) * np.int32(width) + other.codes
    there = np.zeros(len(one.values) * width, bool)
    there[pairs] = True
    found = np.flatnonzero(there).tolist()
    if len(found) > MOST_TEXTS:
        return None
    place = np.cumsum(there, dtype=np.int32) - 1
    return Coded(place[pairs], [one.values[pair // width] + other.values[pair % width] for pair in found])


@dataclass(frozen=True)
class Millionths:
    """A column of floats of six decimals at most, as Python writes them: ``0.25``, ``1.0``, ``5e-06``. values: (N,)."""

    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def pieces(self) -> list[Piece]:
        """The first three decimals and what is left of the others, where all lie in [0, 1]; else one piece."""
        values = self.values
        if not ((values >= 0) & (values <= 1) & ~np.signbit(values)).all():
            return [Each(values, lambda some: list(map(repr, some)))]
        count = np.rint(values * MILLION).astype(np.int32)
        first, rest = np.divmod(count, 1_000)
        tiny = (count > 0) & (count < 100)  # below 0.0001 an exponent is written
        first = np.where(tiny, 2_000 + count, np.where(rest == 0, 1_000 + first, first))
        texts = [f"0.{one:03d}" for one in range(1_000)] + [repr(one / 1_000) for one in range(1_001)]
        texts += [repr(one / MILLION) for one in range(1, 100)]
        endings = [f"{one:03d}".rstrip("0") for one in range(1_000)]
        return [Coded(first, texts), Coded(np.where(tiny, 0, rest), endings)]


def rounded(values: np.ndarray) -> np.ndarray:
    """(N,) float64 as ``round(value, 6)`` gives each: numpy's own rounding differs where two decimals are equally near."""
    scaled = np.asarray(values, np.float64) * MILLION
    found = np.rint(scaled) / MILLION
    near = (np.abs(scaled - np.floor(scaled) - 0.5) < 1e-4) | (np.abs(scaled) > 1e9)
    for place in np.flatnonzero(near).tolist():
        found[place] = round(float(values[place]), 6)
    return found
