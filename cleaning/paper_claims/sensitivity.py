"""(f) How much hangs on what somebody chose: bins, K and tau, the way of calibrating."""

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibrators import METHODS, calibrator, cross_fitted
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.calibrate.measures.measures import calibration_error_with_interval, top1_log_losses
from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.calibrate.report import ExpertReport
from cleaning.calibrate.study import BIN_COUNTS, effect_of_bins
from cleaning.domain.experts import VotesExpert
from cleaning.domain.settings import OWN
from cleaning.drawing.axes import Axis, Plot
from cleaning.drawing.curves_drawn import Trace, drawn
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points
from cleaning.drawing.shapes import Colour, Mark
from cleaning.drawing.svg_text import Drawing
from cleaning.errors import counted
from cleaning.experts.who_helps import usual_budget
from cleaning.paper_claims.cleaning_tradeoff import rule_table
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.table_figures import bins_figure
from cleaning.paper_claims.told import PaperClaim, ShownFigure, axis_ends, shares
from cleaning.suspect.pool import pool
from cleaning.suspect.suspicion import default_suspicion

MOST_PANELS = 6
BINS_COLUMNS = ["expert", "bins", "moment", "value", "low", "high", "chosen"]
LOOKS: dict[str, tuple[Colour, Mark, bool]] = {
    "none": ("rust", "diamond", True),
    "own": ("teal", "circle", False),
    "platt": ("blue", "square", False),
    "beta": ("blue", "diamond", True),
    "histogram": ("grey", "square", True),
    "isotonic": ("grey", "circle", True),
}


def bins_table(material: Material) -> pd.DataFrame:
    """``effect_of_bins`` of every expert that states a confidence, below each other, in a column ``expert``."""
    tables = []
    for report in _stating(material):
        before = None if report.before is None else report.before.confidence
        rows = material.judged(report)
        stated = (None if before is None else np.asarray(before)[rows]), np.asarray(report.after.confidence)[rows]
        tables.append(effect_of_bins(*stated, material.right(report)[rows]).assign(expert=report.expert.name))
    if not tables:
        return pd.DataFrame(columns=BINS_COLUMNS)
    return pd.concat(tables, ignore_index=True)[BINS_COLUMNS]


def _stating(material: Material) -> list[ExpertReport]:
    return [report for report in material.reports if report.before is not None]


def methods_table(material: Material) -> pd.DataFrame:
    """One row an expert and method: expert, method ("own": of its kind of score), ece, ece_low, ece_high (95 %), by_chance,
    log_loss (of "is right", nats), worse_by (than its own) with worse_low and worse_high (95 %, paired). Cross-fitted."""
    rows = []
    for report in _stating(material):
        judged, right = material.judged(report), material.right(report)
        fold = material.folds.fold[judged]
        stated = np.asarray(report.before.confidence, float)[judged] if report.before else np.empty(0)
        ways = {"own": np.asarray(report.after.confidence, float)[judged]}
        others = [method for method in METHODS if method != report.calibration.method]
        ways |= {m: cross_fitted(calibrator(m), stated, right[judged], fold) for m in others}
        losses = {name: top1_log_losses(np.clip(c, 0, 1), right[judged].astype(float)) for name, c in ways.items()}
        for name, confidence in ways.items():
            error = calibration_error_with_interval(np.clip(confidence, 0, 1), right[judged])
            row: dict[str, object] = {"expert": report.expert.name, "method": name, "ece": error.value}
            row |= {"ece_low": error.low, "ece_high": error.high}
            row["by_chance"] = metrics.expected_calibration_error_when_calibrated(np.clip(confidence, 0, 1))
            worse = losses[name] - losses["own"]
            half = 1.96 * float(worse.std() / np.sqrt(len(worse)))
            row |= {"log_loss": float(losses[name].mean()), "worse_by": float(worse.mean())}
            rows.append(row | {"worse_low": float(worse.mean()) - half, "worse_high": float(worse.mean()) + half})
    return pd.DataFrame(rows)


def lists_table(material: Material) -> pd.DataFrame:
    """One row a method: method, flagged (length of the list), kept, kept_low, kept_high: share of the list by the experts'
    own calibrations that stays when all are calibrated so (95 %, Wilson). Hard answers keep their own."""
    budget = usual_budget(len(material.dataset))
    own = _listed(material, [report.calibration for report in material.reports], budget)
    rows = []
    for method in METHODS if _stating(material) else ():
        given = material.dataset.given_labels
        ways = [OWN if isinstance(expert, VotesExpert) else method for expert in material.experts]
        fitted = [calibrate_as(way, e, given, material.folds) for way, e in zip(ways, material.experts)]
        both = int((own & _listed(material, fitted, budget)).sum())
        low, high = wilson_interval(both, budget)
        rows.append((method, budget, both / budget, float(low), float(high)))
    return pd.DataFrame(rows, columns=["method", "flagged", "kept", "kept_low", "kept_high"])


def _listed(material: Material, calibrations: list, budget: int) -> np.ndarray:
    opinions = pool(material.dataset, material.experts, calibrations, material.folds)
    suspicion = default_suspicion(opinions, material.dataset.given_labels)
    inside = np.zeros(len(suspicion), bool)
    inside[np.argsort(-suspicion, kind="stable")[:budget]] = True
    return inside


def sensitivity(material: Material) -> PaperClaim:
    """The claim with its figures."""
    bins, methods, lists, rule = (f(material) for f in (bins_table, methods_table, lists_table, rule_table))
    found, figures = list[str](), list[ShownFigure]()
    if len(bins):
        found.append(_bins_words(bins))
        names = list(dict.fromkeys(bins["expert"]))
        panels = tuple(bins_figure(bins[bins["expert"] == name], name) for name in names[:MOST_PANELS])
        more = f" (the first {MOST_PANELS} of {len(names)} experts)" if len(names) > MOST_PANELS else ""
        figures.append(ShownFigure("effect_of_bins", f"ECE by the number of bins{more}", panels, bins))
        found.append(_methods_words(methods))
        figures.append(ShownFigure("effect_of_method", "ECE by calibration method", (_methods(methods),), methods))
        found.append(_lists_words(lists))
        figures.append(
            ShownFigure("effect_on_list", "The list of flagged samples, calibrated otherwise", (_lists(lists),), lists)
        )
    else:
        found.append("No expert states a confidence, so neither bins nor methods can be compared.")
    found.append(_rule_words(rule, len(material.experts)))
    figures.append(ShownFigure("effect_of_k_and_tau", "Share flagged by K, at some tau", (_rule_lines(rule),), rule))
    return PaperClaim(
        "f", "Sensitivity", "How much hangs on bins, K, tau and the calibration method?", found, figures, NOTES
    )


NOTES = (
    "More bins find more error by chance as well: the dotted line is what a perfectly calibrated expert stays under 95 "
    "times in 100, by the same number of bins. Bars are 95 % intervals; the full point is the number that cross-validation "
    "chooses, by what it tells of answers that it did not see. A histogram's bins are chosen so too.",
    "Own: temperature for full scores, Platt scaling for a top confidence. Everything is cross-fitted; the list is the most "
    "suspicious twentieth.",
)


def _bins_words(bins: pd.DataFrame) -> str:
    wide = bins.pivot_table(index=["expert", "bins"], columns="moment", values="value").reset_index()
    always = wide.assign(less=wide["after"] < wide["before"]).groupby("expert")["less"].all()
    above = wide.assign(above=wide["after"] > wide["by chance"]).groupby("bins")["above"].sum()
    chosen = bins.loc[bins["chosen"] & (bins["moment"] == "after"), "bins"]
    least, most = int(chosen.min()), int(chosen.max())
    return (
        f"For {int(always.sum())} of {counted(len(always), 'expert')} calibration lowers the error at every number of bins "
        f"from {BIN_COUNTS[0]} to {BIN_COUNTS[-1]}; what is left is beyond chance for {above.iloc[0]} experts at "
        f"{above.index[0]} bins and for {above.iloc[-1]} at {above.index[-1]}. Cross-validation chooses "
        f"{least if least == most else f'{least} to {most}'} bins."
    )


def _methods_words(methods: pd.DataFrame) -> str:
    best = methods.loc[methods.groupby("expert")["log_loss"].idxmin()]
    better = best[(best["method"] != "own") & (best["worse_high"] < 0)]
    counts = ", ".join(f"{name} {n}" for name, n in better["method"].value_counts().items())
    return (
        f"Another method than its own has a smaller log-loss beyond chance for {len(better)} of "
        f"{counted(len(best), 'expert')}{f' ({counts})' if counts else ''}; the largest gain is "
        f"{max(-best['worse_by'].min(), 0):.4f} nats an answer."
    )


def _lists_words(lists: pd.DataFrame) -> str:
    row = lists.iloc[int(lists["kept"].to_numpy().argmin())]
    return (
        f"Of the {row.flagged:,} most suspicious samples at least {shares(row.kept, row.kept_low, row.kept_high)} stay on "
        f"the list under every other method (fewest under '{row.method}')."
    )


def _rule_words(rule: pd.DataFrame, experts: int) -> str:
    at = rule.set_index(["agree", "tau"])["flagged"]
    return (
        f"The paper's rule flags {100 * at[1, 0.0]:.1f} % with K = 1 and tau = 0, and {100 * at[experts, 0.0]:.1f} % with "
        f"all {experts} experts; K = 1 with tau = 0.9 flags {100 * rule[rule['agree'] == 1]['flagged'].iloc[90]:.1f} %."
    )


def _methods(methods: pd.DataFrame) -> Drawing:
    names = list(dict.fromkeys(methods["expert"]))
    series = []
    for method, look in LOOKS.items():
        own = methods[methods["method"] == method].set_index("expert").reindex(names)
        if own["ece"].notna().any():
            values = [own[column].to_numpy(float) for column in ("ece", "ece_low", "ece_high")]
            series.append(PointSeries(method, values[0], look[0], look[1], values[1], values[2], look[2]))
    chance = methods[methods["method"] == "own"].set_index("expert").reindex(names)["by_chance"].to_numpy(float)
    series.append(PointSeries("by chance", chance, "grey", "tick"))
    return rows_of_points("", names, series, Axis("ECE", 0.0, axis_ends([methods["ece_high"].to_numpy()], 0.01)[1]))


def _lists(lists: pd.DataFrame) -> Drawing:
    kept, low, high = (lists[name].to_numpy(float) for name in ("kept", "kept_low", "kept_high"))
    axis = Axis("share of the list that stays", *axis_ends([low, high], 0.1))
    return rows_of_points("", list(lists["method"]), [PointSeries("stays", kept, "teal", "circle", low, high)], axis)


def _rule_lines(rule: pd.DataFrame) -> Drawing:
    looks: tuple = (("teal", ""), ("blue", "long"), ("rust", "dashed"), ("grey", "dotted"))
    traces = []
    for tau, (colour, dash) in zip((0.0, 0.5, 0.8, 0.95), looks):
        own = rule[np.isclose(rule["tau"], tau)]
        x, y = own["agree"].to_numpy(float), own["flagged"].to_numpy()
        traces.append(Trace(f"tau {tau:g}", x, y, colour, dash=dash, mark="circle", hollow=True))
    m = float(rule["agree"].max())
    ticks = tuple(float(k) for k in range(1, int(m) + 1) if m <= 10 or k % (m // 8) == 0)
    across = Axis("K, experts that must agree", 1, max(m, 2), percent=False, ticks=ticks)
    most = axis_ends([rule["flagged"].to_numpy()], 0.05)[1]
    return drawn(
        Plot("", across, Axis("flagged", 0, most), width=480, height=270, right=90, top=14),
        traces,
        "Share flagged by K",
    )
