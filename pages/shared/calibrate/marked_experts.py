"""The Calibrate page of answers that a verifier has marked: how sure each expert is, against the score of its answers."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import pandas as pd
import streamlit as st

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibrators import METHODS
from cleaning.calibrate.measures import bins_by_brier_score
from cleaning.calibrate.method_words import as_option, in_words
from cleaning.calibrate.report import ExpertReport
from cleaning.calibrate.scored_report import scored_report, scored_table
from cleaning.calibrate.study import before_and_after, compare_methods, effect_of_bins, parameter_intervals
from cleaning.domain.folds import draw_folds
from cleaning.domain.scored import MARKED, ScoredAnswers, ScoredExpert
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import WHOLE
from pages.shared import frame, loaders, state
from pages.shared.calibrate import calibration_reports, closer_look
from pages.shared.messages import guarded, plain
from pages.shared.percentages import share

Found = TypeVar("Found")
RIGHT = "mean score"
TABS, CLOSER = "marked_part", "marked_closer"
COLUMNS = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "answered": st.column_config.NumberColumn("answers", format="localized"),
    "mean_score": share("mean score"),
    **closer_look.ECE,
    "ece_by_chance_after": st.column_config.NumberColumn("by chance up to", format="%.3f"),
    **closer_look.LIKELIHOOD,
}


def marked_experts(workspace: Workspace) -> None:
    """What follows first, then one expert, all of them, and the parts where there are some."""
    read = loaders.marked_answers(workspace.id)
    st.markdown(f"**{plain(answer([_report(workspace, expert) for expert in read.experts]), 900)}**")
    frame.onward("cascade", "Choose whom to ask")
    _parts(workspace)


def answer(made: list[ExpertReport]) -> str:
    """Who is right most often, and whom calibration made worse."""
    best = max(made, key=lambda report: report.accuracy())
    name, score = calibration_reports.plain_name(best.expert.name), metrics.words.percent(best.accuracy())
    lead = f"{name} is the most accurate: its answers score {score} on average."
    return f"{lead} {calibration_reports.what_became_worse(made)}"


def _names(read: ScoredAnswers) -> list[str]:
    return [expert.name for expert in read.experts]


@st.fragment
@guarded
def _parts(workspace: Workspace) -> None:
    read, drawn = loaders.marked_answers(workspace.id), dict[str, Callable[[Workspace], None]]()
    drawn |= {"One expert": _one_expert, "All experts": _all_experts}
    if read.parts is not None and len(set(read.parts)) > 1:
        drawn["Parts and shift"] = _parts_and_shift
    for tab, draw in zip(st.tabs(list(drawn), key=TABS, on_change="rerun"), drawn.values()):
        if tab.open:
            with tab:
                draw(workspace)


@st.fragment
@guarded
def _one_expert(workspace: Workspace) -> None:
    read = loaders.marked_answers(workspace.id)
    left, right = st.columns([2, 3], gap="large")
    with left:
        name = st.selectbox("Expert", _names(read), key="marked_expert")
        report = _report(workspace, *read.chosen([name]))
        method = _chosen_method(workspace, report)
        advised = _once(workspace, ("methods", name), lambda: compare_methods(report, draw_folds(read.sample_ids).fold))
        st.caption(plain(advised.sentence, 400))
        what = "usual bins", name, method
        usual = _once(workspace, what, lambda: bins_by_brier_score(report.after.confidence, report.right))
        bins = st.slider("Bins of equal count", 5, 50, usual, key=f"marked_bins_{name}_{method}")
        st.caption(
            f"Cross-validation chooses {usual}. What it does to the calibration error stands below, with intervals."
        )
        st.markdown(f"## {plain(_sentence(report), 600)}")
        st.caption(plain(_parameters(report)))
    with right:
        before, after = (
            metrics.reliability_curve(stated.confidence, report.right, bins) for stated in _before_after(report)
        )
        closer_look.reliability(before, after, RIGHT)
    closer = st.expander("Figures with intervals, and what the number of bins does", key=CLOSER, on_change="rerun")
    if closer.open:
        with closer:
            _closer(workspace, report)


def _chosen_method(workspace: Workspace, report: ExpertReport) -> str:
    """The calibration of an expert; recorded, so that it is taken in cascades and in what is saved."""
    name, method = report.expert.name, report.calibration.method
    key = f"marked_method_{name}"

    @guarded
    def changed() -> None:
        loaders.choosing(workspace.id, WHOLE).calibration(name, str(state.typed(key)))

    st.selectbox(
        "Calibration",
        list(METHODS),
        index=METHODS.index(method),
        format_func=as_option,
        key=key,
        on_change=changed,
        help="What a cascade of these answers takes, and what is saved here. Platt scaling until somebody chooses.",
    )
    return method


def _before_after(report: ExpertReport):
    assert report.before is not None, "a marked answer states a confidence"
    return report.before, report.after


def _sentence(report: ExpertReport) -> str:
    before, after = _before_after(report)
    return metrics.overconfidence_sentence(before.confidence, report.right, after.confidence, who="this model")


def _parameters(report: ExpertReport) -> str:
    found = [
        f"{row.parameter} = {row.value:.3g} ({row.low:.3g} to {row.high:.3g})"
        for row in parameter_intervals(report.calibration).itertuples()
    ]
    return ": ".join(filter(None, [in_words(report.calibration.method), ", ".join(found)]))


def _closer(workspace: Workspace, report: ExpertReport) -> None:
    key = report.expert.name, report.calibration.method
    before, after = _before_after(report)
    table = _once(workspace, ("measured", *key), lambda: before_and_after(report))
    effect = _once(workspace, ("bins", *key), lambda: effect_of_bins(before.confidence, after.confidence, report.right))
    closer_look.measures_and_bins(table, effect)


@st.fragment
@guarded
def _all_experts(workspace: Workspace) -> None:
    read = loaders.marked_answers(workspace.id)
    table: pd.DataFrame = _once(
        workspace, ("table", *(expert.method for expert in read.experts)), lambda: scored_table(read)
    )
    closer_look.all_experts(table, COLUMNS, list(COLUMNS))
    st.caption(
        "ECE: 15 bins of equal count; “by chance”: what a perfectly calibrated expert stays under 95 times in 100. NLL in "
        "nats and Brier score of the event that the answer is right. Lower is better. Every figure is cross-fitted, "
        "against the score that each answer bears."
    )


@st.fragment
@guarded
def _parts_and_shift(workspace: Workspace) -> None:
    read = loaders.marked_answers(workspace.id)
    name = st.selectbox("Expert", _names(read), key="marked_parts_expert")
    report, parts = _report(workspace, *read.chosen([name])), read.parts
    assert parts is not None, "there is no such part of the page without"
    key = name, report.calibration.method
    found = _once(workspace, ("by part", *key), lambda: metrics.by_group(report.after.confidence, report.right, parts))
    closer_look.groups(found)
    closer_look.shift(_once(workspace, ("shift", *key), lambda: calibration_reports.shift(report, parts)))


def _report(workspace: Workspace, expert: ScoredExpert) -> ExpertReport:
    def made() -> ExpertReport:
        return scored_report(expert, draw_folds(workspace.marked_answers().sample_ids).fold)

    return _once(workspace, ("report", expert.name, expert.method), made)


def _once(workspace: Workspace, what: Hashable, work: Callable[[], Found]) -> Found:
    return loaders.worked_out(workspace.id, MARKED, what, work)
