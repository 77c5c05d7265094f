"""What the Calibrate page draws of an expert, whatever says how right it is: labels, or a verifier's marks."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from cleaning.export.formats.formula_safe import csv_of
from pages.shared import charts
from pages.shared.calibrate import calibration_reports, study_charts
from pages.shared.percentages import in_percent, share

MOST_ROWS = 1_000
ECE = {
    "ece_before": st.column_config.NumberColumn("ECE before", format="%.3f"),
    "ece_after": st.column_config.NumberColumn("after", format="%.3f"),
}
LIKELIHOOD = {
    "nll_before": st.column_config.NumberColumn("NLL before", format="%.3f"),
    "nll_after": st.column_config.NumberColumn("after ", format="%.3f"),
    "brier_before": st.column_config.NumberColumn("Brier before", format="%.3f"),
    "brier_after": st.column_config.NumberColumn("after  ", format="%.3f"),
    "calibration": st.column_config.TextColumn("calibration", width="medium"),
}
GROUPS = {
    "group": st.column_config.TextColumn("group", width="small"),
    "flagged": st.column_config.CheckboxColumn("stands out"),
    "count": st.column_config.NumberColumn("samples", format="localized"),
    "mean_confidence": share("says"),
    "accuracy": share("is right"),
    "expected_calibration_error": st.column_config.NumberColumn("ECE", format="%.3f"),
}
SHIFT = {
    "part": st.column_config.TextColumn("part", width="medium"),
    "count": st.column_config.NumberColumn("samples", format="localized"),
    "accuracy": share("accuracy"),
    "fitted_elsewhere": st.column_config.NumberColumn("ECE, learned on the others", format="%.3f"),
    "fitted_everywhere": st.column_config.NumberColumn("ECE, learned on all", format="%.3f"),
    "lost": st.column_config.NumberColumn("lost", format="%.3f"),
    "low": st.column_config.NumberColumn("from", format="%.3f", help="95 % interval of what is lost"),
    "high": st.column_config.NumberColumn("to", format="%.3f"),
    "by_chance": st.column_config.NumberColumn("by chance up to", format="%.3f"),
    "beyond_chance": st.column_config.CheckboxColumn("more than chance"),
}


def all_experts(table: pd.DataFrame, columns: Mapping, order: Sequence[str]) -> None:
    """A line for each expert, and the same to download."""
    shown = in_percent(table, columns)
    st.dataframe(shown, column_order=order, column_config=columns, hide_index=True, width="stretch")
    st.download_button(
        "Download as CSV",
        lambda: csv_of(table),
        "calibration.csv",
        "text/csv",
        type="tertiary",
        on_click="ignore",
    )


def reliability(before: pd.DataFrame | None, after: pd.DataFrame, right: str = charts.RIGHT_BY_LABELS) -> None:
    """The diagram with its data, and how many samples a point stands for. right: what is right, in words."""
    parts = [part.assign(moment=moment) for moment, part in (("before", before), ("after", after)) if part is not None]
    charts.show_with_data(charts.reliability(before, after, right=right), pd.concat(parts), "reliability")
    st.caption(calibration_reports.counts_in_words(after))


def measures_and_bins(table: pd.DataFrame, effect: pd.DataFrame) -> None:
    """table: ``cleaning.calibrate.study.before_and_after``. effect: ``effect_of_bins``."""
    small = table[table["measure"].str.startswith(("ECE", "Brier", "NLL"))]
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Before and after, with 95 % bootstrap intervals**")
        charts.show_with_data(study_charts.before_after(small), table, "before_after")
    with right:
        st.markdown("**ECE by number of bins**")
        charts.show_with_data(study_charts.bins_effect(effect), effect, "bins_effect")
        st.caption(
            "Bars are 95 % intervals. “By chance”: what a perfectly calibrated expert stays under 95 times in 100."
        )


def groups(found: pd.DataFrame) -> None:
    """Which groups stand out, as a figure and a table. found: ``cleaning.calibrate.measures.by_group``."""
    standing_out = int(found["flagged"].sum())
    st.markdown(
        f"**{standing_out} of {len(found)} groups stand out**: after calibration the expert is surer, or less sure, "
        "than it is right there, by at least 2 points and more than chance."
    )
    figure, table = st.columns(2, gap="medium")
    with figure:
        charts.show_with_data(study_charts.groups(found), found, "calibration_by_group")
    _table(table, found, GROUPS)


def shift(parts: pd.DataFrame) -> None:
    """parts: ``cleaning.calibrate.shift.shift_against_chance``."""
    st.markdown("**Shift check**: calibration learned on all other parts, judged on each")
    _table(st, parts, SHIFT)
    st.caption(
        "“By chance”: what parts of the same sizes lose that are drawn at random. A part that loses more is one to which "
        "calibration does not carry over. The last line is a random half, for comparison."
    )


def _table(place, table: pd.DataFrame, columns: dict) -> None:
    shown = in_percent(table.head(MOST_ROWS), columns)
    place.dataframe(shown, column_order=list(columns), column_config=columns, hide_index=True, width="stretch")
