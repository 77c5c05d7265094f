"""How likely each given label is wrong, as a number for ranking.

default rule: log ratio b_i = log max_{k != l} q_i(k) - log q_i(l) of the calibrated linear pool, plus the metadata
excess log lambda_g and, where classes are very unequal, the class factor; suspicion = sigmoid of the sum, in (0, 1),
higher = more likely wrong. Before audit reviews it is *not* a probability of error. paper's rule: at least K of M
experts agree on one other label with calibrated confidence >= tau (Hao et al. 2026, arXiv 2601.07965).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cleaning.calibrate.logistic import sigmoid
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.folds import FOLD_COUNT, Folds
from cleaning.suspect.pool import SMALLEST, Opinions
from cleaning.suspect.unequal_classes import class_log_factor

if TYPE_CHECKING:
    import pandas as pd

EXCESS_SMOOTHING = 1.0
EXCESS_LEVEL = 0.05
EXPECTATION_BINS = 20


@dataclass(frozen=True)
class Excess:
    """Metadata groups in which more samples than expected have no expert behind their given label.

    table: one row a group: group, samples, observed, expected, p_value, factor (lambda_g, 1 unless alarmed), alarmed.
    log_factor: (N,) log lambda of each sample's group.
    """

    table: pd.DataFrame
    log_factor: np.ndarray

    def sentences(self) -> list[str]:
        """``virology: 41 samples nobody agrees with, 19 expected``, most excessive first."""
        alarmed = self.table[self.table["alarmed"]].sort_values("factor", ascending=False, kind="stable")
        return [
            f"{row.group}: {row.observed:.0f} samples nobody agrees with, {row.expected:.0f} expected"
            for row in alarmed.itertuples()
        ]


def log_ratio(opinions: Opinions) -> np.ndarray:
    """(N,) float64 b_i: log of the best other class's pooled probability over the given label's.

    The lowest value, log SMALLEST, where no expert answers: nobody speaks against the given label.
    """
    ratio = _logs(opinions.suggested_probability)
    ratio -= _logs(opinions.label_probability)
    ratio[~opinions.answered] = np.log(SMALLEST)
    return ratio


def _logs(probability: np.ndarray) -> np.ndarray:
    """Float64, in one array: a million samples' temporary copies would be most of what ranking takes."""
    logs = probability.astype(np.float64)
    np.maximum(logs, SMALLEST, out=logs)
    return np.log(logs, out=logs)


def default_suspicion(opinions: Opinions, classes_given: np.ndarray, excess: Excess | None = None) -> np.ndarray:
    """(N,) float64 in (0, 1): 0.5 where the best other class is as probable as the given label, but for the factors.

    classes_given: (N,) as ``Dataset.classes_given``.
    """
    ratio = log_ratio(opinions)
    ratio += class_log_factor(opinions.label_probability, classes_given, opinions.answered)
    if excess is not None:
        ratio += excess.log_factor
    return sigmoid(ratio)


def metadata_excess(opinions: Opinions, given_labels: np.ndarray, group: np.ndarray, folds: Folds) -> Excess:
    """Factor for groups that hold more unsupported given labels than the experts' confidence explains.

    group: (N,) strings, never the given class. o_i = 1 where experts answer but none votes the given label; e_i its
    cross-fitted expectation given the experts' mean confidence. lambda_g = (O + s) / (E + s) where a Poisson test
    (one-sided, level 0.05 divided by the number of groups: Bonferroni) says O > E, else 1.
    """
    import pandas as pd

    answered = opinions.predicted != ABSTAIN
    some = answered.any(axis=1)
    unsupported = some & ~(opinions.predicted == given_labels[:, None]).any(axis=1)
    count = np.maximum(answered.sum(axis=1), 1)
    mean_confidence = np.where(answered, opinions.confidence, 0).sum(axis=1) / count
    expected = _expected_unsupported(unsupported, mean_confidence, some, folds)
    codes, names = pd.factorize(np.asarray(group, object), sort=True)
    table = _group_table(codes, names, unsupported, expected)
    return Excess(table, np.log(table["factor"].to_numpy())[codes])


def _expected_unsupported(unsupported, mean_confidence, some, folds: Folds) -> np.ndarray:
    """(N,) cross-fitted share of unsupported labels among samples of like mean confidence (quantile bins)."""
    cuts = np.linspace(0, 1, EXPECTATION_BINS + 1)[1:-1]
    edges = np.unique(np.quantile(mean_confidence[some], cuts)) if some.any() else np.empty(0)
    bins = np.searchsorted(edges, mean_confidence, side="right")
    expected = np.zeros(len(bins))
    size = len(edges) + 1
    for f in range(FOLD_COUNT):
        fit, judge = some & (folds.fold != f), some & (folds.fold == f)
        hits = np.bincount(bins[fit], unsupported[fit], minlength=size)
        counts = np.bincount(bins[fit], minlength=size)
        overall = unsupported[fit].mean() if fit.any() else 0.0
        expected[judge] = ((hits + overall) / (counts + 1))[bins[judge]]
    return expected


def _group_table(codes, names, unsupported, expected) -> pd.DataFrame:
    import pandas as pd
    from scipy.special import gammainc

    observed = np.bincount(codes, unsupported, minlength=len(names))
    awaited = np.bincount(codes, expected, minlength=len(names))
    p_value = gammainc(observed, np.maximum(awaited, SMALLEST))  # Poisson: so many or more
    alarmed = p_value < EXCESS_LEVEL / max(len(names), 1)
    factor = np.where(alarmed, (observed + EXCESS_SMOOTHING) / (awaited + EXCESS_SMOOTHING), 1.0)
    return pd.DataFrame(
        {
            "group": names,
            "samples": np.bincount(codes, minlength=len(names)),
            "observed": observed,
            "expected": awaited,
            "p_value": p_value,
            "factor": factor,
            "alarmed": alarmed,
        }
    )


@dataclass(frozen=True)
class ExpertAgreement:
    """The paper's view: label (N,) int32 most experts agree on other than the given (the given label where none
    does); count (N,) experts for it; weakest, mean (N,) float64 calibrated confidence of those experts (0: none)."""

    label: np.ndarray
    count: np.ndarray
    weakest: np.ndarray
    mean: np.ndarray

    def ladder(self, expert_count: int) -> np.ndarray:
        """(N,) in [0, 1]: by the number that agree, then by their mean calibrated confidence."""
        return np.where(self.count > 0, (self.count - 1 + self.mean) / expert_count, 0.0)

    def flagged(self, agree: int, min_confidence: float) -> np.ndarray:
        """(N,) bool: at least ``agree`` experts, each at least ``min_confidence`` sure."""
        return (self.count >= agree) & (self.weakest >= min_confidence)


class Answered(Protocol):
    """What experts answer and how sure they are, (N, M) each: all of it, as in ``Opinions``, or some samples'."""

    @property
    def predicted(self) -> np.ndarray: ...

    @property
    def confidence(self) -> np.ndarray: ...


def expert_agreement(opinions: Answered, given_labels: np.ndarray) -> ExpertAgreement:
    """Which other label most experts agree on; of equally many, the one with the higher mean confidence."""
    n, m = opinions.predicted.shape
    confidence = np.nan_to_num(opinions.confidence.astype(np.float64))
    counts, means = np.zeros((n, m), np.int32), np.zeros((n, m))
    for column in range(m):
        answer = opinions.predicted[:, [column]]
        same = (opinions.predicted == answer) & (answer != ABSTAIN) & (answer != given_labels[:, None])
        counts[:, column] = same.sum(axis=1)
        means[:, column] = (confidence * same).sum(axis=1) / np.maximum(counts[:, column], 1)
    best = np.argmax(counts + means / (1 + 1e-9), axis=1)
    line = np.arange(n)
    count = counts[line, best]
    label = np.where(count > 0, opinions.predicted[line, best], given_labels).astype(np.int32)
    agreeing = (opinions.predicted == label[:, None]) & (count > 0)[:, None]
    weakest = np.where(agreeing, confidence, np.inf).min(axis=1)
    return ExpertAgreement(label, count, np.where(np.isinf(weakest), 0.0, weakest), means[line, best])
