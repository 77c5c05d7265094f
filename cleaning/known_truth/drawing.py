"""Figures as SVG text, by hand: no browser, no drawing library, readable in light, dark and print.

Names from data are escaped. Symbols: points are (x, y) in the units of the axes.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 760, 440, 64, 20, 52, 230
COLOURS = ("#1C8278", "#C2622D", "#5B70C0", "#8A8F94", "#A04070", "#6B8E23", "#8C6D31", "#2F4B7C")
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1D2327}.axis{stroke:#8A8F94;stroke-width:1}"
    ".grid{stroke:#8A8F94;stroke-opacity:.25}path{fill:none;stroke-width:2}.band{stroke:none;fill-opacity:.15}"
    "@media (prefers-color-scheme:dark){text{fill:#E6E9EB}}@media print{text{fill:#1D2327}}"
)


@dataclass(frozen=True)
class Line:
    """One line of a figure. x, y: (n,). low, high: (n,) its band, or None. dots: drawn as points without a line."""

    name: str
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """words under it and the two ends of what it shows."""

    words: str
    low: float = 0.0
    high: float = 1.0
    percent: bool = True


def drawn(title: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """The figure as SVG text."""
    parts = [_frame(title, x, y)]
    for place, line in enumerate(lines):
        colour = COLOURS[place % len(COLOURS)]
        parts.append(_band(line, x, y, colour) + _marks(line, x, y, colour) + _legend(line, place, colour))
    return "".join([*parts, "</svg>\n"])


def _frame(title: str, x: Axis, y: Axis) -> str:
    said = html.escape(title)
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f"<title>{said}</title><style>{STYLE}</style>"
    )
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [start]
    for share in np.linspace(0, 1, 6):
        at_x, at_y = LEFT + share * (right - LEFT), bottom - share * (bottom - TOP)
        parts.append(f'<line class="grid" x1="{at_x:.1f}" y1="{TOP}" x2="{at_x:.1f}" y2="{bottom}"/>')
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{at_y:.1f}" x2="{right}" y2="{at_y:.1f}"/>')
        parts.append(f'<text x="{at_x:.1f}" y="{bottom + 18}" text-anchor="middle">{_tick(x, share)}</text>')
        parts.append(f'<text x="{LEFT - 8}" y="{at_y + 4:.1f}" text-anchor="end">{_tick(y, share)}</text>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 12}" text-anchor="middle">{html.escape(x.words)}</text>')
    parts.append(
        f'<text x="16" y="{(TOP + bottom) / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 16 {(TOP + bottom) / 2:.0f})">{html.escape(y.words)}</text>'
    )
    return "".join(parts)


def _tick(axis: Axis, share: float) -> str:
    value = axis.low + share * (axis.high - axis.low)
    return f"{100 * value:.4g} %" if axis.percent else f"{value:.4g}"


def _places(line: Line, values: np.ndarray, x: Axis, y: Axis) -> list[tuple[float, float]]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    across = LEFT + (np.asarray(line.x, float) - x.low) / (x.high - x.low) * (right - LEFT)
    up = bottom - (np.asarray(values, float) - y.low) / (y.high - y.low) * (bottom - TOP)
    shown = np.isfinite(across) & np.isfinite(up)
    across, up = np.clip(across[shown], LEFT, right), np.clip(up[shown], TOP, bottom)
    return [(float(a), float(b)) for a, b in zip(across, up)]


def _band(line: Line, x: Axis, y: Axis, colour: str) -> str:
    if line.low is None or line.high is None:
        return ""
    outline = [*_places(line, line.low, x, y), *reversed(_places(line, line.high, x, y))]
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in outline)
    return f'<polygon class="band" points="{points}" fill="{colour}"/>'


def _marks(line: Line, x: Axis, y: Axis, colour: str) -> str:
    places = _places(line, line.y, x, y)
    if line.dots:
        return "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in places)
    way = " L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    return f'<path d="M{way}" stroke="{colour}"/>' if places else ""


def _legend(line: Line, place: int, colour: str) -> str:
    at, left = TOP + 8 + 18 * place, WIDTH - RIGHT + 14
    name = line.name if len(line.name) <= 30 else line.name[:29] + "…"
    mark = f'<rect x="{left}" y="{at - 5}" width="14" height="4" fill="{colour}"/>'
    return f'{mark}<text x="{left + 20}" y="{at}">{html.escape(name)}</text>'
