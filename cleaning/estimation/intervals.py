"""Intervals for weighted shares, and their combination to ratios and sums.

Every estimator ends in the same steps: a mean and a variance for the flagged and for the unflagged part, a beta
interval with the number of plain random cards that would have that variance, and combination of the two parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtr, ndtri, stdtrit

if TYPE_CHECKING:
    from cleaning.estimation.estimators import Parts


INFORMATION_UNIT = 16.0  # cards; the anytime multiplier is within 4 % of its least from 50 to 500 cards
NEAR_MID_P, JEFFREYS = 0.4, 0.5  # where beta quantiles stand: 0 is exact, 1/4 close to mid-p
RARE = 2.0  # cards of the rarer kind at which half of that step is taken


@dataclass(frozen=True)
class Interval:
    """Point with lower and upper end, as shares (0 to 1) or counts; point is NaN where nothing can be said."""

    point: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def normal_multiplier(level: float) -> float:
    """How many standard errors a fixed-n interval of that level reaches: 1.96 for 0.95."""
    return float(-ndtri((1 - level) / 2))


def fixed_multiplier(freedom: np.ndarray, level: float) -> np.ndarray:
    """How many standard errors a fixed-n interval reaches when the variance has that many degrees of freedom."""
    return stdtrit(np.clip(freedom, 3, 1e6), (1 + level) / 2)


def anytime_multiplier(information: np.ndarray, level: float) -> np.ndarray:
    """How many standard errors reach far enough at every moment at once.

    information: cards so far (any shape), made larger where the population runs out. Normal mixture boundary of
    Robbins 1970; asymptotic confidence sequences, Waudby-Smith et al. 2024 (Annals of Statistics), equation 9:
    sqrt((1 + 1/u) log((1 + u) / alpha^2)) at u = information / INFORMATION_UNIT.
    """
    u = np.maximum(np.asarray(information, np.float64), 1e-3) / INFORMATION_UNIT
    return np.sqrt((1 + 1 / u) * (np.log1p(u) - 2 * np.log(1 - level)))


def share_interval(parts: Parts, multiplier: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval for weighted shares, at the tail areas of ``multiplier``; shapes as in ``parts``.

    Beta quantiles at the effective number of cards, share (1 - share) / variance (Korn and Graubard 1998). That
    number falls back to the plain one while nearly all cards agree, when the variance knows nothing. ``shift`` moves
    the quantiles from exact (Clopper-Pearson, 0) over mid-p (1/4) to Jeffreys (1/2), exact in any case while only a
    few cards are of the rarer kind. Zero variance gives zero width; no cards gives 0 to 1.
    """
    share, cards, unseen = np.clip(parts.share, 0, 1), parts.cards, np.maximum(parts.unseen, 1e-3)
    held_off = (share * cards + 0.5) / (cards + 1)  # keeps the effective number finite at shares of 0 and 1
    agree = 1 / (1 + parts.rarer) ** 2
    by_variance = parts.variance / (held_off * (1 - held_off))
    inverse = (1 - agree) * by_variance + agree * np.maximum(by_variance, unseen / np.maximum(parts.plain_cards, 0.5))
    effective = 1 / np.maximum(inverse, 1e-15)
    wrong, right = share * effective, (1 - share) * effective
    rarer = np.minimum(wrong, right)
    step = (0.5 - shift * rarer / (rarer + RARE)) / unseen
    low, high = _beta_ends(wrong, right, step, ndtr(-np.asarray(multiplier)))
    exact, blind = parts.variance <= 1e-15, cards == 0
    low = np.where(exact, share, np.where(blind, 0.0, np.minimum(low, share)))
    high = np.where(exact, share, np.where(blind, 1.0, np.maximum(high, share)))
    return low, high


def _beta_ends(
    wrong: np.ndarray, right: np.ndarray, step: np.ndarray, tail: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Beta quantiles with ``step`` cards moved to the other kind at each end; 0 and 1 stay reachable."""
    low = betaincinv(np.maximum(wrong + 0.5 - step, 1e-9), right + 0.5 + step, tail)
    high = betainccinv(wrong + 0.5 + step, np.maximum(right + 0.5 - step, 1e-9), tail)
    return np.where(wrong > 0, low, 0.0), np.where(right > 0, high, 1.0)


def odds_low(above: np.ndarray, above_low: np.ndarray, below: np.ndarray, below_high: np.ndarray) -> np.ndarray:
    """Lower end for above / below from the intervals of two independent estimates.

    The smallest r with above - r below = sqrt((above - above_low)^2 + r^2 (below_high - below)^2)
    (MOVER, Donner and Zou 2012); solved without division by zero where nothing was found.
    """
    square = below**2 - (below_high - below) ** 2
    product = above * below
    constant = np.maximum(above_low * (2 * above - above_low), 0)
    root = product + np.sqrt(np.maximum(product**2 - square * constant, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(constant > 0, constant / root, 0.0)
