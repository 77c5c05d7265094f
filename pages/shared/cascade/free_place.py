"""Where a name stands in a figure so that no line runs through it, at whatever width the figure is drawn."""

from collections.abc import Sequence
from itertools import product

import numpy as np

WIDTHS = (140, 880)  # pixels of the plot on a phone and in a wide window
SIZE = np.array([66, 18])  # pixels of a short name, with some air
ALONG, UP = range(-120, 121, 15), range(-150, 151, 15)
SAMPLED = 500  # places of a line that are looked at


def free_place(
    at: tuple[float, float],
    lines: Sequence[tuple[Sequence[float], Sequence[float]]],
    spans: tuple[tuple[float, float], tuple[float, float]],
    height: float,
) -> tuple[int, int]:
    """Pixels to the right of and below a point, of the middle of its name: the nearest place that no line crosses.

    at: the point. lines: x and y of each. spans: the least and largest x and y that are shown. height: of the plot in
    pixels. Where every place is crossed, the one that is crossed least.
    """
    offsets = np.array([(x, y) for x, y in product(ALONG, UP) if abs(x) > SIZE[0] / 2 or abs(y) > SIZE[1]])
    crossed = np.zeros(len(offsets))
    for width in WIDTHS:
        size = np.array([width, height])
        middle = _pixels(np.array([at], float), spans, size) + offsets
        crossed += 1e6 * ((middle < SIZE / 2) | (middle > size - SIZE / 2)).any(axis=1)
        for line in lines:
            drawn = _pixels(_sampled(*line), spans, size)
            crossed += (np.abs(drawn[None] - middle[:, None]) < SIZE / 2).all(axis=2).sum(axis=1)
    best = np.lexsort((np.hypot(*offsets.T), crossed))[0]
    return int(offsets[best, 0]), int(offsets[best, 1])


def _sampled(x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    """(SAMPLED, 2) places along a line, as many on each of its parts."""
    place = np.linspace(0, len(x) - 1, SAMPLED)
    return np.column_stack([np.interp(place, np.arange(len(x)), np.asarray(one, float)) for one in (x, y)])


def _pixels(points: np.ndarray, spans: tuple[tuple[float, float], tuple[float, float]], size: np.ndarray) -> np.ndarray:
    """(n, 2) from the upper left corner of the plot."""
    share = (points - [spans[0][0], spans[1][0]]) / [spans[0][1] - spans[0][0], spans[1][1] - spans[1][0]]
    return np.column_stack([share[:, 0], 1 - share[:, 1]]) * size
