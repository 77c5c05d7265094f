"""What a figure is made of. Places are pixels from the upper left corner; colours are names, so that each reader of a
figure may say what they are in light, dark and print."""

from dataclasses import dataclass, replace
from typing import Literal

Place = tuple[float, float]
Colour = Literal["teal", "rust", "blue", "grey", "ink", "soft", "line"]
Dash = Literal["", "dashed", "dotted", "long"]
Mark = Literal["circle", "square", "diamond", "tick"]
Anchor = Literal["start", "middle", "end"]


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


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The same shape elsewhere."""
    if isinstance(shape, Way | Filled):
        return replace(shape, places=tuple((x + dx, y + dy) for x, y in shape.places))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)
