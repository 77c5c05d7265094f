"""A drawing as SVG text: readable in light, dark and print, without a script and without anything from elsewhere.

Names from data are escaped.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.drawing.shapes import Colour, Dot, Filled, Mark, Shape, Way, Words, moved

FONT = '"Source Sans 3","Source Sans Pro","Source Sans",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif'
LIGHT = {
    "teal": "#1C8278",
    "rust": "#C2622D",
    "blue": "#5B70C0",
    "grey": "#8A8F94",
    "ink": "#1D2327",
    "soft": "#5A6166",
    "line": "#DEDAD2",
}
DARK = {"ink": "#E8E6E1", "soft": "#A9AFB3", "line": "#33393E"}  # the others serve both
TEXT_LIGHT = {"teal": "#0F6E66", "rust": "#9C4A1D", "blue": "#4658A6"}  # words need more contrast than lines
TEXT_DARK = {"teal": "#6CCFC3", "rust": "#E59A6E", "blue": "#A3B1EC"}
PARTS_APART = 16.0
DASHES = {"": "", "dashed": "6 4", "dotted": "1.5 3.5", "long": "11 4"}


def rules(colours: dict[str, str]) -> str:
    """Style rules that give the named colours."""
    return "".join(
        f".figure .l-{name}{{stroke:{value}}}.figure .f-{name}{{fill:{value}}}" for name, value in colours.items()
    )


def words_rules(colours: dict[str, str]) -> str:
    """Style rules that give words the named colours."""
    return "".join(f".figure text.f-{name}{{fill:{value}}}" for name, value in colours.items())


STYLE = "".join(
    (
        f".figure{{overflow:visible}}.figure text{{font-family:{FONT};font-variant-numeric:tabular-nums}}",
        ".figure .way{fill:none;stroke-linejoin:round;stroke-linecap:round}",
        rules(LIGHT) + words_rules(TEXT_LIGHT),
        f"@media (prefers-color-scheme:dark){{{rules(DARK)}{words_rules(TEXT_DARK)}}}",
        f"@media print{{{rules({name: LIGHT[name] for name in DARK})}{words_rules(TEXT_LIGHT)}}}",
    )
)


@dataclass(frozen=True)
class Drawing:
    """title: what it shows, for those who hear it read. width, height: pixels."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]

    def _repr_svg_(self) -> str:
        """How a notebook shows it."""
        return svg(self)


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


def svg(drawing: Drawing, alone: bool = True) -> str:
    """The drawing as an ``svg`` element. alone: with its style, as a file; else the page has STYLE already."""
    said = html.escape(drawing.title)
    name_space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    start = (
        f'<svg{name_space} class="figure" viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
    )
    style = f"<style>{STYLE}</style>" if alone else ""
    return start + style + "".join(map(_element, drawing.shapes)) + "</svg>" + ("\n" if alone else "")


def _element(shape: Shape) -> str:
    match shape:
        case Way():
            return _way(shape)
        case Filled():
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.places)
            return f'<polygon class="f-{shape.colour}" fill-opacity="{shape.strength:.2f}" points="{points}"/>'
        case Dot():
            return _dot(shape)
        case Words():
            return _words(shape)


def _way(way: Way) -> str:
    if not way.places:
        return ""
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in way.places)
    dash = f' stroke-dasharray="{DASHES[way.dash]}"' if way.dash else ""
    return f'<path class="way l-{way.colour}" stroke-width="{way.width:g}"{dash} d="M{path}"/>'


def _dot(dot: Dot) -> str:
    look = f'class="way l-{dot.colour}" stroke-width="1.8"' if dot.hollow else f'class="f-{dot.colour}"'
    if dot.shape == "circle":
        return f'<circle {look} cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{dot.size:g}"/>'
    if dot.shape == "tick":
        path = f"M{dot.x:.1f} {dot.y - 6:.1f} L{dot.x:.1f} {dot.y + 6:.1f}"
        return f'<path class="way l-{dot.colour}" stroke-width="2" d="{path}"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners(dot.shape, dot.x, dot.y, dot.size))
    return f'<polygon {look} points="{points}"/>'


def corners(shape: Mark, x: float, y: float, size: float) -> list[tuple[float, float]]:
    """The outline of a square, or of a diamond."""
    if shape == "square":
        reach = 0.9 * size
        return [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]
    reach = 1.3 * size
    return [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]


def _words(words: Words) -> str:
    turned = f' transform="rotate(-90 {words.x:.1f} {words.y:.1f})"' if words.turned else ""
    bold = ' font-weight="600"' if words.bold else ""
    return (
        f'<text class="f-{words.colour}" x="{words.x:.1f}" y="{words.y:.1f}" font-size="{words.size:g}" '
        f'text-anchor="{words.anchor}"{bold}{turned}>{html.escape(words.text)}</text>'
    )


def colour_on_paper(colour: Colour) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of a named colour in light and print."""
    code = LIGHT[colour]
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
