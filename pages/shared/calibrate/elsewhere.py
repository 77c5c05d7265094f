"""Calibrate here, judge there: take this run's calibration along, or judge one from another dataset on this one."""

import hashlib
from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from cleaning.calibrate.saved import SavedCalibration, calibration_json, judged_elsewhere, parsed_calibration
from cleaning.calibrate.saved import saved_calibration as saved
from cleaning.calibrate.saved_scored import saved_of_scored, scored_elsewhere
from cleaning.domain.scored import MARKED
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from pages.shared import loaders
from pages.shared.messages import guarded, plain
from pages.shared.percentages import in_percent, share

Judge = Callable[[SavedCalibration], pd.DataFrame]
COLUMNS = {
    "expert": st.column_config.TextColumn("expert"),
    "calibration": st.column_config.TextColumn("from elsewhere", width="medium"),
    "ece_before": share("error before"),
    "ece_here": share("calibrated here"),
    "ece_across": share("from elsewhere"),
    "across_low": share("from"),
    "across_high": share("to"),
    "by_chance": share("by chance"),
    "beyond_chance": st.column_config.CheckboxColumn("beyond chance"),
}


@st.fragment
@guarded
def elsewhere(workspace: Workspace, run: Run) -> None:
    """Both directions of a run, behind one heading."""

    def save() -> str:
        kinds = [e.kind for e in workspace.experts_of(run)]
        return calibration_json(saved(workspace.name, len(workspace.dataset()), list(zip(kinds, run.calibrations))))

    def judge(told: SavedCalibration) -> pd.DataFrame:
        return judged_elsewhere(workspace.dataset(), workspace.experts_of(run), told, run.settings.seed)

    _both_ways(save, any(one.maps for one in run.calibrations), judge, (workspace.id, run.id))


@st.fragment
@guarded
def marked_elsewhere(workspace: Workspace) -> None:
    """The same of answers that are marked already."""
    read = loaders.marked_answers(workspace.id)
    used = ":".join(expert.method for expert in read.experts)

    def save() -> str:
        return calibration_json(saved_of_scored(loaders.marked_answers(workspace.id)))

    _both_ways(save, False, partial(scored_elsewhere, read), (workspace.id, f"{MARKED} {used}"))


def _both_ways(save: Callable[[], str], unable: bool, judge: Judge, place: tuple[str, str]) -> None:
    """unable: whether there is nothing that could be saved. place: ids under which what is worked out is kept."""
    with st.expander("Calibrate here, judge there", icon=":material/swap_horiz:"):
        left, right = st.columns(2, gap="medium")
        left.markdown("Take the calibration from here along, to judge it on another dataset or to score with it.")
        left.download_button(
            "Download the calibration",
            save,
            "calibration.json",
            "application/json",
            disabled=unable,
            help="Only where every expert is calibrated as its kind of score is.",
            key="calibration_save",
            on_click="ignore",
        )
        right.markdown("Judge a calibration from another dataset on this one. What is here stays as it is.")
        file = right.file_uploader(
            "Saved calibration", ["json"], key="calibration_elsewhere", label_visibility="collapsed"
        )
        if file is not None:
            _judged(judge, place, parsed_calibration(file.getvalue(), plain(file.name)))


def _judged(judge: Judge, place: tuple[str, str], told: SavedCalibration) -> None:
    what = ("calibration elsewhere", hashlib.sha256(calibration_json(told).encode()).hexdigest())
    table = loaders.worked_out(*place, what, lambda: judge(told))
    beyond = int(table["beyond_chance"].sum())
    words = f"Fitted on {told.fitted_on} ({told.samples:,} samples)."
    st.markdown(plain(f"{words} For {beyond} of {len(table)} experts its error here is beyond chance."))
    st.dataframe(
        in_percent(table, COLUMNS), column_order=list(COLUMNS), column_config=COLUMNS, hide_index=True, width="stretch"
    )
