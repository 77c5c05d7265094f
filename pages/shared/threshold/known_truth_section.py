"""For research only, at the foot of Threshold: this run held against a truth that people established elsewhere.

Kept apart: what is uploaded here is used for these figures alone, is not kept, and changes nothing on any page.
"""

import hashlib
import tempfile
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.known_truth.evaluation import CAUTION, Evaluation, evaluate_run
from cleaning.known_truth.known import DEFAULT, KnownTruth
from data_adapters.opinions import read_truth
from pages.shared import charts, loaders, progress
from pages.shared.messages import guarded, plain

ENDINGS = ["csv", "parquet", "json", "npy"]
RESAMPLES = 200
SHOWN = 6  # rankings in the figure, the best of them


@st.fragment
@guarded
def known_truth_section(workspace: Workspace, run: Run) -> None:
    """A file of truth, and what it says of this run; nothing else on the page hears of it."""
    with st.expander("Research: compare with a known truth", icon=":material/science:"):
        st.markdown(
            "Not for cleaning. Where people have established which labels are wrong, this compares. The file is read for "
            "these figures alone and not kept; no score, threshold or estimate sees it."
        )
        file = st.file_uploader(
            "Table of sample ids with label_is_wrong or right_label, ReaL's or MMLU-Redux's file",
            ENDINGS,
            key="known_truth",
        )
        if file is not None:
            _show(_evaluated(workspace, run, file.name, file.getvalue()))


def _evaluated(workspace: Workspace, run: Run, name: str, data: bytes) -> Evaluation:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"truth{Path(name).suffix.lower()}"
        path.write_bytes(data)
        truth = read_truth(path, workspace.dataset())
    known, now = KnownTruth(workspace.dataset(), run, truth.places, truth.wrong), loaders.in_force(workspace.id, run.id)
    what = ("known truth", hashlib.sha256(data).hexdigest(), now.threshold, now.reviewed_count)
    with progress.shown() as tell:

        def work() -> Evaluation:
            return evaluate_run(known, now, resamples=RESAMPLES, progress=lambda words, share: tell(share, words))

        return loaders.worked_out(workspace.id, run.id, what, work)


def _show(found: Evaluation) -> None:
    for sentence in found.sentences()[:-1]:
        st.markdown(f"- {plain(sentence)}")
    left, right = st.columns(2, gap="medium")
    with left:
        charts.show_with_data(_curves(found.curves), found.curves, "known_truth_curves")
    with right:
        charts.show_with_data(_surface(found), found.surface, "known_truth_surface")
    st.dataframe(found.measures, hide_index=True, width="stretch")
    if len(found.bands):
        st.markdown("**Did the audit's bands hold?**")
        st.dataframe(found.bands, hide_index=True, width="stretch")
    if len(found.recalibrated):
        st.markdown("**Recalibrated suspicion against the truth**")
        st.dataframe(found.recalibrated, hide_index=True, width="stretch")
    st.caption(CAUTION)


def _curves(curves: pd.DataFrame) -> go.Figure:
    figure = go.Figure()
    for name in list(dict.fromkeys(curves["ranking"]))[:SHOWN]:
        own = curves[curves["ranking"] == name]
        figure.add_scatter(x=own["detection_rate"], y=own["precision"], mode="lines", name=plain(name))
    return _framed(figure, "Precision against detection rate")


def _surface(found: Evaluation) -> go.Figure:
    figure = go.Figure()
    own = found.curves[found.curves["ranking"] == DEFAULT]
    figure.add_scatter(x=own["detection_rate"], y=own["precision"], mode="lines", name=DEFAULT)
    for words, rows in (("frontier", found.surface["on_frontier"]), ("other K and tau", ~found.surface["on_frontier"])):
        part = found.surface[rows].sort_values("detection_rate")
        mode = "lines+markers" if words == "frontier" else "markers"
        figure.add_scatter(x=part["detection_rate"], y=part["precision"], mode=mode, name=f"paper's rule, {words}")
    return _framed(figure, "The paper's rule at every K and tau")


def _framed(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(
        title=title, height=380, margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend={"orientation": "h", "y": -0.2}
    )
    figure.update_xaxes(title="detection rate", tickformat=".0%", gridcolor=charts.FAINT)
    figure.update_yaxes(title="precision", tickformat=".0%", gridcolor=charts.FAINT)
    return figure
