"""The leading classes of every sample, kept so that an expert that is added needs only its own scores.

Other weights and one more expert move the pooled probability of every class. Of the classes that led before, what each
expert says is kept, and of all others a bound: no weight has grown by more than a factor g, so what no class beyond the
leading ones had, none has more than g times of. Together with the added expert's own scores that decides which class is
the best alternative now, exactly, unless the bound comes too close: those rows alone are read again.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.suspect.pooled_rows import TOGETHER, PooledRows, Pooling

LEADING = 4  # classes kept of a sample
CLEAR = 1e-5  # by how much the best must lead, relative: far more than float32 sums differ with their order


class Leading(NamedTuple):
    """Arrays by sample, for F full experts.

    classes: (N, LEADING) int32, those with the highest pooled probability by the full experts other than the given
    label, -1 where there are fewer. exponentials: (N, F, LEADING + 1) float32, of these classes and of the given
    label, which divided by sums (N, F) are each expert's probabilities; sums are NaN where it abstains. beyond: (N,)
    float32, more than which no other class has in the pool of full experts.
    """

    classes: np.ndarray
    exponentials: np.ndarray
    sums: np.ndarray
    beyond: np.ndarray

    @staticmethod
    def layout(n: int, full: int) -> list[tuple[tuple[int, ...], type]]:
        """Shape and dtype of each array for n samples and so many full experts."""
        shapes = ((n, LEADING), np.int32), ((n, full, LEADING + 1), np.float32), ((n, full), np.float32)
        return [*shapes, ((n,), np.float32)]


@dataclass(frozen=True)
class Earlier:
    """A finished pooling of some of the experts.

    columns: (F,) where its full experts stand among all experts now; stood: (F,) where among those of then. weights:
    (FOLD_COUNT, F) theirs then. predicted, confidence: (N, M) as in Opinions, of then. leading: of that pooling.
    """

    columns: tuple[int, ...]
    stood: tuple[int, ...]
    weights: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    leading: Leading

    def growth(self, weights: np.ndarray) -> np.ndarray:
        """(FOLD_COUNT,) by how much the weights grew at most; infinite where one has grown from nothing."""
        now = weights[:, list(self.columns)]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(now > 0, now / self.weights, 0).max(axis=1, initial=0)


def read_leading(pooling: Pooling, rows: slice | np.ndarray, into: PooledRows, leading: Leading) -> slice | np.ndarray:
    """As ``Pooling.read``, and writes the leading classes of these rows to ``leading``."""
    return pooling.read(rows, into, lambda *said: _lead(pooling, rows, into, leading, *said))


def read_added(pooling: Pooling, earlier: Earlier, rows: slice, into: PooledRows, leading: Leading) -> slice:
    """As ``read_leading``, from the scores of full experts that ``earlier`` lacks; the others' are read only of rows
    in which the best alternative hangs on classes of which nothing is kept."""
    undecided = rows.start + np.flatnonzero(~_decide(pooling, earlier, rows, into, leading))
    if 2 * len(undecided) > rows.stop - rows.start:
        read_leading(pooling, rows, into, leading)
    elif len(undecided):
        read_leading(pooling, undecided, into, leading)
    return rows


def _lead(pooling: Pooling, rows, into: PooledRows, leading: Leading, pooled, said, sums) -> None:
    """Keeps what leads in ``pooled`` (n, K), which is left as it is; said: (F, n, K) exponentials, sums: (F, n)."""
    labels, line = pooling.given_labels[rows], np.arange(len(pooled))
    left = pooling.buffers().get("left", *pooled.shape)
    np.copyto(left, pooled)
    pooling.rule_out(left, rows, labels)
    classes = np.empty((len(left), LEADING), np.int32)
    for place in range(LEADING):
        best = left.argmax(axis=1)
        classes[:, place] = np.where(left[line, best] >= 0, best, -1)
        left[line, best] = -np.inf
    beyond = np.maximum(left.max(axis=1), 0)
    leading.classes[rows] = classes
    leading.beyond[rows] = beyond / sums[0] if len(pooling.experts) == len(sums) == 1 else beyond
    where = _where(classes, labels)
    for place, column in enumerate(pooling.softeners):
        _keep(leading, rows, place, said[place], sums[place], where, into.predicted[rows, column] != ABSTAIN)


def _where(classes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(n, LEADING + 1) classes of which is kept what experts say; the given label last, and instead of missing ones."""
    return np.column_stack([np.where(classes >= 0, classes, labels[:, None]), labels])


def _keep(leading: Leading, rows, place: int, said, sums, where: np.ndarray, answers: np.ndarray) -> None:
    """What one full expert, the ``place``th, says of the classes ``where`` (n, LEADING + 1)."""
    leading.exponentials[rows, place] = said[np.arange(len(said))[:, None], where]
    leading.sums[rows, place] = np.where(answers, sums, np.nan)


def _decide(pooling: Pooling, earlier: Earlier, rows: slice, into: PooledRows, leading: Leading) -> np.ndarray:
    """Pools these rows from what is kept and what the added experts say; (n,) whether that is certain."""
    labels, fold = pooling.given_labels[rows], pooling.fold[rows]
    line, weights = np.arange(len(labels)), pooling.weights[fold].astype(np.float32)
    classes, old_exponentials, old_sums, beyond = (array[rows] for array in earlier.leading)
    predicted, confidence = earlier.predicted[rows], earlier.confidence[rows]
    where = _where(classes, labels)
    cells = line[:, None], where

    added = [column for column in pooling.softeners if column not in earlier.columns]
    pooled, _, said, sums = pooling.add_full(added, rows, weights, into, line)
    for place, column in enumerate(pooling.softeners):
        if column in added:
            new = added.index(column)
            _keep(leading, rows, place, said[new], sums[new], where, into.predicted[rows, column] != ABSTAIN)
        else:
            old = earlier.columns.index(column)
            leading.exponentials[rows, place], leading.sums[rows, place] = old_exponentials[:, old], old_sums[:, old]
            into.predicted[rows, column] = predicted[:, earlier.stood[old]]
            into.confidence[rows, column] = confidence[:, earlier.stood[old]]
    leaders, total = _weighed(leading, rows, weights[:, list(pooling.softeners)])

    with np.errstate(invalid="ignore"):
        grown = np.where(beyond > 0, beyond * earlier.growth(pooling.weights)[fold], 0) * (1 + CLEAR)
    base: np.ndarray | np.float32 = np.float32(0)
    most = _most(pooling, pooled, rows, cells)
    leading.classes[rows], leading.beyond[rows] = classes, grown + np.maximum(most, 0)
    if pooling.answers:
        pooled[cells] = leaders
        base = pooling.add_answers(rows, weights, into, line, pooled, total)
        leaders, most = pooled[cells], _most(pooling, pooled, rows, cells)

    lead = np.where(classes >= 0, leaders[:, :-1], -np.inf)
    place = lead.argmax(axis=1)
    best = lead[line, place]
    lead[line, place] = -np.inf
    total[total == 0] = 1
    into.label_probability[rows] = (leaders[:, -1] + base) / total
    into.suggested[rows] = where[line, place]
    into.suggested_probability[rows] = (best + base) / total
    return (best > 0) & (best > (1 + CLEAR) * np.maximum(lead.max(axis=1), grown + most))


def _weighed(leading: Leading, rows: slice, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, LEADING + 1) pooled, (n,) the weight of those who answer; weights: (n, F).

    In the order in which ``Pooling.add_full`` adds, so that every number is the same to the last bit.
    """
    said, sums = leading.exponentials[rows].transpose(1, 0, 2), leading.sums[rows].T
    share, present = np.zeros_like(sums), np.zeros(said.shape[1], np.float32)
    for place, own in enumerate(sums):
        w = np.where(np.isnan(own), 0, weights[:, place])
        share[place] = w / np.where(np.isnan(own), 1, own)
        present += w
    pooled = np.zeros(said.shape[1:], np.float32)
    for first in range(0, len(said), TOGETHER):
        group = slice(first, first + TOGETHER)
        pooled += np.einsum("mnk,mn->nk", said[group], share[group])
    return pooled, present


def _most(pooling: Pooling, pooled: np.ndarray, rows: slice, cells: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(n,) highest value of ``pooled`` (n, K) but for these cells and options that do not exist, which become -inf."""
    pooled[cells] = -np.inf
    pooling.rule_out(pooled, rows, cells[1][:, -1])
    return pooled.max(axis=1)
