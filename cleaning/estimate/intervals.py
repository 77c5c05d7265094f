"""Intervals for the share of wrong labels in a cell, and their combination to sums and ratios.

A cell is a stratum's flagged or unflagged part; its cards are a simple random sample of it. Cells are independent, so
the distances from estimate to interval end add in squares (method of variance estimates recovery, MOVER: Zou and
Donner 2008). That keeps each cell's lopsidedness, which a variance would lose: with few errors the upper end is far.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtr, ndtri

INFORMATION_UNIT = 16.0  # cards; the anytime multiplier is within 4 % of its least from 50 to 500 cards
TOWARDS_JEFFREYS = 0.4  # where beta quantiles stand with many cards: 0 exact, 1/2 Jeffreys
TINY = 1e-9
EXACT_FOR = 15.0  # cards at which half of that step is taken


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


def anytime_multiplier(information: np.ndarray, level: float) -> np.ndarray:
    """How many standard errors reach far enough at every moment at once.

    information: cards so far (any shape), made larger where the population runs out. Normal mixture boundary of
    Robbins 1970; asymptotic confidence sequences, Waudby-Smith et al. 2024 (Annals of Statistics):
    sqrt((1 + 1/u) log((1 + u) / alpha^2)) at u = information / INFORMATION_UNIT.
    """
    u = np.maximum(np.asarray(information, np.float64), 1e-3) / INFORMATION_UNIT
    return np.sqrt((1 + 1 / u) * (np.log1p(u) - 2 * np.log(1 - level)))


def share_ends(wrong: np.ndarray, cards: np.ndarray, multiplier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the beta interval for a share, with the tail areas that ``multiplier`` has under the normal curve.

    wrong of cards are wrong; both may be fractions. Quantiles between Clopper and Pearson's exact ones and Jeffreys',
    nearer to exact with few cards and where nearly all agree. Without cards 0 to 1; the lower end is 0 where no card
    is wrong, the upper 1 where all are.
    """
    right, tail = cards - wrong, ndtr(-np.asarray(multiplier))
    rarer = np.minimum(wrong, right)
    step = 0.5 - TOWARDS_JEFFREYS * cards / (cards + EXACT_FOR) * (rarer + 1) / (rarer + 1.5)
    low = betaincinv(np.maximum(wrong + 0.5 - step, TINY), right + 0.5 + step, tail)
    high = betainccinv(wrong + 0.5 + step, np.maximum(right + 0.5 - step, TINY), tail)
    return np.where(wrong > TINY, low, 0.0), np.where(right > TINY, high, 1.0)


def reach(distance: np.ndarray) -> np.ndarray:
    """(..., H) distances from estimate to end in independent cells to (...) that of their sum."""
    return np.sqrt((distance**2).sum(-1))


def ratio_low(above: np.ndarray, above_low: np.ndarray, below: np.ndarray, below_high: np.ndarray) -> np.ndarray:
    """Lower end for above / (above + below) from the intervals of two independent estimates.

    r / (1 + r) for the smallest r with above - r below = sqrt((above - above_low)^2 + r^2 (below_high - below)^2)
    (MOVER for a ratio, Donner and Zou 2012); solved without division by zero where nothing was found.
    """
    square = below**2 - (below_high - below) ** 2
    product = above * below
    constant = np.maximum(above_low * (2 * above - above_low), 0)
    root = product + np.sqrt(np.maximum(product**2 - square * constant, 0))
    both = constant + root
    return np.where(both > 0, constant / np.where(both > 0, both, 1), 0.0)
