"""Experts that a cascade can ask: those of a run, held against labels, or answers that a verifier has marked."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from cleaning.domain.experts import Expert
from cleaning.domain.scored import MARKED, ScoredExpert
from cleaning.experts import cascade
from cleaning.experts.cascade import Answers
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from pages.shared import loaders
from pages.shared.calibrate import calibration_reports

Found = TypeVar("Found")
BY_MARKS = "Accuracy is the mean of the scores that the answers bear; no label was read."


@dataclass(frozen=True)
class AskableExpert:
    """One expert. accuracy: of its answers, 0..1."""

    expert: Expert | ScoredExpert
    accuracy: float
    simulated: bool = False

    @property
    def name(self) -> str:
        return self.expert.name


@dataclass(frozen=True)
class Askable:
    """place: ids under which what is worked out is kept. experts: in order. answers: of an expert by its name and cost.
    labels: (n,) codes of the samples that count. sentence: what accuracy is here. methods: calibration by name.
    version: changes whenever the labels do."""

    place: tuple[str, str]
    experts: tuple[AskableExpert, ...]
    answers: Callable[[str, float], Answers]
    labels: np.ndarray
    sentence: str
    methods: Mapping[str, str]
    version: str

    def by_name(self) -> dict[str, AskableExpert]:
        return {one.name: one for one in self.experts}

    def once(self, what: Hashable, work: Callable[[], Found]) -> Found:
        """What ``work`` gives, worked out once. what: its name and all that it depends on."""
        return loaders.worked_out(*self.place, what, work)


def askable_of_run(workspace: Workspace, run: Run) -> Askable:
    """A run's experts against the given labels, with what is corrected so far."""
    labels = loaders.judging_labels(workspace.id)
    reports = {r.expert.name: r for r in calibration_reports.reports(run)}
    usual = {name: report.calibration.method for name, report in reports.items()}
    return Askable(
        (workspace.id, run.id),
        tuple(AskableExpert(r.expert, r.accuracy(), r.expert.simulated) for r in reports.values()),
        lambda name, cost: cascade.answers_of(reports[name], cost, labels.counted),
        labels.counted_codes(),
        labels.sentence(),
        usual | loaders.in_force(workspace.id, run.id).chosen.calibration_methods,
        labels.key(),
    )


def askable_of_marks(workspace: Workspace) -> Askable:
    """Answers that are marked already, each right as much as its score says."""
    read = loaders.marked_answers(workspace.id)
    experts = {e.name: e for e in read.experts}
    return Askable(
        (workspace.id, MARKED),
        tuple(AskableExpert(e, float(e.score[e.answered].mean())) for e in read.experts),
        lambda name, cost: cascade.answers_scored(experts[name], cost),
        cascade.no_labels(read),
        BY_MARKS,
        {name: expert.method for name, expert in experts.items()},
        MARKED,
    )
