"""Precision, detection rate and number of wrong labels, for one threshold or for many at once.

Two kinds of interval. ``anytime=True`` (default) holds at every moment at once: look after each card and stop when it
looks good, the coverage stays. ``anytime=False`` (fixed n) is narrower and holds only if the number of cards was
settled before the first verdict was seen. Both are asymptotic, made safe for few cards; docs/estimates.md has the
measured coverage of each.
"""

from dataclasses import dataclass

import numpy as np

from cleaning.audit import AuditDesign
from cleaning.estimation.estimators import Curve, Method, Parts, curve_for, estimate_parts, sum_cells
from cleaning.estimation.evidence import UNSURE, Evidence, gather_evidence
from cleaning.estimation.intervals import (
    JEFFREYS,
    NEAR_MID_P,
    Interval,
    anytime_multiplier,
    fixed_multiplier,
    normal_multiplier,
    odds_low,
    share_interval,
)
from cleaning.ranking import Ranking, rank_suspicion

ENOUGH_CARDS = 20  # fewer give bands too wide to be worth more than a guess
ENOUGH_IN_PART = 5


@dataclass(frozen=True)
class Band:
    """Points and interval ends over thresholds, (T,) each; points are NaN where nothing can be said."""

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, index: int) -> Interval:
        return Interval(float(self.point[index]), float(self.low[index]), float(self.high[index]))


@dataclass(frozen=True)
class Estimate:
    """What the reviews say about one threshold.

    precision, detection_rate: shares. wrong_total: wrong labels in the whole dataset (a count).
    flagged: samples at or above the threshold. card_count: audit cards counted; flagged_cards of them flagged and
    not known exactly. known_count: samples known exactly (parts reviewed without a gap). unsure_count: verdicts
    counted as right in one bound and wrong in the other. enough: the band is an estimate rather than a guess.
    """

    threshold: float
    flagged: int
    precision: Interval
    detection_rate: Interval
    wrong_total: Interval
    card_count: int
    flagged_cards: int
    known_count: int
    unsure_count: int
    enough: bool
    method: str
    level: float
    anytime: bool


@dataclass(frozen=True)
class EstimateCurve:
    """``Estimate`` for T thresholds; arrays are (T,), the rest as there."""

    thresholds: np.ndarray
    flagged: np.ndarray
    precision: Band
    detection_rate: Band
    wrong_total: Band
    flagged_cards: np.ndarray
    enough: np.ndarray
    card_count: int
    known_count: int
    unsure_count: int
    method: str
    level: float
    anytime: bool

    def at(self, index: int) -> Estimate:
        return Estimate(
            float(self.thresholds[index]),
            int(self.flagged[index]),
            self.precision.at(index),
            self.detection_rate.at(index),
            self.wrong_total.at(index),
            self.card_count,
            int(self.flagged_cards[index]),
            self.known_count,
            self.unsure_count,
            bool(self.enough[index]),
            self.method,
            self.level,
            self.anytime,
        )


def estimate(
    audit: AuditDesign,
    verdicts: np.ndarray,
    suspicion: np.ndarray | Ranking,
    threshold: float,
    *,
    method: Method = "difference",
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
) -> Estimate:
    """Estimate for the samples with ``suspicion >= threshold``; see ``estimate_curve``."""
    thresholds = np.array([threshold], np.float64)
    options = {"method": method, "level": level, "anytime": anytime, "handed_out": handed_out}
    return estimate_curve(audit, verdicts, suspicion, thresholds, **options).at(0)


def estimate_curve(
    audit: AuditDesign,
    verdicts: np.ndarray,
    suspicion: np.ndarray | Ranking,
    thresholds: np.ndarray,
    *,
    method: Method = "difference",
    level: float = 0.95,
    anytime: bool = True,
    handed_out: int | None = None,
) -> EstimateCurve:
    """Estimates for (T,) thresholds from the same audit cards, whatever threshold they were drawn for.

    verdicts: (N,) 0 right, 1 wrong, 2 unsure, NaN not reviewed. suspicion: (N,) or its Ranking (pass the Ranking
    when asking often). anytime: intervals that hold at every moment at once, else fixed-n intervals. Each band
    holds for one threshold chosen before the reviews, not for all thresholds together.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    evidence = gather_evidence(audit, verdicts, ranking, handed_out)
    flagged = ranking.flagged_counts(thresholds)
    curve = curve_for(method, evidence, audit, ranking)
    guesses = (0.0, 0.5, 1.0) if evidence.unsure_count else (0.5,)
    totals = [_totals(method, evidence, ranking, curve, flagged, unsure, level, anytime) for unsure in guesses]
    least, middle, most = totals[0], totals[len(totals) // 2], totals[-1]
    return EstimateCurve(
        np.asarray(thresholds, np.float64),
        flagged,
        _precision(least, middle, most, flagged),
        _detection_rate(least, middle, most, flagged, len(ranking)),
        _wrong_total(least, middle, most),
        middle.cards[:, 0].astype(int),
        _enough(evidence, ranking, flagged),
        evidence.card_count,
        len(evidence.known_rank),
        evidence.unsure_count,
        method,
        level,
        anytime,
    )


@dataclass(frozen=True)
class _Totals:
    """Wrong labels in the flagged (column 0) and unflagged (1) part, and cards; (T, 2) each.

    low, high: interval ends. ratio_low, ratio_high: the ends that are combined to a ratio.
    """

    point: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ratio_low: np.ndarray
    ratio_high: np.ndarray
    cards: np.ndarray


def _totals(
    method: Method,
    evidence: Evidence,
    ranking: Ranking,
    curve: Curve,
    flagged: np.ndarray,
    unsure: float,
    level: float,
    anytime: bool,
) -> _Totals:
    verdict = np.where(evidence.verdict == UNSURE, unsure, evidence.verdict)
    parts = estimate_parts(method, sum_cells(evidence, ranking, curve, flagged, verdict))
    known = _known_wrong(evidence, flagged, unsure)
    multiplier = part_multiplier(parts, evidence.card_count, level, anytime)
    alone = share_interval(parts, multiplier, JEFFREYS if anytime else NEAR_MID_P)
    shares = (parts.share, *alone, *share_interval(parts, multiplier, JEFFREYS))
    return _Totals(*(known + parts.size * share for share in shares), parts.cards)


def part_multiplier(parts: Parts, card_count: float, level: float, anytime: bool) -> np.ndarray:
    """(T, 2) standard errors to reach, more where few cards stand behind the variance.

    Anytime: information grows faster than cards where a part runs out of samples.
    """
    fixed = fixed_multiplier(parts.freedom, level)
    if not anytime:
        return fixed
    left = 1 - parts.cards / np.maximum(parts.size, 1)
    always = anytime_multiplier(card_count / np.maximum(left, 1e-6), level)
    return always * fixed / normal_multiplier(level)


def _known_wrong(evidence: Evidence, flagged: np.ndarray, unsure: float) -> np.ndarray:
    """(T, 2) wrong labels among the samples known exactly."""
    verdict = np.where(evidence.known_verdict == UNSURE, unsure, evidence.known_verdict)
    running = np.concatenate([[0.0], np.cumsum(verdict)])
    above = running[np.searchsorted(evidence.known_rank, flagged, side="left")]
    return np.stack([above, running[-1] - above], 1)


def _precision(least: _Totals, middle: _Totals, most: _Totals, flagged: np.ndarray) -> Band:
    some, over = flagged > 0, np.maximum(flagged, 1)
    return Band(
        np.where(some, middle.point[:, 0] / over, np.nan),
        np.where(some, np.clip(least.low[:, 0] / over, 0, 1), 0.0),
        np.where(some, np.clip(most.high[:, 0] / over, 0, 1), 1.0),
    )


def _detection_rate(least: _Totals, middle: _Totals, most: _Totals, flagged: np.ndarray, samples: int) -> Band:
    """Unsure cards pull both ways: wrong above and right below the threshold is the most that can be detected."""
    found, missed = middle.point.T
    both = found + missed
    point = np.where(both > 0, found / np.where(both > 0, both, 1), np.nan)
    odds = odds_low(least.point[:, 0], least.ratio_low[:, 0], most.point[:, 1], most.ratio_high[:, 1])
    missed_odds = odds_low(least.point[:, 1], least.ratio_low[:, 1], most.point[:, 0], most.ratio_high[:, 0])
    none, all_ = flagged == 0, flagged == samples
    low = np.where(none, 0.0, np.where(all_, 1.0, 1 - 1 / (1 + odds)))  # odds may be infinite
    high = np.where(none, 0.0, np.where(all_, 1.0, 1 / (1 + missed_odds)))
    return Band(np.where(none, 0.0, np.where(all_, 1.0, point)), low, high)


def _wrong_total(least: _Totals, middle: _Totals, most: _Totals) -> Band:
    """Sum of the two parts (MOVER: the distances to the ends add in squares)."""
    down = np.sqrt(((least.point - least.low) ** 2).sum(1))
    up = np.sqrt(((most.high - most.point) ** 2).sum(1))
    return Band(middle.point.sum(1), least.point.sum(1) - down, most.point.sum(1) + up)


def _enough(evidence: Evidence, ranking: Ranking, flagged: np.ndarray) -> np.ndarray:
    """(T,) whether both parts have the cards (or are known) that make a band more than a guess."""
    above = np.searchsorted(np.sort(evidence.rank), flagged, side="left")
    known_above = np.searchsorted(evidence.known_rank, flagged, side="left")
    cards = np.stack([above, len(evidence.rank) - above])
    rest = np.stack([flagged - known_above, len(ranking) - flagged - len(evidence.known_rank) + known_above])
    covered = (cards >= np.minimum(ENOUGH_IN_PART, rest)).all(0)
    plenty = (evidence.card_count >= ENOUGH_CARDS) | (rest.sum(0) == 0)
    return covered & plenty
