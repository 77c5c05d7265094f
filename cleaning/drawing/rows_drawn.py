"""Rows of points with intervals, one row a name; and tables of shares as tinted cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.drawing.axes import Axis
from cleaning.drawing.curves_drawn import LETTER, short
from cleaning.drawing.shapes import Colour, Dot, Filled, Mark, Shape, Way, Words
from cleaning.drawing.svg_text import Drawing

LONGEST_NAME = 34
ROW, FOOT = 15.0, 44.0
BESIDE = 26.0  # a mark and the room around it, for each name at the top
TITLED, UNTITLED = 44.0, 26.0  # room at the top
DEEPEST = 0.6  # of a cell's tint, so that text on it can be read in light and dark


@dataclass(frozen=True)
class PointSeries:
    """value: (n,) one a row, NaN where there is none. low, high: (n,) its interval, or None."""

    name: str
    value: np.ndarray
    colour: Colour = "teal"
    mark: Mark = "circle"
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    hollow: bool = False


def rows_of_points(title: str, names: Sequence[str], series: Sequence[PointSeries], axis: Axis) -> Drawing:
    """Every series on every row, one below the other, told by the line at the top."""
    left, head = 16 + LETTER * min(max(map(len, names), default=0), LONGEST_NAME), TITLED if title else UNTITLED
    legend = sum(BESIDE + LETTER * len(one.name) for one in series)
    width = max(640.0, left + 360, legend + 8)
    lines = [s for s in series if s.mark != "tick"]
    each = ROW * max(len(lines), 1) + 10
    bottom = head + each * len(names)

    def across(values: np.ndarray) -> np.ndarray:
        return left + axis.share(values) * (width - left - 24)

    shapes = [*_legend(title, series, min(left, width - legend), head), *_grid(axis, across, left, width, head, bottom)]
    for row, name in enumerate(names):
        top = head + each * row
        shapes.append(Words(left - 10, top + each / 2 + 4, short(name, LONGEST_NAME), "ink", "end"))
        for line, one in enumerate(lines):
            shapes += _point(one, row, across, top + 5 + ROW * (line + 0.5))
        for one in series:
            if one.mark == "tick" and np.isfinite(one.value[row]):
                at = float(across(one.value[row : row + 1])[0])
                shapes.append(Way(((at, top + 4), (at, top + each - 4)), one.colour, 1.6, "dotted"))
    return Drawing(title, width, bottom + FOOT, tuple(shapes))


def _grid(axis: Axis, across, left: float, width: float, head: float, bottom: float) -> list[Shape]:
    shapes: list[Shape] = []
    for value in axis.marks():
        at = float(across(np.array([value]))[0])
        shapes += [Way(((at, head), (at, bottom)), "line", 1.0)]
        shapes += [Words(at, bottom + 17, axis.told(value), anchor="middle", size=11.5)]
    shapes.append(Way(((left, bottom), (width - 24, bottom)), "grey", 1.0))
    if axis.low < 0 < axis.high:
        at = float(across(np.array([0.0]))[0])
        shapes.append(Way(((at, head), (at, bottom)), "grey", 1.0))
    return [*shapes, Words((left + width - 24) / 2, bottom + 36, axis.words, anchor="middle")]


def _point(one: PointSeries, row: int, across, y: float) -> list[Shape]:
    if not np.isfinite(one.value[row]):
        return []
    shapes: list[Shape] = []
    if one.low is not None and one.high is not None and np.isfinite([one.low[row], one.high[row]]).all():
        start, end = across(np.array([one.low[row], one.high[row]]))
        shapes.append(Way(((float(start), y), (float(end), y)), one.colour, 1.4))
    at = float(across(one.value[row : row + 1])[0])
    return [*shapes, Dot(at, y, one.colour, one.mark, one.hollow)]


def _legend(title: str, series: Sequence[PointSeries], left: float, head: float) -> list[Shape]:
    shapes: list[Shape] = [Words(4, 14, title, "ink", size=13, bold=True)] if title else []
    at = left
    for one in series:
        if one.mark == "tick":
            shapes.append(Way(((at, head - 20), (at, head - 8)), one.colour, 1.6, "dotted"))
        else:
            shapes.append(Dot(at, head - 14, one.colour, one.mark, one.hollow))
        shapes.append(Words(at + 9, head - 10, one.name))
        at += BESIDE + LETTER * len(one.name)
    return shapes


def tinted(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    share: np.ndarray,
    told: Sequence[Sequence[str]] | None = None,
    words: tuple[str, str] = ("", ""),
    turned: bool = True,
) -> Drawing:
    """A cell for each row and column, the deeper tinted the larger its share (R, C), NaN: empty. told: what stands in
    each. words: below the columns, and beside the rows. turned: the columns' names, where ``told``. More than 12 columns
    without ``told`` name every fifth or tenth."""
    size = 44.0 if told is not None else max(5.0, min(38.0, 520 / max(len(columns), 1)))
    high = 26.0 if told is not None else 20.0
    left, top = 30 + LETTER * min(max(map(len, rows), default=0), LONGEST_NAME), 28.0 if title else 6.0
    foot = 18 + (LETTER * min(max(map(len, columns), default=0), 18) if told is not None and turned else 18)
    shapes: list[Shape] = [Words(4, 14, title, "ink", size=13, bold=True)] if title else []
    bottom = top + high * len(rows)
    for r, row in enumerate(rows):
        here = top + high * r
        shapes.append(Words(left - 8, here + high / 2 + 4, short(row, LONGEST_NAME), "ink", "end", 11.5))
        for c in range(len(columns)):
            shapes += _cell(left + size * c, here, size, high, float(share[r, c]), told[r][c] if told else "")
    shapes += _under(columns, left, size, bottom, told is not None and turned)
    shapes.append(Words(left + size * len(columns) / 2, bottom + foot + 12, words[0], anchor="middle"))
    if words[1]:
        shapes.append(Words(13, (top + bottom) / 2, words[1], anchor="middle", turned=True))
    return Drawing(title, max(left + size * len(columns) + 20, 330), bottom + foot + 20, tuple(shapes))


def _cell(x: float, y: float, wide: float, high: float, share: float, told: str) -> list[Shape]:
    if not np.isfinite(share):
        return [Words(x + wide / 2, y + high / 2 + 4, told, anchor="middle", size=11)] if told else []
    gap = 1.0 if told else 0.0
    outline = (
        (x + gap, y + gap),
        (x + wide - gap, y + gap),
        (x + wide - gap, y + high - gap),
        (x + gap, y + high - gap),
    )
    shapes: list[Shape] = [Filled(outline, "teal", 0.04 + (DEEPEST - 0.04) * min(max(share, 0.0), 1.0))]
    return [*shapes, Words(x + wide / 2, y + high / 2 + 4, told, "ink", "middle", 11)] if told else shapes


def _under(columns: Sequence[str], left: float, size: float, bottom: float, each: bool) -> list[Shape]:
    """The columns' names: upright letters turned where each is named, else some of them."""
    if each:
        return [
            Words(left + size * (c + 0.5) + 4, bottom + 8, short(name, 18), "ink", "end", 11.5, turned=True)
            for c, name in enumerate(columns)
        ]
    every = next(e for e in (1, 5, 10, 25, 50, 100) if len(columns) / e <= 12)
    return [
        Words(left + size * (c + 0.5), bottom + 15, name, anchor="middle", size=11.5)
        for c, name in enumerate(columns)
        if c % every == 0
    ]
