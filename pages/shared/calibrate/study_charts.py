"""Figures of the Calibrate page beside the reliability diagram."""

import pandas as pd
import plotly.graph_objects as go

from pages.shared import charts

MOMENTS = {"before": charts.GREY, "after": charts.TEAL, "by chance": charts.RUST}
SYMBOLS = {"before": "diamond-open", "after": "circle"}


def bins_effect(table: pd.DataFrame) -> go.Figure:
    """Calibration error by number of bins. table: ``cleaning.calibrate.study.effect_of_bins``."""
    figure = charts.base(260, "bins of equal count", "ECE")
    for moment, part in table.groupby("moment", sort=False):
        dash = "dot" if moment == "by chance" else "solid"
        figure.add_scatter(
            x=part["bins"],
            y=part["value"],
            name=moment,
            mode="lines+markers",
            line={"color": MOMENTS[str(moment)], "dash": dash, "width": 2},
            error_y={
                "type": "data",
                "symmetric": False,
                "thickness": 1,
                "width": 3,
                "array": part["high"] - part["value"],
                "arrayminus": part["value"] - part["low"],
            },
            hovertemplate=f"%{{x}} bins: %{{y:.4f}}<extra>{moment}</extra>",
        )
    figure.update_yaxes(rangemode="tozero")
    return figure


def before_after(table: pd.DataFrame) -> go.Figure:
    """Points with 95 % bootstrap intervals. table: ``cleaning.calibrate.study.before_and_after`` of some measures."""
    figure = charts.base(280, "", "")
    for moment, part in table.groupby("moment", sort=False):
        figure.add_scatter(
            x=part["measure"].str.replace(", ", ",<br>"),
            y=part["value"],
            name=moment,
            mode="markers",
            marker={"color": MOMENTS[str(moment)], "size": 10, "symbol": SYMBOLS[str(moment)]},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": part["high"] - part["value"],
                "arrayminus": part["value"] - part["low"],
                "thickness": 1.5,
                "width": 4,
            },
            hovertemplate=f"%{{y:.4f}}<extra>{moment}</extra>",
        )
    figure.update_layout(scattermode="group", scattergap=0.6)
    figure.update_xaxes(tickangle=0, showgrid=False)
    figure.update_yaxes(rangemode="tozero")
    return figure


def heat_map(correlation: pd.DataFrame) -> go.Figure:
    """Correlation of errors (M, M), number in each cell."""
    names = [charts.text(name) for name in correlation.index]
    figure = charts.base(140 + 40 * len(names), "", "")
    figure.add_heatmap(
        x=names,
        y=names,
        z=correlation.to_numpy(),
        zmin=0,
        zmax=1,
        colorscale=[[0, "#F2F0EB"], [1, charts.TEAL]],
        texttemplate="%{z:.2f}",
        hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
        xgap=2,
        ygap=2,
        colorbar={"title": "correlation", "thickness": 10},
    )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(automargin=True, showgrid=False)
    return figure


def groups(table: pd.DataFrame, most: int = 25) -> go.Figure:
    """How much surer than right an expert is in each group, flagged ones in rust; at most ``most`` groups."""
    shown = table.head(most).iloc[::-1]
    figure = charts.base(120 + 24 * len(shown), "surer than right (points)", "")
    colours = [charts.RUST if flagged else charts.TEAL for flagged in shown["flagged"]]
    figure.add_scatter(
        x=100 * shown["gap"],
        y=[charts.text(g) for g in shown["group"]],
        mode="markers",
        marker={"color": colours, "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": 100 * (shown["gap_high"] - shown["gap"]),
            "arrayminus": 100 * (shown["gap"] - shown["gap_low"]),
            "thickness": 1.5,
            "color": charts.GREY,
        },
        customdata=shown["count"],
        hovertemplate="%{y}: %{x:+.1f} points, %{customdata:,} samples<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(zeroline=True, zerolinecolor=charts.GREY)
    figure.update_yaxes(automargin=True, type="category")
    return figure
