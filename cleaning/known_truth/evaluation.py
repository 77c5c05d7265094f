"""A run held against the truth: all tables and figures at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.domain.experts import Expert
from cleaning.drawing.axes import Axis, Plot
from cleaning.drawing.curves_drawn import Trace, drawn
from cleaning.drawing.shapes import Colour, Dash
from cleaning.drawing.svg_text import Drawing, svg
from cleaning.errors import counted
from cleaning.known_truth.audit_check import bands_table, recalibrated_table, recalibration_error
from cleaning.known_truth.curves_of_rankings import RESAMPLES, measures_table, precision_curves
from cleaning.known_truth.known import DEFAULT, LADDER, VOTES, KnownTruth, rankings
from cleaning.known_truth.surface import paper_surface
from cleaning.review.in_force import InForce

LOOKS: tuple[tuple[Colour, Dash], ...] = (
    ("teal", ""), ("rust", "dashed"), ("blue", "long"), ("grey", ""), ("grey", "dashed"), ("grey", "dotted"),
    ("blue", "dotted"), ("rust", "dotted"),
)  # fmt: skip
CAUTION = "For research only: this compares with a truth that no score, threshold or estimate has seen or will see."
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Evaluation:
    """measures, curves, surface, bands, recalibrated: tables, as the functions of this room describe them. judged,
    wrong: how many samples the truth knows, and how many of their labels are wrong."""

    measures: pd.DataFrame
    curves: pd.DataFrame
    surface: pd.DataFrame
    bands: pd.DataFrame
    recalibrated: pd.DataFrame
    judged: int
    wrong: int

    def tables(self) -> dict[str, pd.DataFrame]:
        """By file name without ending."""
        return {
            "measures": self.measures,
            "precision_by_detection_rate": self.curves,
            "papers_rule": self.surface,
            "audit_bands": self.bands,
            "recalibrated_suspicion": self.recalibrated,
        }

    def drawings(self) -> dict[str, Drawing]:
        """Figures by file name without ending."""
        found = {"precision_by_detection_rate": self._against_rankings(), "papers_rule": self._against_rule()}
        if not self.recalibrated.empty:
            found["recalibrated_suspicion"] = self._reliability()
        return found

    def figures(self) -> dict[str, str]:
        """The same as SVG texts."""
        return {name: svg(one) for name, one in self.drawings().items()}

    def sentences(self) -> list[str]:
        """What it says, in words."""
        said = [f"The truth knows {counted(self.judged, 'sample')}, of which {self.wrong:,} have a wrong label."]
        own = self.measures[self.measures["ranking"] == DEFAULT]
        for row in own.head(2).itertuples():
            said.append(f"{row.measure} of this run: {row.value:.3f} ({row.low:.3f} to {row.high:.3f}).")
        said += [f"Frontier of the paper's rule: {self._frontier_words()}"] if len(self.surface) else []
        for by, error in recalibration_error(self.recalibrated).items():
            said.append(f"Recalibrated suspicion ({by}) is off by {100 * error:.1f} points on average.")
        covered, asked = int(self.bands["covered"].sum()), len(self.bands)
        said += [f"{covered} of {asked} bands hold the true value."] if asked else []
        return [*said, CAUTION]

    def _frontier_words(self) -> str:
        edge = self.surface[self.surface["on_frontier"]]
        worse = int((edge["gain_high"] < 0).sum())
        better = int((edge["gain_low"] > 0).sum())
        return (
            f"{len(edge)} settings of K and tau; at as many flags this run finds more beyond chance at {better} and "
            f"fewer at {worse}."
        )

    def _trace(self, ranking: str, colour: Colour = "teal", dash: Dash = "", banded: bool = False) -> Trace:
        own = self.curves[self.curves["ranking"] == ranking]
        low, high = (own["low"].to_numpy(), own["high"].to_numpy()) if banded else (None, None)
        values = own["detection_rate"].to_numpy(), own["precision"].to_numpy()
        return Trace(ranking, *values, colour, low, high, dash)

    def _against_rankings(self) -> Drawing:
        names = list(dict.fromkeys(self.curves["ranking"]))
        best = self._best_first([n for n in names if n not in (DEFAULT, VOTES, LADDER)])[:5]
        shown = [n for n in (DEFAULT, VOTES, LADDER, *best) if n in names]
        traces = [self._trace(n, *look, banded=n == DEFAULT) for n, look in zip(shown, LOOKS)]
        return drawn(_plot("Precision against detection rate"), traces)

    def _best_first(self, names: Sequence[str]) -> list[str]:
        ap = self.measures[self.measures["measure"] == "average precision"].set_index("ranking")["value"]
        return sorted(names, key=lambda name: -float(ap[name]))

    def _against_rule(self) -> Drawing:
        edge = self.surface[self.surface["on_frontier"]].sort_values("detection_rate")
        others = self.surface[~self.surface["on_frontier"]]
        traces = [
            Trace(
                "its other K and tau",
                others["detection_rate"].to_numpy(),
                others["precision"].to_numpy(),
                "grey",
                mark="circle",
                hollow=True,
                line=False,
                size=2.0,
            ),
            self._trace(DEFAULT, banded=True),
            Trace(
                "paper's rule, frontier", edge["detection_rate"].to_numpy(), edge["precision"].to_numpy(), "rust",
                edge["precision_low"].to_numpy(), edge["precision_high"].to_numpy(), "dashed",
            ),
        ]  # fmt: skip
        return drawn(_plot("The paper's rule at every K and tau"), traces)

    def _reliability(self) -> Drawing:
        traces = [Trace("as foretold", np.array([0.0, 1.0]), np.array([0.0, 1.0]), "grey", dash="dotted")]
        looks: tuple[Colour, ...] = ("teal", "rust")
        for (by, own), colour in zip(self.recalibrated.groupby("by", sort=False), looks):
            band = own["low"].to_numpy(), own["high"].to_numpy()
            values = own["foretold"].to_numpy(), own["wrong_share"].to_numpy()
            traces.append(Trace(str(by), *values, colour, *band, mark="circle", bars=True))
        return drawn(_plot("Recalibrated suspicion", "foretold to be wrong", "is wrong"), traces)


def _plot(title: str, x: str = "detection rate", y: str = "precision") -> Plot:
    return Plot(title, Axis(x), Axis(y), width=680, height=420, right=210)


def evaluate_run(
    known: KnownTruth,
    now: InForce,
    experts: Sequence[Expert] = (),
    resamples: int = RESAMPLES,
    progress: Progress = lambda words, share: None,
) -> Evaluation:
    """All of it for one run. experts: those to be judged alone as well."""
    progress("ranking by each expert alone", 0.0)
    scores: Mapping[str, np.ndarray] = rankings(known, experts)
    progress("measuring", 0.3)
    measures = measures_table(scores, known.wrong, resamples)
    progress("drawing curves", 0.6)
    curves = precision_curves(scores, known.wrong, min(200, resamples))
    progress("the paper's rule at every K and tau", 0.8)
    surface = paper_surface(known, min(200, resamples))
    progress("the audit's bands", 0.9)
    tables = bands_table(known, now), recalibrated_table(known, now)
    return Evaluation(measures, curves, surface, *tables, len(known.wrong), int(known.wrong.sum()))
