"""(g) Which experts are independent? Correlation of their errors where the label can be trusted.

A wrong label makes experts that are right "err together", so all samples overstate it; leaving out what the experts
themselves flag understates it, as they flag where they agree against the label. Where a truth is known, labels that
people found right have neither fault. Symbols: N samples, M experts, G groups of the jackknife.
"""

import numpy as np
import pandas as pd

from cleaning.drawing.axes import Axis
from cleaning.drawing.rows_drawn import PointSeries, rows_of_points
from cleaning.drawing.svg_text import Drawing
from cleaning.experts.shared_errors import (
    effective_number,
    groups_that_err_together,
    mean_correlation,
)
from cleaning.experts.who_helps import correlation_on
from cleaning.paper_claims.material import Material
from cleaning.paper_claims.table_figures import correlation_figure
from cleaning.paper_claims.told import PaperClaim, ShownFigure

GROUPS, STUDENT = 20, 2.093  # 97.5 % of Student's t with GROUPS - 1 degrees of freedom
TRUSTED, EVERYWHERE, KNOWN_RIGHT = "verified or not flagged", "all samples", "right by the known truth"


def independence_table(material: Material, bases: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row a basis: basis, samples, correlation (mean of all pairs) and effective (number of independent experts),
    each with _low and _high (95 %). bases: (N,) bool by name, on which errors are judged.

    Delete-a-group jackknife (Kott 2001) over GROUPS random groups of samples.
    """
    group = np.random.default_rng(material.settings.seed).permutation(len(material.dataset)) % GROUPS
    rows = []
    for name, rows_in in bases.items():
        values = np.array([_told(material, rows_in & (group != g)) for g in range(GROUPS)])
        point, half = np.array(_told(material, rows_in)), jackknife_half(values)
        low, high = point - half, point + half
        row: dict[str, object] = {"basis": name, "samples": int(rows_in.sum())}
        row |= {"correlation": point[0], "correlation_low": low[0], "correlation_high": min(high[0], 1.0)}
        m = len(material.experts)
        rows.append(row | {"effective": point[1], "effective_low": max(low[1], 1.0), "effective_high": min(high[1], m)})
    return pd.DataFrame(rows)


def jackknife_half(values: np.ndarray) -> np.ndarray:
    """Half the width of the 95 % interval from (G, ...) values that each leave one group out."""
    variance = (GROUPS - 1) / GROUPS * ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    return STUDENT * np.sqrt(variance)


def _told(material: Material, inside: np.ndarray) -> tuple[float, float]:
    correlation = _correlation(material, inside)
    return mean_correlation(correlation), effective_number(correlation)


def _correlation(material: Material, inside: np.ndarray) -> pd.DataFrame:
    said = {report.expert.name: report.predicted for report in material.reports}
    return correlation_on(said, material.dataset.given_labels, material.labels.codes, inside)


def pair_correlations(material: Material, inside: np.ndarray) -> pd.DataFrame:
    """One row a pair of experts: first, second, correlation, low, high (95 %, jackknife)."""
    group = np.random.default_rng(material.settings.seed).permutation(len(material.dataset)) % GROUPS
    point = _correlation(material, inside)
    half = jackknife_half(np.stack([_correlation(material, inside & (group != g)).to_numpy() for g in range(GROUPS)]))
    first, second = np.triu_indices(len(point), 1)
    names, values = np.array(point.index, object), point.to_numpy()[first, second]
    return pd.DataFrame(
        {
            "first": names[first],
            "second": names[second],
            "correlation": values,
            "low": values - half[first, second],
            "high": np.minimum(values + half[first, second], 1.0),
        }
    )


def independence(material: Material, known_right: np.ndarray | None = None) -> PaperClaim:
    """The claim with its figures. known_right: (N,) bool, labels that a known truth calls right, where there is one."""
    asked = "How many independent opinions are these experts worth?"
    if len(material.experts) < 2:
        return PaperClaim("g", TITLE, asked, ["There is one expert."])
    bases = {EVERYWHERE: material.labels.counted, TRUSTED: material.trusted}
    if known_right is not None:
        bases[KNOWN_RIGHT] = known_right & material.labels.counted
    table, correlation = independence_table(material, bases), _correlation(material, bases[TRUSTED])
    pairs = pair_correlations(material, bases[TRUSTED])
    figures = [
        _map(correlation, pairs),
        ShownFigure("effective_number", "Worth in independent experts", (_worth(table, len(correlation)),), table),
    ]
    return PaperClaim("g", TITLE, asked, _found(table, pairs, correlation), figures, NOTES)


TITLE = "Which experts are independent"
NOTES = (
    "Errors are disagreements with the label, judged where the label is verified or not flagged: a wrong label makes "
    "experts that are right seem to err together. What they flag together is then left out as well, which "
    "understates it: the truth lies between these two rows, and a known truth has neither fault. M experts of mean "
    "correlation r are worth M / (1 + (M - 1) r) (Kish 1965).",
)


def _found(table: pd.DataFrame, pairs: pd.DataFrame, correlation: pd.DataFrame) -> list[str]:
    m = len(correlation)
    words = [
        f"On labels {basis if basis != EVERYWHERE else 'of all samples'}: {m} experts are worth "
        f"{row.effective:.2f} ({row.effective_low:.2f} to {row.effective_high:.2f}) independent ones; mean correlation of "
        f"errors {row.correlation:.2f} ({row.correlation_low:.2f} to {row.correlation_high:.2f}), {row.samples:,} samples."
        for basis, row in zip(map(str, table["basis"]), table.itertuples())
    ]
    known = pairs[pairs["correlation"].notna()].sort_values("correlation")
    if len(known):
        least, most = known.iloc[0], known.iloc[-1]
        words.append(
            f"Least alike: {least['first']} and {least['second']}, {least.correlation:.2f} ({least.low:.2f} to "
            f"{least.high:.2f}); most alike: {most['first']} and {most['second']}, {most.correlation:.2f} "
            f"({most.low:.2f} to {most.high:.2f})."
        )
    together = [group for group in groups_that_err_together(correlation) if len(group) > 1]
    return words + [
        f"Err together so often that they count for little more than one: {', '.join(g)}." for g in together
    ]


def _map(correlation: pd.DataFrame, pairs: pd.DataFrame) -> ShownFigure:
    title = "Correlation of errors, on labels verified or not flagged"
    return ShownFigure("error_correlation", title, (correlation_figure(correlation),), pairs)


def _worth(table: pd.DataFrame, experts: int) -> Drawing:
    value, low, high = (table[f"effective{end}"].to_numpy(float) for end in ("", "_low", "_high"))
    series = PointSeries(f"of {experts} experts", value, "teal", "circle", low, high)
    most = float(np.ceil(min(experts, high.max() + 0.5)))
    return rows_of_points("", list(table["basis"]), [series], Axis("independent experts", 1.0, most, percent=False))
