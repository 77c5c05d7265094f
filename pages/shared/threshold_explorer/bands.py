"""What is known of precision and detection rate at each threshold: estimates with bands, or a guess, or nothing.

The only place of the Threshold page that asks ``cleaning.estimation``. Nothing here invents a figure.
"""

from dataclasses import asdict, dataclass

from cleaning.run_store import Run, Workspace


@dataclass(frozen=True)
class Band:
    """One quantity at each of ``Bands.thresholds``, as shares; None where nothing can be said.

    points is empty for a guess: a guess has no best value.
    """

    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    points: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Bands:
    """thresholds: rising, at most a few hundred. guess: no review stands behind it. words: what it rests on, and
    what would make it better. earlier_*: the bands as they were with fewer reviews."""

    thresholds: tuple[float, ...]
    precision: Band
    detection: Band
    guess: bool
    words: str
    cards: int = 0
    earlier_precision: Band | None = None
    earlier_detection: Band | None = None

    def data(self) -> dict:
        """As the browser gets it."""
        return asdict(self)


def bands_of(workspace: Workspace, run: Run) -> Bands | None:
    """The bands of a run, or None while nothing can be estimated."""
    return None
