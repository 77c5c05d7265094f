"""The Cascade page's two figures: accuracy against the fraction sent on, and against cost."""

import pandas as pd
import plotly.graph_objects as go

from cleaning.experts.cascade import CascadeCurves
from pages.shared import charts

CURVES = {
    "calibrated": ("calibrated", charts.TEAL, "solid"),
    "calibrated, surer stands": ("calibrated, surer stands", "#8E3B6B", "solid"),
    "uncalibrated": ("uncalibrated", charts.RUST, "dash"),
    "confidence threshold": ("plain confidence", charts.BLUE, "dashdot"),
    "random": ("random", charts.GREY, "dot"),
    "oracle": ("oracle", "#8A6D1B", "longdash"),
}
SYMBOLS = {"circle": "●", "square": "■", "diamond": "◆", "cross": "✚", "triangle-up": "▲", "star": "★"}
HEIGHT = 440


def against(curves: CascadeCurves, axis: str) -> go.Figure:
    """Accuracy against ``axis``: "fraction" of the possible extra cost, or "cost" per sample."""
    title = "cost per sample"
    if axis == "fraction":
        title = "share of samples sent on" if len(curves.names) == 2 else "share of the possible extra cost"
    figure = charts.base(HEIGHT, title, "accuracy")
    table = curves.table()
    for policy, curve in table.groupby("policy", sort=False):
        _draw(figure, curve, axis, *CURVES[str(policy)])
    _points(figure, curves, axis)
    figure.update_layout(legend={"y": -0.22, "yanchor": "top", "font": {"size": 12}}, margin={"t": 12, "r": 8})
    figure.update_yaxes(tickformat=".0%")
    if axis == "fraction":
        figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    return figure


def _draw(figure: go.Figure, curve: pd.DataFrame, axis: str, name: str, colour: str, dash: str) -> None:
    shared = {"legendgroup": name, "hoverinfo": "skip"}
    x = pd.concat([curve[axis], curve[axis][::-1]])
    y = pd.concat([curve["high"], curve["low"][::-1]])
    figure.add_scatter(
        x=x, y=y, fill="toself", fillcolor=_faint(colour), line={"width": 0}, mode="lines", showlegend=False, **shared
    )
    where = "%{x:.0%}" if axis == "fraction" else "cost %{x:.3g}"
    figure.add_scatter(
        x=curve[axis],
        y=curve["accuracy"],
        name=name,
        legendgroup=name,
        mode="lines",
        line={"color": colour, "width": 2.5 if dash == "solid" else 1.8, "dash": dash},
        hovertemplate=f"{where}: %{{y:.1%}}<extra>{name}</extra>",
    )


def _points(figure: go.Figure, curves: CascadeCurves, axis: str) -> None:
    """Each expert alone, and all asked with the surest answer: single points, or level lines against the fraction."""
    for number, row in enumerate(curves.single_points()):
        name = charts.text(row.who if row.who not in curves.names else f"{row.who} alone")
        x = row.cost
        if axis == "fraction":
            x = 1.0 if row.who not in curves.names or row.who == curves.names[-1] else 0.0
        figure.add_scatter(
            x=[x],
            y=[row.accuracy],
            name=name,
            mode="markers",
            showlegend=False,
            marker={"symbol": list(SYMBOLS)[number % len(SYMBOLS)], "size": 11, "color": charts.GREY, "line": {"width": 1}},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "width": 3,
                "array": [row.high - row.accuracy], "arrayminus": [row.accuracy - row.low],
            },
            hovertemplate=f"{name}: %{{y:.1%}}, cost {row.cost:g}<extra></extra>",
        )  # fmt: skip


def points_in_words(curves: CascadeCurves) -> str:
    """The single points of the figures with their symbols: ``● small alone 68.2 % (67.7 to 68.6) at cost 1``."""
    signs = list(SYMBOLS.values())
    return " · ".join(
        f"{signs[number % len(signs)]} {row.who}{' alone' if row.who in curves.names else ''} "
        f"{100 * row.accuracy:.1f} % ({100 * row.low:.1f} to {100 * row.high:.1f}) at cost {row.cost:g}"
        for number, row in enumerate(curves.single_points())
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.06)"
