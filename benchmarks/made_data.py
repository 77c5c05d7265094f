"""Synthetic logits files of known sizes, made once into build/benchmarks (not under version control), seeded."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.files import written_aside
from cleaning.scores.reserved import new_npy

PLACE = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
WRONG = 0.08  # share of given labels that are not the true class
BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class Size:
    """samples x classes x experts of one dtype; ``name`` is that of its folder."""

    name: str
    samples: int
    classes: int
    experts: int
    dtype: str = "float32"

    @property
    def folder(self) -> Path:
        return PLACE / self.name

    @property
    def labels(self) -> Path:
        return self.folder / "labels.npy"

    @property
    def files(self) -> list[Path]:
        return [self.folder / f"expert_{m}.npy" for m in range(self.experts)]

    @property
    def bytes(self) -> int:
        """Of all experts' scores together."""
        return self.samples * self.classes * self.experts * np.dtype(self.dtype).itemsize

    def described(self) -> str:
        return f"{self.samples:,} x {self.classes:,} x {self.experts} {self.dtype}, {self.bytes / 1e6:,.0f} MB"


SIZES = {
    s.name: s
    for s in (
        Size("S1", 10_000, 10, 5),
        Size("S2", 50_000, 1_000, 4),
        Size("S2h", 50_000, 1_000, 4, "float16"),
        Size("S3", 1_280_000, 1_000, 1, "float16"),
        Size("S4", 14_042, 4, 14),
    )
}
GROWTH = {
    "N": [Size(f"grow_n{n}", n, 250, 2) for n in (25_000, 50_000, 100_000, 200_000)],
    "K": [Size(f"grow_k{k}", 50_000, k, 2) for k in (125, 250, 500, 1_000)],
    "M": [Size(f"grow_m{m}", 50_000, 250, m) for m in (1, 2, 4, 8)],
}
SIZES.update({size.name: size for sizes in GROWTH.values() for size in sizes})


def make(size: Size) -> Size:
    """Writes the labels and the experts' logits of a size unless they are there."""
    size.folder.mkdir(parents=True, exist_ok=True)
    truth, given = truth_and_given(size)
    if not size.labels.exists():
        np.save(size.labels, given.astype(np.int64))
    for number, path in enumerate(size.files):
        if not path.exists():
            _make_expert(size, truth, number, path)
    return size


def truth_and_given(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """(N,) true classes and (N,) given labels, WRONG of which are another class, drawn evenly."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, size.classes, size.samples)
    wrong = rng.random(size.samples) < WRONG
    given = np.where(wrong, (truth + 1 + rng.integers(0, size.classes - 1, size.samples)) % size.classes, truth)
    return truth, given


def _make_expert(size: Size, truth: np.ndarray, number: int, path: Path) -> None:
    """Standard normal logits, the true class raised by a normal amount, all scaled by the expert's over-confidence."""
    rng = np.random.default_rng([1, number])
    with written_aside(path) as aside:
        _fill(new_npy(aside, np.dtype(size.dtype), (size.samples, size.classes)), size, truth, number, rng)


def _fill(scores: np.ndarray, size: Size, truth: np.ndarray, number: int, rng: np.random.Generator) -> None:
    scale = np.float32(1.3 + 0.4 * (number % 3))
    strength = 1.0 + 1.2 * np.log(size.classes)
    step = max(1, BLOCK_CELLS // size.classes)
    for start in range(0, size.samples, step):
        rows = slice(start, min(start + step, size.samples))
        block = rng.standard_normal((rows.stop - rows.start, size.classes), np.float32)
        block[np.arange(len(block)), truth[rows]] += rng.normal(strength, 2, len(block)).astype(np.float32)
        scores[rows] = block * scale
    scores.flush()
