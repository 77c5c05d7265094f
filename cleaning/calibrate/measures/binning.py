"""Bins of confidence: of equal width or of equal mass, in which equal values always share a bin."""

from typing import Literal

import numpy as np

from cleaning.errors import InputError

Scheme = Literal["equal_mass", "equal_width"]

TIE = 1e-9  # confidences closer than this count as equal; far above rounding, far below what anybody reads


def quantile_edges(values: np.ndarray, bins: int) -> np.ndarray:
    """Inner edges that cut ``values`` (N,) into at most ``bins`` bins of nearly equal count, ascending.

    A cut that would fall among values equal within 1e-9 moves up to the next gap, so ties are never split and
    many ties give fewer bins. Each edge lies midway in its gap, so that no value sits on an edge and another
    machine's rounding cannot move a sample to another bin. Constant values have no edges: one bin.
    """
    values = np.asarray(values, float)
    if ascends(values):
        return edges_of_ordered(values, bins)
    around = _around_cuts(len(values), bins)
    if len(values) > bins:
        edges = _edges_between_unequal(np.partition(values, around.ravel())[around])  # half of what sorting takes
        if edges is not None:
            return edges
    return edges_of_ordered(np.sort(values), bins)


def ascends(values: np.ndarray) -> bool:
    """Whether (N,) values ascend already, none of them NaN but perhaps a single one: a tenth of what sorting takes."""
    return bool((values[1:] >= values[:-1]).all())


def edges_of_ordered(ordered: np.ndarray, bins: int) -> np.ndarray:
    """``quantile_edges`` of (N,) values that ascend already."""
    around = _around_cuts(len(ordered), bins)
    edges = _edges_between_unequal(ordered[around]) if len(ordered) > bins else None
    if edges is not None:
        return edges
    gaps = np.flatnonzero(np.diff(ordered) > TIE)
    if not len(gaps):
        return np.empty(0)
    place = np.searchsorted(gaps, around[0])
    cuts = gaps[np.unique(place[place < len(gaps)])]
    return (ordered[cuts] + ordered[cuts + 1]) / 2


def _around_cuts(count: int, bins: int) -> np.ndarray:
    """(2, bins - 1) places among ``count`` ascending values: the last of each bin but the last one, and the next."""
    last_of_bin = -(-np.arange(1, bins) * count // bins) - 1
    return np.stack([last_of_bin, last_of_bin + 1])


def _edges_between_unequal(pairs: np.ndarray) -> np.ndarray | None:
    """The middle of each of (2, E) neighbours, which are mostly unequal; None where some are equal."""
    return (pairs[0] + pairs[1]) / 2 if (pairs[1] - pairs[0] > TIE).all() else None


def bin_edges(confidence: np.ndarray, bins: int, scheme: Scheme = "equal_mass") -> np.ndarray:
    """Inner edges, ascending, of ``bins`` bins over 0..1; bin b holds (edge b-1, edge b], the first also 0.

    equal_mass: see ``quantile_edges``. equal_width: 1/bins, 2/bins, ... as in Guo et al. 2017, section 2.
    Raises InputError where bins < 1 or the scheme is unknown.
    """
    if bins < 1:
        raise InputError(f"{bins} bins of confidence were asked for; at least 1 is needed (15 is usual).")
    if scheme == "equal_mass":
        return quantile_edges(confidence, bins)
    if scheme == "equal_width":
        return np.arange(1, bins) / bins
    raise InputError(f"Unknown kind of bins '{scheme}': choose equal_mass or equal_width.")


def assign_bins(confidence: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(N,) int: bin of each confidence, 0..len(edges); a value on an edge belongs to the lower bin."""
    return np.searchsorted(edges, confidence, side="left")


def answered(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Checked float64 confidence and correct (0..1) without the abstentions (NaN confidence).

    Raises InputError where lengths differ, a confidence is outside 0..1, or no sample was answered.
    """
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    if confidence.shape != correct.shape or confidence.ndim != 1:
        raise InputError(
            f"Confidences of shape {confidence.shape} but right-or-wrong of shape {correct.shape}; "
            "both must be one number per sample."
        )
    kept = ~np.isnan(confidence)
    confidence, correct = confidence[kept], correct[kept]
    if not len(confidence):
        raise InputError("The expert answered no sample, so its confidences cannot be judged.")
    if confidence.min() < 0 or confidence.max() > 1:
        raise InputError(
            f"Confidences run from {confidence.min():.4g} to {confidence.max():.4g}; they must lie between 0 and 1."
        )
    if not ((correct >= 0) & (correct <= 1)).all():
        raise InputError("'correct' must lie between 0 (wrong) and 1 (right).")
    return confidence, correct
