"""One expert's scores as exponentials, a chunk at a time: the only arithmetic done on every cell.

exp(beta x) is taken of the scores as they lie in the file (beta = 1 / T, here times UNIT), without first subtracting
the row's maximum where that exponent does not leave +-SAFE_EXPONENT: the rounding error of beta x, 2^-24 |beta x|, then
moves no probability by more than 3e-7. Every row is judged for itself, so that its numbers are the same in any chunk.
Float16 is widened by shifting its bits (IEEE 754: 5 exponent bits with bias 15 become 8 with bias 127, hence the factor
2^112), which is several times faster than a cast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cleaning.calibrate.calibration import Calibration, mapped
from cleaning.calibrate.temperature import PADDING, relative_logits, row_sums
from cleaning.domain.experts import FullExpert
from cleaning.errors import NotFinite
from cleaning.scores.exponentials import UNIT, raised
from cleaning.scores.float_bits import finite_halves, widened
from cleaning.scores.rows import read_rows

if TYPE_CHECKING:
    from cleaning.calibrate.calibrators import Calibrator

SAFE_EXPONENT = 16.0 * UNIT


class Softened(NamedTuple):
    """A chunk of n rows. exponentials: (n, K) float32, to be overwritten by whoever asked. total: (n,) their sums.
    best: (n,) the class of the highest score. silent: (n,) bool where the expert abstains (then all zero, total 1),
    or None where it answers every row."""

    exponentials: np.ndarray
    total: np.ndarray
    best: np.ndarray
    silent: np.ndarray | None


class Buffers:
    """Chunk-sized memory that one thread uses again and again; fresh memory for every chunk would cost more than
    the arithmetic."""

    def __init__(self) -> None:
        self._kept: dict[str, np.ndarray] = {}

    def get(self, name: str, rows: int, classes: int, dtype=np.float32) -> np.ndarray:
        """(rows, classes) uninitialised."""
        kept = self._kept.get(name)
        if kept is None or kept.size < rows * classes:
            kept = self._kept[name] = np.empty(rows * classes, dtype)
        return kept[: rows * classes].reshape(rows, classes)


@dataclass(frozen=True)
class Softener:
    """A full expert with its temperature for each fold. beta: (FOLD_COUNT,) float32, UNIT / T. maps: of its confidence,
    one a fold, where it is calibrated by these."""

    expert: FullExpert
    beta: np.ndarray
    maps: tuple[Calibrator, ...] = ()

    @classmethod
    def of(cls, expert: FullExpert, calibration: Calibration) -> Softener:
        return cls(expert, (UNIT / calibration.temperatures).astype(np.float32), calibration.maps)

    def soften(
        self, rows: slice | np.ndarray, fold: np.ndarray, buffers: Buffers, into: np.ndarray | None = None
    ) -> Softened:
        """Calibrated exponentials of these rows of the dataset; fold: (n,) theirs. into: (n, K) float32 for them, else
        a buffer is used."""
        said = self._stated(rows, fold, buffers, into) if self.maps else None
        beta = self.beta[fold][:, None]
        q = buffers.get("own", len(beta), self.expert.scores.shape[1]) if into is None else into
        plain = self._softened_plain(rows, beta, buffers, q) if is_plain(self.expert) else None
        softened = plain or self._careful(rows, beta, q)
        return softened if said is None else _settled(softened, said)

    def _stated(self, rows, fold: np.ndarray, buffers: Buffers, into: np.ndarray | None) -> np.ndarray:
        """(n,) what the maps say of the confidence as handed in."""
        as_handed_in = replace(self, beta=np.full_like(self.beta, UNIT), maps=())
        exponentials, total, best, _ = as_handed_in.soften(rows, fold, buffers, into)
        top = exponentials[np.arange(len(best)), best] / total
        return mapped(self.maps, top, fold).astype(np.float32)

    def _softened_plain(self, rows, beta: np.ndarray, buffers: Buffers, q: np.ndarray) -> Softened | None:
        """None where a score is not finite."""
        scale = self._scale_halves if self.expert.scores.dtype == np.float16 else self._scale_floats
        best = scale(rows, beta, q, buffers)
        if best is None:
            if self.expert.unchecked:
                raise NotFinite(self.expert.name)
            return None
        raised(q, out=q)
        return Softened(q, row_sums(q), best, None)

    def _scale_floats(self, rows, beta: np.ndarray, q: np.ndarray, buffers: Buffers) -> np.ndarray | None:
        """Writes the exponents to ``q`` and returns each row's best class; None where a score is not finite."""
        read = read_rows(self.expert.scores, rows, q)
        best = read.argmax(axis=1)
        top = read[np.arange(len(read)), best][:, None]
        if not np.isfinite(top).all() or (self.expert.unchecked and not np.isfinite(read.min())):
            return None
        large = _large(top * beta)
        shifted = self._shifted(read[large], top[large], beta[large])
        np.multiply(read, beta, out=q)
        q[large] = shifted
        return best

    def _scale_halves(self, rows, beta: np.ndarray, q: np.ndarray, buffers: Buffers) -> np.ndarray | None:
        """As ``_scale_floats``."""
        n, classes = q.shape
        halves = read_rows(self.expert.scores, rows, buffers.get("halves", n, classes, np.float16))
        if not finite_halves(halves):
            return None
        bits = buffers.get("bits", n, classes, np.int32)
        widened(halves, beta, q, bits)
        best = q.argmax(axis=1)
        large = _large(q[np.arange(len(q)), best])
        wide = halves[large].astype(np.float32)
        q[large] = self._shifted(wide, wide[np.arange(len(wide)), best[large]][:, None], beta[large])
        return best

    @staticmethod
    def _shifted(logits: np.ndarray, top: np.ndarray, beta: np.ndarray) -> np.ndarray:
        """Exponents of rows (n, K), which are overwritten, relative to their tops (n, 1)."""
        logits -= top
        logits *= beta
        return logits

    def _careful(self, rows, beta: np.ndarray, q: np.ndarray) -> Softened:
        """Any scores: probabilities, rows in another order, abstentions, options that do not exist."""
        logits = self.expert.logits(rows)
        silent = np.isnan(logits).all(axis=1)
        logits[silent] = 0
        relative_logits(logits)
        best = logits.argmax(axis=1)
        np.multiply(logits, beta, out=q)
        np.maximum(q, PADDING, out=q)
        raised(q, out=q)
        total = row_sums(q)
        if not silent.any():
            return Softened(q, total, best, None)
        q[silent], total[silent] = 0, 1
        return Softened(q, total, best, silent)


def _settled(softened: Softened, said: np.ndarray) -> Softened:
    """With what is said (n,) of the best class; who abstains goes on abstaining."""
    from cleaning.calibrate.stated_maps import settled_on

    total = settled_on(softened.best, softened.exponentials, said)
    if softened.silent is not None:
        softened.exponentials[softened.silent] = 0
    return softened._replace(total=total)


def is_plain(expert: FullExpert) -> bool:
    """Whether the file holds logits row by row as they are needed: the common case, and the fast one."""
    if expert.rows is not None or expert.option_counts is not None or expert.score_kind != "logits":
        return False
    return expert.scores.dtype in (np.float32, np.float16) and expert.scores.dtype.isnative


def _large(top: np.ndarray) -> np.ndarray:
    """The rows whose largest exponents need a shift for their exponentials to be exact."""
    return np.flatnonzero(np.abs(top) > SAFE_EXPONENT)
