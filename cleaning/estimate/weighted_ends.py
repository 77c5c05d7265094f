"""Ends for the number of wrong labels in a part whose cells were sampled more or less densely.

A card of a cell stands for ``size / cards`` samples: its weight. The number of wrong labels is then a weighted sum of
independent binomial counts. Its ends are quantiles of a beta distribution with the same mean and variance, shifted by
the better part of one more wrong card, as Clopper and Pearson's upper end is for plain cards. Fay and Feuer (1997,
Statistics in Medicine 16) do so for sums of Poisson counts with a gamma distribution; where all weights are equal the
ends are those of one plain stratum. What distances per cell added in squares would ask for many times, once for every
cell in which no card is wrong, is asked for once.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import betainccinv, ndtr

from cleaning.estimate.split import Cells

STEADYING_CARDS = 3.0  # worth of the curve in the variance of a cell, so that cells that agree do not count as certain
TOWARDS_JEFFREYS = 0.45  # how far the shift goes from a whole card (exact) to half a card (Jeffreys), at most
EXACT_FOR = 5.0  # cards at which half of that way is gone
EXACT_WITHOUT_FINDS = 1.2  # the larger, the nearer to exact where no card is wrong, or all are
HEAVIEST = 0.7  # the unseen wrong card: so much of the heaviest cell, the rest where the curve looks for it
SPARSE = (0, 1, 3)  # cards of a cell up to which it is also tried to count all of it that is not seen otherwise
EVEN = 1.3  # heaviest over lightest cell up to which cells count as sampled alike
SEEN = 0.25  # how much the weights of wrong cards seen say of the unseen one's
TINY = 1e-9


class _Side(NamedTuple):
    """Cells as seen by who counts the wrong labels, or by who counts the right ones; (T, 2, H) each.

    size, cards, weight: as above; weight is 0 without cards and made smaller where the cell is nearly used up.
    found, others: cards of the kind that is counted, and of the other kind. share: the estimate of the kind in the
    cell. curve: what the recalibrated suspicion expects.
    """

    size: np.ndarray
    cards: np.ndarray
    weight: np.ndarray
    unseen: np.ndarray
    found: np.ndarray
    share: np.ndarray
    curve: np.ndarray

    @property
    def others(self) -> np.ndarray:
        return self.cards - self.found

    @property
    def point(self) -> np.ndarray:
        """(T, 2) estimated number of the kind."""
        return (self.size * self.share).sum(2)

    def only(self, cells: np.ndarray) -> "_Side":
        """Without the other cells."""
        size, cards, weight, found = (v * cells for v in (self.size, self.cards, self.weight, self.found))
        return self._replace(size=size, cards=cards, weight=weight, found=found)


def weighted_ends(cells: Cells, share: np.ndarray, multiplier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2) ends for the wrong labels in each part. share: (T, 2, H) estimate for each cell.

    multiplier: (T, 2), standard errors to reach; sets the tail areas. The lower end is 0 where no card is wrong, the
    upper the size where all are.
    """
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    unseen = np.maximum(1 - cells.cards / np.maximum(cells.size, 1), 0)  # finite-population correction
    weight = np.where(cells.cards > 0, cells.size * np.sqrt(unseen) / np.maximum(cells.cards, 1), 0)
    shared = (cells.size, cells.cards, weight, unseen)
    high = _upper(_Side(*shared, cells.wrong, share, cells.curve), multiplier)
    low = size - _upper(_Side(*shared, cells.cards - cells.wrong, 1 - share, 1 - cells.curve), multiplier)
    return np.where(wrong > TINY, low, 0), np.where(cards - wrong > TINY, high, size)


def _upper(side: _Side, multiplier: np.ndarray) -> np.ndarray:
    """(T, 2) upper end for the number of the kind counted.

    The tail of a heavy cell with few cards would reach beyond all that the cell holds; such cells count as a whole
    where that is less.
    """
    least = _matched(side, multiplier)
    for few in SPARSE:
        sparse = (side.cards <= few) & (side.size > 0)
        if sparse.any():
            whole = ((side.size - side.others) * sparse).sum(2)
            least = np.minimum(least, _matched(side.only(~sparse), multiplier) + whole)
    return np.maximum(least, side.point)


def _matched(side: _Side, multiplier: np.ndarray) -> np.ndarray:
    """(T, 2) upper quantile of the beta distribution with the mean and variance of the number."""
    size, point = side.size.sum(2), side.point
    more, less = _shifts(side)
    unseen_weight, other_weight = _unseen_weight(side), _mean_weight(side.weight, side.weight * side.others)
    counted, rest = point + more * unseen_weight, size - point + less * other_weight
    whole = np.maximum(counted + rest, TINY)
    found, share = point / np.maximum(size, 1), np.clip(counted / whole, TINY, 1 - TINY)
    variance = _variance(side, multiplier)
    variance = variance + more * unseen_weight**2 * (1 - found) + less * other_weight**2 * found
    plain = size / np.maximum(_mean_weight(side.weight, side.size * (side.cards > 0)), TINY)  # as many plain cards
    relative = variance / whole**2 * plain / (plain + 2)  # so that equal weights give exactly the plain beta's
    worth = np.maximum(share * (1 - share) / np.maximum(relative, TINY**2) - 1, 1e-3)
    worth = np.where(variance > TINY, worth, 1.0)  # a certain number has no quantile, and to look for it takes long
    quantile = betainccinv(np.maximum(share * worth, TINY), np.maximum((1 - share) * worth, TINY), ndtr(-multiplier))
    return np.where(variance > TINY, size * quantile, point)


def _shifts(side: _Side) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2) cards by which the counted kind and the other are moved: 1 and 0 would be exact, 1/2 each Jeffreys'."""
    cards, found = side.cards.sum(2), side.found.sum(2)
    others, step = cards - found, TOWARDS_JEFFREYS * cards / (cards + EXACT_FOR)
    rarer = np.minimum(found, others)
    return 1 - step * (rarer + 1) / (rarer + EXACT_WITHOUT_FINDS), step * others / (others + 1)


def _unseen_weight(side: _Side) -> np.ndarray:
    """(T, 2) samples for which the further card stands.

    The heaviest cell's would be safe wherever unseen ones lie (Fay and Feuer); the curve says where they are more
    likely, and cards found say it too, the more of them there are (as their third moment does for the skewness).
    """
    where = side.size * np.maximum(side.curve, TINY) * (side.cards > 0)  # by size where the curve rules all out
    heaviest, likely = side.weight.max(2), _mean_weight(side.weight, where)
    guess = HEAVIEST * heaviest + (1 - HEAVIEST) * likely
    squares, cubes = ((SEEN * side.found * side.weight**power).sum(2) for power in (2, 3))
    return (cubes + guess**3) / np.maximum(squares + guess**2, TINY)


def _mean_weight(weight: np.ndarray, where: np.ndarray) -> np.ndarray:
    """(T, 2) mean weight of what lies ``where`` (T, 2, H)."""
    return (where * weight).sum(2) / np.maximum(where.sum(2), TINY**2)


def _variance(side: _Side, multiplier: np.ndarray) -> np.ndarray:
    """(T, 2) of the estimated number; larger where it hangs on few cards (Satterthwaite's degrees of freedom, as Korn
    and Graubard 1998 use them; Student's quantile by the first term of its expansion)."""
    spread = _card_variance(side.found, side.cards, side.curve)
    cards = np.maximum(side.cards, 1)
    cell = side.size**2 * np.where(side.cards > 0, spread * side.unseen / cards, 0.25)
    variance = cell.sum(2)
    freedom = variance**2 / np.maximum((cell**2 / cards).sum(2), TINY)
    first_term = (multiplier**2 + 1) / 4
    few = (1 + first_term / np.maximum(freedom, 1)) / (1 + first_term / np.maximum(side.cards.sum(2), 1))
    return np.minimum(variance * few**2, _plain_variance(side))


def _plain_variance(side: _Side) -> np.ndarray:
    """(T, 2) variance as if cells sampled alike were one plain stratum; infinite where they are not.

    Never less than the cells' own, as p (1 - p) is concave (Hoeffding 1956). So what is added for cells in which all
    cards agree is added once, and such cells are no wider than the plain stratum.
    """
    held = side.size > 0
    per_card = np.where(held, side.size * side.unseen / np.maximum(side.cards, 1), np.nan)
    heaviest, lightest = np.fmax.reduce(per_card, 2), np.fmin.reduce(per_card, 2)
    alike = (heaviest <= EVEN * lightest) & ((side.cards > 0) | ~held).all(2)
    each = np.where(held, side.size * per_card, 0)
    total, cards = each.sum(2), side.cards.sum(2)
    found, curve = (
        (each * share).sum(2) / np.maximum(total, TINY)
        for share in (side.found / np.maximum(side.cards, 1), side.curve)
    )
    return np.where(alike, total * _card_variance(found * cards, cards, curve), np.inf)


def _card_variance(found: np.ndarray, cards: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Variance of one card: as found, or as with a few cards more that are as the curve says, if that is more."""
    share = found / np.maximum(cards, 1)
    steadied = (found + STEADYING_CARDS * curve) / (cards + STEADYING_CARDS)
    return np.maximum(share * (1 - share), steadied * (1 - steadied))
