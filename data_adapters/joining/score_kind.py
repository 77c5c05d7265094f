"""Checks of one full expert's scores, and whether they are logits, log-probabilities or probabilities.

Works through a memory map in blocks; nothing of size (N, K) is ever copied.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from cleaning.errors import InputError, counted
from cleaning.scores.float_bits import all_finite
from cleaning.scores.rows import Rows, read_rows
from cleaning.scores.shards import ShardedScores
from data_adapters.sentences import listed

BLOCK_VALUES = 2**19
SUBSAMPLE_ROWS = 2000
SUM_TOLERANCE = 0.02  # float16 rounds each probability by up to 1/2048 of itself and drops those below 6e-8
RANGE_TOLERANCE = 1e-3
MOSTLY = 0.99
ROUNDING = 1e-2  # of a step, by which float32 and float16 miss a decimal


@dataclass(frozen=True)
class FullScores:
    """One expert's scores, of which only those that samples use are checked.

    scores: (R, K). rows: (N,) row of each sample. option_counts: (N,) or None.
    """

    name: str
    scores: Rows
    rows: np.ndarray
    sample_ids: np.ndarray
    option_counts: np.ndarray | None = None
    _buffers: list[np.ndarray] = field(default_factory=list, repr=False, compare=False)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(places, scores) of a block of samples after the other, in the order of the file."""
        in_file_order = np.argsort(self.rows, kind="stable")
        step = max(1, BLOCK_VALUES // self.scores.shape[1])
        for start in range(0, len(in_file_order), step):
            yield self.some(in_file_order[start : start + step])

    def some(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rows[places]
        if rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
            return places, np.asarray(read_rows(self.scores, slice(rows[0], rows[-1] + 1), self._buffer(len(rows))))
        return places, np.asarray(read_rows(self.scores, rows))

    def _buffer(self, rows: int) -> np.ndarray:
        """Memory for one block, which the next block overwrites."""
        if self._buffers and len(self._buffers[0]) >= rows:
            return self._buffers[0]
        self._buffers[:] = [np.empty((rows, self.scores.shape[1]), self.scores.dtype)]
        return self._buffers[0]

    def unused(self, places: np.ndarray) -> np.ndarray | None:
        """(n, K) True beyond a question's options; None where all samples have all classes."""
        if self.option_counts is None:
            return None
        return np.arange(self.scores.shape[1])[None, :] >= self.option_counts[places][:, None]


def check_finite(full: FullScores) -> None:
    """Raises InputError naming the first five samples with NaN or infinite scores.

    Sharded scores are not read for this alone: each of their reads checks what it read.
    """
    if isinstance(full.scores, ShardedScores):
        return
    bad = [np.empty(0, np.int64)]
    for places, block in full.blocks():
        if not all_finite(block):
            bad.append(places[_not_finite(block, full.unused(places))])
    _refuse(full, np.concatenate(bad), "scores that are NaN or infinite", "Every score must be a finite number.")


def check_probabilities(full: FullScores) -> None:
    """Raises InputError naming the first five samples with probabilities outside 0 to 1."""
    bad = [places[_outside(block, full.unused(places))] for places, block in full.blocks()]
    _refuse(full, np.concatenate(bad), "probabilities outside 0 to 1", "Declare them as logits in dataset.json.")


def detect_score_kind(full: FullScores) -> tuple[str, str]:
    """("logits" or "probabilities", what was seen), from up to 2,000 samples spread over the file.

    Log-probabilities are logits: a softmax gives the probabilities back. Raises InputError on percentages.
    """
    lowest, highest, sums, exp_sums, inside = _seen(full)
    if inside.mean() >= MOSTLY and _mostly_near(sums, 1.0):  # the few rows outside 0 to 1 are refused by name
        return "probabilities", "probabilities (every row sums to 1)"
    if inside.mean() >= MOSTLY and (places := _rounded_to(full, sums)):
        return "probabilities", f"probabilities rounded to {places} places (rows sum to 1 but for the rounding)"
    if inside.all():
        return "logits", f"logits (between 0 and 1, but rows sum to {np.median(sums):.3g} and not to 1)"
    if lowest >= -RANGE_TOLERANCE and _mostly_near(sums / 100, 1.0):
        raise InputError(f"Expert '{full.name}' holds percentages (every row sums to 100). Divide the scores by 100.")
    if highest <= RANGE_TOLERANCE and _mostly_near(exp_sums, 1.0):
        return "logits", "log-probabilities (their exponentials sum to 1 in every row)"
    return "logits", f"logits (from {lowest:.3g} to {highest:.3g})"


def looked_at(sample_count: int, class_count: int) -> int:
    """How many samples are looked at to see what scores are: up to 2,000, fewer of very many classes."""
    return min(sample_count, SUBSAMPLE_ROWS, max(50, BLOCK_VALUES // class_count))


def _seen(full: FullScores) -> tuple[float, float, np.ndarray, np.ndarray, np.ndarray]:
    """(lowest, highest, (n,) sums, (n,) sums of the exponentials, (n,) whether all within 0 to 1) of some samples."""
    n, k = len(full.rows), full.scores.shape[1]
    places, block = full.some(np.linspace(0, n - 1, looked_at(n, k)).astype(np.int64))
    block = block.astype(np.float32 if block.itemsize < 8 else np.float64)
    unused = full.unused(places)
    used = block if unused is None else block[~unused]
    kept = block if unused is None else np.where(unused, 0, block)
    logarithms = block if unused is None else np.where(unused, -np.inf, block)
    exp_sums = np.exp(np.minimum(logarithms, 50)).sum(axis=1, dtype=np.float64)
    sums, inside = kept.sum(axis=1, dtype=np.float64), ~_outside(block, unused)
    return float(used.min()), float(used.max()), sums, exp_sums, inside


def _rounded_to(full: FullScores, sums: np.ndarray) -> int:
    """2, 3 or 4 where all scores are multiples of 0.01, 0.001 or 0.0001 whose rows sum to 1 but for what rounding does;
    else 0. Each of K values is off by at most half a step, and all together seldom by more than all the small ones."""
    n, k = len(full.rows), full.scores.shape[1]
    _, block = full.some(np.linspace(0, n - 1, looked_at(n, k)).astype(np.int64))
    for places in (2, 3, 4):
        steps = np.asarray(block, np.float64)[np.isfinite(block)] * 10**places
        if np.abs(steps - np.round(steps)).max(initial=0.0) < ROUNDING:
            allowed = k * 0.5 / 10**places + SUM_TOLERANCE
            return places if bool((np.abs(sums - 1) <= allowed).mean() >= MOSTLY) and sums.min() > 0 else 0
    return 0


def _mostly_near(values: np.ndarray, target: float) -> bool:
    return bool((np.abs(values - target) <= SUM_TOLERANCE).mean() >= MOSTLY)


def _not_finite(block: np.ndarray, unused: np.ndarray | None) -> np.ndarray:
    finite = np.isfinite(block)
    if unused is not None:
        finite |= unused
    return ~finite.all(axis=1)


def _outside(block: np.ndarray, unused: np.ndarray | None) -> np.ndarray:
    outside = (block < -RANGE_TOLERANCE) | (block > 1 + RANGE_TOLERANCE)
    if unused is not None:
        outside &= ~unused
    return outside.any(axis=1)


def _refuse(full: FullScores, bad: np.ndarray, what: str, advice: str) -> None:
    if len(bad):
        raise InputError(
            f"Expert '{full.name}' has {what} for {len(bad):,} of {counted(len(full.rows), 'sample')}: "
            f"{listed(full.sample_ids[np.sort(bad)])} {advice}"
        )
