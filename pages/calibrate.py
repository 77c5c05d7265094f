"""Calibrate: each expert before and after, so that their confidences can be compared."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from cleaning.calibrate.method_words import as_option, in_words
from cleaning.calibrate.study import accuracy_against, parameter_intervals
from cleaning.errors import InputError
from cleaning.estimate.answers import IF_RIGHT
from cleaning.experts.shared_errors import dispensable
from pages.shared import charts, frame, loaders, state
from pages.shared.calibrate import calibration_reports, closer_look, elsewhere, marked_experts, study_charts
from pages.shared.messages import guarded, plain
from pages.shared.percentages import in_percent, share
from pages.shared.runs import new_run

PARTS, CLOSER = "calibrate_part", "calibrate_closer"
COLUMNS = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "weight": st.column_config.ProgressColumn("weight", format="%.2f", min_value=0, max_value=1),
    "accuracy_on_given": share("accuracy on given labels"),
    "accuracy_on_corrected": share("on corrected labels"),
    **closer_look.ECE,
    **closer_look.LIKELIHOOD,
}

EXPERTS = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "weight": st.column_config.ProgressColumn("weight", format="%.2f", min_value=0, max_value=1),
    "agreement": share("agrees with the given label"),
    "mean_correlation": st.column_config.NumberColumn("errs with the others", format="%.2f"),
    "family": st.column_config.TextColumn("family"),
    "cost": st.column_config.NumberColumn("cost", format="%g"),
    "overlap": share("flags that stay without it"),
    "finds_lost": st.column_config.NumberColumn("known finds lost without it"),
    "lost_said": st.column_config.TextColumn(
        "finds lost without it, estimated", help=f"From the random cards, 95 %, {IF_RIGHT}."
    ),
}


@guarded
def page() -> None:
    frame.header(
        "Calibrate",
        "How sure each expert says it is, against how often it is right, before and after calibration.",
        "calibration",
    )
    workspace = loaders.opened_workspace()
    if workspace.is_marked:
        marked_experts.marked_experts(workspace)
        elsewhere.marked_elsewhere(workspace)
        return
    run = loaders.opened_run()
    made = calibration_reports.reports(run)
    follows = st.container()  # the figure first: of millions of samples what is said takes a second
    frame.onward("threshold", "Choose how much to review")
    parts(run, made)
    follows.markdown(f"**{plain(calibration_reports.answer(run, made, list(run.weights)), 900)}**")
    elsewhere.elsewhere(workspace, run)


@st.fragment
@guarded
def parts(run, made) -> None:
    """What is looked at is worked out, and nothing else."""
    drawn = {
        "One expert": one_expert,
        "All experts": all_experts,
        "Groups and shift": groups_and_shift,
        "Which experts help": which_help,
    }
    for tab, draw in zip(st.tabs(list(drawn), key=PARTS, on_change="rerun"), drawn.values()):
        if tab.open:
            with tab:
                draw(run, made)


@st.fragment
@guarded
def one_expert(run, made) -> None:
    names = [report.expert.name for report in made]
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = st.selectbox("Expert", range(len(made)), format_func=names.__getitem__, key="calibrate_expert")
        method = chosen_method(run, made[chosen])
        advice = st.container()
        report = calibration_reports.with_method(run, made[chosen], method)
        bins = chosen_bins(run, report, method)
        follows = st.container()
        if report.expert.simulated:
            st.caption("This expert is simulated; it is no real model.")
        parameters(report)
    with right:
        before, after = calibration_reports.curves(run, report, method, bins)
        closer_look.reliability(before, after)
    follows.markdown(f"## {plain(calibration_reports.sentence(run, report, method), 600)}")
    advice.caption(plain(advised(run, made[chosen]), 400))
    fold = st.expander("Figures with intervals, and what the number of bins does", key=CLOSER, on_change="rerun")
    if fold.open:
        with fold:
            closer(run, report, method)


def chosen_bins(run, report, method: str) -> int:
    """The number of bins of the figure: by cross-validation, until somebody moves the slider."""
    usual = calibration_reports.usual_bins(run, report, method)
    bins = st.slider("Bins of equal count", 5, 50, usual, key=f"calibrate_bins_{report.expert.name}_{method}")
    st.caption(f"Cross-validation chooses {usual}. What it does to the calibration error stands below, with intervals.")
    return bins


def chosen_method(run, report) -> str:
    """The calibration to show for an expert; recorded, and used in cascades."""
    workspace, name = loaders.opened_workspace(), report.expert.name
    methods = calibration_reports.methods_of(report)
    kept, key = loaders.in_force(workspace.id, run.id).chosen.calibration_methods.get(name), f"calibrate_method_{name}"
    usual = kept if kept in methods else methods[0]

    @guarded
    def changed() -> None:
        loaders.choosing(workspace.id, run.id).calibration(name, str(state.typed(key)))

    return st.selectbox(
        "Calibration",
        methods,
        index=methods.index(usual),
        format_func=as_option,
        key=key,
        on_change=changed,
        help="What is said of this expert, on cards, in cascades and in what is exported: the recommended one where it is "
        "better beyond noise. Experts are weighed and samples ranked by what the run was made with; a new run can have "
        "another.",
    )


def advised(run, report) -> str:
    """Which calibration suits an expert, and why."""
    found = calibration_reports.recommendation(run, report)
    return found.sentence if found else "Hard answers have one calibration: their shrunk accuracy."


def parameters(report) -> None:
    """The parameters in use with intervals; a curve of many knots has none."""
    found = [
        f"{row.parameter} = {row.value:.3g} ({row.low:.3g} to {row.high:.3g})"
        for row in parameter_intervals(report.calibration).itertuples()
    ]
    bound = "; at the end of its range, so it means little" if report.calibration.at_bound else ""
    ranked = "" if report.as_ranked is None else f"; weighed and ranked by {report.as_ranked.calibration.described()}"
    told = ": ".join(filter(None, [in_words(report.calibration.method), ", ".join(found)]))
    st.caption(plain(f"{told}{bound}{ranked}"))


def closer(run, report, method: str) -> None:
    table = calibration_reports.measured(run, report, method)
    closer_look.measures_and_bins(table, calibration_reports.bins_effect(run, report, method))


@st.fragment
@guarded
def all_experts(run, made) -> None:
    table, labels = calibration_reports.table(run, made), loaders.judging_labels(loaders.opened_workspace().id)
    shown = [c for c in COLUMNS if c != "accuracy_on_corrected"]
    if labels.settled:
        table["accuracy_on_corrected"] = [accuracy_against(r, labels.codes, labels.counted).value for r in made]
        shown.insert(3, "accuracy_on_corrected")
    closer_look.all_experts(table, COLUMNS, shown)
    st.caption(
        "ECE: 15 bins of equal count. NLL in nats and Brier score over all classes where an expert gives them all, "
        "else of the event that its answer is right. Lower is better. Every figure is cross-fitted, against the given "
        "labels, which themselves hold errors."
    )
    if labels.settled:
        st.caption(plain(labels.sentence(), 600))


@st.fragment
@guarded
def groups_and_shift(run, made) -> None:
    columns = calibration_reports.columns_to_group_by(run)
    left, right = st.columns(2)
    names = [report.expert.name for report in made]
    report = made[left.selectbox("Expert", range(len(made)), format_func=names.__getitem__, key="groups_expert")]
    column = right.selectbox("Split by", list(columns), key="groups_column")
    found, parts = calibration_reports.groups(run, report, column)
    closer_look.groups(found)
    if column == "given label":
        st.caption("Grouped by the given label, errors among the labels themselves look like over-confidence.")
    closer_look.shift(parts)


@st.fragment
@guarded
def which_help(run, made) -> None:
    if len(made) < 2:
        raise InputError("This run has one expert. Which experts help shows with two or more.")
    found, what = calibration_reports.study(run), calibration_reports.what_full_study(run)
    if state.asked(what) or st.button("Score without each expert", key="leave_out", help="Reads all scores again."):
        found = calibration_reports.full_study(run)
        state.ask(what)
    for sentence in found.advice:
        st.markdown(f"- {plain(sentence, 500)}")
    spare = dispensable(found.table) if "overlap" in found.table else None
    if spare is not None and st.button(f"New run without {plain(spare['expert'])}", key="run_without"):
        new_run.start_without(str(spare["expert"]))
    table = calibration_reports.with_estimates_said(found.table)
    shown = [c for c in EXPERTS if c in table and table[c].notna().any()]
    table = in_percent(table, EXPERTS)
    st.dataframe(table, column_order=shown, column_config=EXPERTS, hide_index=True, width="stretch")
    if found.budget:
        st.caption(f"Flags that stay: of the {found.budget:,} samples flagged at the threshold in force.")
    st.markdown("**Correlation of errors** (on labels that are verified or not flagged)")
    charts.show_with_data(
        study_charts.heat_map(found.correlation), found.correlation.reset_index(), "error_correlation"
    )


page()
