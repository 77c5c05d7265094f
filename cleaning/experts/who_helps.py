"""Which experts help, told at once: errors they share, weights, cost, and what the list loses without each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.judgements import RIGHT, WRONG
from cleaning.experts.rescoring import Rescoring
from cleaning.experts.shared_errors import (
    Exchange,
    advice,
    effective_number,
    error_correlation,
    expert_table,
    leave_one_out,
    mean_correlation,
)

USUAL_SHARE = 0.05  # of the samples are flagged where nobody names a budget


@dataclass(frozen=True)
class ExpertStudy:
    """table: one row per expert (``cleaning.experts.shared_errors.expert_table``, with what ``leave_one_out``
    tells beyond the overlap). correlation:
    (M, M) of errors. advice: sentences. budget: samples flagged in leaving one out, None where that was not done."""

    table: pd.DataFrame
    correlation: pd.DataFrame
    advice: list[str]
    budget: int | None

    def to_dict(self) -> dict:
        """Plain values for JSON; None where a number is not known."""
        correlation = {a: {b: known(v) for b, v in row.items()} for a, row in self.correlation.to_dict().items()}
        return {
            "experts": [{k: known(v) for k, v in row.items()} for row in self.table.to_dict("records")],
            "effective_number": effective_number(self.correlation),
            "mean_correlation": mean_correlation(self.correlation),
            "error_correlation": correlation,
            "budget": self.budget,
            "advice": self.advice,
        }


def known(value):
    """None for NaN, and plain Python numbers, so that JSON can hold them."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def usual_budget(n: int) -> int:
    """Samples flagged where nobody names a budget: one in twenty, at least one."""
    return max(1, round(USUAL_SHARE * n))


def trusted_rows(codes: np.ndarray, flagged: np.ndarray) -> np.ndarray:
    """(N,) bool, labels on which experts can be said to err: verified ones, and those that nobody doubts.

    codes: what reviews say of each given label (``cleaning.settle.verdict_codes``). flagged: (N,) bool.
    """
    verified = (codes == RIGHT) | (codes == WRONG)
    return verified | (np.isnan(codes) & ~flagged)


def correlation_on(
    said: Mapping[str, np.ndarray],
    given_labels: np.ndarray,
    labels: np.ndarray | None = None,
    trusted: np.ndarray | None = None,
) -> pd.DataFrame:
    """``error_correlation`` where labels can be trusted: a wrong label makes experts that are right "err together".

    said: (N,) class or ABSTAIN by expert. labels: (N,) class codes corrected by reviews, -1 where no class fits; else
    the given ones. trusted: (N,) bool, else all samples.
    """
    codes = given_labels if labels is None else labels
    counted = codes >= 0 if trusted is None else trusted & (codes >= 0)
    return error_correlation({name: np.where(counted, p, ABSTAIN) for name, p in said.items()}, codes)


def study_experts(
    dataset: Dataset,
    experts: Sequence[Expert],
    predicted: np.ndarray,
    weights: Sequence[float] | np.ndarray,
    *,
    rescoring: Rescoring | None = None,
    budget: int | None = None,
    wrong: np.ndarray | None = None,
    exchange: Exchange | None = None,
    labels: np.ndarray | None = None,
    trusted: np.ndarray | None = None,
) -> ExpertStudy:
    """Who helps among M experts.

    predicted: (N, M) class or ABSTAIN. weights: (M,) stacking weights. rescoring: also leave each expert out (pools
    M + 1 times; needs two experts); budget: samples then flagged, default one in twenty. wrong, exchange: as in
    ``leave_one_out``, to count and to estimate the finds lost as well. labels, trusted: as in ``correlation_on``.
    """
    names = [e.name for e in experts]
    said = {name: np.asarray(predicted[:, m]) for m, name in enumerate(names)}
    correlation = correlation_on(said, dataset.given_labels, labels, trusted)
    left_out = None
    if rescoring is not None and len(names) > 1:
        budget = budget or usual_budget(len(dataset))
        left_out = leave_one_out(names, rescoring.suspicion, budget, wrong, exchange)
    table = expert_table(
        said,
        dataset.given_labels,
        families={e.name: e.family for e in experts},
        costs={e.name: e.cost for e in experts},
        weights=dict(zip(names, map(float, weights))),
        left_out=left_out,
        correlation=correlation,
    )
    if left_out is not None:
        table = table.merge(left_out.drop(columns="overlap"), on="expert", how="left")
    words = advice(table, correlation) if len(names) > 1 else ["One expert alone: add a second, of another family."]
    return ExpertStudy(table, correlation, words, None if left_out is None else budget)
