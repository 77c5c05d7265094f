"""What a chunk of rows says once all experts are pooled: the arithmetic of one chunk, the same wherever it runs."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from cleaning.calibrate.calibration import Calibration, calibrated_confidence
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert, FullExpert
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.suspect.softened import Buffers, Softener

SPREAD = 4  # classes over which a top-1 expert's remaining probability is spread
SMALLEST = 1e-12
TOGETHER = 4  # experts whose probabilities are added in one go: fewer passes over the sum, and still in the cache


def spread_of(option_counts: np.ndarray | np.integer) -> np.ndarray:
    """J = min(4, K_i - 1): over how many other classes the rest (1 - confidence) is spread."""
    return np.minimum(SPREAD, option_counts - 1).astype(np.float32)


class PooledRows(NamedTuple):
    """Arrays that chunks fill; what they hold is told in ``cleaning.suspect.pool.Opinions``."""

    predicted: np.ndarray
    confidence: np.ndarray
    label_probability: np.ndarray
    suggested: np.ndarray
    suggested_probability: np.ndarray

    @classmethod
    def empty(cls, n: int, m: int) -> "PooledRows":
        return cls(*(np.empty(shape, dtype) for shape, dtype in cls.layout(n, m)))

    @staticmethod
    def layout(n: int, m: int) -> list[tuple[tuple[int, ...], type]]:
        """Shape and dtype of each array for n samples and m experts."""
        return [((n, m), np.int32), ((n, m), np.float32), ((n,), np.float32), ((n,), np.int32), ((n,), np.float32)]


@dataclass(frozen=True)
class Pooling:
    """All that pooling any rows takes.

    given_labels: (N,). option_counts: (N,) or None. fold: (N,). answers: for each expert that is not full its
    calibrated confidence (N,). softeners: for each full expert its temperatures. weights: (FOLD_COUNT, M).
    """

    given_labels: np.ndarray
    option_counts: np.ndarray | None
    class_count: int
    fold: np.ndarray
    experts: tuple[Expert, ...]
    calibrations: tuple[Calibration, ...]
    answers: dict[int, np.ndarray]
    softeners: dict[int, Softener]
    weights: np.ndarray
    _own: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    @classmethod
    def of(cls, dataset: Dataset, experts: Sequence[Expert], calibrations: Sequence[Calibration], folds: Folds):
        """Equal weights until ``with_weights``."""
        pairs = list(enumerate(zip(experts, calibrations)))
        return cls(
            dataset.given_labels,
            dataset.option_counts,
            dataset.class_count,
            folds.fold,
            tuple(experts),
            tuple(calibrations),
            {m: calibrated_confidence(e, c, folds) for m, (e, c) in pairs if not isinstance(e, FullExpert)},
            cls.softeners_of(experts, calibrations),
            np.full((FOLD_COUNT, len(experts)), 1 / len(experts)),
        )

    @staticmethod
    def softeners_of(experts: Sequence[Expert], calibrations: Sequence[Calibration]) -> dict[int, Softener]:
        """By number of the expert, of those that are full."""
        pairs = enumerate(zip(experts, calibrations))
        return {m: Softener.of(e, c) for m, (e, c) in pairs if isinstance(e, FullExpert)}

    def with_weights(self, weights: np.ndarray) -> "Pooling":
        return replace(self, weights=weights)

    def answers_of(self, column: int) -> np.ndarray:
        """(N,) the classes that an expert which is not full answers; ABSTAIN where it does not."""
        expert = self.experts[column]
        assert not isinstance(expert, FullExpert), "only answers are asked for"
        return expert.predicted

    def buffers(self) -> Buffers:
        """The calling thread's."""
        if not hasattr(self._own, "buffers"):
            self._own.buffers = Buffers()
        return self._own.buffers

    def _classes_spread_over(self, rows: slice | np.ndarray) -> np.ndarray | np.float32:
        return spread_of(np.int32(self.class_count) if self.option_counts is None else self.option_counts[rows])

    def label_probability(self, column: int, rows: np.ndarray, step: int) -> np.ndarray:
        """(n,) float64 one expert's calibrated probability of the given label for some rows; NaN where it abstains.

        Experts are weighed by likelihood, so the probabilities of one answer must sum to 1: here the rest of a top-1
        or hard answer is spread over all other classes, and not over a few as in the pool.
        """
        labels = self.given_labels[rows]
        if column in self.answers:
            others = (self.class_count if self.option_counts is None else self.option_counts[rows]) - 1
            own = self.answers[column][rows].astype(np.float64)
            agrees = self.answers_of(column)[rows] == labels
            return np.where(agrees, own, (1 - own) / others)
        result = np.empty(len(rows))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            said = self.softeners[column].soften(rows[part], self.fold[rows[part]], self.buffers())
            result[part] = said.exponentials[np.arange(len(said.total)), labels[part]] / said.total
            if said.silent is not None:
                result[part][said.silent] = np.nan
        return result

    def read(self, rows: slice | np.ndarray, into: PooledRows, see: Callable | None = None) -> slice | np.ndarray:
        """Pools one chunk of all experts, writes what it says to the same rows of ``into``, and returns ``rows``.

        see: given what the full experts say, as ``add_full`` has it, before other answers are added.
        """
        labels = self.given_labels[rows]
        line = np.arange(len(labels))
        weights = self.weights[self.fold[rows]].astype(np.float32)
        pooled, total, said, sums = self.add_full(list(self.softeners), rows, weights, into, line, see is not None)
        if see is not None:
            see(pooled, said, sums)
        base = self.add_answers(rows, weights, into, line, pooled, total)
        total[total == 0] = 1
        of_label = (pooled[line, labels] + base) / total
        self.rule_out(pooled, rows, labels)
        best = pooled.argmax(axis=1)
        beyond_base = pooled[line, best]
        into.label_probability[rows] = of_label
        into.suggested[rows] = np.where(beyond_base == 0, labels, best)
        into.suggested_probability[rows] = (beyond_base + base) / total
        return rows

    def rule_out(self, pooled: np.ndarray, rows: slice | np.ndarray, labels: np.ndarray) -> None:
        """Makes the given labels and options that do not exist -inf in ``pooled`` (n, K)."""
        pooled[np.arange(len(labels)), labels] = -np.inf
        if self.option_counts is not None:
            pooled[np.arange(self.class_count) >= self.option_counts[rows, None]] = -np.inf

    def add_full(
        self, full: list[int], rows: slice | np.ndarray, weights, into: PooledRows, line, keep: bool = True
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(n, K) weighted sum of these full experts' probabilities, (n,) the weight of those who answer; and if
        ``keep`` (F, n, K) their exponentials and (F, n) the sums of these.

        Of a single expert both are left times its exponentials' sum, which dividing one by the other takes away.
        """
        n, present = len(line), np.zeros(len(line), np.float32)
        pooled = self.buffers().get("pooled", n, self.class_count)
        room = len(full) if keep else min(len(full), TOGETHER)
        said = self.buffers().get("together", room * n, self.class_count).reshape(room, n, self.class_count)
        sums = np.empty((len(full), n), np.float32)
        for first in range(0, len(full), TOGETHER):
            columns = full[first : first + TOGETHER]
            group = said[first if keep else 0 :][: len(columns)]
            share = np.empty((len(columns), n), np.float32)
            for place, column in enumerate(columns):
                total, w = self._ask(column, rows, weights, into, line, group[place])
                sums[first + place] = total
                if len(self.experts) == 1:
                    return group[place], total, said, sums
                np.divide(w, total, out=share[place])
                present += w
            if first == 0:
                np.einsum("mnk,mn->nk", group, share, out=pooled)
            else:
                pooled += np.einsum("mnk,mn->nk", group, share, out=self.buffers().get("own", n, self.class_count))
        if not full:
            pooled[:] = 0
        return pooled, present, said, sums

    def _ask(
        self, column: int, rows: slice | np.ndarray, weights, into: PooledRows, line, q
    ) -> tuple[np.ndarray, np.ndarray]:
        """Writes a full expert's exponentials to ``q`` (n, K), its answers to ``into``; (n,) sums, (n,) weights."""
        _, total, best, silent = self.softeners[column].soften(rows, self.fold[rows], self.buffers(), q)
        confidence, w = q[line, best] / total, weights[:, column]
        if silent is not None:
            best, confidence = np.where(silent, ABSTAIN, best), np.where(silent, np.nan, confidence)
            w = np.where(silent, 0, w)
        into.predicted[rows, column], into.confidence[rows, column] = best, confidence
        return total, w

    def add_answers(self, rows: slice | np.ndarray, weights, into: PooledRows, line, pooled, total) -> np.ndarray:
        """Adds top-1 and hard answers to ``pooled`` and ``total``; returns (n,) what they give to every class."""
        base = np.zeros(len(line), np.float32)
        for column, calibrated in self.answers.items():
            answer, confidence = self.answers_of(column)[rows], calibrated[rows]
            into.predicted[rows, column], into.confidence[rows, column] = answer, confidence
            answered = answer != ABSTAIN
            w = np.where(answered, weights[:, column], 0)
            confidence = np.where(answered, confidence, 0)
            rest = np.where(answered, (1 - confidence) / self._classes_spread_over(rows), 0)
            base += w * rest
            pooled[line[answered], answer[answered]] += (w * (confidence - rest))[answered]
            total += w
        return base
