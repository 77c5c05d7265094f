"""Each expert before and after calibration, judged against the given labels.

"Before" is the score as handed in: softmax(logits), the stated confidence, and for hard answers nothing (an answer
without a confidence claims certainty, which is no calibration to judge). "After" is cross-fitted. The given labels
themselves hold errors, so "accuracy" is agreement with the given labels.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibration import SURE_MARGIN, Calibration, calibrate, calibrated_confidence, mapped
from cleaning.calibrate.temperature import relative_logits, row_sums
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert, FullExpert, Top1Expert, check_experts
from cleaning.domain.folds import Folds, draw_folds
from cleaning.scores.rows import chunk_rows


@dataclass(frozen=True)
class Stated:
    """What an expert states at one point (before or after): confidence (N,) in its own answer, NaN if abstaining;
    for full scores also label_probability (N,) and squared_sum (N,) of all its probabilities, else None."""

    confidence: np.ndarray
    label_probability: np.ndarray | None = None
    squared_sum: np.ndarray | None = None


@dataclass(frozen=True)
class ExpertReport:
    """One expert: its answers (N,), which are right (N,) bool against the given labels (of marked answers the verifier's
    score, 0..1), before and after.

    before is None for hard answers. as_ranked: the same by the calibration that the pool weighs it by, where what is said
    of it is another one.
    """

    expert: Expert
    calibration: Calibration
    predicted: np.ndarray
    right: np.ndarray
    before: Stated | None
    after: Stated
    as_ranked: "ExpertReport | None" = None

    @property
    def answered(self) -> np.ndarray:
        return self.predicted != ABSTAIN

    def accuracy(self) -> float:
        """Share of its answers that equal the given label."""
        return metrics.accuracy(self.right[self.answered])

    def row(self) -> dict[str, str | float]:
        """One line of the table that ``python -m cleaning calibrate`` prints."""
        row: dict[str, str | float] = {
            "expert": self.expert.name,
            "kind": self.expert.kind,
            "calibration": self.calibration.described(),
            "answered": int(self.answered.sum()),
            "accuracy_on_given": self.accuracy(),
        }
        for moment, stated in (("before", self.before), ("after", self.after)):
            for name, value in self.measures(stated).items():
                row[f"{name}_{moment}"] = value
        return row

    def measures(self, stated: Stated | None) -> dict[str, float]:
        """ECE (15 equal-mass bins), NLL in nats and Brier score. Full scores: of all classes; else of "is right"."""
        if stated is None:
            return dict.fromkeys(("ece", "nll", "brier"), float("nan"))
        ece = metrics.expected_calibration_error(stated.confidence, self.right)
        if stated.label_probability is None or stated.squared_sum is None:
            nll = metrics.negative_log_likelihood_top1(stated.confidence, self.right)
            return {"ece": ece, "nll": nll, "brier": metrics.brier_score_top1(stated.confidence, self.right)}
        nll = metrics.negative_log_likelihood(stated.label_probability)
        brier = metrics.brier_score_multiclass(stated.label_probability, stated.squared_sum)
        return {"ece": ece, "nll": nll, "brier": brier}


def report_expert(dataset: Dataset, expert: Expert, calibration: Calibration, folds: Folds) -> ExpertReport:
    """One expert before and after; a full expert's scores are read once, in chunks."""
    if isinstance(expert, FullExpert):
        return _report_full(dataset, expert, calibration, folds)
    after = Stated(calibrated_confidence(expert, calibration, folds))
    before = None
    if isinstance(expert, Top1Expert):
        before = Stated(np.where(expert.predicted == ABSTAIN, np.nan, expert.confidence))
    right = expert.predicted == dataset.given_labels
    return ExpertReport(expert, calibration, np.asarray(expert.predicted), right, before, after)


def as_said(report: ExpertReport, said: Calibration, folds: Folds) -> ExpertReport:
    """The report with what is said of the expert by another calibration, where ``said`` is one."""
    if not said.maps or said.method == report.calibration.method or report.before is None:
        return report
    stated, answered = report.before.confidence, report.answered
    ranked, of_label, squared = [report.after.confidence], report.after.label_probability, report.after.squared_sum
    if of_label is not None and squared is not None:
        ranked += [of_label, squared]
    after = np.empty((len(ranked), len(stated)), np.float32)

    def say(rows: slice) -> None:
        told = mapped(said.maps, np.nan_to_num(stated[rows], nan=0.5), folds.fold[rows])
        told = np.where(answered[rows], told, np.nan)
        parts = np.stack([part[rows] for part in ranked])
        after[:, rows] = told if len(parts) == 1 else _settled(parts, told, report.right[rows])

    _on_all_cores(say, len(stated), 1)
    return replace(report, calibration=said, after=Stated(*after), as_ranked=report)


def expert_reports(
    dataset: Dataset, experts: Sequence[Expert], seed: int = 0, progress: Callable[[str, float], None] | None = None
) -> list[ExpertReport]:
    """One report for each of M experts, calibrated here on the folds of ``seed``.

    Raises InputError for repeated names, or an expert that answers nothing.
    """
    check_experts(experts)
    folds, reports = draw_folds(dataset.sample_ids, seed), []
    for done, expert in enumerate(experts):
        if progress:
            progress(f"calibrating {expert.name}", done / len(experts))
        reports.append(report_expert(dataset, expert, calibrate(expert, dataset.given_labels, folds), folds))
    return reports


def calibration_table(reports: Sequence[ExpertReport]) -> pd.DataFrame:
    """One row an expert: kind, calibration, accuracy on given labels, ECE, NLL, Brier before and after."""
    return pd.DataFrame([r.row() for r in reports])


def _report_full(dataset: Dataset, expert: FullExpert, calibration: Calibration, folds: Folds) -> ExpertReport:
    n = len(dataset)
    predicted = np.full(n, ABSTAIN, np.int32)
    before, after = np.full((2, 3, n), np.nan, np.float32)

    def read(rows: slice) -> None:
        logits = expert.logits(rows)
        silent = np.isnan(logits).all(axis=1)
        logits[silent] = 0
        relative_logits(logits)
        predicted[rows] = np.where(silent, ABSTAIN, logits.argmax(axis=1))
        labels = dataset.given_labels[rows]
        _state(before, rows, logits.copy(), labels, silent)
        beta = (1 / calibration.temperatures[folds.fold[rows]]).astype(np.float32)
        _state(after, rows, logits * beta[:, None], labels, silent)
        if calibration.maps:
            said = mapped(calibration.maps, np.nan_to_num(before[0, rows], nan=0.5), folds.fold[rows])
            after[:, rows] = _settled(after[:, rows], said, predicted[rows] == labels)

    _on_all_cores(read, n, dataset.class_count)
    return ExpertReport(
        expert, calibration, predicted, predicted == dataset.given_labels, Stated(*before), Stated(*after)
    )


def _state(stated: np.ndarray, rows: slice, logits: np.ndarray, labels: np.ndarray, silent: np.ndarray) -> None:
    """Writes what softmax(logits) states to (3, N) ``stated``, the fields of ``Stated``; overwrites ``logits``, whose row
    maximum is 0."""
    np.exp(logits, out=logits)
    total = row_sums(logits)
    confidence, label_probability = 1 / total, logits[np.arange(len(labels)), labels] / total
    squared_sum = row_sums(np.square(logits, out=logits)) / (total * total)
    for target, value in zip(stated, (confidence, label_probability, squared_sum)):
        target[rows] = np.where(silent, np.nan, value)


def _settled(stated: np.ndarray, said: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(3, n) of what is stated, once the best class has what is said of it and the others share the rest as before."""
    top, of_label, squared = stated.astype(np.float64)
    said = np.where(np.isnan(top), np.nan, said)
    rest = (1 - said) / np.maximum(1 - top, SURE_MARGIN)
    return np.stack([said, np.where(right, said, of_label * rest), said**2 + np.maximum(squared - top**2, 0) * rest**2])


def _on_all_cores(work: Callable[[slice], None], n: int, class_count: int) -> None:
    """Does it for all of n rows, chunk by chunk."""
    step = chunk_rows(class_count)
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as threads:
        list(threads.map(work, (slice(start, min(start + step, n)) for start in range(0, n, step))))
