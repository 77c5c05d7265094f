"""Class order: whether an expert's classes are this dataset's in another order.

The order is sought on one half of the samples (the assignment of classes that agrees most with the given labels,
Kuhn 1955, by scipy) and has to prove itself on the other half; classes whose own order does not change stay.
"""

from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.experts import Expert, FullExpert
from cleaning.errors import counted
from data_adapters.contract import Reading
from data_adapters.doctor.conversions import converted
from data_adapters.doctor.evidence import Evidence, Opinion, agreement, opinion_on
from data_adapters.doctor.finding import Finding, first
from data_adapters.doctor.rivals import CLEARLY, far_better, named_orders

LEAST_GAIN = 0.04  # of agreement, on the half not used to find the order
FAR_BETTER = (0.5, 0.25)  # agreement within the moved classes: at least after, at most before
LEAST_SUPPORT = 3  # answers with a class before it may be moved


@dataclass(frozen=True)
class Order:
    """class_of: (K,) what the expert's class k really is. before, after: agreement on the half held out."""

    class_of: np.ndarray
    before: float
    after: float

    @property
    def moved(self) -> np.ndarray:
        return np.flatnonzero(self.class_of != np.arange(len(self.class_of)))


def class_orders(evidence: Evidence) -> list[Finding]:
    if not evidence.enough:
        return []
    found = []
    for opinion in evidence.opinions:
        order = order_of(opinion.predicted, evidence)
        if order is not None:
            found.append(_finding(opinion, order, evidence))
    return found


def _finding(opinion: Opinion, order: Order, evidence: Evidence) -> Finding:
    names = np.asarray(evidence.reading.dataset.class_names, object)
    name, moved = opinion.expert.name, order.moved
    sentence = (
        f"Expert '{name}' seems to have {counted(len(moved), 'class', 'classes')} in another order: with the best "
        f"order it agrees with the given labels in {order.after:.1%} instead of {order.before:.1%} of samples"
        f"{_known(order, names)}."
    )
    shown = first([f"'{names[k]}' means '{names[order.class_of[k]]}'" for k in moved])
    fix = "Put its classes into that order."
    return Finding(f"class_order:{name}", "error", sentence, len(moved), shown, fix, True, order.after, order.before)


def _known(order: Order, names: np.ndarray) -> str:
    """Says so where the order found is one that class lists usually have."""
    known = [words for words, class_of in named_orders(tuple(names)) if np.array_equal(class_of, order.class_of)]
    return f"; it is {known[0]}" if known else ""


def order_of(predicted: np.ndarray, evidence: Evidence) -> Order | None:
    """The order that is far better than the one at hand: one that class lists usually have, else any; or None."""
    found = find_order(predicted, evidence.labels, evidence.class_count)
    said = predicted >= 0
    if not said.any():
        return found
    before = agreement(predicted, evidence.labels)
    for _, class_of in named_orders(evidence.reading.dataset.class_names):
        after = float((class_of[predicted[said]] == evidence.labels[said]).mean())
        if far_better(after, before, int(said.sum())) and (found is None or after > found.after - CLEARLY):
            return Order(class_of, before, after)
    return found


def find_order(predicted: np.ndarray, labels: np.ndarray, class_count: int) -> Order | None:
    """The order that is far better than the one at hand, or None. predicted, labels: (n,)."""
    said = np.flatnonzero(predicted >= 0)
    if len(said) < 20 or class_count > 5000 or not means_another(predicted, labels, class_count):
        return None
    said = np.random.default_rng(0).permutation(said)
    fitted, held = said[::2], said[1::2]
    trial = _assignment(predicted[fitted], labels[fitted], class_count)
    before = float((predicted[held] == labels[held]).mean())
    after = float((trial[predicted[held]] == labels[held]).mean())
    error = np.sqrt(max(after * (1 - after), 0.01) / len(held))
    if after - before < max(LEAST_GAIN, 4 * error) or not _far_better(trial, predicted[held], labels[held]):
        return None
    return Order(_assignment(predicted[said], labels[said], class_count), before, after)


def means_another(predicted: np.ndarray, labels: np.ndarray, class_count: int) -> bool:
    """Whether, of some class, at least half of the answers meet one other given label."""
    said = predicted >= 0
    pairs, times = np.unique(predicted[said] * class_count + labels[said], return_counts=True)
    answered, given = pairs // class_count, pairs % class_count
    answers = np.bincount(predicted[said], minlength=class_count)[answered]
    return bool(((answers >= LEAST_SUPPORT) & (given != answered) & (2 * times >= answers)).any())


def _far_better(class_of: np.ndarray, predicted: np.ndarray, labels: np.ndarray) -> bool:
    moved = class_of[predicted] != predicted
    if not moved.any():
        return False
    now, then = predicted[moved] == labels[moved], class_of[predicted[moved]] == labels[moved]
    return then.mean() >= FAR_BETTER[0] and now.mean() <= FAR_BETTER[1]


def _assignment(predicted: np.ndarray, labels: np.ndarray, class_count: int) -> np.ndarray:
    """(K,) the assignment of classes with most agreement; classes hardly ever answered stay where they can."""
    from scipy.optimize import linear_sum_assignment

    often = np.bincount(predicted * class_count + labels, minlength=class_count**2).reshape(class_count, class_count)
    counts = np.where(often >= LEAST_SUPPORT, often, 0).astype(np.float64)
    counts[np.arange(class_count), np.arange(class_count)] += 0.5  # ties stay as they are
    return linear_sum_assignment(counts, maximize=True)[1]


def reordered(reading: Reading, expert: Expert) -> Expert:
    """The expert with its classes in this dataset's order; the order is sought again on the reading at hand."""
    evidence = Evidence(reading)
    predicted = opinion_on(expert, evidence.places).predicted
    order = order_of(predicted, evidence)
    if order is None:
        return expert
    if not isinstance(expert, FullExpert):
        moved = np.where(expert.predicted >= 0, order.class_of[np.maximum(expert.predicted, 0)], expert.predicted)
        return expert.answering(moved)
    columns = np.argsort(order.class_of)  # what stands for class k of this dataset
    scores = converted(expert.scores, lambda block: block[:, columns])
    return replace(expert, scores=scores, known_fingerprint="")
