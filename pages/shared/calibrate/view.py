"""What the Calibrate page shows: reports of a run's experts, computed once and kept."""

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibrators import METHODS, Recommendation, calibrator, shift_check
from cleaning.calibrate.report import ExpertReport, Stated, calibration_table, report_expert
from cleaning.calibrate.study import before_and_after, compare_methods, effect_of_bins, stated_by
from cleaning.domain.dataset import Dataset
from cleaning.domain.folds import draw_folds
from cleaning.errors import InputError, counted
from cleaning.experts.rescoring import Rescoring
from cleaning.experts.who_helps import ExpertStudy, study_experts
from cleaning.keep.workspaces import Run, Workspace
from pages.shared import loaders

NO_METADATA = ["sample_id", "image", "question", "choices", "label"]
MOST_VALUES = 200
MOST_CELLS = 1_500_000_000  # scores read when each expert is left out in turn; more takes minutes
MEASURES = {"ece": "ECE", "nll": "NLL", "brier": "Brier"}


def reports(run: Run) -> list[ExpertReport]:
    """One report an expert, with progress the first time."""
    workspace = loaders.opened_workspace()
    known = loaders.expert_reports(workspace.id, run.id)
    if known:
        return known
    folds = draw_folds(workspace.dataset().sample_ids, run.settings.seed)
    experts = workspace.experts_of(run)
    bar = st.progress(0.0, text="reading the experts")
    made = []
    for done, (expert, calibration) in enumerate(zip(experts, run.calibrations)):
        bar.progress(done / len(experts), text=f"reading expert {done + 1} of {len(experts)}")
        made.append(report_expert(workspace.dataset(), expert, calibration, folds))
    known.extend(made)
    bar.empty()
    return known


def table(made: list[ExpertReport], weights) -> pd.DataFrame:
    """The page's table: one row an expert."""
    frame = calibration_table(made)
    frame.insert(1, "weight", weights)
    frame["expert"] = [r.expert.name + (" (simulated)" if r.expert.simulated else "") for r in made]
    return frame


def curves(report: ExpertReport, bins: int) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Reliability curves before (None for hard answers) and after."""
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


def sentence(report: ExpertReport) -> str:
    """Calibration of one expert in words."""
    if report.before is None:
        share = metrics.words.percent(report.accuracy())
        return f"This expert states no confidence; its answers equal the given label {share} of the time."
    return metrics.overconfidence_sentence(
        report.before.confidence, report.right, report.after.confidence, who="this model"
    )


def methods_of(report: ExpertReport) -> list[str]:
    """The calibrations that one expert can be shown with, its own first."""
    own = report.calibration.method
    return [own] if report.before is None else [own, *(m for m in METHODS if m != own)]


def recommendation(run: Run, report: ExpertReport) -> Recommendation | None:
    """Which calibration suits this expert, worked out once; None for hard answers."""
    if report.before is None:
        return None
    place = _place(run, f"methods {report.expert.name}")
    if "found" not in place:
        place["found"] = compare_methods(report, _folds(run).fold)
    return place["found"]


def with_method(run: Run, report: ExpertReport, method: str) -> ExpertReport:
    """The report as it would be under another calibration of its confidence, cross-fitted; its own comes back as
    it is."""
    if report.before is None or method == report.calibration.method:
        return report
    place = _place(run, f"stated {report.expert.name} {method}")
    if "stated" not in place:
        place["stated"] = Stated(stated_by(report, method, _folds(run).fold))
    return replace(report, after=place["stated"])


def measured(run: Run, report: ExpertReport, method: str) -> pd.DataFrame:
    """``cleaning.calibrate.study.before_and_after``, worked out once for each expert and method."""
    place = _place(run, f"measured {report.expert.name} {method}")
    if "table" not in place:
        place["table"] = before_and_after(report)
    return place["table"]


def columns_to_group_by(run: Run) -> dict[str, np.ndarray]:
    """By its name each column that splits the samples: the group, the given class, and metadata of 2 to 200 values."""
    place = _place(run, "columns to group by")
    if "columns" not in place:
        place["columns"] = _splitting_columns(loaders.opened_workspace().dataset())
    return place["columns"]


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
    place = _place(run, f"groups {report.expert.name} {column}")
    if "found" not in place:
        parts = columns_to_group_by(run)[column]
        place["found"] = metrics.by_group(report.after.confidence, report.right, parts), shift(report, parts)
    return place["found"]


def shift(report: ExpertReport, parts: np.ndarray) -> pd.DataFrame:
    """Does calibration learned on the other parts hold on each? For hard answers their plain accuracy is moved."""
    method = report.calibration.method if report.calibration.method in METHODS else "platt"
    stated = report.after if report.before is None else report.before
    return shift_check(calibrator(method), stated.confidence, report.right, parts)


def bins_effect(run: Run, report: ExpertReport, method: str) -> pd.DataFrame:
    """``cleaning.calibrate.study.effect_of_bins``, worked out once for each expert and method."""
    place = _place(run, f"bins {report.expert.name} {method}")
    if "table" not in place:
        before = None if report.before is None else report.before.confidence
        place["table"] = effect_of_bins(before, report.after.confidence, report.right)
    return place["table"]


def kept_study(run: Run) -> ExpertStudy | None:
    """The full study of the experts, if it was worked out for the budget in force."""
    return _study_place(run).get("full")


def study(run: Run, leave_out: bool) -> ExpertStudy:
    """Which experts help; leave_out: also score without each, which reads every expert again and again."""
    workspace, place = loaders.opened_workspace(), _study_place(run)
    key = "full" if leave_out else "quick"
    if key not in place:
        place[key] = _studied(workspace, run, leave_out)
    return place[key]


def _studied(workspace: Workspace, run: Run, leave_out: bool) -> ExpertStudy:
    dataset, experts = workspace.dataset(), workspace.experts_of(run)
    labels = loaders.judging_labels(workspace.id)
    if not leave_out:
        return study_experts(dataset, experts, run.predicted, run.weights)
    if len(dataset) * dataset.class_count * len(experts) ** 2 > MOST_CELLS:
        raise InputError(
            "These scores are too many to be read again and again here. Use the command line: "
            "python -m cleaning experts-report."
        )
    bar, done = st.progress(0.0, text="scoring without each expert"), []

    def told() -> None:
        done.append(1)
        bar.progress(min(1.0, len(done) / (len(experts) + 1)), text="scoring without each expert")

    try:
        rescoring = Rescoring(dataset, experts, run.calibrations, _folds(run), run.settings.use_group, told)
        wrong = labels.wrong if labels.wrong.any() else None
        now = loaders.in_force(workspace.id, run.id)
        return study_experts(
            dataset,
            experts,
            run.predicted,
            run.weights,
            rescoring=rescoring,
            budget=now.budget,
            wrong=wrong,
            exchange=now.exchange if now.estimate.enough else None,
        )
    finally:
        bar.empty()


def with_estimates_said(table: pd.DataFrame) -> pd.DataFrame:
    """With ``lost_said``, the estimated finds lost and their interval in words, where they were estimated."""
    if "lost_estimate" not in table:
        return table
    said = []
    for point, low, high in zip(table["lost_estimate"], table["lost_low"], table["lost_high"]):
        band = f"{low:,.0f} to {high:,.0f}"
        said.append(band if np.isnan(point) else f"{point:,.0f} ({band})")
    return table.assign(lost_said=said)


def _study_place(run: Run) -> dict:
    workspace = loaders.opened_workspace()
    now = loaders.in_force(workspace.id, run.id)
    said = loaders.judging_labels(workspace.id).key() + hashlib.sha256(now.codes.tobytes()).hexdigest()[:16]
    return _place(run, f"study {now.budget}", said)


def _folds(run: Run):
    return loaders.folds(loaders.opened_workspace().id, run.id)


def _place(run: Run, what: str, labels: str = "") -> dict:
    return loaders.study_place(loaders.opened_workspace().id, run.id, what, labels)
