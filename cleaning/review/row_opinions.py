"""What the experts of a run say about single samples: the pooled probability of each class, and what looks alike.

The numbers are those of ``cleaning.suspect.pool``, asked for a few rows at a time, with one difference: the rest of a bare
answer's confidence is spread over all other classes, so that a person sees probabilities that add up to 1; the pool,
which hedges against the answer being wrong, gives more to each of them where there are more than five classes.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import Folds
from cleaning.keep.runs import Run
from cleaning.suspect.pooled_rows import SMALLEST, Pooling
from cleaning.suspect.softened import Buffers

MOST_CELLS = 500_000  # calibrated logits of one class that are compared: 500 samples of 1,000 classes
MOST_KEPT = 8_000_000  # logits of all classes that are kept, 32 MB


class RowOpinions:
    """experts: those of the run, in its order. folds: of the run. Safe to share between threads."""

    def __init__(self, dataset: Dataset, run: Run, experts: Sequence[Expert], folds: Folds) -> None:
        self._pooling = Pooling.of(dataset, experts, run.calibrations, folds)
        self._fold_weights, self._weights = run.fold_weights, run.weights
        self._options, self._class_count = dataset.options_of(), dataset.class_count
        self._order = folds.order
        strongest = np.asarray(run.predicted[:, int(self._weights.argmax())])
        self._leading = np.where(strongest == ABSTAIN, dataset.given_labels, strongest)
        self._kept: OrderedDict[int, tuple[np.ndarray, np.ndarray]] = OrderedDict()
        self._lock = threading.Lock()

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """(n, K) pooled calibrated probability of each class; 0 for options that do not exist, and everywhere in rows
        where every expert abstains."""
        pooled = np.zeros((len(rows), self._class_count))
        weights = self._fold_weights[self._pooling.fold[rows]]
        for column, said in enumerate(self._said(rows, self._pooling.fold[rows])):
            answered = ~np.isnan(said[:, 0])
            pooled[answered] += weights[answered, column, None] * said[answered]
        pooled[np.arange(self._class_count) >= self._options[rows, None]] = 0
        return pooled / np.maximum(pooled.sum(axis=1), SMALLEST)[:, None]

    def nearest(self, row: int, count: int, wanted: np.ndarray) -> np.ndarray:
        """(<= count,) rows nearest to ``row`` in calibrated logit space, nearest first, itself left out.

        wanted: (N,) bool, rows that may be given. Compared are samples of the class that the strongest expert gives
        this one, at most MOST_CELLS logits of them, drawn at random where there are more.
        """
        rows, logits = self._of_class(int(self._leading[row]))
        own = np.flatnonzero(rows == row)  # kept already, but of a class that is too large to be kept whole
        here = wanted[rows] & (rows != row)
        distance = np.square(logits - (logits[own] if len(own) else self._logits(np.array([row])))).sum(axis=1)[here]
        return rows[here][np.argsort(distance, kind="stable")[:count]]

    def _of_class(self, code: int) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            if code not in self._kept:
                rows = self._order[self._leading[self._order] == code][: max(1, MOST_CELLS // self._class_count)]
                self._kept[code] = rows, self._logits(rows)
                while sum(logits.size for _, logits in self._kept.values()) > MOST_KEPT and len(self._kept) > 1:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(code)
            return self._kept[code]

    def _logits(self, rows: np.ndarray) -> np.ndarray:
        """(n, K) float32: the experts' calibrated log-probabilities, centred, weighted and added.

        All by one fold's temperatures, so that samples of different folds can be compared.
        """
        added = np.zeros((len(rows), self._class_count), np.float32)
        for weight, said in zip(self._weights, self._said(rows, np.zeros(len(rows), np.int8))):
            logs = np.log(np.maximum(np.nan_to_num(said, nan=1.0), SMALLEST))
            added += (weight * (logs - logs.mean(axis=1, keepdims=True))).astype(np.float32)
        return added

    def _said(self, rows: np.ndarray, fold: np.ndarray):
        """Of each expert in turn (n, K) calibrated probabilities; NaN in the rows where it abstains."""
        for column in range(len(self._weights)):
            full = column in self._pooling.softeners
            yield self._softened(column, rows, fold) if full else self._probability_of_answers(column, rows)

    def _softened(self, column: int, rows: np.ndarray, fold: np.ndarray) -> np.ndarray:
        said = self._pooling.softeners[column].soften(rows, fold, Buffers())
        probability = said.exponentials / said.total[:, None]
        if said.silent is not None:
            probability[said.silent] = np.nan
        return probability

    def _probability_of_answers(self, column: int, rows: np.ndarray) -> np.ndarray:
        """A bare answer with its calibrated confidence; the rest is spread evenly over all other options."""
        answer = np.asarray(self._pooling.answers_of(column)[rows])
        confidence = np.asarray(self._pooling.answers[column][rows], np.float64)
        rest = (1 - confidence) / np.maximum(self._options[rows] - 1, 1)
        probability = np.repeat(rest[:, None], self._class_count, axis=1)
        answered = answer != ABSTAIN
        probability[np.flatnonzero(answered), answer[answered]] = confidence[answered]
        probability[~answered] = np.nan
        return probability
