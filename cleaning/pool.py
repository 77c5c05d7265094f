"""The calibrated linear pool: several experts' calibrated probabilities, weighted and added, in one streamed pass.

q_i(k) = sum_m w_m q_mi(k). A linear pool is the robust choice because experts err together: products of
probabilities are wildly over-confident (Genest and Zidek 1986 on opinion pools). No (N, K) array is ever made; each
chunk of rows of every full expert is read once.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np

from cleaning.calibration import PADDING, Calibration, calibrated_confidence, relative_logits
from cleaning.dataset import ABSTAIN, Dataset, Expert
from cleaning.folds import FOLD_COUNT, Folds

CHUNK_CELLS = 262_144  # float32 cells of one chunk: 1 MB, which stays in the processor's cache
STACKING_ROWS = 20_000  # samples on which stacking weights are fitted
SPREAD = 4  # classes over which a top-1 expert's remaining probability is spread
SMALLEST = 1e-12

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

    def agreeing(self) -> np.ndarray:
        """(N,) int16: experts whose answer is the suggested label."""
        return (self.predicted == self.suggested[:, None]).sum(axis=1).astype(np.int16)


def spread_of(option_counts: np.ndarray) -> np.ndarray:
    """J = min(4, K_i - 1): over how many other classes the rest (1 - confidence) is spread."""
    return np.minimum(SPREAD, option_counts - 1).astype(np.float32)


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
    for _ in range(steps if len(q) else 0):
        inverse = (answered @ weights) / (q @ weights)  # 1 / pooled probability of those who answer
        share = (q.T @ inverse + (len(q) - answered.sum(axis=0))) / len(q)
        following = weights * share
        following /= following.sum()
        moved = np.abs(following - weights).max()
        weights = following
        if moved < tolerance:
            break
    return weights


def half_stacked(probability: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """(FOLD_COUNT, M) weights: half equal, half stacked; row f is fitted without fold f."""
    m = probability.shape[1]
    if m == 1:
        return np.ones((FOLD_COUNT, 1))
    stacked = np.array([stacking_weights(probability[fold != f]) for f in range(FOLD_COUNT)])
    return 0.5 / m + 0.5 * stacked


def pool(
    dataset: Dataset,
    experts: Sequence[Expert],
    calibrations: Sequence[Calibration],
    folds: Folds,
    progress: Progress = lambda words, share: None,
) -> Opinions:
    """Reads every expert's scores once and returns what they say together."""
    confidences = {
        m: calibrated_confidence(e, c, folds) for m, (e, c) in enumerate(zip(experts, calibrations)) if e.kind != "full"
    }
    stream = _Pool(dataset, experts, calibrations, folds, confidences)
    progress("weighing the experts", 0.0)
    rows = folds.subsample(max(2_048, min(STACKING_ROWS, 8_000_000 // dataset.class_count)))
    stream.weights = half_stacked(stream.label_probabilities(rows), folds.fold[rows])
    done = 0
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as threads:
        for count in threads.map(stream.read_chunk, stream.chunks()):
            done += count
            progress("asking the experts", done / len(dataset))
    return stream.opinions()


class _Pool:
    """The arrays that one streamed pass fills, and the arithmetic of one chunk."""

    def __init__(self, dataset, experts, calibrations, folds, confidences) -> None:
        n, m = len(dataset), len(experts)
        self.dataset, self.experts, self.calibrations = dataset, experts, tuple(calibrations)
        self.folds, self.confidences = folds, confidences
        self.options = dataset.options_of()
        self.spread = spread_of(self.options)
        self.weights = np.full((FOLD_COUNT, m), 1 / m)
        self.predicted = np.full((n, m), ABSTAIN, np.int32)
        self.confidence = np.full((n, m), np.nan, np.float32)
        self.label_probability = np.empty(n, np.float32)
        self.suggested = np.empty(n, np.int32)
        self.suggested_probability = np.empty(n, np.float32)
        for column, calibrated in confidences.items():
            self.predicted[:, column] = experts[column].predicted
            self.confidence[:, column] = calibrated

    def chunks(self) -> Iterator[slice]:
        step = max(16, CHUNK_CELLS // self.dataset.class_count)
        return (slice(start, min(start + step, len(self.dataset))) for start in range(0, len(self.dataset), step))

    def tempered(self, column: int, rows: slice | np.ndarray) -> np.ndarray:
        """(n, K) float32 calibrated probabilities of a full expert; NaN rows where it abstains."""
        q = self.experts[column].logits(rows)
        silent = np.isnan(q).all(axis=1)
        q[silent] = 0
        relative_logits(q)
        q *= (1 / self.calibrations[column].by_fold[self.folds.fold[rows], 0]).astype(np.float32)[:, None]
        np.maximum(q, PADDING, out=q)
        np.exp(q, out=q)
        q /= (q @ np.ones(q.shape[1], np.float32))[:, None]
        q[silent] = np.nan
        return q

    def label_probabilities(self, rows: np.ndarray) -> np.ndarray:
        """(n, M) calibrated probability of the given label for some rows; NaN where an expert abstains."""
        labels = self.dataset.given_labels[rows]
        result = np.empty((len(rows), len(self.experts)))
        for column, expert in enumerate(self.experts):
            if expert.kind == "full":
                step = max(16, CHUNK_CELLS // self.dataset.class_count)
                for start in range(0, len(rows), step):
                    part = slice(start, start + step)
                    q = self.tempered(column, rows[part])
                    result[part, column] = q[np.arange(len(q)), labels[part]]
            else:
                own = self.confidences[column][rows]
                result[:, column] = np.where(expert.predicted[rows] == labels, own, (1 - own) / self.spread[rows])
        return result

    def read_chunk(self, rows: slice) -> int:
        """Pools one chunk of all experts and writes what it says; returns the number of samples."""
        labels = self.dataset.given_labels[rows]
        n, line = len(labels), np.arange(len(labels))
        weights = self.weights[self.folds.fold[rows]].astype(np.float32)
        pooled = np.zeros((n, self.dataset.class_count), np.float32)
        base = np.zeros(n, np.float32)  # what every class gets from experts that spread their remaining probability
        total = np.zeros(n, np.float32)
        for column, expert in enumerate(self.experts):
            w = weights[:, column]
            if expert.kind == "full":
                w = self._add_full(column, rows, w, pooled)
            else:
                w = self._add_top1(column, rows, w, pooled, base, line)
            total += w
        total = np.where(total > 0, total, 1)
        self._settle(rows, pooled, base, total, labels, line)
        return n

    def _add_full(self, column: int, rows: slice, w: np.ndarray, pooled: np.ndarray) -> np.ndarray:
        q = self.tempered(column, rows)
        best = q.argmax(axis=1)
        confidence = q[np.arange(len(q)), best]
        silent = np.isnan(confidence)
        if silent.any():
            q[silent] = 0
            w = np.where(silent, 0, w)
        self.predicted[rows, column] = np.where(silent, ABSTAIN, best)
        self.confidence[rows, column] = confidence
        q *= w[:, None]
        pooled += q
        return w

    def _add_top1(self, column, rows, w, pooled, base, line) -> np.ndarray:
        answer, confidence = self.predicted[rows, column], self.confidence[rows, column]
        answered = answer != ABSTAIN
        w = np.where(answered, w, 0)
        confidence = np.where(answered, confidence, 0)
        rest = np.where(answered, (1 - confidence) / self.spread[rows], 0)
        base += w * rest
        pooled[line[answered], answer[answered]] += (w * (confidence - rest))[answered]
        return w

    def _settle(self, rows, pooled, base, total, labels, line) -> None:
        """Reads off the given label's probability and the best other class."""
        of_label = (pooled[line, labels] + base) / total
        pooled[line, labels] = -np.inf
        if self.dataset.option_counts is not None:
            pooled[np.arange(self.dataset.class_count) >= self.options[rows, None]] = -np.inf
        best = pooled.argmax(axis=1)
        beyond_base = pooled[line, best]
        self.label_probability[rows] = of_label
        self.suggested[rows] = np.where(beyond_base == 0, labels, best)
        self.suggested_probability[rows] = (beyond_base + base) / total

    def opinions(self) -> Opinions:
        return Opinions(
            tuple(e.name for e in self.experts),
            self.predicted,
            self.confidence,
            self.label_probability,
            self.suggested,
            self.suggested_probability,
            self.weights,
            self.calibrations,
        )
