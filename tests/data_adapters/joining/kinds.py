"""Made sets for tests of how files are read: the truth is known, and every layout is written from the same numbers."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from data_adapters import Reading, ReadingOptions, ReadingPlan, read_loose
from data_adapters.doctor import read_fixed


@dataclass(frozen=True)
class Made:
    """n samples of ``names``: given (n,) class numbers, answers and confidences of one expert, its probabilities."""

    names: tuple[str, ...]
    n: int = 300
    seed: int = 0
    rng: np.random.Generator = field(init=False, repr=False)
    given: np.ndarray = field(init=False, repr=False)
    probabilities: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rng, k = np.random.default_rng(self.seed), len(self.names)
        truth = rng.integers(0, k, self.n)
        given = np.where(rng.random(self.n) < 0.08, (truth + rng.integers(1, k, self.n)) % k, truth)
        logits = rng.normal(0, 1, (self.n, k))
        logits[np.arange(self.n), truth] += 3.5
        exps = np.exp(logits)
        for name, value in (("rng", rng), ("given", given), ("probabilities", exps / exps.sum(axis=1, keepdims=True))):
            object.__setattr__(self, name, value)

    @property
    def ids(self) -> list[str]:
        return [f"clip_{i:03d}" for i in range(self.n)]

    @property
    def labels(self) -> list[str]:
        return [self.names[k] for k in self.given]

    @property
    def answers(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    @property
    def said(self) -> list[str]:
        return [self.names[k] for k in self.answers]

    @property
    def sure(self) -> np.ndarray:
        return self.probabilities.max(axis=1)


def written(path: Path, columns: dict, **how) -> Path:
    """A table in the format of the path's ending."""
    frame = pd.DataFrame(columns)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, **how)
    return path


def read_both(labels: Path, expert: Path, fixes: tuple[str, ...] = (), as_is: bool = False, **how) -> Reading:
    """As ``score`` reads it: with the evidence held against it."""
    options = ReadingOptions(fixes, as_is)
    return read_fixed(lambda plan: read_loose(labels, {"net": expert}, plan=plan, **how), options)


def planned(labels: Path, expert: Path, **how) -> tuple[Reading, ReadingPlan]:
    plan = ReadingPlan()
    return read_loose(labels, {"net": expert}, plan=plan, **how), plan


def given_right(reading, made: Made, kept=None):
    names = np.array(reading.dataset.class_names, object)[reading.dataset.given_labels]
    assert names.tolist() == (made.labels if kept is None else [made.labels[i] for i in kept])


def scores_of(made: Made, folder):
    np.save(folder / "m.npy", made.probabilities)
    return folder / "m.npy"
