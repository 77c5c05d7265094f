"""Calibrate: each expert before and after, so that their confidences can be compared."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from pages.shared import calibration_view, charts, frame, loaders
from pages.shared.messages import guarded, plain

COLUMNS = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "weight": st.column_config.ProgressColumn("weight", format="%.2f", min_value=0, max_value=1),
    "accuracy_on_given": st.column_config.NumberColumn("accuracy on given labels", format="percent"),
    "ece_before": st.column_config.NumberColumn("ECE before", format="%.3f"),
    "ece_after": st.column_config.NumberColumn("after", format="%.3f"),
    "nll_before": st.column_config.NumberColumn("NLL before", format="%.3f"),
    "nll_after": st.column_config.NumberColumn("after ", format="%.3f"),
    "brier_before": st.column_config.NumberColumn("Brier before", format="%.3f"),
    "brier_after": st.column_config.NumberColumn("after  ", format="%.3f"),
    "calibration": st.column_config.TextColumn("calibration", width="medium"),
}


@guarded
def page() -> None:
    frame.header(
        "Calibrate",
        "How sure each expert says it is, against how often it is right. After calibration, 70 % means 70 %.",
    )
    run = loaders.opened_run()
    made = calibration_view.reports(run)
    one_expert(made)
    st.subheader("All experts")
    table = calibration_view.table(made, run.weights)
    st.dataframe(table, column_order=list(COLUMNS), column_config=COLUMNS, hide_index=True, width="stretch")
    st.caption(
        "ECE: 15 bins of equal count. NLL in nats and Brier score over all classes where an expert gives them all, "
        "else of the event that its answer is right. Lower is better. Every figure is cross-fitted, against the given "
        "labels, which themselves hold errors."
    )
    frame.onward("threshold", "Choose how much to review")


@st.fragment
@guarded
def one_expert(made) -> None:
    names = [report.expert.name for report in made]
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = st.selectbox("Expert", range(len(made)), format_func=names.__getitem__)
        bins = st.slider("Bins of equal count", 5, 30, 15)
        report = made[chosen]
        st.markdown(f"#### {plain(calibration_view.sentence(report), 600)}")
        if report.expert.simulated:
            st.caption("This expert is simulated; it is no real model.")
        st.caption(plain(report.calibration.described()))
    with right:
        charts.show(charts.reliability(*calibration_view.curves(report, bins)), key="reliability")


page()
