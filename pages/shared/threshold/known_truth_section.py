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
from cleaning.known_truth.known import ALONE, DEFAULT, LADDER, VOTES, KnownTruth
from data_adapters.opinions import read_truth
from pages.shared import charts, loaders, progress
from pages.shared.messages import guarded, plain

ENDINGS = ["csv", "tsv", "jsonl", "parquet", "feather", "json", "npy"]
RESAMPLES = 200
BAND = "rgba(28,130,120,0.15)"
LOOKS = (  # of rankings: the run, votes, ladder, and the best experts alone
    (charts.TEAL, "solid"),
    (charts.RUST, "dash"),
    (charts.BLUE, "longdash"),
    (charts.GREY, "solid"),
    (charts.GREY, "dash"),
    (charts.GREY, "dot"),
)


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
            experts = workspace.experts_of(run)
            return evaluate_run(known, now, experts, RESAMPLES, lambda words, share: tell(share, words))

        return loaders.worked_out(workspace.id, run.id, what, work)


def _show(found: Evaluation) -> None:
    for sentence in found.sentences()[:-1]:
        st.markdown(f"- {plain(sentence)}")
    left, right = st.columns(2, gap="medium")
    with left:
        charts.show_with_data(_curves(found), found.curves, "known_truth_curves")
    with right:
        charts.show_with_data(_surface(found), found.surface, "known_truth_surface")
    st.dataframe(found.measures, hide_index=True, width="stretch")
    if len(found.bands):
        st.markdown("**Did the audit's bands hold?**")
        st.dataframe(found.bands, hide_index=True, width="stretch")
    if len(found.recalibrated):
        st.markdown("**Recalibrated suspicion against the truth**")
        charts.show_with_data(_recalibrated(found.recalibrated), found.recalibrated, "known_truth_recalibrated")
        st.dataframe(found.recalibrated, hide_index=True, width="stretch")
    st.caption(CAUTION)


def _curves(found: Evaluation) -> go.Figure:
    """The run with its interval, votes, the paper's ladder and the best experts alone."""
    figure = go.Figure()
    ap = found.measures[found.measures["measure"] == "average precision"].set_index("ranking")["value"]
    singles = [name for name in ap.sort_values(ascending=False).index if str(name).startswith(ALONE)]
    for name, (colour, dash) in zip([DEFAULT, VOTES, LADDER, *singles], LOOKS):
        _add_ranking(figure, found.curves, str(name), colour, dash)
    return _framed(figure, "Precision against detection rate")


def _add_ranking(figure: go.Figure, curves: pd.DataFrame, name: str, colour: str, dash: str) -> None:
    own = curves[curves["ranking"] == name]
    if name == DEFAULT:
        _add_band(figure, own["detection_rate"], own["low"], own["high"])
    line = {"color": colour, "dash": dash, "width": 2}
    figure.add_scatter(x=own["detection_rate"], y=own["precision"], mode="lines", name=charts.text(name), line=line)


def _add_band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    """95 % as a faint area."""
    around = {"x": pd.concat([x, x[::-1]]), "y": pd.concat([low, high[::-1]])}
    figure.add_scatter(
        **around, fill="toself", fillcolor=BAND, line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False
    )


def _surface(found: Evaluation) -> go.Figure:
    figure = go.Figure()
    _add_ranking(figure, found.curves, DEFAULT, charts.TEAL, "solid")
    edge = found.surface[found.surface["on_frontier"]].sort_values("detection_rate")
    others = found.surface[~found.surface["on_frontier"]]
    for words, part, mode, colour in (
        ("frontier", edge, "lines", charts.RUST),
        ("other K and tau", others, "markers", charts.GREY),
    ):
        figure.add_scatter(
            x=part["detection_rate"],
            y=part["precision"],
            mode=mode,
            name=f"paper's rule, {words}",
            line={"color": colour, "dash": "dash", "width": 2},
            marker={"color": colour, "size": 4, "symbol": "circle-open"},
            customdata=part[["agree", "tau", "flagged"]],
            hovertemplate="K %{customdata[0]}, tau %{customdata[1]:.2f}: %{customdata[2]:,} flagged<extra></extra>",
        )
    return _framed(figure, "The paper's rule at every K and tau")


def _recalibrated(table: pd.DataFrame) -> go.Figure:
    """How many are wrong against how many were foretold, with 95 % bars."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": charts.GREY, "dash": "dot", "width": 1}, showlegend=False
    )
    for (by, own), colour in zip(table.groupby("by", sort=False), (charts.TEAL, charts.RUST)):
        up, down = own["high"] - own["wrong_share"], own["wrong_share"] - own["low"]
        figure.add_scatter(
            x=own["foretold"],
            y=own["wrong_share"],
            mode="lines+markers",
            name=str(by),
            line={"color": colour, "width": 2},
            error_y={"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1, "width": 2},
        )
    return _framed(figure, "Recalibrated suspicion", "foretold to be wrong", "is wrong")


def _framed(figure: go.Figure, title: str, x: str = "detection rate", y: str = "precision") -> go.Figure:
    figure.update_layout(
        title=title, height=380, margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend={"orientation": "h", "y": -0.2}
    )
    figure.update_xaxes(title=x, tickformat=".0%", gridcolor=charts.FAINT)
    figure.update_yaxes(title=y, tickformat=".0%", gridcolor=charts.FAINT)
    return figure
