"""What the Calibrate page shows: reports of a run's experts, computed once and kept."""

import pandas as pd
import streamlit as st

from cleaning import calibration_metrics as metrics
from cleaning.expert_report import ExpertReport, calibration_table, report_expert
from cleaning.folds import draw_folds
from cleaning.run_store import Run
from pages.shared import loaders

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


def sentence(report: ExpertReport) -> str:
    """Calibration of one expert in words."""
    if report.before is None:
        share = metrics.words.percent(report.accuracy())
        return f"This expert states no confidence; its answers equal the given label {share} of the time."
    return metrics.overconfidence_sentence(
        report.before.confidence, report.right, report.after.confidence, who="this model"
    )
