"""At which moments of a simulated audit a bound could be refuted at all, so that few exact ratios need be computed.

The exact ratio divides by the likeliest way in which so many wrong labels could lie in the strata, taken a little too
high by weak duality. Any one way with as many is no likelier, so that the ratio to it is never below the exact one:
where it stays below the level, so does the exact one. This changes no outcome, only how many of them are asked for.
"""

import numpy as np

from cleaning.certify import most_wrong
from cleaning.certify.most_wrong import PRICES, StrataCounts

HALVINGS = 12  # of the prices' range on a log scale
SLACK = 1e-6  # nats, for rounding


class Screen:
    """For strata of one size and suspicion, from one stratum on. Keeps the alternatives to every number met."""

    def __init__(self, size: np.ndarray, logit: np.ndarray, start: int) -> None:
        nothing = np.zeros(len(size))
        self._start = start
        self._strata = StrataCounts(size, nothing, nothing, nothing, size, logit).behind(start)
        self._logs: dict[int, np.ndarray] = {}

    def could_refute(self, moments: StrataCounts, totals: np.ndarray, alpha: float, ways=None) -> np.ndarray:
        """(T,) bool: False where "``totals`` or more are wrong" is certainly not refuted at level alpha.

        moments: (T, H) of all strata. totals: (T,) wrong labels from the first stratum on that counts. ways: (T, H) wrong
        labels by stratum, as many as ``totals``; None: a way next to the likeliest is sought.
        """
        rest = moments.behind(self._start)
        good = rest.cards - rest.bad
        if ways is None:
            ways = _next_to_likeliest(rest, good, totals)
        logs = np.stack([self._alternatives(int(total)) for total in totals])
        each = np.einsum("th,tah->ta", rest.bad, logs[:, 0]) + np.einsum("th,tah->ta", good, logs[:, 1])
        mixture = np.logaddexp.reduce(each, axis=-1) - np.log(each.shape[-1])
        here = most_wrong._log_likelihood(rest, good, ways[:, -rest.size.size :]).sum(-1)
        return (mixture - here >= -np.log(alpha) - SLACK) | (ways[:, -rest.size.size :].sum(-1) < totals)

    def _alternatives(self, total: int) -> np.ndarray:
        """(2, A, H) logs of the chances of a wrong and of a right label."""
        if total not in self._logs:
            chance = most_wrong._alternatives(self._strata, total)
            self._logs[total] = np.stack([np.log(chance), np.log1p(-chance)])
        return self._logs[total]


def _next_to_likeliest(strata: StrataCounts, good: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """(T, H) the likeliest way at the lowest price at which there are as many as ``totals``, found by halving."""
    low, high = np.full((2, len(totals), 1), np.log(PRICES[[0, -1], None, None]))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = most_wrong._best_count(strata, good, np.exp(middle)).sum(-1, keepdims=True) >= totals[:, None]
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return most_wrong._best_count(strata, good, np.exp(high))
