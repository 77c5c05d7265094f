"""How many samples each threshold flags, prepared once so that moving the threshold costs nothing.

The flagged set is {suspicion >= threshold}. Here are the curve from threshold to flagged count, the threshold for a
review budget or for hours of work, and the same count for the paper's rule over all its K and tau.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cleaning.errors import InputError
from cleaning.suspect.suspicion import ExpertAgreement, expert_agreement

STEP_LIMIT = 1_001
BIN_COUNT = 100
TAU_GRID = np.arange(101) / 100
LEAST_TIMED = 20
ASSUMED_SECONDS = {"image": 8.0, "question": 45.0}  # a card, until the log measures it
CHUNK_ROWS = 65_536
_DECIMALS = 4


@dataclass(frozen=True)
class ThresholdCurve:
    """Thresholds a person can step through and how many samples each flags.

    thresholds: (S,) rising within [0, 1], S <= 1,001. flagged: (S,) int64, falling. ordered: suspicion of the samples
    that may be flagged, rising; read-only. bins: (BIN_COUNT,) samples per equal stretch of [0, 1], the last one with
    its upper end. sample_count: N, all samples.
    """

    thresholds: np.ndarray
    flagged: np.ndarray
    ordered: np.ndarray
    bins: np.ndarray
    sample_count: int

    def flagged_at(self, threshold: float) -> int:
        """Samples with suspicion >= threshold that may be flagged."""
        return len(self.ordered) - int(np.searchsorted(self.ordered, threshold, side="left"))

    def for_budget(self, budget: int) -> float:
        """Threshold that flags as many samples as ``budget`` allows, never more; equal suspicions stay together.

        Of all thresholds that do so, the one with the fewest decimals. Just above the highest suspicion where not
        even one sample fits.
        """
        if budget < 0:
            raise InputError(f"The review budget is {budget}; it is a number of samples, 0 or more.")
        if budget >= len(self.ordered):
            return 0.0
        first_left_out = self.ordered[len(self.ordered) - 1 - budget]
        kept = int(np.searchsorted(self.ordered, first_left_out, side="right"))
        lowest_kept = self.ordered[kept] if kept < len(self.ordered) else max(1.0, np.nextafter(first_left_out, 2))
        return shortest_between(float(first_left_out), float(lowest_kept))

    def lowest_flagged(self, counts: np.ndarray) -> np.ndarray:
        """Suspicion of the last of the ``counts`` most suspicious samples, any shape; 1 where a count is 0."""
        if not len(self.ordered):
            return np.ones(np.shape(counts))
        place = len(self.ordered) - np.asarray(counts)
        return np.where(place < len(self.ordered), self.ordered[np.minimum(place, len(self.ordered) - 1)], 1.0)


def cards_in(hours: float, seconds_per_card: float) -> int:
    """Whole cards that fit into ``hours``."""
    if not hours >= 0 or not seconds_per_card > 0:
        raise InputError(
            f"{hours} hours at {seconds_per_card} seconds a card: hours are 0 or more, seconds more than 0."
        )
    return int(hours * 3600 / seconds_per_card + 1e-9)


def seconds_per_card(seconds: Sequence[float]) -> float | None:
    """Mean seconds a card took, a pause counting as ten usual cards at most; None for fewer than 20 cards."""
    known = np.array([s for s in seconds if s > 0])
    if len(known) < LEAST_TIMED:
        return None
    return round(float(np.minimum(known, 10 * np.median(known)).mean()), 1)


def shortest_between(above: float, up_to: float) -> float:
    """The number with the fewest decimals in (above, up_to]; ``up_to`` itself when 15 are not enough."""
    for decimals in range(1, 16):
        scale = 10.0**decimals
        candidate = round((np.floor(above * scale) + 1) / scale, decimals)
        if above < candidate <= up_to:
            return float(candidate)
    return up_to


def curve_of(suspicion: Sequence[float] | np.ndarray, flaggable: np.ndarray | None = None) -> ThresholdCurve:
    """Curve of (N,) suspicions in [0, 1], in any order; of them only those in ``flaggable`` ((N,) bool) are flagged.

    Half of the steps lie evenly in [0, 1]; the others follow the ranks, closest where few samples are flagged, so
    that the tail can be chosen finely. Raises InputError when there is no sample or a suspicion is missing.
    """
    suspicion = np.asarray(suspicion, np.float64)
    everything = np.sort(suspicion)
    if not len(everything) or not (everything[0] >= 0 and everything[-1] <= 1):  # a missing one is sorted last
        raise InputError("The run has no usable suspicions: every sample needs one between 0 and 1. Score it again.")
    ordered = everything if flaggable is None else np.sort(suspicion[flaggable])
    ordered.setflags(write=False)
    ranks = np.unique(np.geomspace(1, max(1, len(ordered)), STEP_LIMIT // 2).astype(np.int64))[: len(ordered)]
    by_rank = np.floor(ordered[len(ordered) - ranks] * 10**_DECIMALS) / 10**_DECIMALS
    even = np.linspace(0, 1, STEP_LIMIT - STEP_LIMIT // 2)
    thresholds = np.unique(np.concatenate([even, by_rank]).round(_DECIMALS))
    flagged = len(ordered) - np.searchsorted(ordered, thresholds, side="left")
    bins = np.histogram(everything, BIN_COUNT, (0, 1))[0]
    return ThresholdCurve(thresholds, flagged.astype(np.int64), ordered, bins, len(everything))


@dataclass(frozen=True)
class PaperTable:
    """The paper's rule for every K of M experts and every tau of TAU_GRID.

    flagged: (M, T) int64; row K - 1. shared: (M, T) int64, how many of them are also among equally many most
    suspicious samples of the default rule.
    """

    flagged: np.ndarray
    shared: np.ndarray


def paper_table(
    predicted: np.ndarray, confidence: np.ndarray, given_labels: np.ndarray, order: np.ndarray
) -> PaperTable:
    """Counts of the paper's rule, all K and tau at once (Hao et al. 2026: K agree, each at least tau sure).

    predicted, confidence: (N, M) as in ``cleaning.suspect.pool.Opinions``. given_labels: (N,). order: (N,) rows, most
    suspicious first by the default rule.
    """
    count, tau = agreements(predicted, confidence, given_labels)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    flagged, shared = [], []
    for agree in range(1, predicted.shape[1] + 1):
        chosen = count >= agree
        flagged.append(_passing(tau[chosen]))
        reach = np.searchsorted(-flagged[-1], -rank[chosen], side="left") - 1  # the highest tau with enough flags
        shared.append(_passing(np.minimum(tau[chosen], reach)))
    return PaperTable(np.array(flagged), np.array(shared))


def _passing(highest: np.ndarray) -> np.ndarray:
    """(T,) how many of the samples pass each place of the grid, given the highest that each passes (-1: none)."""
    return np.bincount(highest + 1, minlength=len(TAU_GRID) + 1)[::-1].cumsum()[::-1][1:]


def agreements(
    predicted: np.ndarray, confidence: np.ndarray, given_labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What the paper's rule goes by: (N,) how many experts agree on one other label, and the place in TAU_GRID of
    the highest tau that the least confident of them still passes (-1: none). In chunks, to spare memory."""
    count, tau = np.empty(len(predicted), np.int16), np.empty(len(predicted), np.int64)
    for rows, agreed in _agreement_by_chunk(predicted, confidence, given_labels):
        count[rows], tau[rows] = agreed.count, np.searchsorted(TAU_GRID, agreed.weakest, side="right") - 1
    return count, tau


def agreeing(
    predicted: np.ndarray, confidence: np.ndarray, given_labels: np.ndarray, agree: int, min_confidence: float
) -> np.ndarray:
    """(N,) bool: flagged by the paper's rule with this K and tau."""
    flagged = np.empty(len(predicted), bool)
    for rows, agreed in _agreement_by_chunk(predicted, confidence, given_labels):
        flagged[rows] = agreed.flagged(agree, min_confidence)
    return flagged


class _Chunk(NamedTuple):
    """What the experts answer of a chunk of samples and how sure they are, (n, M) each."""

    predicted: np.ndarray
    confidence: np.ndarray


def _agreement_by_chunk(predicted, confidence, given_labels: np.ndarray) -> Iterator[tuple[slice, ExpertAgreement]]:
    for start in range(0, len(predicted), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        opinions = _Chunk(np.asarray(predicted[rows]), np.asarray(confidence[rows]))
        yield rows, expert_agreement(opinions, given_labels[rows])
