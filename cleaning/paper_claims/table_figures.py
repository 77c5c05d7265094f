"""What the pages draw, as figures of the same tables: for a notebook, and for the report."""

import numpy as np
import pandas as pd

from cleaning.calibrate.measures import reliability_curve
from cleaning.calibrate.report import ExpertReport
from cleaning.drawing.axes import Axis, Plot
from cleaning.drawing.curves_drawn import Trace, drawn, short
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points, tinted
from cleaning.drawing.shapes import Colour, Dash, Mark
from cleaning.drawing.svg_text import Drawing
from cleaning.experts.cascade import CascadeCurves
from cleaning.paper_claims.told import axis_ends
from cleaning.suspect.pipeline import Scored

POLICY_LOOKS: dict[str, tuple[Colour, Dash]] = {
    "calibrated": ("teal", ""),
    "free routing": ("rust", ""),
    "uncalibrated": ("rust", "dashed"),
    "confidence threshold": ("blue", "long"),
    "random": ("grey", "dotted"),
    "oracle": ("grey", "dashed"),
}
MOMENTS: dict[str, tuple[Colour, Mark | None, Dash]] = {
    "before": ("rust", "diamond", "dashed"),
    "after": ("teal", "circle", ""),
    "by chance": ("grey", None, "dotted"),
}
ALL_NAMED = 16  # experts up to which each pair's number stands in its cell
MOST_ROWS = 25


def reliability_figure(report: ExpertReport, bins: int = 15) -> Drawing:
    """How often an expert is right against how sure it is, before and after calibration, with 95 % bars."""
    curves = {}
    for moment, stated in (("before", report.before), ("after", report.after)):
        if stated is not None:
            curves[moment] = reliability_curve(stated.confidence, report.right, bins)
    least = axis_ends([c[["mean_confidence", "accuracy_low"]].to_numpy() for c in curves.values()], 0.1)[0]
    traces = [Trace("", np.array([least, 1.0]), np.array([least, 1.0]), "grey", dash="dotted", named=False)]
    for moment, curve in curves.items():
        colour, mark, dash = MOMENTS[moment]
        x, y, low, high = (
            curve[c].to_numpy() for c in ("mean_confidence", "accuracy", "accuracy_low", "accuracy_high")
        )
        traces.append(Trace(moment, x, y, colour, low, high, dash, mark=mark, hollow=moment == "before", bars=True))
    name = report.expert.name
    plot = Plot(short(name, 40), Axis("confidence stated", least), Axis("share right", least), right=76)
    return drawn(plot, traces, f"{name}: share right against confidence")


def bins_figure(table: pd.DataFrame, name: str = "") -> Drawing:
    """Calibration error by number of bins with 95 %; full: the number that cross-validation chooses. table:
    ``effect_of_bins``. name: of the expert."""
    traces = []
    for moment, (colour, mark, dash) in MOMENTS.items():
        own = table[table["moment"] == moment]
        if len(own):
            x, y, low, high = (own[name].to_numpy(float) for name in ("bins", "value", "low", "high"))
            traces.append(Trace(moment, x, y, colour, low, high, dash, mark=mark, hollow=True, bars=True))
    after = table[(table["moment"] == "after") & table["chosen"].astype(bool)]
    x, y = after["bins"].to_numpy(float), after["value"].to_numpy(float)
    traces.append(Trace("chosen", x, y, "teal", mark="circle", line=False, named=False))
    most = axis_ends([table["value"].to_numpy(float), table["high"].to_numpy(float)], 0.01)[1]
    across = Axis("bins of equal count", 5, 100, percent=False, ticks=(5, 10, 20, 50, 100), logarithmic=True)
    plot = Plot(short(name, 34), across, Axis("ECE", 0, most), right=84)
    return drawn(plot, traces, f"ECE by the number of bins {name}".strip())


def groups_figure(table: pd.DataFrame) -> Drawing:
    """How much surer than right an expert is in each group, with 95 %. table: ``by_group``; at most MOST_ROWS groups."""
    shown = table.head(MOST_ROWS)
    gap, low, high = (shown[name].to_numpy(float) for name in ("gap", "gap_low", "gap_high"))
    flagged = shown["flagged"].to_numpy(bool)
    series = [
        PointSeries("beyond chance", np.where(flagged, gap, np.nan), "rust", "diamond", low, high),
        PointSeries("as calibrated", np.where(flagged, np.nan, gap), "teal", "circle", low, high),
    ]
    axis = Axis("surer than right", *axis_ends([low, high, np.zeros(1)], 0.05, -1.0))
    return rows_of_points("", list(map(str, shown["group"])), series, axis)


def shift_figure(table: pd.DataFrame) -> Drawing:
    """What calibration loses on parts that it did not see, with 95 % and the level by chance. table:
    ``shift_against_chance``; at most MOST_ROWS parts."""
    shown = table.head(MOST_ROWS)
    lost, low, high, chance = (shown[name].to_numpy(float) for name in ("lost", "low", "high", "by_chance"))
    series = [PointSeries("lost", lost, "teal", "circle", low, high), PointSeries("by chance", chance, "grey", "tick")]
    axis = Axis("ECE lost", *axis_ends([lost, low, high, chance, np.zeros(1)], 0.02, -1.0))
    return rows_of_points("", list(map(str, shown["part"])), series, axis)


def correlation_figure(correlation: pd.DataFrame) -> Drawing:
    """Correlation of errors (M, M), the number in each cell up to ALL_NAMED experts."""
    values = correlation.to_numpy(float).copy()
    np.fill_diagonal(values, np.nan)
    told = [["" if np.isnan(v) else f"{v:.2f}" for v in row] for row in values] if len(values) <= ALL_NAMED else None
    names = list(map(str, correlation.index))
    columns = names if told else [str(place + 1) for place in range(len(names))]
    return tinted("", names, columns, values, told)


def cascade_figure(curves: CascadeCurves, best: tuple[str, float] | None = None) -> Drawing:
    """Accuracy against the share sent on (more than two experts: of the possible extra cost), 95 % of the calibrated
    policy. best: name and accuracy of the best single expert, drawn as a line; by default of those in the cascade."""
    best = best or max(((name, float(own.mean())) for name, own in curves.alone.items()), key=lambda one: one[1])
    shown = [policy for policy in POLICY_LOOKS if policy in curves.accuracy]
    means = {policy: curves.policy(policy).mean(axis=0) for policy in shown}
    least, most = axis_ends([*means.values(), np.array([best[1]])], 0.01)
    ends = np.array([0.0, 1.0])
    traces = [Trace(f"best: {best[0]}", ends, np.full(2, best[1]), "ink", dash="dotted", width=1.2)]
    for policy in reversed(shown):
        rows, (colour, dash) = curves.policy(policy), POLICY_LOOKS[policy]
        half = 1.96 * rows.std(axis=0, ddof=1)
        ours, mean = policy == "calibrated", means[policy]
        low, high = (mean - half, mean + half) if ours else (None, None)
        traces.append(Trace(policy, curves.fractions, mean, colour, low, high, dash, 2.4 if ours else 1.6))
    words = "share sent on" if len(curves.names) == 2 else "share of the extra cost"
    title, axes = " → ".join(curves.names), (Axis(words), Axis("accuracy", least, most))
    plot = Plot(title, *axes, width=480, height=300, right=156)
    return drawn(plot, traces)


def threshold_figure(scored: Scored) -> Drawing:
    """Share of all samples that each threshold flags; the run's own threshold as a point."""
    ordered = np.sort(scored.suspicion)
    x = np.arange(101) / 100
    flagged = 1 - np.searchsorted(ordered, x, side="left") / len(ordered)
    at = np.array([scored.threshold]), np.array([float(scored.flagged.mean())])
    traces = [Trace("flagged", x, flagged, named=False)]
    traces.append(Trace("chosen", *at, "rust", mark="diamond", line=False, named=False, size=5))
    plot = Plot("", Axis("suspicion from which is flagged", percent=False), Axis("flagged"), top=14)
    return drawn(plot, traces, "Share flagged by threshold")
