"""Other defaults that were tried: weights, pools, scores, classes, disagreement, metadata groups. None sees a truth.

All start from the experts' calibrated probabilities; each changes one thing of the default and keeps the rest.
Symbols: N samples, M experts, C columns: the given label first, then every other class, or, where there are very many
and experts give one answer each, every other answer and one column for any class nobody names.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.detection_contenders import Asked, class_factor, distribution
from benchmarks.pooled_scores import flatness, less_entropy, own_only, ratio
from cleaning.calibrate.calibration import calibrated_confidence
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert
from cleaning.domain.folds import FOLD_COUNT
from cleaning.suspect.pool import EQUAL_SHARE, SMALLEST, equal_pool_trust, spread_of, stacking_weights, weighing_rows
from cleaning.suspect.pooled_rows import Pooling
from cleaning.suspect.suspicion import metadata_excess

ALL_CLASSES = 64
NOBODYS = -9  # a class that no expert names


@dataclass(frozen=True)
class Voices:
    """q: (M, N, C) calibrated probabilities, NaN where an expert abstains. classes: (N, C). real: (N, C) bool, False
    for columns that do not count. excess: (N,) the default's log factor of each sample's metadata group and class, of
    which by_class (N,) is the class's. of_label: (n, M) what the default weighs experts by, of the samples ``rows`` (n,)."""

    asked: Asked
    q: np.ndarray
    classes: np.ndarray
    real: np.ndarray
    excess: np.ndarray
    by_class: np.ndarray
    of_label: np.ndarray
    rows: np.ndarray

    @property
    def fold(self) -> np.ndarray:
        return self.asked.folds.fold

    @property
    def weights(self) -> np.ndarray:
        """(FOLD_COUNT, M) the default's."""
        return self.asked.opinions.weights

    def pooled(self, weights: np.ndarray, q: np.ndarray | None = None) -> np.ndarray:
        """(N, C) mean of ``q`` with (FOLD_COUNT, M) weights over the experts that answer; 0 in columns not real."""
        q = self.q if q is None else q
        w = weights[self.fold].T[:, :, None] * ~np.isnan(q[:, :, :1])
        return np.where(self.real, (w * np.nan_to_num(q)).sum(0) / np.maximum(w.sum(0), SMALLEST), 0)


def voices(asked: Asked) -> Voices | None:
    """None where there are very many classes and an expert gives probabilities of all."""
    dataset, experts = asked.judged.dataset, asked.judged.experts
    options = dataset.options_of()
    if dataset.class_count <= ALL_CLASSES:
        classes, real = _every_class(asked.labels, dataset.class_count, options)
    elif any(isinstance(expert, FullExpert) for expert in experts):
        return None
    else:
        classes, real = _every_answer(asked.labels, asked.opinions.predicted)
    q = np.array([_said(asked, number, classes) for number in range(len(experts))])
    by_class = class_factor(asked)
    excess = by_class
    if dataset.group is not None:
        excess = by_class + metadata_excess(asked.opinions, asked.labels, dataset.group, asked.folds).log_factor
    rows = weighing_rows(asked.folds, dataset.class_count)
    pooling = Pooling.of(dataset, experts, asked.calibrations, asked.folds)
    said = np.stack([pooling.label_probability(column, rows, 1_000) for column in range(len(experts))], axis=1)
    return Voices(asked, q, classes, real, excess, by_class, said, rows)


def _every_class(labels: np.ndarray, count: int, options: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    classes = np.tile(np.arange(count), (len(labels), 1))
    classes[np.arange(len(labels)), labels] = 0
    classes[:, 0] = labels
    return classes, classes < options[:, None]


def _every_answer(labels: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    nobodys = np.full((len(labels), 1), NOBODYS)
    classes = np.concatenate([labels[:, None], predicted, nobodys], axis=1)
    first = [~(classes[:, [c]] == classes[:, :c]).any(axis=1) for c in range(classes.shape[1])]
    return classes, np.array(first).T & (classes != ABSTAIN)


def _said(asked: Asked, number: int, classes: np.ndarray, spread: np.ndarray | None = None) -> np.ndarray:
    """(N, C) one expert's probabilities; spread: (N,) over how many classes a single answer's rest goes."""
    expert = asked.judged.experts[number]
    if isinstance(expert, FullExpert):
        return np.take_along_axis(distribution(asked, number, np.arange(len(classes)), True), classes, 1)
    confidence = calibrated_confidence(expert, asked.calibrations[number], asked.folds).astype(np.float64)
    spread = spread_of(asked.judged.dataset.options_of()) if spread is None else spread
    return np.where(classes == expert.predicted[:, None], confidence[:, None], ((1 - confidence) / spread)[:, None])


Alternative = Callable[[Voices], np.ndarray]


def weighed_by(
    equal: float, of_label: Callable[[Voices], np.ndarray] = lambda v: v.of_label, trusting: bool = False
) -> Alternative:
    """Weights of which a share is equal and the rest stacked on ``of_label`` (n, M).

    trusting: the share counts by how sure it is that the equal pool beats the best expert alone, as in the default.
    """

    def score(v: Voices) -> np.ndarray:
        weights = []
        for f in range(FOLD_COUNT):
            fitted = of_label(v)[v.fold[v.rows] != f]
            share = equal * (equal_pool_trust(fitted) if trusting else 1)
            weights.append(share / len(v.q) + (1 - share) * stacking_weights(fitted))
        return ratio(v.pooled(np.array(weights))) + v.excess

    return score


def alike_equal(most: int, apart: float) -> Alternative:
    """Equal weights where at most so many experts explain the given labels within so many nats of each other."""

    def score(v: Voices) -> np.ndarray:
        alone = np.nanmean(np.log(np.maximum(v.of_label, 1e-6)), axis=0)
        alike = len(alone) <= most and np.ptp(alone) <= apart
        return ratio(v.pooled(np.full_like(v.weights, 1 / len(v.q)) if alike else v.weights)) + v.excess

    return score


def undoubted(v: Voices) -> np.ndarray:
    """(n, M) NaN for samples whose given label the equal pool doubts: they then weigh nothing."""
    doubted = ratio(v.pooled(np.full_like(v.weights, 1 / len(v.q))))[v.rows] > 0
    return np.where(doubted[:, None], np.nan, v.of_label)


def over_four(v: Voices) -> np.ndarray:
    """(n, M) probability of the given label with a single answer's rest over four classes, as in the pool."""
    return v.q[:, v.rows, 0].T


def powered(power: float) -> Alternative:
    """Power mean of the experts' probabilities; 1 is the linear pool, towards 0 the log pool."""
    return lambda v: ratio(v.pooled(v.weights, v.q**power)) / power + v.excess


def log_pool(v: Voices) -> np.ndarray:
    logs = np.log(np.maximum(v.q, 1e-6))
    pooled = np.where(v.real, v.pooled(v.weights, logs), -np.inf)
    return pooled[:, 1:].max(axis=1) - pooled[:, 0] + v.excess


def scored(score: Callable[[np.ndarray], np.ndarray]) -> Alternative:
    """Another score of the pooled probabilities (N, C)."""
    return lambda v: score(v.pooled(v.weights)) + v.excess


def own_where_flat(times: float, beyond: float = 0.0) -> Alternative:
    """The log ratio, and the given label's own surprise the flatter the pool is beyond a share of flatness."""

    def score(v: Voices) -> np.ndarray:
        p = v.pooled(v.weights)
        flat = np.maximum(flatness(p) - beyond, 0) / (1 - beyond)
        return ratio(p) + times * flat * own_only(p) + v.excess

    return score


def spread_over(classes: int) -> Alternative:
    """A single answer's rest over another number of classes."""

    def score(v: Voices) -> np.ndarray:
        spread = np.minimum(classes, v.asked.judged.dataset.options_of() - 1)
        q = np.array([_said(v.asked, number, v.classes, spread) for number in range(len(v.q))])
        return ratio(v.pooled(v.weights, q)) + v.excess

    return score


def plus(extra: Callable[[Voices], np.ndarray], times: float) -> Alternative:
    """The default's score and something beside it."""
    return lambda v: ratio(v.pooled(v.weights)) + v.excess + times * extra(v)


def class_pair(v: Voices) -> np.ndarray:
    """(N,) log of how much more often the suggested class bears this given label than chance has it.

    Counts as in confident learning (Northcutt et al. 2021, section 3.1), 20 samples of chance added to each.
    """
    pooled = v.pooled(v.weights)
    line, k = np.arange(len(pooled)), v.asked.judged.dataset.class_count
    best = v.classes[line, pooled.argmax(axis=1)]
    joint = np.zeros((k, k))
    np.add.at(joint, (best[best >= 0], v.asked.labels[best >= 0]), 1)
    np.fill_diagonal(joint, 0)
    chance = joint.sum(1)[:, None] * joint.sum(0) / max(joint.sum(), 1)
    suggested = v.classes[line, 1 + pooled[:, 1:].argmax(axis=1)]
    lift = np.log((joint + 20) / (chance + 20))[np.maximum(suggested, 0), v.asked.labels]
    return np.where(suggested >= 0, lift, 0)


def class_confidence(v: Voices) -> np.ndarray:
    """(N,) log of the given class's mean pooled probability: low for classes that are hard throughout."""
    own, labels = v.pooled(v.weights)[:, 0], v.asked.labels
    mean = np.bincount(labels, own) / np.maximum(np.bincount(labels), 1)
    return np.log(np.maximum(mean, SMALLEST))[labels]


def disagreement(v: Voices) -> np.ndarray:
    """(N,) standard deviation over experts of the log probability of the given label; 0 where one answers."""
    logs = np.log(np.maximum(v.q[:, :, 0], 1e-6))
    known = ~np.isnan(logs)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.nansum(logs, axis=0) / count
    return np.sqrt(np.nansum((logs - mean) ** 2, axis=0) / count)


def against(v: Voices) -> np.ndarray:
    """(N,) share of the answers that are not the given label."""
    predicted = v.asked.opinions.predicted
    answered = predicted != ABSTAIN
    return (answered & (predicted != v.asked.labels[:, None])).sum(axis=1) / np.maximum(answered.sum(axis=1), 1)


def excess_by_class(v: Voices) -> np.ndarray:
    """The default with each given class as if it were a metadata group."""
    names = v.asked.labels.astype(str).astype(object)
    found = metadata_excess(v.asked.opinions, v.asked.labels, names, v.asked.folds)
    return ratio(v.pooled(v.weights)) + v.excess + found.log_factor


def untested_excess(smoothing: float) -> Alternative:
    """Every group gets its factor (O + s) / (E + s), alarmed or not."""

    def score(v: Voices) -> np.ndarray:
        group = v.asked.judged.dataset.group
        if group is None:
            return ratio(v.pooled(v.weights)) + v.by_class
        table = metadata_excess(v.asked.opinions, v.asked.labels, group, v.asked.folds).table.set_index("group")
        factor = (table["observed"] + smoothing) / (table["expected"] + smoothing)
        return ratio(v.pooled(v.weights)) + v.by_class + np.log(factor.loc[group].to_numpy())

    return score


def without_excess(v: Voices) -> np.ndarray:
    return ratio(v.pooled(v.weights)) + v.by_class


ALTERNATIVES: dict[str, Alternative] = {
    "weights: equal": weighed_by(1),
    "weights: half equal, single answers' rest over 4 (the default before)": weighed_by(0.5, over_four),
    "weights: half equal": weighed_by(0.5),
    "weights: half equal unless one expert is better": weighed_by(0.5, trusting=True),
    "weights: a quarter equal unless one expert is better": weighed_by(0.25, trusting=True),
    "weights: a third equal, also where one expert is better": weighed_by(EQUAL_SHARE),
    "weights: stacked alone": weighed_by(0),
    "weights: stacked on samples whose label the equal pool supports": weighed_by(0, undoubted),
    "where alike: equal weights where at most 5 experts lie within 0.1 nats": alike_equal(5, 0.1),
    "where alike: equal weights where at most 10 experts lie within 0.3 nats": alike_equal(10, 0.3),
    "pool: log": log_pool,
    "pool: power 1/2": powered(0.5),
    "pool: power 2": powered(2),
    "score: given label's probability only": scored(own_only),
    "where flat: plus the given label's own where pools are flat": own_where_flat(1),
    "where flat: plus half the given label's own where pools are flat": own_where_flat(0.5),
    "where flat: plus the given label's own where pools are flatter than half": own_where_flat(1, 0.5),
    "score: less 0.3 entropy of all classes": scored(less_entropy),
    "single answers' rest over 1 class": spread_over(1),
    "single answers' rest over 20 classes": spread_over(20),
    "classes: pairs often confused, 0.3 log lift": plus(class_pair, 0.3),
    "classes: pairs often confused, full log lift": plus(class_pair, 1),
    "classes: as if equally frequent (the default before)": plus(lambda v: v.by_class, -1),
    "classes: half the log of the class's confidence everywhere": plus(
        lambda v: class_confidence(v) / 2 - v.by_class, 1
    ),
    "classes: excess of unsupported labels": excess_by_class,
    "experts: less 0.2 disagreement": plus(disagreement, -0.2),
    "experts: plus 0.2 disagreement": plus(disagreement, 0.2),
    "experts: plus the share against": plus(against, 1),
    "groups: no metadata excess": without_excess,
    "groups: excess without test, s = 1": untested_excess(1),
    "groups: excess without test, s = 10": untested_excess(10),
}


def alternatives(asked: Asked, words: str = "") -> dict[str, np.ndarray] | None:
    """(J,) scores by name, or None where ``voices`` has none. words: only of those whose name holds them."""
    heard = voices(asked)
    if heard is None:
        return None
    rows = asked.judged.judged
    return {name: score(heard)[rows] for name, score in ALTERNATIVES.items() if words in name}
