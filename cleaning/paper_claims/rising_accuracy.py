"""(a) Where an expert is surer, is it right more often?"""

import numpy as np
import pandas as pd

from cleaning.calibrate.measures import reliability_curve
from cleaning.calibrate.measures.shares import NORMAL_95, wilson_interval
from cleaning.drawing.axes import Axis, Plot
from cleaning.drawing.curves_drawn import Trace, drawn, short
from cleaning.drawing.svg_text import Drawing
from cleaning.errors import counted
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.told import PaperClaim, ShownFigure, axis_ends, shares

BINS = 15
TOGETHER = "all experts together"
RANKED = "Accuracy, and how well confidence ranks answers"
LEAST_RANKED = 20  # right and wrong answers each, below which nothing is ranked


def ranks_right_above_wrong(confidence: np.ndarray, right: np.ndarray) -> tuple[float, float, float]:
    """Chance that a right answer is given with more confidence than a wrong one (equal ones count half), and its 95 %
    interval. 0.5: confidence tells nothing. confidence: (n,). right: (n,) bool. NaN without right or wrong answers.

    Source: area under the ROC curve with the variance of DeLong, DeLong and Clarke-Pearson 1988, by mid-ranks.
    """
    upper, lower = np.asarray(confidence)[right], np.asarray(confidence)[~right]
    m, n = len(upper), len(lower)
    if not m or not n:
        return np.nan, np.nan, np.nan
    joint = _mid_ranks(np.concatenate([upper, lower]))
    above = (joint[:m] - _mid_ranks(upper)) / n
    below = 1 - (joint[m:] - _mid_ranks(lower)) / m
    area = float(above.mean())
    spread = np.sqrt((above.var(ddof=1) / m if m > 1 else 0.25) + (below.var(ddof=1) / n if n > 1 else 0.25))
    return area, max(area - NORMAL_95 * spread, 0.0), min(area + NORMAL_95 * spread, 1.0)


def _mid_ranks(values: np.ndarray) -> np.ndarray:
    """(n,) places from 1 on by value; equal values share the middle of theirs."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[which]


def surest_and_least_sure(confidence: np.ndarray, right: np.ndarray, share: float = 0.2) -> dict[str, float]:
    """Accuracy (with 95 %, Wilson) of the surest and of the least sure ``share`` of the answers."""
    order = np.argsort(confidence, kind="stable")
    size = max(1, round(share * len(order)))
    row: dict[str, float] = {}
    for name, rows in (("surest", order[-size:]), ("least_sure", order[:size])):
        low, high = wilson_interval(int(right[rows].sum()), size)
        row |= {name: float(right[rows].mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
    return row


def voices(material: Material) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """(n,) calibrated confidence and whether right, by expert; and of the pool of all, where there are several.

    The pool answers with its most probable class; both its confidence and its weights are cross-fitted.
    """
    found = {report.expert.name: material.calibrated(report) for report in material.reports}
    if len(material.reports) > 1:
        said = material.scored.opinions
        agrees = said.label_probability >= said.suggested_probability
        answer = np.where(agrees, material.dataset.given_labels, said.suggested)
        rows = said.answered & material.labels.counted
        confidence = np.clip(np.maximum(said.label_probability, said.suggested_probability).astype(float), 0, 1)
        found[TOGETHER] = confidence[rows], (answer == material.labels.codes)[rows]
    return found


def rising_table(material: Material) -> pd.DataFrame:
    """One row a voice: expert, answers, accuracy, accuracy_low, accuracy_high, ranked, ranked_low, ranked_high (see
    ``ranks_right_above_wrong``; NaN where one confidence is stated for all), surest, least_sure with their ends."""
    rows = []
    for name, (confidence, right) in voices(material).items():
        low, high = wilson_interval(int(right.sum()), len(right))
        row = {"expert": name, "answers": len(right), "accuracy": float(right.mean())}
        row |= {"accuracy_low": float(low), "accuracy_high": float(high)}
        if _states_several(confidence) and LEAST_RANKED <= right.sum() <= len(right) - LEAST_RANKED:
            ranked = ranks_right_above_wrong(confidence, right)
            row |= dict(zip(("ranked", "ranked_low", "ranked_high"), ranked)) | surest_and_least_sure(confidence, right)
        rows.append(row)
    columns = ["expert", "answers", "accuracy", "accuracy_low", "accuracy_high", "ranked", "ranked_low", "ranked_high"]
    columns += [f"{name}{end}" for name in ("surest", "least_sure") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows).reindex(columns=columns)


def _states_several(confidence: np.ndarray) -> bool:
    """Hard answers state one confidence a fold, which ranks nothing."""
    return len(np.unique(confidence)) > 20


def rising_accuracy(material: Material) -> PaperClaim:
    """The claim with its figure."""
    table, shown = rising_table(material), list[tuple[str, pd.DataFrame]]()
    ranked = table[table["ranked"].notna()]
    stated = set(ranked["expert"])
    for name, (confidence, right) in voices(material).items():
        if name in stated:
            shown.append((name, reliability_curve(confidence, right, BINS)))
    figures = [_figure(shown)] if shown else []
    return PaperClaim(
        "a",
        "Higher confidence, higher accuracy",
        "Where an expert is surer of its answer, is the answer right more often?",
        _found(table),
        [*figures, ShownFigure("accuracy_by_expert", RANKED, (), table, ranked if len(ranked) else None)],
        [
            f"Calibrated confidence, cross-fitted, in {BINS} bins of equal count; bars are 95 %. The dotted line is where "
            "confidence and accuracy are equal.",
            "Ranked: the chance that a right answer is given with more confidence than a wrong one; 50 % is chance.",
        ],
    )


def _found(table: pd.DataFrame) -> list[str]:
    told = table[table["ranked"].notna()]
    silent = len(table) - len(told)
    words = []
    if len(told):
        yes = int((told["ranked_low"] > 0.5).sum())
        least, most = (told.iloc[int(find(told["ranked"].to_numpy()))] for find in (np.argmin, np.argmax))
        words.append(
            f"For {yes} of {counted(len(told), 'voice')} that state a confidence, right answers are surer than wrong ones "
            f"beyond chance: from {shares(least.ranked, least.ranked_low, least.ranked_high)} of such pairs "
            f"({least.expert}) to {shares(most.ranked, most.ranked_low, most.ranked_high)} ({most.expert})."
        )
        gap = told.assign(gap=told["surest"] - told["least_sure"]).sort_values("gap").iloc[0]
        words.append(
            f"Smallest step: {gap.expert} is right on {shares(gap.surest, gap.surest_low, gap.surest_high)} of its surest "
            f"fifth and on {shares(gap.least_sure, gap.least_sure_low, gap.least_sure_high)} of its least sure fifth."
        )
    if silent:
        words.append(f"{counted(silent, 'expert')} with hard answers alone can be ranked only together with others.")
    return words


def _figure(shown: list[tuple[str, pd.DataFrame]]) -> ShownFigure:
    ends = axis_ends([curve[["mean_confidence", "accuracy_low"]].to_numpy() for _, curve in shown], 0.1)
    panels = tuple(_panel(name, curve, ends[0]) for name, curve in shown)
    data = pd.concat([curve.assign(expert=name) for name, curve in shown], ignore_index=True)
    data = data[["expert", *data.columns.drop("expert")]].rename(columns={"low": "from", "high": "to"})
    return ShownFigure("accuracy_by_confidence", "Accuracy against calibrated confidence", panels, data)


def _panel(name: str, curve: pd.DataFrame, least: float) -> Drawing:
    x, y = (curve[column].to_numpy() for column in ("mean_confidence", "accuracy"))
    ends = curve["accuracy_low"].to_numpy(), curve["accuracy_high"].to_numpy()
    diagonal = Trace("", np.array([least, 1.0]), np.array([least, 1.0]), "grey", dash="dotted", width=1.4, named=False)
    plot = Plot(short(name, 38), Axis("calibrated confidence", least), Axis("share right", least))
    return drawn(plot, [diagonal, Trace(name, x, y, "teal", *ends, mark="circle", bars=True, named=False)], name)
