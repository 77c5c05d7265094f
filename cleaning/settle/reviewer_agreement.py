"""How far reviewers agree, for the cleaning card."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.domain import verdicts
from cleaning.keep.decisions import Decision

REDRAWS = 1_000
NO_VIEW = (verdicts.UNSURE, verdicts.NEEDS_EXPERT)


@dataclass(frozen=True)
class Share:
    """A share, or another figure, with its interval; NaN where there is nothing to count."""

    point: float
    low: float
    high: float
    count: int


def wilson(hits: int, n: int) -> Share:
    """Share of hits with Wilson's 95 % interval."""
    if n == 0:
        return Share(float("nan"), 0.0, 1.0, 0)
    low, high = wilson_interval(hits, n)
    return Share(hits / n, float(low), float(high), n)


def median_between(values: Sequence[float]) -> Share:
    """The median with the 95 % interval that any distribution grants it: from one of the values to another, counted from
    either end. NaN for its ends where there are fewer than six. Source: David and Nagaraja 2003, "Order Statistics", 7.1.
    """
    if not len(values):
        return Share(float("nan"), float("nan"), float("nan"), 0)
    ordered, n = np.sort(np.asarray(values, float)), len(values)
    beyond = int((bdtr(np.arange(n), n, 0.5) <= 0.025).sum())  # so many values from either end are left out, less one
    low, high = (float(ordered[beyond - 1]), float(ordered[-beyond])) if beyond else (float("nan"),) * 2
    return Share(float(np.median(ordered)), low, high, n)


def krippendorff_alpha(units: Sequence[Sequence[Hashable]], seed: int = 0) -> Share:
    """Agreement beyond chance on nominal values, 1 = perfect, 0 = chance; bootstrap interval over units.

    units: the values that one sample was given, by however many reviewers; those with fewer than two do not count.
    NaN where all values are one (nothing to disagree on) or no unit counts. Source: Krippendorff 2011.
    """
    paired = [unit for unit in units if len(unit) > 1]
    codes = {value: i for i, value in enumerate(dict.fromkeys(v for unit in paired for v in unit))}
    counts = np.zeros((len(paired), len(codes)))
    for row, unit in enumerate(paired):
        for value in unit:
            counts[row, codes[value]] += 1
    if len(codes) < 2:
        return Share(float("nan"), float("nan"), float("nan"), len(paired))
    point = float(_alpha(counts, np.ones((1, len(paired))))[0])
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(paired), np.full(len(paired), 1 / len(paired)), size=REDRAWS).astype(np.float64)
    redrawn = _alpha(counts, times)
    redrawn = redrawn[np.isfinite(redrawn)]
    low, high = np.quantile(redrawn, [0.025, 0.975]) if len(redrawn) else (float("nan"),) * 2
    return Share(point, float(low), float(high), len(paired))


def _alpha(counts: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(B,) alpha with unit u counted times[b, u] times. counts: (U, C) values of each unit by category."""
    size = counts.sum(axis=1)
    unlike = (size**2 - (counts**2).sum(axis=1)) / (size - 1)
    n, totals = times @ size, times @ counts
    by_chance = (n**2 - (totals**2).sum(axis=1)) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (times @ unlike) / by_chance


def said_of_given(vote: Decision, given: int) -> str | None:
    """What a vote says of the given label: "right", "wrong", "unclear", or None for no view."""
    if vote.verdict in NO_VIEW:
        return None
    if vote.verdict in (verdicts.UNCLEAR_ITEM, verdicts.UNCLEAR_OPTIONS):
        return "unclear"
    return "right" if given in vote.labels else "wrong"


def same_answer(votes: Sequence[Decision]) -> bool:
    """Whether votes name the same set of labels, or the same verdict where there are none."""
    return len({tuple(sorted(v.labels)) or v.verdict for v in votes}) == 1
