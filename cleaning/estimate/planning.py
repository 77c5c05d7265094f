"""Before and between reviews: a guess drawn wide, and how many audit cards a narrower band takes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, ndtri

from cleaning.estimate.answers import Estimate
from cleaning.estimate.estimating import part_multiplier
from cleaning.estimate.intervals import Interval, ratio_low
from cleaning.estimate.parts import estimate_parts
from cleaning.estimate.recalibration import PRIOR_MEAN, Recalibration
from cleaning.estimate.split import Cells
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking

GUESS_SD = np.array([1.2, 0.5])  # of intercept and slope between datasets: the gap of claim to truth in method.md
GUESS_STEPS = 15
ROUNDED_TO = 0.05


@dataclass(frozen=True)
class PriorBand:
    """A guess before any review, rounded to 5 %; about nine datasets in ten were meant to lie inside, not measured.

    precision, detection_rate: shares.
    cards: audit cards for +-10 points on each of precision and detection rate (None: more than there are samples).
    """

    precision: Interval
    detection_rate: Interval
    cards: "CardsNeeded"


@dataclass(frozen=True)
class CardsNeeded:
    """Audit cards for a half-width; None where it is out of reach."""

    precision: int | None
    detection_rate: int | None


def prior_band(
    audit: AuditDesign,
    ranking: Ranking,
    threshold: float,
    *,
    may_flag: np.ndarray | None = None,
    anytime: bool = True,
) -> PriorBand:
    """What might be true at a threshold before a single review: never to be shown as a bare number.

    Spreads the two parameters of the recalibration curve as widely as they differed between real datasets, and
    gives the middle nine tenths of what follows for this suspicion.
    """
    return prior_bands(audit, ranking, np.array([threshold]), may_flag=may_flag, anytime=anytime)[0]


def prior_bands(
    audit: AuditDesign,
    ranking: Ranking,
    thresholds: np.ndarray,
    *,
    may_flag: np.ndarray | None = None,
    anytime: bool = True,
) -> list[PriorBand]:
    """``prior_band`` at each of (T,) thresholds, with the guessed curves worked out once.

    may_flag: (N,) bool, samples that the run's rule allows to be flagged; None: all.
    """
    allowed = _allowed_shares(ranking, may_flag)
    parameters, weight = _guess_grid()
    chance = expit(parameters[:, :1] + parameters[:, 1:] * ranking.block_logits)
    running = [ranking.cumulative(row) for row in chance]
    total = np.array([row[-1] for row in running])
    above = ranking.flagged_counts(thresholds)
    flagged = ranking.sum_above(ranking.cumulative(allowed), above)
    found = np.array([ranking.sum_above(ranking.cumulative(row * allowed), above) for row in chance])
    answers = []
    for threshold, count, finds in zip(thresholds, flagged, found.T):
        bands = [finds / max(count, 1.0), finds / np.maximum(total, 1e-12)]
        cards = cards_needed(audit, ranking, float(threshold), 0.1, may_flag=may_flag, anytime=anytime)
        precision, detection_rate = (_rounded_band(values, weight) for values in bands)
        answers.append(PriorBand(precision, detection_rate, cards))
    return answers


def _allowed_shares(ranking: Ranking, may_flag: np.ndarray | None) -> np.ndarray:
    """(G,) share of each block of the ranking that may be flagged."""
    sizes = np.diff(ranking.block_edges)
    if may_flag is None:
        return np.ones(len(sizes))
    return np.add.reduceat(may_flag[ranking.rows].astype(np.float64), ranking.block_edges[:-1]) / sizes


def _guess_grid() -> tuple[np.ndarray, np.ndarray]:
    """(225, 2) parameters and (225,) equal weights at normal quantiles; slopes stay positive."""
    quantiles = ndtri((np.arange(GUESS_STEPS) + 0.5) / GUESS_STEPS)
    intercept, slope = np.meshgrid(PRIOR_MEAN[0] + GUESS_SD[0] * quantiles, PRIOR_MEAN[1] + GUESS_SD[1] * quantiles)
    grid = np.column_stack([intercept.ravel(), np.maximum(slope.ravel(), 0.05)])
    return grid, np.full(len(grid), 1 / len(grid))


def _rounded_band(values: np.ndarray, weight: np.ndarray) -> Interval:
    """Middle nine tenths, pushed outwards to the next 5 %; the point is the median and not for showing alone."""
    ordered = np.argsort(values)
    low, middle, high = np.interp([0.05, 0.5, 0.95], np.cumsum(weight[ordered]) - weight[0] / 2, values[ordered])
    outer = ROUNDED_TO * np.array([np.floor(low / ROUNDED_TO), np.ceil(high / ROUNDED_TO)])
    return Interval(float(middle), *(float(end) for end in np.clip(outer.round(2), 0, 1)))


def cards_needed(
    audit: AuditDesign,
    ranking: Ranking,
    threshold: float,
    half_width: float | tuple[float, float],
    *,
    recalibration: Recalibration | None = None,
    may_flag: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
) -> CardsNeeded:
    """Audit cards in total until the bands are at most +-``half_width`` (shares; one, or precision and detection).

    Plans with the recalibrated curve, or the unfitted guess without one, through the same variances and intervals
    as the estimates, taking the expected verdicts for the real ones.
    """
    goals = np.broadcast_to(half_width, 2)
    parameters = recalibration.parameters if recalibration else PRIOR_MEAN
    plan = _Plan(audit, ranking, threshold, parameters, level, anytime, may_flag)
    return CardsNeeded(*(_fewest(plan, goal, which) for which, goal in enumerate(goals)))


def cards_to_halve(
    audit: AuditDesign,
    ranking: Ranking,
    now: Estimate,
    *,
    recalibration: Recalibration | None = None,
    may_flag: np.ndarray | None = None,
) -> CardsNeeded:
    """Further audit cards that would halve the bands of an estimate.

    What unsure verdicts add to a band stays, as long as they stay as frequent; None where that alone is more than half.
    """
    parameters = recalibration.parameters if recalibration else PRIOR_MEAN
    plan = _Plan(audit, ranking, now.threshold, parameters, now.level, now.anytime, may_flag)
    planned = plan.half_widths(now.card_count) if now.unsure_count else (np.inf, np.inf)
    further = []
    for which, band in enumerate((now.precision, now.detection_rate)):
        goal = band.half_width / 2 - max(0.0, band.half_width - planned[which])
        cards = _fewest(plan, goal, which) if goal > 0 or not now.unsure_count else None
        further.append(None if cards is None else max(0, cards - now.card_count))
    return CardsNeeded(*further)


@dataclass(frozen=True)
class _Plan:
    audit: AuditDesign
    ranking: Ranking
    threshold: float
    parameters: np.ndarray
    level: float
    anytime: bool
    may_flag: np.ndarray | None = None

    def half_widths(self, cards: int) -> tuple[float, float]:
        """Expected half-widths of precision and detection rate after that many cards."""
        cells = self._cells(cards)
        multiplier = part_multiplier(cells, cards, self.level, self.anytime)
        parts = estimate_parts(cells, multiplier)
        (found, missed), (least, fewest), (most, missed_most) = parts.point[0], parts.low[0], parts.high[0]
        detected_low = float(ratio_low(found, least, missed, missed_most))
        missed_low = float(ratio_low(missed, fewest, found, most))
        return float(most - least) / max(parts.size[0, 0], 1) / 2, (1 - missed_low - detected_low) / 2

    def _cells(self, cards: int) -> Cells:
        size, curve = self._population
        planned = _planned_cards(self.audit, cards) * size / self.audit.sizes
        return Cells(size, planned, curve, planned * curve)

    @cached_property
    def _population(self) -> tuple[np.ndarray, np.ndarray]:
        """(1, 2, H) samples per cell and the curve's mean over them."""
        starts, ends = self.audit.starts[:-1], self.audit.starts[1:]
        cut = np.clip(self.ranking.flagged_counts(np.array([self.threshold]))[0], starts, ends)
        chance = expit(self.parameters[0] + self.parameters[1] * self.ranking.block_logits)
        allowed = _allowed_shares(self.ranking, self.may_flag)

        def parted(per_block: np.ndarray) -> np.ndarray:
            """(2, H) sums of a quantity given per block, over the flagged and the unflagged of each stratum."""
            flagged = self._between(per_block * allowed, starts, cut)
            return np.stack([flagged, self._between(per_block, starts, ends) - flagged])

        size = np.maximum(parted(np.ones(len(chance))), 0)[None]
        return size, parted(chance)[None] / np.maximum(size, 1)

    def _between(self, per_block: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        running = self.ranking.cumulative(per_block)
        return self.ranking.sum_above(running, ends) - self.ranking.sum_above(running, starts)


def _planned_cards(audit: AuditDesign, cards: int) -> np.ndarray:
    """(H,) cards per stratum as the timetable would give them, exhausted strata leaving theirs to the others."""
    planned = np.zeros(len(audit.shares))
    for _ in audit.shares:
        room = audit.sizes - planned
        shares = np.where(room > 0, audit.shares, 0)
        spare = cards - planned.sum()
        if spare <= 0 or not shares.sum():
            break
        planned += np.minimum(room, spare * shares / shares.sum())
    return planned


def _fewest(plan: _Plan, goal: float, which: int) -> int | None:
    """Smallest number of cards that reaches the goal, by bisection; widths shrink as cards are added."""
    few, many = 0, plan.audit.sample_count
    if not plan.half_widths(many)[which] <= goal:
        return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if plan.half_widths(middle)[which] <= goal else (middle, many)
    return many
