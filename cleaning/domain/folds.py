"""Which part of the data judges which: five folds and a subsample, fixed by the sample ids.

Both follow from a keyed hash of the ids, so they do not depend on the order of rows, on the number of threads or
on the platform, and shuffling a file changes no score.
"""

from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import TEXT
from cleaning.domain.text_hashes import hash_texts

FOLD_COUNT = 5


@dataclass(frozen=True)
class Folds:
    """fold: (N,) int8 in 0..FOLD_COUNT-1, sizes equal within one. order: (N,) a random but fixed order of rows."""

    fold: np.ndarray
    order: np.ndarray

    def subsample(self, size: int) -> np.ndarray:
        """(min(size, N),) sorted rows of a uniform random subsample; a smaller one is part of a larger one."""
        return np.sort(self.order[:size])


def draw_folds(sample_ids: np.ndarray, seed: int = 0) -> Folds:
    """Folds and subsample order for these ids; the same ids and seed give the same folds in any row order."""
    order = np.argsort(hash_texts(np.asarray(sample_ids, TEXT), f"{seed:016d}"[-16:]), kind="stable")
    fold = np.empty(len(order), np.int8)
    for f in range(FOLD_COUNT):
        fold[order[f::FOLD_COUNT]] = f
    return Folds(fold, order)
