"""Does another run harm what was known? The estimate of one run's flags before, as and after another run is reviewed.

Reviewers as in ``benchmarks.estimates_runs``: two to four runs by other experts and thresholds, of which 60 to 400 cards
each are decided. Asked is always how right the flags of the last run *but one* are, by its own strata and by all cards
that count for it: when it ends, as the last run begins (not a card of it decided), and when that ends too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.estimates_runs import ROUNDING, RUNS, Rankings, Reviewing, half_widths
from cleaning.suspect.ranking import rank_suspicion

HEADER = ("set", "its flags: width when it ends", "as another run begins", "when that ends", "then no wider, %")
OWN = ("the other run's flags: as it begins", "when it ends")


@dataclass
class SameTally:
    """Sums over simulations; Q is precision, detection rate. same: (3, Q) half-widths of one run's estimate when it
    ends, as another begins, when that ends. other: (2, Q) of the other run's own flags. no_wider: (Q,) simulations."""

    name: str
    simulations: int
    same: np.ndarray = field(default_factory=lambda: np.zeros((3, 2)))
    other: np.ndarray = field(default_factory=lambda: np.zeros((2, 2)))
    no_wider: np.ndarray = field(default_factory=lambda: np.zeros(2))


def measure_same(several: Rankings, simulations: int) -> SameTally:
    """Widths over ``simulations`` reviewers with seeds 0, 1, 2 ..."""
    tally = SameTally(several.name, simulations)
    rankings = [rank_suspicion(suspicion) for suspicion in several.suspicions]
    for seed in range(simulations):
        reviewing = Reviewing(rankings, several.wrong, np.random.default_rng([seed, 16]))
        for _ in range(RUNS[seed % len(RUNS)] - 1):
            reviewing.begin()
            reviewing.review()
        same = [half_widths(reviewing.curve(anytime=False))]
        reviewing.begin()
        same.append(half_widths(reviewing.curve(anytime=False, of=-2)))
        tally.other[0] += half_widths(reviewing.curve(anytime=False))
        reviewing.review()
        same.append(half_widths(reviewing.curve(anytime=False, of=-2)))
        tally.other[1] += half_widths(reviewing.curve(anytime=False))
        tally.same += same
        tally.no_wider += same[2] <= same[0] + ROUNDING
    return tally


def same_table(tallies: Sequence[SameTally]) -> str:
    """Markdown, half-widths in points and shares in percent; precision / detection rate throughout."""
    lines = [[*HEADER, *OWN], ["---"] * (len(HEADER) + len(OWN))]
    for t in tallies:
        cells = [value / t.simulations for value in (*t.same, t.no_wider, *t.other)]
        lines.append([t.name, *(" / ".join(f"{100 * v:.1f}" for v in pair) for pair in cells)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
