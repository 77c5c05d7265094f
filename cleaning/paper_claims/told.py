"""A claim as the report tells it: what is asked, what was found, figures with their data."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cleaning.drawing.svg_text import Drawing, side_by_side

IN_A_ROW = 3
MOST_SHOWN = 40  # rows of a table on the page; its file holds all


@dataclass(frozen=True)
class ShownFigure:
    """name: of its files, without ending. panels: drawn beside each other where there is room. data: all it
    shows. shown: what the page shows of the data in its place."""

    name: str
    title: str
    panels: tuple[Drawing, ...]
    data: pd.DataFrame
    shown: pd.DataFrame | None = None

    def whole(self) -> Drawing:
        """All panels as one drawing."""
        return side_by_side(self.title, self.panels, IN_A_ROW)


@dataclass(frozen=True)
class PaperClaim:
    """letter: its place in the report. asked: the claim, as a question. found: sentences, the answer first. notes: how
    it was worked out and what it does not say."""

    letter: str
    title: str
    asked: str
    found: Sequence[str]
    figures: Sequence[ShownFigure] = ()
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class PaperStudy:
    """name: of the dataset. about: facts in words, by heading. experts: one row each. claims: (a) to (g)."""

    name: str
    about: dict[str, str]
    experts: pd.DataFrame
    claims: list[PaperClaim]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The data of every figure, by file name without ending."""
        found = {"experts": self.experts}
        return found | {figure.name: figure.data for claim in self.claims for figure in claim.figures}

    def drawings(self) -> dict[str, Drawing]:
        """Every figure, by file name without ending."""
        return {figure.name: figure.whole() for claim in self.claims for figure in claim.figures if figure.panels}


def shares(value: float, low: float, high: float) -> str:
    """``81.2 % (80.9 to 81.6)``."""
    return f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def between(value: float, low: float, high: float) -> str:
    """``0.433 (0.413 to 0.455)``."""
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def points(value: float, low: float, high: float) -> str:
    """A difference of shares: ``+0.8 points (+0.5 to +1.1)``."""
    return f"{100 * value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


def axis_ends(values: Sequence[np.ndarray], step: float, least: float = 0.0, most: float = 1.0) -> tuple[float, float]:
    """Ends of an axis that hold all values, rounded outwards to steps."""
    known = np.concatenate([np.ravel(np.asarray(v, float)) for v in values])
    known = known[np.isfinite(known)]
    if not len(known):
        return least, most
    low, high = np.floor(known.min() / step) * step, np.ceil(known.max() / step + 1e-9) * step
    return float(max(low, least)), float(min(max(high, low + step), most))
