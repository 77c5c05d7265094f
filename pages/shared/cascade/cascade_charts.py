"""The Cascade page's figure: accuracy against cost, each line named where it ends, and what is chosen in it."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cleaning.experts.cascade import CascadeCurves, OperatingPoint, operating_point
from pages.shared import charts
from pages.shared.cascade.free_place import free_place

CURVES = {
    "calibrated": ("calibrated", charts.TEAL, "solid"),
    "calibrated, surer stands": ("surest stands", "#8E3B6B", "solid"),
    "free routing": ("free routing", "#4C7A2E", "solid"),
    "uncalibrated": ("uncalibrated", charts.RUST, "dash"),
    "confidence threshold": ("plain confidence", charts.BLUE, "dashdot"),
    "best single expert": ("best single expert", "#9C6232", "dash"),
    "random": ("random", charts.GREY, "dot"),
    "oracle": ("oracle", "#8A6D1B", "longdash"),
}
SYMBOLS = {"circle": "●", "square": "■", "diamond": "◆", "cross": "✚", "triangle-up": "▲", "star": "★"}
HEIGHT, TOP, BOTTOM, RIGHT = 460, 16, 48, 128
LINE = 19  # pixels from one name to the next


def against_cost(curves: CascadeCurves, point: OperatingPoint) -> go.Figure:
    """Accuracy against the cost of a sample; the point is marked on its line."""
    figure = charts.base(HEIGHT, "cost of a sample", "accuracy")
    table, alone = curves.table(), curves.points()
    shown = [table["low"].min(), *alone["low"]], [table["high"].max(), *alone["high"]]
    room = 0.03 * (max(shown[1]) - min(shown[0]))
    span = min(shown[0]) - room, max(shown[1]) + room
    for policy, curve in table.groupby("policy", sort=False):
        _draw(figure, curve, *CURVES[str(policy)], banded=policy == point.policy)
    _points(figure, curves)
    _chosen(figure, point)
    _name_ends(figure, table, span)
    dearest, cheapest = alone["cost"].max(), table["cost"].min()
    costs = cheapest - 0.03 * dearest, 1.03 * dearest
    _name_best(figure, curves, table, (costs, span))
    figure.update_layout(showlegend=False, margin={"t": TOP, "b": BOTTOM, "r": RIGHT})
    figure.update_yaxes(tickformat=".0%", range=span)
    figure.update_xaxes(range=costs)
    return figure


def _draw(figure: go.Figure, curve: pd.DataFrame, name: str, colour: str, dash: str, banded: bool) -> None:
    """A line; with its band where it is the chosen one's, since six bands on each other show nothing."""
    if banded:
        _band(figure, curve, colour)
    figure.add_scatter(
        x=curve["cost"],
        y=curve["accuracy"],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.5 if dash == "solid" else 1.8, "dash": dash},
        hovertemplate=f"cost %{{x:.3g}}: %{{y:.1%}}<extra>{name}</extra>",
    )


def _band(figure: go.Figure, curve: pd.DataFrame, colour: str) -> None:
    x = pd.concat([curve["cost"], curve["cost"][::-1]])
    y = pd.concat([curve["high"], curve["low"][::-1]])
    figure.add_scatter(
        x=x, y=y, fill="toself", fillcolor=_faint(colour), line={"width": 0}, mode="lines", hoverinfo="skip"
    )


def _name_ends(figure: go.Figure, table: pd.DataFrame, span: tuple[float, float]) -> None:
    """Each line's name at its end, in the order of what the lines reach; ends in one place are fanned out."""
    ends = table.loc[table.groupby("policy")["cost"].idxmax()].set_index("policy")
    height = HEIGHT - TOP - BOTTOM
    down = (span[1] - ends["accuracy"]) / (span[1] - span[0]) * height
    order = table.groupby("policy")["accuracy"].mean().sort_values(ascending=False).index
    top = min(max(float(down.mean()) - LINE * (len(order) - 1) / 2, LINE / 2), height - LINE * (len(order) - 0.5))
    for place, policy in enumerate(map(str, order)):
        name, colour, _ = CURVES[policy]
        figure.add_annotation(
            x=ends.at[policy, "cost"],
            y=ends.at[policy, "accuracy"],
            ax=16,
            ay=top + LINE * place - float(down[policy]),
            text=name,
            font={"color": colour, "size": 12},
            xanchor="left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=colour,
        )


def _points(figure: go.Figure, curves: CascadeCurves) -> None:
    """Each expert alone, and all asked with the surest answer."""
    for number, row in enumerate(curves.single_points()):
        name = charts.text(row.who if row.who not in curves.names else f"{row.who} alone")
        figure.add_scatter(
            x=[row.cost],
            y=[row.accuracy],
            name=name,
            mode="markers",
            marker={"symbol": list(SYMBOLS)[number % len(SYMBOLS)], "size": 11, "color": charts.GREY, "line": {"width": 1}},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "width": 3,
                "array": [row.high - row.accuracy], "arrayminus": [row.accuracy - row.low],
            },
            hovertemplate=f"{name}: %{{y:.1%}}, cost {row.cost:g}<extra></extra>",
        )  # fmt: skip


def _name_best(
    figure: go.Figure,
    curves: CascadeCurves,
    table: pd.DataFrame,
    spans: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    """The best expert alone bears its name, where nothing that is drawn runs through it."""
    points = curves.single_points()
    best = max((point for point in points if point.who in curves.names), key=lambda point: point.accuracy)
    lines = [(list(curve["cost"]), list(curve["accuracy"])) for _, curve in table.groupby("policy")]
    lines += [([one.cost, one.cost], [one.low, one.high]) for one in points]
    right, down = free_place((best.cost, best.accuracy), lines, spans, HEIGHT - TOP - BOTTOM)
    figure.add_annotation(
        x=best.cost,
        y=best.accuracy,
        ax=right,
        ay=down,
        text="best alone",
        font={"size": 12},
        showarrow=True,
        arrowhead=0,
        arrowwidth=1,
        arrowcolor=charts.GREY,
        standoff=7,
    )


def _chosen(figure: go.Figure, point: OperatingPoint) -> None:
    colour = CURVES[point.policy][1]
    figure.add_scatter(
        x=[point.cost],
        y=[point.accuracy.value],
        name="chosen",
        mode="markers",
        marker={"size": 15, "color": colour, "line": {"width": 3, "color": "white"}},
        hovertemplate="chosen: %{y:.1%}, cost %{x:.3g}<extra></extra>",
    )


def points_in_words(curves: CascadeCurves) -> str:
    """The single points of the figure with their symbols: ``● small alone 68.2 % (67.7 to 68.6) at cost 1``."""
    signs = list(SYMBOLS.values())
    return " · ".join(
        f"{signs[number % len(signs)]} {row.who}{' alone' if row.who in curves.names else ''} "
        f"{100 * row.accuracy:.1f} % ({100 * row.low:.1f} to {100 * row.high:.1f}) at cost {row.cost:g}"
        for number, row in enumerate(curves.single_points())
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"


def show_first_look(place: DeltaGenerator, curves: CascadeCurves) -> None:
    """The figure as the first halves have it, until all are judged."""
    with place.container():
        charts.show(against_cost(curves, operating_point(curves, 0.5)), "cascade_first_look")
        st.caption(f"As {len(curves.bins)} halves have it; the others follow.")
