"""What a figure is made of. Places are pixels from the upper left corner; colours are names, so that each reader of a
figure may say what they are in light, dark and print."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Place = tuple[float, float]
Colour = Literal["teal", "rust", "blue", "grey", "ink", "soft", "line"]
Dash = Literal["", "dashed", "dotted", "long"]
Mark = Literal["circle", "square", "diamond", "tick"]
Anchor = Literal["start", "middle", "end"]
PARTS_APART = 16.0


@dataclass(frozen=True)
class Way:
    """A line through places."""

    places: tuple[Place, ...]
    colour: Colour = "teal"
    width: float = 2.0
    dash: Dash = ""


@dataclass(frozen=True)
class Filled:
    """A filled outline. strength: 0 to 1, how much of the colour shows."""

    places: tuple[Place, ...]
    colour: Colour = "teal"
    strength: float = 0.16


@dataclass(frozen=True)
class Dot:
    """A point; "tick" is a small upright line. hollow: only its edge."""

    x: float
    y: float
    colour: Colour = "teal"
    shape: Mark = "circle"
    hollow: bool = False
    size: float = 4.0


@dataclass(frozen=True)
class Words:
    """Text; ``turned`` reads upwards."""

    x: float
    y: float
    text: str
    colour: Colour = "soft"
    anchor: Anchor = "start"
    size: float = 12.0
    bold: bool = False
    turned: bool = False


Shape = Way | Filled | Dot | Words


@dataclass(frozen=True)
class Drawing:
    """title: what it shows, for those who hear it read. width, height: pixels."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The same shape elsewhere."""
    if isinstance(shape, Way | Filled):
        return replace(shape, places=tuple((x + dx, y + dy) for x, y in shape.places))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def side_by_side(title: str, parts: Sequence[Drawing], columns: int) -> Drawing:
    """Several drawings as one, row by row; ``columns`` in a row."""
    columns = max(1, min(columns, len(parts)))
    rows = [parts[start : start + columns] for start in range(0, len(parts), columns)]
    shapes, top, width = list[Shape](), 0.0, 0.0
    for row in rows:
        left = 0.0
        for part in row:
            shapes += [moved(shape, left, top) for shape in part.shapes]
            left += part.width + PARTS_APART
        width = max(width, left - PARTS_APART)
        top += max(part.height for part in row) + PARTS_APART
    return Drawing(title, width, max(top - PARTS_APART, 0.0), tuple(shapes))
