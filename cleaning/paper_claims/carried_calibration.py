"""(b) Calibrated on one part, judged on another: a random half, the parts that a column makes, a second dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.calibrate.calibration import calibrate
from cleaning.calibrate.calibrators import METHODS, calibrator, cross_fitted, fitted_elsewhere
from cleaning.calibrate.saved import SavedCalibration, carried, judged_elsewhere, rows_of, saved_calibration
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import draw_folds
from cleaning.drawing.axes import Axis
from cleaning.drawing.curves_drawn import short
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points
from cleaning.drawing.shapes import Colour, Mark
from cleaning.drawing.svg_text import Drawing
from cleaning.errors import InputError, counted, first_five
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.told import PaperClaim, ShownFigure, axis_ends, shares

MOST_VALUES, MOST_PARTS_DRAWN = 200, 16
LEAST_IN_PART = 40


@dataclass(frozen=True)
class Elsewhere:
    """A second dataset and its experts, of whom some bear the names of the first one's."""

    dataset: Dataset
    experts: Sequence[Expert]


def halves_table(material: Material) -> pd.DataFrame:
    """``cleaning.calibrate.saved.judged_elsewhere`` of a random half of the samples, by what the other half gives."""
    n = len(material.dataset)
    order = np.random.default_rng(material.settings.seed).permutation(n)
    learned, judged = np.sort(order[: n // 2]), np.sort(order[n // 2 :])
    dataset, experts = rows_of(material.dataset, material.experts, learned, "one half")
    saved = _fitted(dataset, experts, material.settings.seed)
    return judged_elsewhere(
        *rows_of(material.dataset, material.experts, judged, "other half"), saved, material.settings.seed
    )


def second_table(material: Material, other: Elsewhere) -> pd.DataFrame:
    """The same of a second dataset, by the calibration of the first, for the experts that both have. Raises InputError
    where there is none."""
    known = {report.expert.name: report for report in material.reports}
    both = [expert for expert in other.experts if expert.name in known]
    if not both:
        raise InputError(
            f"'{other.dataset.name}' has none of these experts: it has {first_five(e.name for e in other.experts)}, here "
            f"are {first_five(known)}. Call the same expert by the same name in both."
        )
    fitted = [(known[e.name].expert.kind, known[e.name].calibration) for e in both]
    saved = saved_calibration(material.dataset.name, len(material.dataset), fitted)
    return judged_elsewhere(other.dataset, both, saved, material.settings.seed)


def _fitted(dataset: Dataset, experts: Sequence[Expert], seed: int) -> SavedCalibration:
    folds = draw_folds(dataset.sample_ids, seed)
    fitted = [(expert.kind, calibrate(expert, dataset.given_labels, folds)) for expert in experts]
    return saved_calibration(dataset.name, len(dataset), fitted)


def splitting_column(dataset: Dataset, asked: str | None = None) -> tuple[str, np.ndarray] | None:
    """(name, (N,) text) of the column by which to split: the one asked for, else a column called "split", the metadata
    group, or the first column of 2 to 200 values. None where there is none. Raises InputError for one that is not."""
    columns = {"group": dataset.group} if dataset.group is not None else {}
    columns |= {str(name): dataset.samples[name].astype(str).to_numpy(object) for name in dataset.samples.columns}
    if asked is not None and asked not in columns:
        raise InputError(f"There is no column '{asked}' to split by. The columns are {first_five(columns)}.")
    wanted = [asked] if asked is not None else sorted(columns, key=lambda name: name not in ("split", "group"))
    for name in wanted:
        values = np.asarray(columns[name], str)
        if 2 <= len(np.unique(values)) <= MOST_VALUES:
            return name, values
    if asked is not None:
        several = len(np.unique(np.asarray(columns[asked], str)))
        raise InputError(f"Column '{asked}' has {counted(several, 'value')}; to split by it takes 2 to {MOST_VALUES}.")
    return None


def parts_table(material: Material, parts: np.ndarray) -> pd.DataFrame:
    """One row an expert and part, the worst first: expert, part, count, accuracy, and ``cleaning.calibrate.saved.carried``
    of the part: before, in part (cross-fitted inside it) and across (fitted on all other parts).

    parts: (N,) text; those of fewer than LEAST_IN_PART answers are left out. For hard answers the map moves their plain
    accuracy.
    """
    rows = []
    for report in material.reports:
        inside = material.judged(report)
        names, part = np.unique(parts[inside], return_inverse=True)
        stated = np.asarray((report.after if report.before is None else report.before).confidence, float)[inside]
        right, own = material.right(report)[inside].astype(float), report.calibration.method
        fit = calibrator(own if own in METHODS else "platt")
        across = fitted_elsewhere(fit, stated, right, part)
        for place in np.flatnonzero((np.bincount(part) >= LEAST_IN_PART) & (len(names) > 1)):
            here = part == place
            before = None if report.before is None else stated[here]
            told = carried(before, cross_fitted(fit, stated[here], right[here]), across[here], right[here])
            about = {"expert": report.expert.name, "part": str(names[place]), "count": int(here.sum())}
            rows.append(about | {"accuracy": float(right[here].mean())} | told)
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    excess = table["ece_across"] - table["by_chance"]
    return table.loc[excess.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def carried_calibration(material: Material, column: str | None = None, other: Elsewhere | None = None) -> PaperClaim:
    """The claim with its figures. column: by which to split; by default one that is there."""
    halves = halves_table(material)
    found, figures = (
        [_carried_words(halves, "the other random half")],
        [_figure(halves, "half", "the other random half")],
    )
    split = splitting_column(material.dataset, column)
    table = pd.DataFrame() if split is None else parts_table(material, split[1])
    if split is not None and len(table):
        found.append(_parts_words(table, split[0]))
        figures.append(_parts_figure(table, split[0]))
    else:
        found.append("No column splits these samples into parts, so only random halves are compared.")
    if other is not None:
        second = second_table(material, other)
        found.append(_carried_words(second, other.dataset.name))
        figures.append(_figure(second, "second_dataset", other.dataset.name))
    return PaperClaim(
        "b",
        "Calibrated on one part, judged on another",
        "Does a calibration hold where it was not fitted?",
        found,
        figures,
        [
            "Before: as stated. In part: cross-fitted on the part that is judged. Across: fitted on the other part alone. "
            "By chance: what a perfectly calibrated expert stays under 95 times in 100; an error below it shows nothing. "
            "ECE of 15 bins of equal count; intervals are 95 % (bootstrap).",
            f"Parts of at least {LEAST_IN_PART} answers; each is judged by a map of the stated confidence that was "
            "fitted on all others. One in twenty is beyond chance by chance alone: look at how far, and how many of a part.",
        ],
    )


def _carried_words(table: pd.DataFrame, where: str) -> str:
    beyond = int(table["beyond_chance"].sum())
    worst = table.iloc[int(table["ece_across"].to_numpy().argmax())]
    before = int((table["ece_before"] > table["ece_across"]).sum())
    stated = int(table["ece_before"].notna().sum())
    words = (
        f"Fitted elsewhere and judged on {where}, the error of {beyond} of {counted(len(table), 'expert')} is beyond "
    )
    words += (
        f"chance; the largest is {shares(worst.ece_across, worst.across_low, worst.across_high)} of {worst.expert} "
    )
    words += f"(by chance up to {100 * worst.by_chance:.1f} %)."
    if stated:
        words += f" It is smaller than before calibration for {before} of the {stated} that state a confidence."
    return words


def _figure(table: pd.DataFrame, name: str, where: str) -> ShownFigure:
    drawing = _rows(list(table["expert"]), table)
    return ShownFigure(f"carried_{name}", f"Calibration error on {where}", (drawing,), table)


def _rows(names: list[str], table: pd.DataFrame) -> Drawing:
    """Rows of a table of ``carried``: before, in part, across, and what chance gives."""

    def series(said: str, key: str, colour: Colour, mark: Mark, hollow: bool) -> PointSeries:
        value, low, high = (table[column].to_numpy(float) for column in (f"ece_{key}", f"{key}_low", f"{key}_high"))
        return PointSeries(said, value, colour, mark, low, high, hollow)

    shown = [series("in part", "here", "blue", "square", True), series("across", "across", "teal", "circle", False)]
    if table["ece_before"].notna().any():
        shown.insert(0, series("before", "before", "rust", "diamond", True))
    shown.append(PointSeries("by chance", table["by_chance"].to_numpy(float), "grey", "tick"))
    most = axis_ends([one.value for one in shown] + [one.high for one in shown if one.high is not None], 0.01)[1]
    return rows_of_points("", names, shown, Axis("ECE", 0.0, most))


def _parts_words(table: pd.DataFrame, column: str) -> str:
    beyond = int(table["beyond_chance"].sum())
    worst = table.iloc[0]
    words = (
        f"By '{column}', fitted on all other parts: the error of {beyond} of {counted(len(table), 'pair')} of an expert "
        f"and a part is beyond chance, where about {0.05 * len(table):.0f} would be by chance alone"
    )
    if not beyond:
        return f"{words}."
    error = shares(worst.ece_across, worst.across_low, worst.across_high)
    return (
        f"{words}; most of all {worst.expert} on {worst.part}, {error} (by chance up to {100 * worst.by_chance:.1f} %)."
    )


def _parts_figure(table: pd.DataFrame, column: str) -> ShownFigure:
    drawn = table.head(MOST_PARTS_DRAWN)
    names = [f"{short(str(a), 16)} · {short(str(b), 14)}" for a, b in zip(drawn["part"], drawn["expert"])]
    title = f"Calibration error on parts of '{column}', the {len(drawn)} furthest beyond chance of {len(table)}"
    return ShownFigure("carried_parts", title, (_rows(names, drawn),), table)
