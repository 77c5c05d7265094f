"""What the checks look at: each expert's best class and its confidence on a bounded share of the samples."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaning.domain.experts import Expert, FullExpert, Top1Expert
from data_adapters.contract import Reading

MOST_SAMPLES = 20_000  # looked at by the checks that compare opinions with given labels
FEWEST_SAMPLES = 30  # below, agreement says nothing
BLOCK_VALUES = 2**21


@dataclass(frozen=True, eq=False)
class Opinion:
    """One expert on the n samples looked at.

    predicted: (n,) int64 class, ABSTAIN where it says nothing. confidence: (n,) float64 uncalibrated probability of
    that class, NaN where unknown.
    """

    expert: Expert
    predicted: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True)
class Evidence:
    """A reading and, computed once, its experts' opinions on at most MOST_SAMPLES samples drawn with a fixed seed, or on
    ``fewer`` spread evenly."""

    reading: Reading
    fewer: int | None = None

    @cached_property
    def places(self) -> np.ndarray:
        """(n,) sorted places of the samples looked at."""
        n = len(self.reading.dataset)
        if n <= (self.fewer or MOST_SAMPLES):
            return np.arange(n)
        if self.fewer:
            return np.linspace(0, n - 1, self.fewer).astype(np.int64)
        return np.sort(np.random.default_rng(0).choice(n, MOST_SAMPLES, replace=False))

    @property
    def looked_at(self) -> str:
        """``" (of 20,000 samples looked at)"``, or nothing where all were."""
        n = len(self.reading.dataset)
        return f" (of {len(self.places):,} samples looked at)" if n > (self.fewer or MOST_SAMPLES) else ""

    @cached_property
    def labels(self) -> np.ndarray:
        """(n,) given labels of the samples looked at."""
        return self.reading.dataset.given_labels[self.places].astype(np.int64)

    @cached_property
    def opinions(self) -> tuple[Opinion, ...]:
        return tuple(opinion_on(expert, self.places) for expert in self.reading.experts)

    @cached_property
    def agreements(self) -> tuple[float, ...]:
        """Of each opinion with the given labels."""
        return tuple(agreement(opinion.predicted, self.labels) for opinion in self.opinions)

    @property
    def class_count(self) -> int:
        return self.reading.dataset.class_count

    @property
    def enough(self) -> bool:
        return len(self.places) >= FEWEST_SAMPLES


def opinion_on(expert: Expert, places: np.ndarray) -> Opinion:
    """The expert's best class and confidence at some places."""
    if not isinstance(expert, FullExpert):
        sure = (
            expert.confidence[places].astype(float) if isinstance(expert, Top1Expert) else np.full(len(places), np.nan)
        )
        return Opinion(expert, expert.predicted[places].astype(np.int64), sure)
    predicted, confidence = np.empty(len(places), np.int64), np.empty(len(places))
    step = max(1, BLOCK_VALUES // expert.scores.shape[1])
    for start in range(0, len(places), step):
        some = slice(start, start + step)
        predicted[some], confidence[some] = _best(expert.logits(places[some]))
    return Opinion(expert, predicted, confidence)


def _best(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(best class, its softmax) of (n, K) logits, NaN where an option does not exist or the expert abstains."""
    silent = np.isnan(logits).all(axis=1)
    filled = np.where(np.isnan(logits), -np.inf, logits)
    filled[silent] = 0.0
    top = filled.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # infinite scores are refused by whoever reads them all
        confidence = 1.0 / np.exp(filled - top).sum(axis=1, dtype=np.float64)
    predicted = filled.argmax(axis=1)
    return np.where(silent, -1, predicted), np.where(silent, np.nan, confidence)


def agreement(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Share of the answers that are the given label; NaN where there is no answer."""
    said = predicted >= 0
    return float((predicted[said] == labels[said]).mean()) if said.any() else float("nan")


def chance_agreement(predicted: np.ndarray, labels: np.ndarray, class_count: int) -> float:
    """Agreement of answers dealt out at random: the sum over classes of both shares' products."""
    said = predicted >= 0
    if not said.any():
        return float("nan")
    answers = np.bincount(predicted[said], minlength=class_count) / said.sum()
    given = np.bincount(labels[said], minlength=class_count) / said.sum()
    return float(answers @ given)
