"""The labels that experts are judged against: the given ones, with corrections where decisions have settled."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import Dataset
from cleaning.errors import counted
from cleaning.keep.decisions import Decision
from cleaning.settle.final_labels import DROPPED, settle
from cleaning.settle.policy import DEFAULT_POLICY, Policy


@dataclass(frozen=True)
class JudgingLabels:
    """codes: (N,) int32 class, the corrected label where there is one. counted: (N,) bool, False where the policy
    drops the sample. wrong: (N,) bool, the given label is known to be wrong. settled: samples with a final label."""

    codes: np.ndarray
    counted: np.ndarray
    wrong: np.ndarray
    settled: int

    def key(self) -> str:
        """Changes whenever a label does; for caches."""
        return hashlib.sha256(self.codes.tobytes()).hexdigest()[:16]

    def counted_codes(self) -> np.ndarray:
        """(n,) codes of the samples that count."""
        return self.codes[self.counted]

    def sentence(self) -> str:
        """What "accuracy" means here, in words."""
        if not self.settled:
            return (
                "Accuracy is agreement with the given labels, which themselves hold errors; nothing is corrected yet."
            )
        dropped = int((~self.counted).sum())
        without = f", {counted(dropped, 'sample')} dropped" if dropped else ""
        return (
            f"Accuracy is agreement with the given labels, corrected where decisions have settled "
            f"({counted(self.settled, 'sample')} settled, {counted(int(self.wrong.sum()), 'label')} changed{without}). "
            "Corrections found by these experts favour them."
        )


def judging_labels(
    dataset: Dataset, decisions: Iterable[Decision] = (), policy: Policy = DEFAULT_POLICY
) -> JudgingLabels:
    """Given labels with the corrections of a decision log; see ``cleaning.settle.final_labels`` for the policy."""
    final = settle(dataset.sample_ids, dataset.given_labels, decisions, policy)
    codes = final.codes()
    counted_rows = codes != DROPPED
    wrong = counted_rows & (codes != dataset.given_labels)
    return JudgingLabels(codes, counted_rows, wrong, final.counts()["settled"])
