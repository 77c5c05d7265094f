"""How far reviewers agree beyond chance: Cohen, Fleiss, Krippendorff and Gwet, each with a bootstrap interval.

Units are samples; a value is what a vote says (``said``). All figures are 1 for perfect agreement and 0 for chance.
Sources: Cohen 1960; Fleiss 1971 and Gwet 2014 ("Handbook of Inter-Rater Reliability", chapter 2, for units that not
everybody rated); Krippendorff 2011; Gwet 2008 (AC1).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.keep.decisions import Decision
from cleaning.settle.reviewer_agreement import REDRAWS, Share, krippendorff_alpha

Values = Sequence[Sequence[Hashable]]


@dataclass(frozen=True)
class BeyondChance:
    """The three figures for any number of reviewers on the same units."""

    fleiss: Share
    krippendorff: Share
    gwet: Share


def said(vote: Decision) -> Hashable:
    """What a vote says: its set of labels, or its verdict where it has none."""
    return tuple(sorted(vote.labels)) or vote.verdict


def beyond_chance(units: Values, seed: int = 0) -> BeyondChance:
    """units: the values that each sample was given, by however many reviewers."""
    counts = _counts(units)
    return BeyondChance(
        _with_interval(_fleiss, counts, seed), krippendorff_alpha(units, seed), _with_interval(_gwet, counts, seed)
    )


def cohen(pairs: Sequence[tuple[Hashable, Hashable]], seed: int = 0) -> Share:
    """Two reviewers on the same samples. pairs: what each said. NaN where there is nothing to disagree on."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(v for pair in pairs for v in pair))}
    places = np.array([[codes[a], codes[b]] for a, b in pairs], np.int64).reshape(-1, 2)
    first, second = (np.eye(max(len(codes), 1))[places[:, side]] for side in (0, 1))
    same = (places[:, 0] == places[:, 1]).astype(float)

    def kappa(times: np.ndarray) -> np.ndarray:
        n = times.sum(axis=1)
        by_chance = ((times @ first) * (times @ second)).sum(axis=1) / n**2
        return _corrected(times @ same / n, by_chance)

    return _bootstrapped(kappa, len(pairs), len(pairs), seed)


def _counts(units: Values) -> np.ndarray:
    """(U, C) how often each unit was given each value; units without any are left out."""
    rated = [unit for unit in units if len(unit)]
    codes = {value: code for code, value in enumerate(dict.fromkeys(v for unit in rated for v in unit))}
    counts = np.zeros((len(rated), len(codes)))
    for row, unit in enumerate(rated):
        for value in unit:
            counts[row, codes[value]] += 1
    return counts


def _with_interval(figure: Callable[..., np.ndarray], counts: np.ndarray, seed: int) -> Share:
    paired = int((counts.sum(axis=1) > 1).sum())
    return _bootstrapped(lambda times: figure(counts, times), len(counts), paired, seed)


def _agreement(counts: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(B,) observed agreement over units of two and more values, and (B, C) how common each value is in a unit."""
    size = counts.sum(axis=1)
    paired = size > 1
    alike = (counts * (counts - 1)).sum(axis=1)[paired] / (size * (size - 1))[paired]
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = times[:, paired] @ alike / times[:, paired].sum(axis=1)
    return observed, times @ (counts / size[:, None]) / times.sum(axis=1, keepdims=True)


def _fleiss(counts: np.ndarray, times: np.ndarray) -> np.ndarray:
    observed, common = _agreement(counts, times)
    return _corrected(observed, (common**2).sum(axis=1))


def _gwet(counts: np.ndarray, times: np.ndarray) -> np.ndarray:
    observed, common = _agreement(counts, times)
    if counts.shape[1] < 2:
        return np.full(len(times), np.nan)
    return _corrected(observed, (common * (1 - common)).sum(axis=1) / (counts.shape[1] - 1))


def _corrected(observed: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return (observed - by_chance) / (1 - by_chance)


def _bootstrapped(figure: Callable[[np.ndarray], np.ndarray], units: int, count: int, seed: int) -> Share:
    """A figure of units counted ``times`` ((B, U)) with its 95 % percentile interval over redrawn units."""
    if not count:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(seed)
    times = rng.multinomial(units, np.full(units, 1 / units), size=REDRAWS).astype(np.float64)
    point = float(figure(np.ones((1, units)))[0])
    redrawn = figure(times)
    redrawn = redrawn[np.isfinite(redrawn)]
    if not np.isfinite(point) or not len(redrawn):
        return Share(float("nan"), float("nan"), float("nan"), count)
    low, high = np.quantile(redrawn, [0.025, 0.975])
    return Share(point, float(low), float(high), count)
