"""(c) A small expert first and a large one where it pays; (d) two comparable experts, of whom the surer is believed."""

from collections.abc import Callable

import pandas as pd

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.drawing.axes import Axis
from cleaning.drawing.curves_drawn import short
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points
from cleaning.drawing.svg_text import Drawing
from cleaning.errors import counted
from cleaning.experts.cascade import CascadeCurves, answers_of, cascade_curves
from cleaning.experts.cascade.curves import interval
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.pairs_screened import COMPARABLE, pairs_table, worth_showing
from cleaning.paper_claims.table_figures import cascade_figure
from cleaning.paper_claims.told import PaperClaim, ShownFigure, axis_ends, points, shares

REPEATS, MOST_PAIRS_TOLD = 20, 12
COST_WITHOUT = (1.0, 10.0)
Tell = Callable[[float], None]


def pair_curves(material: Material, small: str, large: str, tell: Tell = lambda share: None) -> CascadeCurves:
    """``cascade_curves`` of two experts. Costs are the experts' own where both are known, else 1 and 10."""
    reports = {report.expert.name: report for report in material.reports}
    own = [reports[name].expert.cost for name in (small, large)]
    costs = [float(c) for c in own if c] if all(own) else list(COST_WITHOUT)
    kept = material.labels.counted
    answers = [answers_of(reports[name], cost, kept) for name, cost in zip((small, large), costs)]
    seed = material.settings.seed
    return cascade_curves(answers, material.labels.codes[kept], repeats=REPEATS, seed=seed, progress=tell)


def cascade_claims(material: Material, tell: Tell = lambda share: None) -> list[PaperClaim]:
    """Both claims; the same pairs were looked at for both."""
    if len(material.experts) < 2:
        words = ["There is one expert; a cascade needs two."]
        return [PaperClaim("c", C_TITLE, C_ASKED, words), PaperClaim("d", D_TITLE, D_ASKED, words)]
    table = pairs_table(material)
    chosen = [worth_showing(table, "small and large", "routed"), worth_showing(table, "comparable", "surer")]
    done, whole = 0, max(len(chosen[0]) + len(chosen[1]), 1)
    curves = list[list[CascadeCurves]]()
    for pairs in chosen:
        curves.append([])
        for small, large in pairs:
            curves[-1].append(pair_curves(material, small, large))
            done += 1
            tell(done / whole)
    return [_small_and_large(material, table, curves[0]), _comparable(table, curves[1])]


C_TITLE, C_ASKED = "Small first, large where it pays", "Does calibrated advantage find the samples worth sending on?"
D_TITLE, D_ASKED = (
    "Comparable experts",
    "Of two experts about as good, is the one that is calibrated surer right more often?",
)


def best_alone(material: Material) -> tuple[str, float, float, float]:
    """The most accurate expert: its name, its accuracy and 95 % (Wilson)."""
    report = material.reports[material.by_accuracy[-1]]
    rows = material.labels.counted
    right = (material.right(report) & report.answered)[rows]
    low, high = wilson_interval(int(right.sum()), len(right))
    return report.expert.name, float(right.mean()), float(low), float(high)


def _small_and_large(material: Material, table: pd.DataFrame, curves: list[CascadeCurves]) -> PaperClaim:
    name, accuracy, low, high = best_alone(material)
    unequal = table[table["kind"] == "small and large"]
    worth = unequal[unequal["routed_low"] > 0]
    found = [
        f"{len(worth)} of {counted(len(unequal), 'pair')} with at least {100 * COMPARABLE:g} points between them gain over "
        "random beyond chance when half the samples are sent on."
    ]
    for one in curves:
        half, over = interval(one.at("calibrated", 0.5)), one.difference("calibrated", "random", 0.5)
        found.append(
            f"{one.names[0]}, half sent on to {one.names[1]}: {shares(*half)}, {points(*over)} over random; all sent on "
            f"{shares(*interval(one.alone[one.names[1]]))}."
        )
    found.append(f"The best expert alone is {name}: {shares(accuracy, low, high)}.")
    figures = []
    if curves:
        panels = tuple(cascade_figure(one, (name, accuracy)) for one in curves)
        figures.append(ShownFigure("cascade_curves", "Accuracy against the share sent on", panels, _long(curves)))
    first = table.sort_values("routed", ascending=False, kind="stable").head(MOST_PAIRS_TOLD)
    figures.append(ShownFigure("cascade_pairs", f"Pairs that gain most, of {len(table)}", (), table, first))
    return PaperClaim("c", C_TITLE, C_ASKED, found, figures, _notes())


def _notes() -> list[str]:
    return [
        f"Learned on one half, judged on the other, over {REPEATS} random halves; the band is 95 %. 50 bins of confidence. "
        "Oracle: knows who is right; no router can do better.",
        "Gap: accuracy of the large minus the small. Routed: accuracy gained over random, half sent on. Surer: accuracy of "
        "the surer answer minus the large.",
        "The pairs drawn were picked among all by what they gain on these very samples, so expect a little less elsewhere.",
    ]


def _long(curves: list[CascadeCurves]) -> pd.DataFrame:
    return pd.concat([c.table().assign(small=c.names[0], large=c.names[1]) for c in curves], ignore_index=True)


def _comparable(table: pd.DataFrame, curves: list[CascadeCurves]) -> PaperClaim:
    alike = table[table["kind"] == "comparable"]
    worth = alike[alike["surer_low"] > 0]
    found = [
        f"In {len(worth)} of {counted(len(alike), 'pair')} within {100 * COMPARABLE:g} points of each other the surer "
        "answer beats the better of the two beyond chance."
    ]
    rows = pd.DataFrame([_higher_row(one) for one in curves])
    for one in curves:
        gain = interval(one.take_higher["calibrated"] - one.alone[one.names[1]])
        surer = shares(*interval(one.take_higher["calibrated"]))
        found.append(
            f"{one.names[0]} and {one.names[1]}: the surer is right on {surer}, {points(*gain)} over the better alone."
        )
    figures = [ShownFigure("comparable_experts", "The surer of two answers", (_higher(rows),), rows)] if curves else []
    notes = [
        "Both are asked. Weaker and better: each alone. Raw and calibrated: whoever states the higher confidence, before "
        "and after calibration on the other half. Intervals are 95 %, over repeated halves.",
    ]
    return PaperClaim("d", D_TITLE, D_ASKED, found, figures, notes if curves else [])


def _higher_row(one: CascadeCurves) -> dict[str, object]:
    row: dict[str, object] = {"weaker_expert": one.names[0], "better_expert": one.names[1]}
    told = {"weaker": one.alone[one.names[0]], "better": one.alone[one.names[1]]}
    for name, repeats in (told | one.take_higher).items():
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), interval(repeats)))
    return row


def _higher(rows: pd.DataFrame) -> Drawing:
    looks: dict[str, tuple] = {
        "weaker": ("weaker alone", "grey", "square", True),
        "better": ("better alone", "blue", "square", False),
        "raw": ("surer, raw", "rust", "diamond", True),
        "calibrated": ("surer, calibrated", "teal", "circle", False),
    }
    series = []
    for name, (said, colour, mark, hollow) in looks.items():
        if name in rows:
            values = [rows[column].to_numpy(float) for column in (name, f"{name}_low", f"{name}_high")]
            series.append(PointSeries(said, values[0], colour, mark, values[1], values[2], hollow))
    ends = axis_ends(
        [s.low for s in series if s.low is not None] + [s.high for s in series if s.high is not None], 0.01
    )
    names = [f"{short(a, 15)} + {short(b, 15)}" for a, b in zip(rows["weaker_expert"], rows["better_expert"])]
    return rows_of_points("", names, series, Axis("accuracy", *ends))
