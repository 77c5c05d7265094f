"""Lines, bands, bars and points in a field with two axes; each line bears its name where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.drawing.axes import Plot
from cleaning.drawing.shapes import Colour, Dash, Dot, Filled, Mark, Shape, Way, Words
from cleaning.drawing.svg_text import Drawing

NAMES_APART = 14.0
LETTER = 7.2  # pixels of a letter of 12 pixels' height, on average


@dataclass(frozen=True)
class Trace:
    """x, y: (n,). low, high: (n,) ends of its interval, drawn as a band, or as bars where ``bars``. mark: of its
    points, "" for none. line: whether points are joined. named: whether its name stands where it ends."""

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: Colour = "teal"
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    dash: Dash = ""
    width: float = 2.0
    mark: Mark | None = None
    hollow: bool = False
    line: bool = True
    bars: bool = False
    named: bool = True
    size: float = 3.4


def drawn(plot: Plot, traces: Sequence[Trace], called: str = "") -> Drawing:
    """All of it. called: what it shows, where the title alone does not say it."""
    shapes = plot.frame()
    for trace in traces:
        shapes += _interval(plot, trace)
    for trace in traces:
        shapes += _marks(plot, trace)
    return Drawing(called or plot.title, plot.width, plot.height, (*shapes, *_names(plot, traces)))


def _interval(plot: Plot, trace: Trace) -> list[Shape]:
    if trace.low is None or trace.high is None:
        return []
    known = np.isfinite(np.asarray(trace.low, float) + trace.high)
    low, high = (plot.places(trace.x[known], ends[known]) for ends in (trace.low, trace.high))
    if trace.bars:
        return [Way((one, other), trace.colour, 1.2) for one, other in zip(low, high)]
    return [Filled((*low, *reversed(high)), trace.colour)]


def _marks(plot: Plot, trace: Trace) -> list[Shape]:
    places = plot.places(trace.x, trace.y)
    shapes: list[Shape] = [Way(tuple(places), trace.colour, trace.width, trace.dash)] if trace.line else []
    if trace.mark:
        shapes += [Dot(x, y, trace.colour, trace.mark, trace.hollow, trace.size) for x, y in places]
    return shapes


def _names(plot: Plot, traces: Sequence[Trace]) -> list[Shape]:
    """Names to the right of where lines end, pushed apart where they would lie on each other; of lines that end at one
    height the last drawn comes first."""
    named = [(plot.places(trace.x, trace.y), trace) for trace in reversed(traces) if trace.named]
    ends = sorted([(places[-1], trace) for places, trace in named if places], key=lambda end: round(end[0][1]))
    shapes = list[Shape]()
    heights = spread([place[1] for place, _ in ends], plot.top, plot.height - plot.bottom)
    for ((x, _), trace), height in zip(ends, heights):
        most = int((plot.width - x - 8) / LETTER)
        colour: Colour = "soft" if trace.colour == "grey" else trace.colour
        shapes.append(Words(x + 8, height + 4, short(trace.name, most), colour))
    return shapes


def spread(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """The same heights, rising, moved as little as keeps them NAMES_APART and, where there is room, inside."""
    found = list(heights)
    for place in range(1, len(found)):
        found[place] = max(found[place], found[place - 1] + NAMES_APART)
    over = max(0.0, found[-1] - bottom) if found else 0.0
    for place in range(len(found) - 1, -1, -1):
        limit = bottom if place == len(found) - 1 else found[place + 1] - NAMES_APART
        found[place] = min(found[place], max(limit, top)) if over else found[place]
    return found


def short(text: str, most: int) -> str:
    """The text, its middle left out where it has more letters than ``most``."""
    most = max(most, 4)
    if len(text) <= most:
        return text
    kept = most - 1
    return f"{text[: kept - kept // 3]}…{text[len(text) - kept // 3 :]}"
