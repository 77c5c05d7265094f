"""Figures of one look: quiet grid, few colours, readable in light, dark and print.

Backgrounds are transparent and text takes the page's colour, so one figure serves both themes. Names from data go in
as plain text: Plotly reads a few tags in text, so angle brackets are escaped.
"""

import html

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cleaning.export.formats.formula_safe import csv_of
from pages.shared import state

TEAL, RUST, BLUE, GREY = "#1C8278", "#C2622D", "#5B70C0", "#8A8F94"
INK = "#1D2327"
RIGHT_BY_LABELS = "share right (given labels)"
FAINT = "rgba(138,143,148,0.25)"
BUTTONS = ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d"]
CONFIG: dict[str, object] = {"displaylogo": False, "modeBarButtonsToRemove": BUTTONS}


def show(figure: go.Figure, key: str) -> None:
    """Draws a figure under a stable key, so that it does not flicker."""
    st.plotly_chart(figure, key=key, theme="streamlit", config=CONFIG, width="stretch")


def show_with_data(figure: go.Figure, data: pd.DataFrame, key: str) -> None:
    """A figure with a way to download it: drawn for print, its camera saves it as PNG or SVG; the data as CSV.

    Both are made in the browser or here: nothing is fetched from elsewhere.
    """
    kind = str(state.typed(f"{key}_picture") or "")
    config = CONFIG | {"modeBarButtonsToRemove": [*BUTTONS, "toImage"]}
    if kind:
        picture = {"format": kind.lower(), "filename": key, "scale": 3 if kind == "PNG" else 1}
        figure = for_print(figure)
        config = CONFIG | {"toImageButtonOptions": picture, "displayModeBar": True}
    st.plotly_chart(figure, key=key, theme=None if kind else "streamlit", config=config, width="stretch")
    with st.popover("Download", icon=":material/download:", type="tertiary", key=f"{key}_take"):
        st.segmented_control("Draw it for print", ["PNG", "SVG"], key=f"{key}_picture")
        if kind:
            st.caption(f"The camera above the figure now saves it as {kind}.")
        st.download_button(
            "Download as CSV",
            lambda: csv_of(data),
            f"{key}.csv",
            "text/csv",
            key=f"{key}_csv",
            width="stretch",
            on_click="ignore",
        )


def for_print(figure: go.Figure) -> go.Figure:
    """The same figure in dark ink on white paper, whatever the page's theme."""
    printed = go.Figure(figure)
    printed.update_layout(
        template="plotly_white", paper_bgcolor="white", plot_bgcolor="white", font={"color": INK, "size": 13}
    )
    return printed


def text(value: object) -> str:
    """A name from data as plain text in a figure."""
    return html.escape(str(value), quote=False)


def base(height: int, x: str, y: str) -> go.Figure:
    """An empty figure with the shared look."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 56, "r": 16, "t": 52, "b": 48},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        legend={"orientation": "h", "y": 1.04, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(title=x, gridcolor=FAINT, zeroline=False)
    figure.update_yaxes(title=y, gridcolor=FAINT, zeroline=False)
    return figure


def reliability(
    before: pd.DataFrame | None, after: pd.DataFrame, height: int = 360, right: str = RIGHT_BY_LABELS
) -> go.Figure:
    """Reliability diagram: how often right against how sure, before (grey) and after (teal), with 95 % bars."""
    figure = base(height, "confidence stated", right)
    line = {"color": GREY, "dash": "dot", "width": 1}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, hoverinfo="skip", showlegend=False)
    if before is not None:
        figure.add_trace(_curve(before, "before", GREY, "diamond-open"))
    figure.add_trace(_curve(after, "after calibration", TEAL, "circle"))
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return figure


def _curve(curve: pd.DataFrame, name: str, colour: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=curve["mean_confidence"],
        y=curve["accuracy"],
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"symbol": symbol, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": curve["accuracy_high"] - curve["accuracy"],
            "arrayminus": curve["accuracy"] - curve["accuracy_low"],
            "thickness": 1,
            "width": 2,
        },
        customdata=curve["count"],
        hovertemplate="says %{x:.1%}, right %{y:.1%}<br>%{customdata:,} samples<extra>" + name + "</extra>",
    )
