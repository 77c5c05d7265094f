"""What all claims look at, read once: the experts' answers before and after calibration, and what they say together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaning.calibrate.calibration import calibrate
from cleaning.calibrate.report import ExpertReport, report_expert
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, check_experts
from cleaning.domain.folds import Folds, draw_folds
from cleaning.domain.settings import Settings
from cleaning.experts.who_helps import trusted_rows
from cleaning.settle.judging import JudgingLabels, judging_labels
from cleaning.suspect.pipeline import Scored, rank
from cleaning.suspect.pool import pool
from cleaning.suspect.suspicion import ExpertAgreement, expert_agreement, metadata_excess

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Material:
    """Symbols: N samples, M experts.

    reports: M, of the experts in the dataset's order. scored: the default rule. labels: what answers are held against:
    given labels, corrected where decisions have settled. codes: (N,) what reviews say of each given label
    (``cleaning.settle.verdict_codes``), NaN where nothing.
    """

    dataset: Dataset
    experts: tuple[Expert, ...]
    reports: tuple[ExpertReport, ...]
    scored: Scored
    labels: JudgingLabels
    codes: np.ndarray
    folds: Folds
    settings: Settings

    @property
    def names(self) -> list[str]:
        """(M,) of the experts."""
        return [expert.name for expert in self.experts]

    def right(self, report: ExpertReport) -> np.ndarray:
        """(N,) bool, whether an expert's answer is the label."""
        return report.predicted == self.labels.codes

    def judged(self, report: ExpertReport) -> np.ndarray:
        """(N,) bool, samples that count and that the expert answered."""
        return report.answered & self.labels.counted

    def calibrated(self, report: ExpertReport) -> tuple[np.ndarray, np.ndarray]:
        """(n,) calibrated confidence of the judged answers, and whether each is right."""
        rows = self.judged(report)
        return np.asarray(report.after.confidence, float)[rows], self.right(report)[rows]

    @property
    def by_accuracy(self) -> list[int]:
        """Places of the experts, the least accurate first; an abstention is no right answer here, as in a cascade."""
        counted = self.labels.counted
        accuracy = [float((self.right(r) & r.answered)[counted].mean()) for r in self.reports]
        return [int(place) for place in np.argsort(accuracy, kind="stable")]

    @cached_property
    def agreement(self) -> ExpertAgreement:
        """The paper's view of every sample."""
        return expert_agreement(self.scored.opinions, self.dataset.given_labels)

    @property
    def trusted(self) -> np.ndarray:
        """(N,) bool, samples on whose label an expert can be said to err: verified, or not flagged."""
        return trusted_rows(self.codes, self.scored.flagged) & self.labels.counted


def gathered(
    dataset: Dataset,
    experts: Sequence[Expert],
    settings: Settings | None = None,
    labels: JudgingLabels | None = None,
    codes: np.ndarray | None = None,
    progress: Progress = lambda words, share: None,
) -> Material:
    """Calibrates, reads and pools every expert once. labels, codes: where there are decisions; else the given labels,
    of which none is verified. Raises InputError as ``cleaning.run_pipeline`` does."""
    check_experts(experts)
    settings = settings or Settings()
    folds, reports = draw_folds(dataset.sample_ids, settings.seed), list[ExpertReport]()
    for done, expert in enumerate(experts):
        progress(f"calibrating {expert.name}", 0.3 * done / len(experts))
        reports.append(report_expert(dataset, expert, calibrate(expert, dataset.given_labels, folds), folds))
    progress("asking the experts together", 0.3)
    opinions = pool(dataset, experts, [report.calibration for report in reports], folds)
    group = settings.group_of(dataset)
    excess = None if group is None else metadata_excess(opinions, dataset.given_labels, group, folds)
    scored = rank(dataset, opinions, excess, settings)
    labels = judging_labels(dataset) if labels is None else labels
    codes = np.full(len(dataset), np.nan) if codes is None else codes
    return Material(dataset, tuple(experts), tuple(reports), scored, labels, codes, folds, settings)
