"""The calibrated linear pool: several experts' calibrated probabilities, weighted and added, in one streamed pass.

q_i(k) = sum_m w_m q_mi(k). A linear pool is the robust choice because experts err together: products of
probabilities are wildly over-confident (Genest and Zidek 1986 on opinion pools). No (N, K) array is ever made; each
chunk of rows of every full expert is read once.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import erf, sqrt
from os import cpu_count

import numpy as np

from cleaning.calibrate.calibration import Calibration
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.scores.rows import chunk_rows
from cleaning.suspect.pooled_rows import SMALLEST, PooledRows, Pooling, spread_of  # noqa: F401 - part of this module's words

STACKING_ROWS = 20_000  # samples on which stacking weights are fitted
EQUAL_SHARE = 1 / 3  # of an expert's weight, unless one expert explains the given labels better than the equal pool

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Opinions:
    """What the experts say together; all arrays in the dataset's order.

    predicted: (N, M) int32 each expert's class or ABSTAIN. confidence: (N, M) float32 calibrated, NaN if abstaining.
    label_probability: (N,) float32 pooled probability of the given label. suggested: (N,) int32 the most probable
    other class, or the given label where no expert suggests another. suggested_probability: (N,) float32 of it.
    weights: (FOLD_COUNT, M), row f fitted without fold f. calibrations: M.
    """

    expert_names: tuple[str, ...]
    predicted: np.ndarray
    confidence: np.ndarray
    label_probability: np.ndarray
    suggested: np.ndarray
    suggested_probability: np.ndarray
    weights: np.ndarray
    calibrations: tuple[Calibration, ...]

    @property
    def answered(self) -> np.ndarray:
        """(N,) bool, whether any expert answers."""
        return (self.predicted != ABSTAIN).any(axis=1)

    def agreeing(self) -> np.ndarray:
        """(N,) int16: experts whose answer is the suggested label."""
        return (self.predicted == self.suggested[:, None]).sum(axis=1).astype(np.int16)


def stacking_weights(probability: np.ndarray, steps: int = 500, tolerance: float = 1e-5) -> np.ndarray:
    """(M,) weights that maximise sum_i log sum_m w_m q_mi(l_i), by expectation maximisation from equal weights.

    probability: (n, M) float probability that each expert gives to the given label; NaN where it abstains (its
    weight is then shared among those who answer, and the sample counts by the weight of those who answer it). Where
    all answer, the likelihood is concave in the weights.
    Source: linear opinion pools / stacking, Breiman 1996; EM as for mixture proportions, Dempster et al. 1977.
    """
    q = np.asarray(probability, np.float64)
    answered = ~np.isnan(q)
    q = np.where(answered, np.maximum(q, SMALLEST), 0.0)
    some = answered.any(axis=1)
    q, answered = q[some], answered[some].astype(np.float64)
    weights = np.full(q.shape[1], 1 / q.shape[1])
    silent = len(q) - answered.sum(axis=0)
    by_expert = np.ascontiguousarray(q.T)
    for _ in range(steps if len(q) else 0):
        weight = answered @ weights if silent.any() else 1.0
        inverse = weight / (q @ weights)  # 1 / pooled probability of those who answer
        share = (by_expert @ inverse + silent) / len(q)
        following = weights * share
        following /= following.sum()
        moved = np.abs(following - weights).max()
        weights = following
        if moved < tolerance:
            break
    return weights


def expert_weights(probability: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """(FOLD_COUNT, M) weights, part equal and part stacked; row f is fitted without fold f.

    The equal part keeps voices that stacking would silence because they do not share the given labels' mistakes. It
    is EQUAL_SHARE where pooling equally explains the given labels better than any expert alone, and goes to 0 where
    one expert explains them better than the equal pool does: it would then only dilute that expert.
    probability: (n, M) as in ``stacking_weights``. Measured in docs/detection.md.
    """
    m = probability.shape[1]
    if m == 1:
        return np.ones((FOLD_COUNT, 1))
    weights = []
    for f in range(FOLD_COUNT):
        fitted = probability[fold != f]
        equal = EQUAL_SHARE * equal_pool_trust(fitted)
        weights.append(equal / m + (1 - equal) * stacking_weights(fitted))
    return np.array(weights)


def equal_pool_trust(probability: np.ndarray) -> float:
    """0 to 1: how sure it is that the equal pool explains the given labels better than the best expert alone.

    Normal approximation to the mean of the paired differences in log-likelihood; where an expert abstains, it is given
    the equal pool's. probability: (n, M) as in ``stacking_weights``. 1 where nobody answers.
    """
    answered = ~np.isnan(probability)
    q = np.where(answered, np.maximum(probability, SMALLEST), 0.0)[answered.any(axis=1)]
    answered = answered[answered.any(axis=1)]
    if not len(q):
        return 1.0
    equal = q.sum(axis=1) / answered.sum(axis=1)
    gain = np.log(equal)[:, None] - np.log(np.where(answered, q, equal[:, None]))
    gain = gain[:, gain.mean(axis=0).argmin()]
    spread = gain.std() / sqrt(len(gain))
    return 0.5 * (1 + erf(gain.mean() / spread / sqrt(2))) if spread > 0 else float(gain.mean() >= 0)


def pool(
    dataset: Dataset,
    experts: Sequence[Expert],
    calibrations: Sequence[Calibration],
    folds: Folds,
    progress: Progress = lambda words, share: None,
) -> Opinions:
    """Reads every expert's scores once and returns what they say together."""
    progress("weighing the experts", 0.0)
    pooling = weighed(dataset, experts, calibrations, folds)
    rows = PooledRows.empty(len(dataset), len(experts))
    fill(pooling, rows, slice(0, len(dataset)), lambda done: progress("asking the experts", done / len(dataset)))
    return opinions_of(pooling, rows)


def weighed(
    dataset: Dataset,
    experts: Sequence[Expert],
    calibrations: Sequence[Calibration],
    folds: Folds,
    kept: Callable[[Expert, Callable[[], np.ndarray]], np.ndarray] = lambda expert, ask: ask(),
) -> Pooling:
    """The experts with the weights that a subsample of the dataset gives them.

    kept: given an expert and how it is asked for its (n,) probabilities of the subsample's given labels, has them.
    """
    pooling = Pooling.of(dataset, experts, calibrations, folds)
    rows, step = weighing_rows(folds, dataset.class_count), chunk_rows(dataset.class_count)
    asked = [
        kept(expert, partial(pooling.label_probability, column, rows, step)) for column, expert in enumerate(experts)
    ]
    return pooling.with_weights(expert_weights(np.stack(asked, axis=1), folds.fold[rows]))


def weighing_rows(folds: Folds, class_count: int) -> np.ndarray:
    """The rows of the dataset on which weights are fitted."""
    return folds.subsample(max(2_048, min(STACKING_ROWS, 4_000_000 // class_count)))


def fill(
    pooling: Pooling,
    into: PooledRows,
    rows: slice,
    done: Callable[[int], None] = lambda count: None,
    threads: int | None = None,
    read: Callable[[slice], object] | None = None,
) -> None:
    """Pools these rows of the dataset into the same rows of ``into``, on all cores or so many threads; tells how many
    rows are done. read: how a chunk is pooled, if not simply so."""
    read = read or partial(pooling.read, into=into)
    step = chunk_rows(pooling.class_count)
    chunks = [slice(start, min(start + step, rows.stop)) for start in range(rows.start, rows.stop, step)]
    count = 0
    with ThreadPoolExecutor(max_workers=threads or cpu_count() or 1) as workers:
        for chunk, _ in zip(chunks, workers.map(read, chunks)):
            count += chunk.stop - chunk.start
            done(count)


def opinions_of(pooling: Pooling, rows: PooledRows) -> Opinions:
    """What all rows of the dataset say, with whose opinions they are."""
    names = tuple(e.name for e in pooling.experts)
    return Opinions(names, *rows, pooling.weights, pooling.calibrations)
