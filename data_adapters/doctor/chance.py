"""Agreement with the given labels, and whether it is more than chance.

Chance is what the same answers give when they are dealt out anew among the samples: its mean and spread follow from how
often each class is answered and given. A key that is always A leaves no spread, and then nothing can be said.
"""

import numpy as np

from cleaning.domain.experts import FullExpert
from data_adapters.doctor.evidence import Evidence, Opinion, agreement, chance_agreement

MOST_WRONG = 0.45  # share of given labels that may be wrong in a set worth reading
LEAST_KNOWN = 0.25  # of the way from guessing to always right, that an expert worth asking has gone
CLEAR = 3.0  # standard errors, by which such an expert would stand out
SLIGHT = 3.0  # above chance, that may still be chance
UNLUCKY = 2.0  # below what such an expert gives, that it hardly falls short by
NEARLY_ALL = 0.9  # of the answers, that are one class
ONE_CLASS_RULES = 0.5  # of the given labels
FEWEST_ANSWERS = 20


def spread_of_chance(predicted: np.ndarray, labels: np.ndarray, class_count: int) -> float:
    """Standard error of the agreement of answers dealt out anew (both shares of the classes kept)."""
    said = predicted >= 0
    n = int(said.sum())
    answers = np.bincount(predicted[said], minlength=class_count) / n
    given = np.bincount(labels[said], minlength=class_count) / n
    chance = answers @ given
    variance = chance * (1 + chance) - (answers * given) @ (answers + given)
    return float(np.sqrt(max(float(variance), 0.0) / max(1, n - 1)))


def _error_of_one_answer(opinion: Opinion, chance: float) -> float:
    """Standard error of the agreement of an expert that gives one answer everywhere, which leaves no spread."""
    said = opinion.predicted[opinion.predicted >= 0]
    return float(np.sqrt(chance * (1 - chance) / len(said))) if (said == said[0]).all() else 0.0


def excess(opinion: Opinion, evidence: Evidence) -> tuple[float, float, float]:
    """(agreement, chance, standard error of chance); NaN where the expert says nothing."""
    told = opinion.predicted, evidence.labels
    if not (opinion.predicted >= 0).any():
        return (float("nan"),) * 3
    chance = chance_agreement(*told, evidence.class_count)
    return agreement(*told), chance, spread_of_chance(*told, evidence.class_count)


def at_chance(opinion: Opinion, evidence: Evidence, best_peer: float = float("nan")) -> bool:
    """Whether an expert agrees by chance alone, where even a weak one on bad labels would clearly do better.

    best_peer: agreement of the best other expert, which bounds the share of wrong labels from above.
    """
    if (opinion.predicted >= 0).sum() < FEWEST_ANSWERS:
        return False
    share, chance, error = excess(opinion, evidence)
    if _one_class_rules(opinion, evidence):
        return False
    if not error and not isinstance(opinion.expert, FullExpert) and (evidence.labels != evidence.labels[0]).any():
        return True  # one answer everywhere, and not that of most samples
    error = error or _error_of_one_answer(opinion, chance)
    wrong = min(MOST_WRONG, 1 - best_peer) if np.isfinite(best_peer) else MOST_WRONG
    weak = _weak(evidence, chance, wrong)
    return error > 0 and weak >= CLEAR * error and share - chance < min(SLIGHT * error, weak - UNLUCKY * error)


def _one_class_rules(opinion: Opinion, evidence: Evidence) -> bool:
    """Whether nearly all answers are the class that most labels are: right where one class rules, however many of its
    labels are wrong, and then agreement says nothing."""
    said = opinion.predicted[opinion.predicted >= 0]
    most = np.bincount(said).argmax()
    return bool((said == most).mean() >= NEARLY_ALL and (evidence.labels == most).mean() >= ONE_CLASS_RULES)


def _weak(evidence: Evidence, chance: float, wrong: float) -> float:
    """By how much a weak expert would agree above chance, where this share of the labels is wrong.

    Where one class rules there is less to be known, and the answers that differ are mostly slips: both shrink it.
    """
    guessing = float((1 / evidence.reading.dataset.options_of()[evidence.places]).mean())
    right = guessing + LEAST_KNOWN * (1 - guessing)
    others = 1 / max(1.0, 1 / guessing - 1)
    return ((1 - wrong) * right + wrong * (1 - right) * others - guessing) * ((1 - chance) / (1 - guessing)) ** 2


def near_chance(opinion: Opinion, evidence: Evidence) -> bool:
    """Whether it is worth looking for a better order: agreement hardly above chance, or below it."""
    if (opinion.predicted >= 0).sum() < FEWEST_ANSWERS:
        return False
    share, chance, error = excess(opinion, evidence)
    return share < chance + max(0.05, SLIGHT * error) and error > 0
