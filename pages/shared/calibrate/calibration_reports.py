"""What the Calibrate page shows: reports of a run's experts, computed once and kept."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from os import cpu_count
from typing import TypeVar

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibrators import METHODS, Recommendation, calibrator
from cleaning.calibrate.measures import bins_by_brier_score
from cleaning.calibrate.report import ExpertReport, as_said, calibration_table
from cleaning.calibrate.shift import shift_against_chance
from cleaning.calibrate.study import before_and_after, compare_methods, effect_of_bins
from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError, counted
from cleaning.experts.rescoring import Rescoring
from cleaning.experts.shared_errors import all_of, effective_number
from cleaning.experts.who_helps import ExpertStudy, study_experts, trusted_rows
from cleaning.keep.runs import Run
from cleaning.keep.said_confidence import said_by
from cleaning.keep.workspaces import Workspace
from pages.shared import loaders, progress
from pages.shared.progress import Progress

Found = TypeVar("Found")

NO_METADATA = ["sample_id", "image", "question", "choices", "label"]
MOST_VALUES = 200
MOST_CELLS = 1_500_000_000  # scores read when each expert is left out in turn; more takes minutes
MEASURES = {"ece": "ECE", "nll": "NLL", "brier": "Brier"}


def reports(run: Run) -> list[ExpertReport]:
    """One report an expert by what is said of it, chosen or recommended; with progress the first time."""
    workspace_id = loaders.opened_workspace().id
    with progress.shown() as tell:
        made = loaders.expert_reports(workspace_id, run.id, tell)
    chosen = loaders.in_force(workspace_id, run.id).chosen.calibration_methods
    said = ((one, chosen.get(one.expert.name, "")) for one in made)
    return [with_method(run, one, method) if method in methods_of(one) else one for one, method in said]


def table(run: Run, made: list[ExpertReport]) -> pd.DataFrame:
    """The page's table: one row an expert."""
    frame = _once(run, ("table",), lambda: calibration_table(made)).copy()
    frame.insert(1, "weight", run.weights)
    frame["expert"] = [r.expert.name + (" (simulated)" if r.expert.simulated else "") for r in made]
    return frame


LEADING = 3  # experts that are named as those to trust
WORSE = 1.2  # times the calibration error before: that is no chance


def answer(run: Run, made: list[ExpertReport], weights: list[float]) -> str:
    """What follows of the page, before its proof: whom to trust, what all are worth, what became worse."""
    names, methods = [plain_name(report.expert.name) for report in made], [r.calibration.method for r in made]
    order = sorted(range(len(made)), key=lambda place: -weights[place])[:LEADING]
    told = [f"Most of the weight lies on {all_of(names[place] for place in order)}."] if len(made) > 1 else []
    worth = effective_number(study(run).correlation) if len(made) > 1 else np.nan
    if np.isfinite(worth):
        told.append(f"All {len(made)} together are worth about {worth:.1f} experts that err on their own.")
    told.append(_once(run, ("worse", *methods), lambda: what_became_worse(made)))
    return " ".join(told)


def what_became_worse(made: list[ExpertReport]) -> str:
    """Whom calibration brought further from the truth about itself, in a sentence."""
    worse = [plain_name(made[place].expert.name) for place in places_made_worse(made)]
    if worse:
        return f"Calibration made {all_of(worse)} worse; another method may suit (see One expert)."
    return "After calibration no expert is further from the truth about itself than before."


def plain_name(name: str) -> str:
    """An expert's name in a sentence."""
    return name.replace("_", " ")


def places_made_worse(made: list[ExpertReport]) -> list[int]:
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as threads:  # NumPy's passes over millions of samples
        return [place for place, worse in enumerate(threads.map(became_worse, made)) if worse]


def became_worse(report: ExpertReport) -> bool:
    """Whether calibration brought what the expert says further from how often it is right."""
    if report.before is None:
        return False
    before, after = (
        metrics.expected_calibration_error(stated.confidence, report.right) for stated in (report.before, report.after)
    )
    return after > WORSE * before


def curves(run: Run, report: ExpertReport, method: str, bins: int) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Reliability curves before (None for hard answers) and after, of a report under a method (``with_method``)."""
    return _once(run, ("curves", report.expert.name, method, str(bins)), lambda: _curves(report, bins))


def _curves(report: ExpertReport, bins: int) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    before = None
    if report.before is not None:
        before = metrics.reliability_curve(report.before.confidence, report.right, bins)
    return before, metrics.reliability_curve(report.after.confidence, report.right, bins)


def counts_in_words(curve: pd.DataFrame) -> str:
    """How many samples a point of the reliability diagram stands for."""
    least, most = int(curve["count"].min()), int(curve["count"].max())
    each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    bins = counted(len(curve), "bin")
    return f"After calibration: {bins} of {each} samples (equal values stay together). Bars are 95 % intervals."


def sentence(run: Run, report: ExpertReport, method: str) -> str:
    """Calibration of one expert in words, of a report under a method (``with_method``)."""
    return _once(run, ("sentence", report.expert.name, method), lambda: _sentence(report))


def _sentence(report: ExpertReport) -> str:
    if report.before is None:
        share = metrics.words.percent(report.accuracy())
        return f"This expert states no confidence; its answers equal the given label {share} of the time."
    return metrics.overconfidence_sentence(
        report.before.confidence, report.right, report.after.confidence, who="this model"
    )


def methods_of(report: ExpertReport) -> list[str]:
    """The calibrations that one expert can be shown with: what is said of it, then the one it is ranked by."""
    own, said = (report.as_ranked or report).calibration.method, report.calibration.method
    return [own] if report.before is None else list(dict.fromkeys([said, own, *METHODS]))


def recommendation(run: Run, report: ExpertReport) -> Recommendation | None:
    """Which calibration suits this expert, worked out once; None for hard answers."""
    if report.before is None:
        return None
    ranked = report.as_ranked or report
    return _once(run, ("methods", report.expert.name), lambda: compare_methods(ranked, _folds(run).fold))


def with_method(run: Run, report: ExpertReport, method: str) -> ExpertReport:
    """The report as it would be under another calibration of its confidence, cross-fitted; its own comes back as
    it is."""
    ranked = report.as_ranked or report
    if report.before is None or method == report.calibration.method:
        return report
    if method == ranked.calibration.method:
        return ranked
    return _once(run, ("said by", report.expert.name, method), lambda: _said_by(run, ranked, method))


def _said_by(run: Run, ranked: ExpertReport, method: str) -> ExpertReport:
    workspace, folds = loaders.opened_workspace(), _folds(run)
    return as_said(ranked, said_by(workspace, run, ranked.expert, ranked.calibration, method, folds), folds)


def measured(run: Run, report: ExpertReport, method: str) -> pd.DataFrame:
    """``cleaning.calibrate.study.before_and_after``, worked out once for each expert and method."""
    return _once(run, ("measured", report.expert.name, method), lambda: before_and_after(report))


def columns_to_group_by(run: Run) -> dict[str, np.ndarray]:
    """By its name each column that splits the samples: the group, the given class, and metadata of 2 to 200 values."""
    dataset = loaders.opened_workspace().dataset()
    return _once(run, ("columns to group by",), lambda: _splitting_columns(dataset))


def _splitting_columns(dataset: Dataset) -> dict[str, np.ndarray]:
    found = {}
    if dataset.group is not None:
        found[dataset.group_name or "group"] = np.asarray(dataset.group, str)
    found["given label"] = np.asarray(dataset.class_names, object)[dataset.given_labels].astype(str)
    for name in dataset.samples.columns.difference(NO_METADATA, sort=False):
        column = dataset.samples[name]
        if name not in found and 2 <= column.astype(str).nunique() <= MOST_VALUES:
            found[str(name)] = column.astype(str).to_numpy(str)
    return found


def groups(run: Run, report: ExpertReport, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Calibration by the parts that a column makes, and how it carries over to each from the others; worked out once
    for each expert and column."""
    parts = columns_to_group_by(run)[column]
    what = "groups", report.expert.name, report.calibration.method, column
    return _once(
        run, what, lambda: (metrics.by_group(report.after.confidence, report.right, parts), shift(report, parts))
    )


def shift(report: ExpertReport, parts: np.ndarray) -> pd.DataFrame:
    """Does calibration learned on the other parts hold on each, by more than chance? For hard answers their plain
    accuracy is moved."""
    method = report.calibration.method if report.calibration.method in METHODS else "platt"
    stated = report.after if report.before is None else report.before
    return shift_against_chance(calibrator(method), stated.confidence, report.right, parts)


def usual_bins(run: Run, report: ExpertReport, method: str) -> int:
    """How many bins its reliability is shown in until somebody says otherwise: by cross-validation, worked out once."""
    what = "usual bins", report.expert.name, method
    return _once(run, what, lambda: bins_by_brier_score(report.after.confidence, report.right))


def bins_effect(run: Run, report: ExpertReport, method: str) -> pd.DataFrame:
    """``cleaning.calibrate.study.effect_of_bins``, worked out once for each expert and method."""
    before = None if report.before is None else report.before.confidence
    what = "bins", report.expert.name, method
    return _once(run, what, lambda: effect_of_bins(before, report.after.confidence, report.right))


def study(run: Run) -> ExpertStudy:
    """Which experts help, from what is known of them already."""
    workspace = loaders.opened_workspace()
    experts = workspace.experts_of(run)
    labels, trusted = _trusted(run)
    what = "quick study", loaders.judging_labels(workspace.id).key(), str(int(trusted.sum()))

    def studied() -> ExpertStudy:
        dataset = workspace.dataset()
        return study_experts(dataset, experts, run.predicted, run.weights, labels=labels, trusted=trusted)

    return _once(run, what, studied)


def _trusted(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Labels and samples on which experts can be said to err."""
    workspace = loaders.opened_workspace()
    now = loaders.in_force(workspace.id, run.id)
    return loaders.judging_labels(workspace.id).codes, trusted_rows(now.codes, now.flagged)


def full_study(run: Run) -> ExpertStudy:
    """Which experts help, also scored without each: reads every expert again and again."""
    with progress.shown() as tell:
        return _once(run, what_full_study(run), lambda: _scored_without_each(loaders.opened_workspace(), run, tell))


def what_full_study(run: Run) -> tuple[str, ...]:
    """All that a full study depends on: the budget in force, and what the reviews say so far."""
    workspace = loaders.opened_workspace()
    now = loaders.in_force(workspace.id, run.id)
    codes = hashlib.sha256(now.codes.tobytes()).hexdigest()[:16]
    return "full study", str(now.budget), loaders.judging_labels(workspace.id).key(), codes


def _scored_without_each(workspace: Workspace, run: Run, tell: Progress) -> ExpertStudy:
    dataset, experts = workspace.dataset(), workspace.experts_of(run)
    labels = loaders.judging_labels(workspace.id)
    if len(dataset) * dataset.class_count * len(experts) ** 2 > MOST_CELLS:
        raise InputError(
            "These scores are too many to be read again and again here. The command line works it out: its report on the "
            "experts."
        )
    done = count()

    def told() -> None:
        tell(min(1.0, next(done) / (len(experts) + 1)), "scoring without each expert")

    told()
    rescoring = Rescoring(dataset, experts, run.calibrations, _folds(run), run.settings.group_of(dataset), told)
    now = loaders.in_force(workspace.id, run.id)
    counted, trusted = _trusted(run)
    return study_experts(
        dataset,
        experts,
        run.predicted,
        run.weights,
        rescoring=rescoring,
        budget=now.budget,
        wrong=labels.wrong if labels.wrong.any() else None,
        exchange=now.exchange if now.estimate.enough else None,
        labels=counted,
        trusted=trusted,
    )


def with_estimates_said(table: pd.DataFrame) -> pd.DataFrame:
    """With ``lost_said``, the estimated finds lost and their interval in words, where they were estimated."""
    if "lost_estimate" not in table:
        return table
    said = []
    for point, low, high in zip(table["lost_estimate"], table["lost_low"], table["lost_high"]):
        band = f"{low:,.0f} to {high:,.0f}"
        said.append(band if np.isnan(point) else f"{point:,.0f} ({band})")
    return table.assign(lost_said=said)


def _folds(run: Run):
    return loaders.folds(loaders.opened_workspace().id, run.id)


def _once(run: Run, what: tuple[str, ...], work: Callable[[], Found]) -> Found:
    return loaders.worked_out(loaders.opened_workspace().id, run.id, what, work)
