"""Everything an export is made from, gathered once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cleaning.certify.certificate import certificate
from cleaning.domain.dataset import OPTION_LETTERS, Dataset
from cleaning.export.export_options import DEFAULT_OPTIONS, ExportOptions
from cleaning.export.fit_to_leave import dataset_to_leave
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.said_confidence import said_of_rows
from cleaning.keep.workspaces import Workspace
from cleaning.review.in_force import InForce, in_force
from cleaning.settle.final_labels import FinalLabels, settle
from cleaning.settle.policy import Policy


@dataclass(frozen=True)
class Handover:
    """One workspace, one of its runs, the decision log (in order, undos included) and a policy.

    The log may hold decisions made on other runs of the workspace: they judge the same samples and count.
    choices: as ``ReviewStore.choices`` gives them, of all runs: what was chosen (threshold, audit share ...), by whom
    and when.
    """

    workspace: Workspace
    run: Run
    decisions: Sequence[Decision]
    policy: Policy
    choices: pd.DataFrame | None = None
    options: ExportOptions = DEFAULT_OPTIONS

    @cached_property
    def dataset(self) -> Dataset:
        """As it may leave: its columns hold no path of somebody's disk."""
        return dataset_to_leave(self.workspace.dataset())

    @cached_property
    def in_force(self) -> InForce:
        """Threshold, flags, decisions that count and what follows of them."""
        return in_force(self.workspace, self.run, self.decisions, self.choices, self.policy)

    @cached_property
    def certificate(self) -> dict:
        """At most how many labels are still wrong, with the share that was chosen to be claimed."""
        return certificate(self.in_force, self.workspace.id, self.in_force.chosen.at_most)

    @cached_property
    def final(self) -> FinalLabels:
        return settle(self.dataset.sample_ids, self.dataset.given_labels, self.decisions, self.policy)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """suspicion, suggested and confidence of the run's table, in the dataset's order, N rows."""
        ranked = self.run.scores
        by_row: dict[str, np.ndarray] = {}
        for column in ("row", "suspicion", "suggested", "confidence"):
            values = ranked[column].to_numpy()
            by_row[column] = np.empty_like(values)
            by_row[column][ranked["row"].to_numpy()] = values
        return pd.DataFrame(by_row)

    @cached_property
    def pooled_best(self) -> np.ndarray:
        """(N,) int32 the class that the pooled experts find most probable, be it the given label or the suggested."""
        scores = self.scores
        other = scores["confidence"].to_numpy() > self.run.label_probability
        return np.where(other, scores["suggested"].to_numpy(), self.dataset.given_labels).astype(np.int32)

    @cached_property
    def suggested(self) -> np.ndarray:
        """(N,) int32 the label suggested in place of the given one; -1 where suspicion does not pass the threshold."""
        other = self.scores["suggested"].to_numpy()
        passes = self.in_force.flagged & (other != self.dataset.given_labels)
        return np.where(passes, other, -1).astype(np.int32)

    @cached_property
    def said(self) -> Callable[[np.ndarray], np.ndarray]:
        """Gives (n, M) how sure each expert is said to be on rows of the dataset."""
        return said_of_rows(self.workspace, self.run, self.in_force.chosen.calibration_methods)

    @cached_property
    def names(self) -> np.ndarray:
        """(K,) class names, object."""
        return np.asarray(self.dataset.class_names, object)

    @cached_property
    def pseudonyms(self) -> dict[str, str]:
        """Reviewer -> "reviewer-1", in the order of their first decision."""
        reviewers = dict.fromkeys(d.reviewer for d in self.decisions)
        return {reviewer: f"reviewer-{i}" for i, reviewer in enumerate(reviewers, 1)}

    @property
    def last_decision(self) -> str:
        """When the log ends (ISO 8601 UTC); when the run was made if nothing was decided. Stands for "now", so that
        the same log gives the same bytes."""
        return max((d.decided_at for d in self.decisions), default="") or self.run.created

    def option_texts(self, row: int) -> list[str]:
        """The options of a question, or the class names."""
        if "choices" not in self.dataset.samples:
            return list(self.dataset.class_names)
        return [str(o) for o in self.dataset.samples["choices"].iloc[row]]

    @property
    def shape(self) -> str:
        """What exports are for: "image", "question" or "answers"."""
        return "answers" if self.dataset.open_answers else "question" if self.is_question else "image"

    @property
    def is_question(self) -> bool:
        return "choices" in self.dataset.samples


def letter_of(code: int) -> str:
    """0 -> A; "" for a code that is no option."""
    return OPTION_LETTERS[code] if 0 <= code < len(OPTION_LETTERS) else ""
