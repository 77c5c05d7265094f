"""Two halves of the samples, drawn again and again: one to learn on, one to judge on."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def over_halves(
    work: Callable[[np.ndarray], Found], n: int, repeats: int, seed: int, progress: Callable[[float], None]
) -> list[Found]:
    """What ``work`` makes of each (n,) order drawn; so many at once as there are cores, as each holds its halves."""
    found, rng, workers = list[Found](), np.random.default_rng(seed), cpu_count() or 1
    with ThreadPoolExecutor(max_workers=workers) as threads:
        while len(found) < repeats:
            drawn = [rng.permutation(n) for _ in range(min(workers, repeats - len(found)))]
            found += threads.map(work, drawn)
            progress(len(found) / repeats)
    return found
