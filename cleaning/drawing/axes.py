"""Axes: from values to pixels, round ticks, a faint grid, and what stands beside and below."""

import math
from dataclasses import dataclass

import numpy as np

from cleaning.drawing.shapes import Place, Shape, Way, Words

MOST_TICKS = 6
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Axis:
    """words: what it counts. low, high: its ends. percent: values are shares, told in percent. ticks: instead of round
    ones. logarithmic: equal ratios are equally far apart (ends above 0)."""

    words: str
    low: float = 0.0
    high: float = 1.0
    percent: bool = True
    ticks: tuple[float, ...] = ()
    logarithmic: bool = False

    def share(self, values: np.ndarray) -> np.ndarray:
        """0 at the low end, 1 at the high end, held between."""
        values, low, high = np.asarray(values, float), self.low, self.high
        if self.logarithmic:
            values, low, high = np.log(np.maximum(values, low)), math.log(low), math.log(high)
        return np.clip((values - low) / ((high - low) or 1.0), 0, 1)

    def marks(self) -> tuple[float, ...]:
        """Where ticks stand: round numbers inside the ends."""
        return self.ticks or round_ticks(self.low, self.high)

    def told(self, value: float) -> str:
        """A tick in words."""
        shown = 100 * value if self.percent else value
        return f"{round(shown, 6):g}{' %' if self.percent else ''}"


def round_ticks(low: float, high: float, most: int = MOST_TICKS) -> tuple[float, ...]:
    """At most ``most`` round numbers from ``low`` to ``high``, equally far apart."""
    reach = max(high - low, 1e-12)
    power = 10.0 ** math.floor(math.log10(reach / most))
    step = next(s * power for s in (*STEPS, 20) if reach / (s * power) <= most - 1 + 1e-9)
    first = math.ceil(low / step - 1e-9)
    return tuple(place * step for place in range(first, math.floor(high / step + 1e-9) + 1))


@dataclass(frozen=True)
class Plot:
    """A field with two axes. left, right, top, bottom: pixels around the field."""

    title: str
    x: Axis
    y: Axis
    width: float = 356
    height: float = 272
    left: float = 64
    right: float = 26
    top: float = 34
    bottom: float = 44

    def places(self, x: np.ndarray, y: np.ndarray) -> list[Place]:
        """Pixels of points; those that are no numbers are left out."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        known = np.isfinite(x) & np.isfinite(y)
        across = self.left + self.x.share(x[known]) * (self.width - self.left - self.right)
        up = self.height - self.bottom - self.y.share(y[known]) * (self.height - self.top - self.bottom)
        return list(zip(across.tolist(), up.tolist()))

    def frame(self) -> list[Shape]:
        """Title, grid, ticks and the axes' words."""
        right, bottom = self.width - self.right, self.height - self.bottom
        shapes: list[Shape] = [Words(self.left, 16, self.title, "ink", size=13, bold=True)] if self.title else []
        for value in self.y.marks():
            (_, at), *_ = self.places(np.array([self.x.low]), np.array([value]))
            shapes += [Way(((self.left, at), (right, at)), "line", 1.0)]
            shapes += [Words(self.left - 7, at + 4, self.y.told(value), anchor="end", size=11.5)]
        for value in self.x.marks():
            (at, _), *_ = self.places(np.array([value]), np.array([self.y.low]))
            shapes += [Way(((at, bottom), (at, bottom + 4)), "grey", 1.0)]
            shapes += [Words(at, bottom + 17, self.x.told(value), anchor="middle", size=11.5)]
        shapes += [Way(((self.left, bottom), (right, bottom)), "grey", 1.0)]
        middle = (self.top + bottom) / 2
        shapes += [Words((self.left + right) / 2, self.height - 8, self.x.words, anchor="middle")]
        return [*shapes, Words(13, middle, self.y.words, anchor="middle", turned=True)]
