"""Before and between reviews: a guess drawn wide, and how many random cards a narrower band takes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from cleaning.domain.judgements import UNSURE
from cleaning.estimate.answers import Estimate
from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.intervals import Interval, ratio_low
from cleaning.estimate.parts import TINY, estimate_parts, fitted_curve
from cleaning.estimate.recalibration import PRIOR_MEAN, Recalibration
from cleaning.estimate.split import Cells, LimitedSplit, Split, ThresholdSplit
from cleaning.estimate.totals import part_multiplier, totals_of
from cleaning.estimate.weighted_ends import STEADYING_CARDS
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking, logit

GUESS_SD = np.array([1.2, 0.5])  # of intercept and slope between datasets: the gap of claim to truth in method.md
GUESS_STEPS = 15
ROUNDED_TO = 0.05


@dataclass(frozen=True)
class PriorBand:
    """A guess before any review, rounded to 5 %; about nine datasets in ten were meant to lie inside, not measured.

    precision, detection_rate: shares.
    cards: random cards for +-10 points on each of precision and detection rate (None: more than there are samples).
    """

    precision: Interval
    detection_rate: Interval
    cards: "CardsNeeded"


@dataclass(frozen=True)
class CardsNeeded:
    """Random cards for a half-width; None where it is out of reach."""

    precision: int | None
    detection_rate: int | None


def prior_band(
    audit: AuditDesign,
    ranking: Ranking,
    threshold: float,
    *,
    flaggable: np.ndarray | None = None,
    anytime: bool = True,
) -> PriorBand:
    """What might be true at a threshold before a single review: never to be shown as a bare number.

    Spreads the two parameters of the recalibration curve as widely as they differed between real datasets, and
    gives the middle nine tenths of what follows for this suspicion.
    """
    return prior_bands(audit, ranking, np.array([threshold]), flaggable=flaggable, anytime=anytime)[0]


def prior_bands(
    audit: AuditDesign,
    ranking: Ranking,
    thresholds: np.ndarray,
    *,
    flaggable: np.ndarray | None = None,
    anytime: bool = True,
) -> list[PriorBand]:
    """``prior_band`` at each of (T,) thresholds, with the guessed curves worked out once.

    flaggable: (N,) bool, samples that the run's rule allows to be flagged; None: all.
    """
    allowed = _allowed_shares(ranking, flaggable)
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
        cards = cards_needed(audit, ranking, float(threshold), 0.1, flaggable=flaggable, anytime=anytime)
        precision, detection_rate = (_rounded_band(values, weight) for values in bands)
        answers.append(PriorBand(precision, detection_rate, cards))
    return answers


def _allowed_shares(ranking: Ranking, flaggable: np.ndarray | None) -> np.ndarray:
    """(G,) share of each block of the ranking that may be flagged."""
    sizes = np.diff(ranking.block_edges)
    if flaggable is None:
        return np.ones(len(sizes))
    return np.add.reduceat(flaggable[ranking.rows].astype(np.float64), ranking.block_edges[:-1]) / sizes


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
    flaggable: np.ndarray | None = None,
    level: float = 0.95,
    anytime: bool = True,
) -> CardsNeeded:
    """Random cards in total until the bands are at most +-``half_width`` (shares; one, or precision and detection).

    Plans with the recalibrated curve, or the unfitted guess without one, through the same variances and intervals
    as the estimates, taking the expected verdicts for the real ones.
    """
    goals = np.broadcast_to(half_width, 2)
    parameters = recalibration.parameters if recalibration else PRIOR_MEAN
    plan = _Plan.of_guess(audit, ranking, threshold, parameters, level, anytime, flaggable)
    return CardsNeeded(*(_fewest(plan, goal, which) for which, goal in enumerate(goals)))


def cards_to_halve(
    audit: AuditDesign,
    ranking: Ranking,
    now: Estimate,
    counted: CountedVerdicts,
    *,
    flaggable: np.ndarray | None = None,
) -> CardsNeeded:
    """Further random cards, none of them decided yet, that would halve the bands of an estimate from what counts now.

    0 where nothing is left to halve. What unsure verdicts add to a band stays, as long as they stay as frequent; None
    where that alone is more than half.
    """
    plan = _Plan.of_reviews(audit, ranking, now, counted, flaggable)
    planned = plan.half_widths(0)
    further: list[int | None] = []
    for which, band in enumerate((now.precision, now.detection_rate)):
        unsure = max(0.0, band.half_width - planned[which]) if now.unsure_count else 0.0
        goal = (band.half_width if now.unsure_count else planned[which]) / 2 - unsure
        exact = band.half_width <= TINY
        further.append(0 if exact else _fewest(plan, goal, which) if goal > 0 else None)
    return CardsNeeded(*further)


@dataclass(frozen=True)
class _Plan:
    """What bands may become of what is known now.

    cells: of the samples not known exactly, with the cards so far. found: (1, 2) wrong labels known exactly, of judged
    (1, 2) flagged and unflagged samples in all. card_count: random cards so far. shares: (H,) of the further cards.
    """

    cells: Cells
    found: np.ndarray
    judged: np.ndarray
    card_count: int
    shares: np.ndarray
    level: float
    anytime: bool

    @classmethod
    def of_guess(cls, audit, ranking, threshold, parameters, level, anytime, flaggable) -> "_Plan":
        """Before any card, by a curve of these parameters."""
        size, curve = _population(audit, ranking, threshold, parameters, flaggable)
        nothing = np.zeros_like(size)
        cells = Cells(size, nothing, curve, nothing)
        return cls(cells, np.zeros((1, 2)), size.sum(2), 0, audit.shares, level, anytime)

    @classmethod
    def of_reviews(cls, audit, ranking, now: Estimate, counted: CountedVerdicts, flaggable) -> "_Plan":
        """From the verdicts that count; unsure ones as the curve has it."""
        thresholds = np.array([now.threshold])
        split: Split = ThresholdSplit(counted, ranking, ranking.flagged_counts(thresholds))
        if flaggable is not None:
            split = LimitedSplit(counted, ranking, thresholds, flaggable[ranking.rows])
        curve = fitted_curve(counted, ranking)
        totals = totals_of(counted, split, curve, None, now.level, now.anytime)
        sure = np.where(counted.code == UNSURE, curve.at(logit(ranking.suspicion[counted.rank])), counted.code)
        cells = split.cells(curve, sure)
        found = totals.point - totals.rest.point
        return cls(cells, found, totals.size, counted.card_count, audit.shares, now.level, now.anytime)

    def half_widths(self, further: int) -> tuple[float, float]:
        """Expected half-widths of precision and detection rate after so many further cards."""
        cells = self._after(further)
        parts = estimate_parts(cells, part_multiplier(cells, self.card_count + further, self.level, self.anytime))
        (found, missed), (least, fewest), (most, missed_most) = (
            (self.found + ends)[0] for ends in (parts.point, parts.low, parts.high)
        )
        detected_low = float(ratio_low(found, least, missed, missed_most))
        missed_low = float(ratio_low(missed, fewest, found, most))
        return float(most - least) / max(self.judged[0, 0], 1) / 2, (1 - missed_low - detected_low) / 2

    def _after(self, further: int) -> Cells:
        """The cells with the further cards, which find what is expected of their cell."""
        size, cards, curve, wrong = self.cells.size, self.cells.cards, self.cells.curve, self.cells.wrong
        room = np.maximum(size - cards, 0)
        by_stratum = room.sum(1)[0]
        added = _planned_cards(self.shares, by_stratum, further) * room / np.maximum(by_stratum, TINY)
        steady = np.where(cards > 0, STEADYING_CARDS, 1.0)
        share = (wrong + steady * curve) / (cards + steady)
        return Cells(size, cards + added, curve, wrong + added * share)


def _population(audit, ranking: Ranking, threshold: float, parameters, flaggable) -> tuple[np.ndarray, np.ndarray]:
    """(1, 2, H) samples per cell and the curve's mean over them."""
    starts, ends = audit.starts[:-1], audit.starts[1:]
    cut = np.clip(ranking.flagged_counts(np.array([threshold]))[0], starts, ends)
    chance = expit(parameters[0] + parameters[1] * ranking.block_logits)
    allowed = _allowed_shares(ranking, flaggable)

    def between(per_block: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        running = ranking.cumulative(per_block)
        return ranking.sum_above(running, last) - ranking.sum_above(running, first)

    def parted(per_block: np.ndarray) -> np.ndarray:
        """(2, H) sums of a quantity given per block, over the flagged and the unflagged of each stratum."""
        flagged = between(per_block * allowed, starts, cut)
        return np.stack([flagged, between(per_block, starts, ends) - flagged])

    size = np.maximum(parted(np.ones(len(chance))), 0)[None]
    return size, parted(chance)[None] / np.maximum(size, 1)


def _planned_cards(shares: np.ndarray, room: np.ndarray, cards: float) -> np.ndarray:
    """(H,) cards per stratum as the timetable would give them, exhausted strata leaving theirs to the others."""
    planned = np.zeros(len(shares))
    for _ in shares:
        left = room - planned
        wanted = np.where(left > 0, shares, 0)
        spare = cards - planned.sum()
        if spare <= 0 or not wanted.sum():
            break
        planned += np.minimum(left, spare * wanted / wanted.sum())
    return planned


def _fewest(plan: _Plan, goal: float, which: int) -> int | None:
    """Smallest number of further cards that reaches the goal, by bisection; widths shrink as cards are added."""
    few, many = 0, int(plan.cells.size.sum())
    if not plan.half_widths(many)[which] <= goal:
        return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if plan.half_widths(middle)[which] <= goal else (middle, many)
    return many
