"""(e) What cleaning trades: how much is flagged, by how many experts together, and, where a truth is known, how much of it
is right and how much is found. The truth is looked at here and nowhere before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.domain.settings import DEFAULT_THRESHOLD
from cleaning.drawing.axes import Axis, Plot
from cleaning.drawing.curves_drawn import Trace, drawn
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points, tinted
from cleaning.drawing.shapes import Colour, Dash
from cleaning.drawing.svg_text import Drawing
from cleaning.errors import counted
from cleaning.estimate.flag_counts import TAU_GRID
from cleaning.experts.chosen_agreement import CHOSEN, LEAST_WRONG, ChosenAgreement, chosen_agreement
from cleaning.known_truth.curves_of_rankings import measures_table, precision_curves
from cleaning.known_truth.known import DEFAULT, LADDER, VOTES, JustScored, KnownTruth, rankings
from cleaning.known_truth.surface import paper_surface
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.told import PaperClaim, ShownFigure, axis_ends, between

STEPS = np.arange(101) / 100
RESAMPLES, ROWS_OF_FRONTIER = 200, 12
FRONTIER = "The paper's rule along its frontier, and the default at as many flags"
AGREEMENT = "The paper's rule by K, with tau chosen by cross-validation"
LOOKS: tuple[tuple[Colour, Dash], ...] = (("teal", ""), ("rust", "dashed"), ("blue", "long"), ("grey", "dotted"))


@dataclass(frozen=True)
class TruthSide:
    """What a known truth says of the run: as ``cleaning.known_truth`` describes its tables. agreement: K and tau by
    cross-validation, or None where too little is known."""

    measures: pd.DataFrame
    curves: pd.DataFrame
    surface: pd.DataFrame
    judged: int
    wrong: int
    agreement: ChosenAgreement | None


def truth_side(material: Material, places: np.ndarray, wrong: np.ndarray) -> TruthSide:
    """places: (J,) rows that the truth knows. wrong: (J,) bool. Raises InputError where it knows too little."""
    known = KnownTruth(material.dataset, JustScored(material.scored), places, wrong)
    scores = rankings(known, material.experts)
    tables = measures_table(scores, wrong, RESAMPLES), precision_curves(scores, wrong, RESAMPLES)
    agreement = agreement_by_truth(material, places, wrong)
    return TruthSide(*tables, paper_surface(known, RESAMPLES), len(wrong), int(wrong.sum()), agreement)


def agreement_by_truth(material: Material, places: np.ndarray, wrong: np.ndarray) -> ChosenAgreement | None:
    """K and tau by cross-validation on the known samples; None where too few are wrong."""
    view, experts = material.agreement, len(material.experts)
    if min(int(np.sum(wrong)), int(np.sum(~np.asarray(wrong, bool)))) < LEAST_WRONG:
        return None
    return chosen_agreement(view.count[places], view.weakest[places], wrong, experts, half_of(experts))


def flagged_table(material: Material) -> pd.DataFrame:
    """threshold (0 to 1), flagged (share of all samples), and of the flagged: with_one, with_half, with_all, the share on
    which so many experts answer the suggested label."""
    suspicion, m = material.scored.suspicion, len(material.experts)
    order = np.argsort(-suspicion)
    falling, agreeing = suspicion[order], np.asarray(material.scored.agreeing)[order]
    count = np.searchsorted(-falling, -STEPS, side="right")
    table = {"threshold": STEPS, "flagged": count / len(suspicion)}
    for name, least in (("with_one", 1), ("with_half", half_of(m)), ("with_all", m)):
        so_many = np.append(0, np.cumsum(agreeing >= least))[count]
        table[name] = np.where(count > 0, so_many / np.maximum(count, 1), np.nan)
    return pd.DataFrame(table)


def half_of(experts: int) -> int:
    """The least number that is more than half."""
    return experts // 2 + 1


def rule_table(material: Material) -> pd.DataFrame:
    """The paper's rule: agree (K), tau (0 to 1), flagged (share of all samples)."""
    view, m = material.agreement, len(material.experts)
    rows = []
    for agree in range(1, m + 1):
        weakest = np.sort(view.weakest[view.count >= agree])
        count = len(weakest) - np.searchsorted(weakest, TAU_GRID, side="left")
        rows.append(pd.DataFrame({"agree": agree, "tau": TAU_GRID, "flagged": count / len(view.count)}))
    return pd.concat(rows, ignore_index=True)


def cleaning_tradeoff(material: Material, truth: TruthSide | None = None) -> PaperClaim:
    """The claim with its figures."""
    table, rule = flagged_table(material), rule_table(material)
    figures = [
        ShownFigure("flagged_by_threshold", "How much is flagged", (_flagged(table), _agreeing(table)), table),
        ShownFigure("flagged_by_rule", "The paper's rule: percent flagged by K and tau", (_rule(rule),), rule),
    ]
    found = [_flagged_words(material, table)]
    notes = [
        "Flagged shares are counts of these samples. Agreement is among the experts, who also err together: it is no "
        "probability that the label is wrong."
    ]
    if truth is None:
        found.append("No truth was given, so nothing is said of how many flags are right; random cards tell that.")
    else:
        found += _truth_words(truth)
        figures = [*_truth_figures(truth), *figures]
        notes.append(
            "The truth is used for this section alone; no score or threshold saw it. Intervals are 95 % of a paired "
            f"bootstrap ({RESAMPLES} resamples); other K and tau are drawn as points, the frontier as a line."
        )
    return PaperClaim(
        "e", "Cleaning's trade-off", "What does a lower threshold find, and what does it cost?", found, figures, notes
    )


def _flagged_words(material: Material, table: pd.DataFrame) -> str:
    row = table.iloc[int(np.searchsorted(STEPS, DEFAULT_THRESHOLD))]
    m = len(material.experts)
    return (
        f"At a suspicion of {DEFAULT_THRESHOLD:g}, {100 * row.flagged:.1f} % of {counted(len(material.dataset), 'sample')} "
        f"are flagged; on {100 * row.with_half:.0f} % of these at least {half_of(m)} of {m} experts answer "
        "the suggested label."
    )


def _truth_words(truth: TruthSide) -> list[str]:
    table = truth.measures[truth.measures["measure"] == "average precision"].set_index("ranking")
    own, alone = table.loc[DEFAULT], table.drop(index=DEFAULT)
    rival = alone.iloc[int(alone["value"].to_numpy().argmax())]
    edge = truth.surface[truth.surface["on_frontier"]]
    better, worse = int((edge["gain_low"] > 0).sum()), int((edge["gain_high"] < 0).sum())
    return [
        f"The truth knows {counted(truth.judged, 'sample')}, of which {truth.wrong:,} have a wrong label "
        f"({100 * truth.wrong / truth.judged:.1f} %).",
        f"Average precision: {own.value:.3f} ({own.low:.3f} to {own.high:.3f}); best other ({rival.name}) "
        f"{rival.value:.3f}, a lead of {rival.lead:+.3f} ({rival.lead_low:+.3f} to {rival.lead_high:+.3f}).",
        f"Of {counted(len(edge), 'setting')} of K and tau on the frontier, the default at as many flags finds more beyond "
        f"chance at {better} and fewer at {worse}.",
        *([truth.agreement.sentence()] if truth.agreement else []),
    ]


def _truth_figures(truth: TruthSide) -> list[ShownFigure]:
    ap = truth.measures[truth.measures["measure"] == "average precision"].set_index("ranking")["value"]
    single = ap.drop(index=[n for n in (DEFAULT, VOTES, LADDER) if n in ap.index])
    names = [DEFAULT, LADDER, VOTES, *([str(single.idxmax())] if len(single) else [])]
    traces = [_ranking(truth.curves, name, *look, name == DEFAULT) for name, look in zip(names, LOOKS)]
    edge = truth.surface[truth.surface["on_frontier"]].sort_values("detection_rate")
    others = truth.surface[~truth.surface["on_frontier"]]
    at = [(part["detection_rate"].to_numpy(), part["precision"].to_numpy()) for part in (others, edge)]
    rule = [
        Trace("other K and tau", *at[0], "grey", mark="circle", hollow=True, line=False, named=False, size=1.6),
        _ranking(truth.curves, DEFAULT, "teal", "", True),
        Trace("paper's rule", *at[1], "rust", dash="dashed"),
    ]
    everything = [c["precision"].to_numpy() for _, c in truth.curves.groupby("ranking")]
    most = axis_ends(everything, 0.1)[1]
    panels = drawn(_plot("Rankings", most), traces), drawn(_plot("The paper's rule at every K and tau", most), rule)
    return [
        ShownFigure("precision_by_detection", "Precision against detection rate", panels, truth.curves),
        ShownFigure("measures_by_ranking", "Every ranking", (), truth.measures, _by_ranking(truth.measures)),
        ShownFigure("rule_by_truth", FRONTIER, (), truth.surface, _some_of(edge)),
    ] + _agreement_figures(truth.agreement)


def _agreement_figures(found: ChosenAgreement | None) -> list[ShownFigure]:
    return [ShownFigure("agreement_by_truth", AGREEMENT, (_by_agreement(found),), found.table)] if found else []


def _by_agreement(found: ChosenAgreement) -> Drawing:
    """F1 of every K and of the choice, each on samples that had no part in choosing."""
    table = found.table
    names = [f"K = {k}" if k != CHOSEN else f"by {k}" for k in table["agree"]]
    value, low, high = (table[name].to_numpy(float) for name in ("f1", "f1_low", "f1_high"))
    axis = Axis("F1 of precision and detection rate", *axis_ends([low, high], 0.05), percent=False)
    return rows_of_points("", names, [PointSeries("F1", value, "teal", "circle", low, high)], axis)


def _by_ranking(measures: pd.DataFrame) -> pd.DataFrame:
    """One row a ranking, one column a measure, with intervals."""
    told = measures.assign(told=list(map(between, measures["value"], measures["low"], measures["high"])))
    wide = told.pivot(index="ranking", columns="measure", values="told")
    return wide.loc[list(dict.fromkeys(told["ranking"])), list(dict.fromkeys(told["measure"]))].reset_index()


def _some_of(edge: pd.DataFrame) -> pd.DataFrame:
    """At most ROWS_OF_FRONTIER settings along the frontier, evenly by rank."""
    rows = np.unique(np.linspace(0, len(edge) - 1, min(ROWS_OF_FRONTIER, len(edge))).round().astype(int))
    told = edge.iloc[rows]
    shown: dict[str, object] = {"K": told["agree"], "tau": told["tau"], "flagged": told["flagged"]}
    for name, words in (
        ("precision", "precision"),
        ("detection_rate", "detection rate"),
        ("gain", "default finds more by"),
    ):
        ends = zip(told[name], told[f"{name}_low"], told[f"{name}_high"])
        shown[words] = [between(*values) for values in ends]
    return pd.DataFrame(shown)


def _ranking(curves: pd.DataFrame, name: str, colour: Colour, dash: Dash, banded: bool) -> Trace:
    own = curves[curves["ranking"] == name]
    low, high = (own["low"].to_numpy(), own["high"].to_numpy()) if banded else (None, None)
    return Trace(name, own["detection_rate"].to_numpy(), own["precision"].to_numpy(), colour, low, high, dash)


def _plot(title: str, most: float) -> Plot:
    return Plot(title, Axis("detection rate"), Axis("precision", 0.0, most), width=480, height=300, right=150)


def _flagged(table: pd.DataFrame) -> Drawing:
    plot = Plot("Share of all samples", Axis("suspicion from which is flagged", percent=False), Axis("flagged"))
    x = table["threshold"].to_numpy()
    return drawn(plot, [Trace("flagged", x, table["flagged"].to_numpy(), named=False)])


def _agreeing(table: pd.DataFrame) -> Drawing:
    title = "Experts that answer the suggested label"
    plot = Plot(
        title, Axis("suspicion from which is flagged", percent=False), Axis("share of the flagged"), right=84, width=414
    )
    x = table["threshold"].to_numpy()
    said = {"with_one": "at least 1", "with_half": "over half", "with_all": "all"}
    traces = [Trace(said[n], x, table[n].to_numpy(), *look[:1], dash=look[1]) for n, look in zip(said, LOOKS)]
    return drawn(plot, traces)


def _rule(rule: pd.DataFrame) -> Drawing:
    wide = rule[np.isclose(rule["tau"] * 10 % 1, 0)].pivot(index="agree", columns="tau", values="flagged")
    values = wide.to_numpy()
    told = [[f"{100 * value:.1f}" for value in row] for row in values]
    names = [f"K = {k}" for k in wide.index], [f"{tau:g}" for tau in wide.columns]
    return tinted("", *names, np.sqrt(values / (float(values.max()) or 1.0)), told, ("tau", ""), turned=False)
