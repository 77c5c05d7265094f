"""How the columns of the Cascade page's tables are called."""

import streamlit as st

from pages.shared.percentages import share

CALLS = {
    "rule": st.column_config.TextColumn("called", width="large"),
    "calls": st.column_config.NumberColumn("calls", format="localized"),
    "calls_saved": share("calls saved"),
    "overlap": share("flags that stay"),
    "finds": st.column_config.NumberColumn("finds known", format="localized"),
    "finds_kept": share("finds kept"),
}
BINS = {
    "bins": st.column_config.TextColumn("bins"),
    "policy": st.column_config.TextColumn("routing", width="medium"),
    "chosen": share("chosen in"),
    "area": share("area under the curve"),
    "area_low": share("area from"),
    "area_high": share("area to"),
    "accuracy": share("accuracy here"),
    "low": share("from"),
    "high": share("to"),
}
WAYS = {
    "policy": st.column_config.TextColumn("way to ask", width="medium"),
    "accuracy": share("accuracy here"),
    "low": share("from"),
    "high": share("to"),
    "area": share("area under the curve"),
    "latency": st.column_config.NumberColumn("expected latency, ms", format="%.3g"),
}
