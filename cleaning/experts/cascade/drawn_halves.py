"""Two halves of the samples, drawn again and again: one to learn on, one to judge on."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from os import cpu_count
from typing import TypeVar

import numpy as np

from cleaning.experts.cascade.expert_answers import Calibrate, fit_rows, mapped_rows

Found = TypeVar("Found")


class Halves:
    """(learning, judged) pairs of (M, n): raw and calibrated confidences, and how right."""

    def __init__(
        self,
        names: Sequence[str],
        confidence: np.ndarray,
        right: np.ndarray,
        learn: np.ndarray,
        judge: np.ndarray,
        calibrate: Calibrate,
    ) -> None:
        self.raw, self.right = ((rows.take(learn, axis=1), rows.take(judge, axis=1)) for rows in (confidence, right))
        maps = fit_rows(names, self.raw[0], self.right[0], calibrate)
        self.calibrated = mapped_rows(maps, self.raw[0]), mapped_rows(maps, self.raw[1])


def over_halves(work: Callable[[np.ndarray], Found], n: int, repeats: int, seed: int) -> Iterator[list[Found]]:
    """What ``work`` makes of each (n,) order drawn, all that there is so far each time; so many at once as there are
    cores, as each holds its halves.

    Each order comes turned round too: what one learns on the next judges on, so that over an even number of repeats (and
    of samples) the mean of an accuracy on judged halves is that on all samples.
    """
    found, rng, workers = list[Found](), np.random.default_rng(seed), cpu_count() or 1
    orders = islice(_both_ways(rng, n), repeats)
    with ThreadPoolExecutor(max_workers=workers) as threads:
        while drawn := list(islice(orders, workers)):
            found += threads.map(work, drawn)
            yield found


def _both_ways(rng: np.random.Generator, n: int) -> Iterator[np.ndarray]:
    while True:
        drawn = rng.permutation(n)
        yield drawn
        yield drawn[::-1]
