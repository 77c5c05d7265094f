"""How many labels of some strata may be wrong at most, from random cards: a bound that holds however often one looks.

A confidence sequence for sampling without replacement: the ratio of prior to posterior of Waudby-Smith and Ramdas
(2020, arXiv 2006.04347) with the likelihood of each stratum's cards in their drawn order (hypergeometric), multiplied
over strata. Against "at least T are wrong" it sets a mixture of simple alternatives with fewer, each a logistic curve
in suspicion, over the likeliest way in which T or more could lie in the strata. Under that hypothesis this ratio is a
supermartingale, so by Ville's inequality it passes 1 / alpha at any moment with a probability of at most alpha
(universal inference, Wasserman, Ramdas and Balakrishnan 2020). The bound is the largest T not refuted so. As in
acceptance sampling a claim is fixed first and cards are drawn until it holds; as for PAC labels (arXiv 2506.10908) what
is known exactly is kept apart from what random cards tell. The alternatives decide how many cards are needed; whether
the bound holds never depends on them.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit, gammaln, logsumexp

SLOPES = (0.6, 1.1)  # of the alternatives' curves in logit(suspicion); recalibrated suspicion has about 0.8
PARTS = (0.15, 0.4, 0.62)  # of the T refuted: how many wrong labels the alternatives hold
STEEPEST = 30.0  # intercepts are sought within +- this
PRICES = np.geomspace(1e-9, 30, 96)  # nats for one wrong label more; any of them gives a valid bound
REFINED = 24


@dataclass(frozen=True)
class StrataCounts:
    """Strata with what is known of each: (H,), or (..., H) for several moments at once.

    size: samples, (H,). cards: random cards counted, in their drawn order; bad: of these not right. found: all reviewed
    samples that are not right, random or not. open: samples nobody reviewed. logit: mean logit of suspicion (H,).
    """

    size: np.ndarray
    cards: np.ndarray
    bad: np.ndarray
    found: np.ndarray
    open: np.ndarray
    logit: np.ndarray

    def behind(self, stratum: int) -> "StrataCounts":
        """The strata from this one on."""
        return StrataCounts(*(getattr(self, field.name)[..., stratum:] for field in fields(self)))


def most_wrong(strata: StrataCounts, alpha: float) -> int:
    """Largest number of bad samples in the strata that is not refuted at level alpha; what is found is counted in."""
    least, most = round(float(strata.found.sum())), round(float((strata.found + strata.open).sum()))
    if not refuted(strata, most, alpha):
        return most
    while least < most - 1:  # `most` is refuted, `least` is not or lies below all that is
        middle = (least + most) // 2
        least, most = (least, middle) if refuted(strata, middle, alpha) else (middle, most)
    return least


def refuted(strata: StrataCounts, total: int, alpha: float) -> np.ndarray:
    """(...,) bool: whether the cards rule out that ``total`` or more samples are bad."""
    return log_evidence(strata, total) >= -np.log(alpha)


def log_evidence(strata: StrataCounts, total: int) -> np.ndarray:
    """(...,) log of the ratio against "``total`` or more are bad"; 0 before the first card, +inf where it cannot be."""
    chance = _alternatives(strata, total)
    good = strata.cards - strata.bad
    each = strata.bad @ np.log(chance).T + good @ np.log1p(-chance).T
    told = logsumexp(each, axis=-1) - np.log(len(chance)) - _likeliest(strata, good, total)
    return np.where((strata.found + strata.open).sum(-1) < total, np.inf, told)


def _alternatives(strata: StrataCounts, total: int) -> np.ndarray:
    """(A, H) chance of a bad sample by stratum, for every slope and part."""
    slope, part = (grid.ravel()[:, None] for grid in np.meshgrid(SLOPES, PARTS))
    low, high = np.full(slope.shape, -STEEPEST), np.full(slope.shape, STEEPEST)
    for _ in range(50):
        middle = (low + high) / 2
        more = (strata.size * expit(middle + slope * strata.logit)).sum(1, keepdims=True) > part * total
        low, high = np.where(more, low, middle), np.where(more, middle, high)
    return np.clip(expit(low + slope * strata.logit), 1e-9, 1 - 1e-9)


def _likeliest(strata: StrataCounts, good: np.ndarray, total: int) -> np.ndarray:
    """(...,) log likelihood of the cards under the likeliest way to have ``total`` or more, or a little above it.

    By weak duality: for any price of a wrong label the best of log likelihood plus price times surplus is an upper
    end; the lowest over a grid of prices is next to the maximum itself.
    """
    coarse = PRICES.reshape(-1, *[1] * strata.cards.ndim)
    told = _at_prices(strata, good, total, coarse)
    best = np.clip(told.argmin(0), 1, len(PRICES) - 2)[..., None]
    low, high = np.log(PRICES[best - 1]), np.log(PRICES[best + 1])
    shares = np.linspace(0, 1, REFINED).reshape(-1, *[1] * strata.cards.ndim)
    return np.minimum(told.min(0), _at_prices(strata, good, total, np.exp(low + shares * (high - low))).min(0))


def _at_prices(strata: StrataCounts, good: np.ndarray, total: int, price: np.ndarray) -> np.ndarray:
    """(P, ...) the most that log likelihood plus price times (bad samples less ``total``) can be. price: (P, ..., 1)."""
    here = _best_count(strata, good, price)
    ways = np.stack([here, np.minimum(here + 1, strata.found + strata.open)])
    value = (_log_likelihood(strata, good, ways) + price * ways).max(0)
    return value.sum(-1) - price[..., 0] * total


def _best_count(strata: StrataCounts, good: np.ndarray, price: np.ndarray) -> np.ndarray:
    """(P, ..., H) the number of bad samples up to which one more is worth its price: a root of a quadratic.

    One more raises the likelihood by (W + 1)(n - W - good) / ((W + 1 - bad)(n - W)).
    """
    falls, behind = np.exp(-price), strata.size + 1
    square, linear = falls - 1, behind - good - falls * (behind + strata.bad)
    root = np.sqrt(np.maximum(linear**2 - 4 * square * falls * strata.bad * behind, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.floor(-(linear + root) / (2 * square) + 1e-9)
    count = np.where(np.isfinite(count), count, strata.size)
    return np.clip(count, strata.found, strata.found + strata.open)


def _log_likelihood(strata: StrataCounts, good: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """(..., H) log probability of the cards in their order where ``wrong`` samples of each stratum are bad."""
    right = strata.size - wrong
    drawn = gammaln(wrong + 1) - gammaln(wrong - strata.bad + 1) + gammaln(right + 1) - gammaln(right - good + 1)
    return drawn - gammaln(strata.size + 1) + gammaln(strata.size - strata.cards + 1)
