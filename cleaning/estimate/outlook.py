"""What the next cards bring: expected wrong labels and time, so that people know when to stop."""

from dataclasses import dataclass

import numpy as np

from cleaning.estimate.intervals import Interval
from cleaning.estimate.recalibration import Recalibration, expected_finds
from cleaning.suspect.ranking import Ranking

BATCH = 50
NEXT, FLAGGED, BELOW = "next", "flagged", "below"


@dataclass(frozen=True)
class Stretch:
    """Some of the samples not reviewed yet, most suspicious first.

    which: NEXT, the most suspicious ones; FLAGGED, all at or above the threshold; BELOW, the first ones below it.
    cards: how many. finds: expected wrong labels among them (a count) with its 95 % prediction interval.
    """

    which: str
    cards: int
    finds: Interval


def outlook(
    recalibration: Recalibration, ranking: Ranking, codes: np.ndarray, flagged: np.ndarray, batch: int = BATCH
) -> list[Stretch]:
    """The next ``batch`` cards, all flagged ones still open, and the ``batch`` just below the threshold.

    codes: (N,) as for ``estimate_curve``; NaN is open. flagged: (N,) bool, which come first. The flagged ones are
    left out where the next cards hold them all, those below the threshold where nothing flagged is open, so that no
    stretch is told twice.
    """
    open_rows = np.isnan(codes[ranking.rows])
    inside = flagged[ranking.rows]
    first, then = ranking.suspicion[open_rows & inside], ranking.suspicion[open_rows & ~inside]
    stretches = {NEXT: np.concatenate([first[:batch], then[: max(0, batch - len(first))]])}
    if len(first) > batch:
        stretches[FLAGGED] = first
    if len(first):
        stretches[BELOW] = then[:batch]
    return [Stretch(which, len(s), expected_finds(recalibration, s)) for which, s in stretches.items() if len(s)]


def rounded(count: float) -> str:
    """A count no finer than it is known: a decimal below ten, two figures above a hundred."""
    if count >= 100:
        unit = 10 ** (len(str(int(count))) - 2)
        return f"{round(count / unit) * unit:,}"
    return f"{count:.0f}" if count >= 9.95 else f"{count:.1f}"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if rest and hours < 24 else f"{round(minutes / 60):,} h"
