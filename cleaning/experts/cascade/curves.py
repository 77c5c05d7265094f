"""Accuracy against cost: learned on one half of the samples, judged on the other, over repeated random halves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import fit_platt
from cleaning.calibrate.measures import Measure
from cleaning.errors import InputError
from cleaning.experts.cascade.expert_answers import (
    AnswerRule,
    Answers,
    Calibrate,
    check_experts,
    confidence_rows,
    correct_rows,
    fit_rows,
    mapped_rows,
    standing,
)
from cleaning.experts.cascade.free_routing import MOST_EXPERTS, free_routing
from cleaning.experts.cascade.learning import decisions_at, judged, prices, stage_edges, summed, threshold_decisions

BINS = 50
THRESHOLD_BINS = 200
FRACTIONS = np.linspace(0, 1, 101)
POLICIES = {
    "calibrated": "calibrated advantage routing; the last answer stands",
    "calibrated, surer stands": "calibrated advantage routing; of the answers asked for, the surest stands",
    "free routing": "any order: ask whom the best gain per cost is expected of, or stop (three or four experts)",
    "uncalibrated": "advantage routing on raw confidences; the last answer stands",
    "confidence threshold": "pass on below a raw confidence; the last answer stands",
    "random": "pass on at random; the last answer stands",
    "oracle": "knows who is right: the cheapest right answer stands (no router can do better)",
}
TAKE_HIGHER = {"calibrated": "take the higher calibrated confidence", "raw": "take the higher raw confidence"}


class SinglePoint(NamedTuple):
    """Its accuracy has a 95 % interval."""

    who: str
    cost: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class CascadeCurves:
    """R repeats of "learn on one half, judge on the other", on a grid of G fractions.

    fractions: (G,) share of the possible extra cost that is spent; with two experts the share of samples routed.
    accuracy: per policy (R, G), 0..1, agreement with the labels. alone: per expert (R,). take_higher: all experts
    asked, the surest stands, with calibrated and with raw confidences (R,). costs: (M,) per sample.
    A half drawn without replacement has the sampling spread of the whole (its mean varies by sigma^2 / N), so that
    mean +- 1.96 standard deviations over repeats is a 95 % interval. Source: delete-half jackknife, Shao and Wu 1989.
    """

    names: tuple[str, ...]
    costs: np.ndarray
    bins: int
    fractions: np.ndarray
    accuracy: dict[str, np.ndarray]
    alone: dict[str, np.ndarray]
    take_higher: dict[str, np.ndarray]
    samples: int

    def cost_at(self, fraction: np.ndarray | float) -> np.ndarray | float:
        """Cost per sample at a fraction: the first expert always, of the others the fraction."""
        return self.costs[0] + np.asarray(fraction) * self.costs[1:].sum()

    def at(self, policy: str, fraction: float) -> np.ndarray:
        """(R,) accuracy of a policy at any fraction in 0..1, straight between grid points."""
        return np.array([np.interp(fraction, self.fractions, row) for row in self.policy(policy)])

    def policy(self, policy: str) -> np.ndarray:
        """(R, G) accuracy; InputError naming the known policies for an unknown one."""
        if policy not in self.accuracy:
            raise InputError(f"Unknown policy '{policy}': choose one of {', '.join(self.accuracy)}.")
        return self.accuracy[policy]

    def table(self) -> pd.DataFrame:
        """Long table of all curves: policy, fraction, cost, accuracy, low, high (95 %)."""
        parts = [self._curve(policy) for policy in self.accuracy]
        return pd.concat(parts, ignore_index=True)

    def _curve(self, policy: str) -> pd.DataFrame:
        rows = self.accuracy[policy]
        mean, half = rows.mean(axis=0), 1.96 * rows.std(axis=0, ddof=1)
        return pd.DataFrame(
            {
                "policy": policy,
                "fraction": self.fractions,
                "cost": self.cost_at(self.fractions),
                "accuracy": mean,
                "low": np.maximum(mean - half, 0.0),
                "high": np.minimum(mean + half, 1.0),
            }
        )

    def points(self) -> pd.DataFrame:
        """A row per ``single_points``: who, cost, accuracy, low, high."""
        return pd.DataFrame(self.single_points())

    def single_points(self) -> list[SinglePoint]:
        """Points beside the curves: each expert alone and all asked."""
        alone = [SinglePoint(name, float(c), *interval(self.alone[name])) for name, c in zip(self.names, self.costs)]
        cost = float(self.costs.sum())
        return alone + [SinglePoint(TAKE_HIGHER[kind], cost, *interval(v)) for kind, v in self.take_higher.items()]

    def summary(self, fractions: Sequence[float] = (0.10, 0.25, 0.50)) -> pd.DataFrame:
        """One row per policy and measure ("area" or "accuracy at 25 %"): value, low, high (95 %)."""
        rows = []
        for policy, accuracy in self.accuracy.items():
            rows.append((policy, "area", *interval(area(self.fractions, accuracy))))
            rows += [(policy, f"accuracy at {100 * f:g} %", *interval(self.at(policy, f))) for f in fractions]
        return pd.DataFrame(rows, columns=["policy", "measure", "value", "low", "high"])

    def difference(self, policy: str, other: str, fraction: float | None = None) -> Measure:
        """Accuracy (or, without a fraction, area) of one policy minus another's, paired by repeat, with 95 %."""
        if fraction is None:
            return interval(area(self.fractions, self.policy(policy)) - area(self.fractions, self.policy(other)))
        return interval(self.at(policy, fraction) - self.at(other, fraction))


def interval(repeats: np.ndarray) -> Measure:
    """Mean and 95 % interval over repeated halves (R,)."""
    mean, half = float(np.mean(repeats)), 1.96 * float(np.std(repeats, ddof=1))
    return Measure(mean, mean - half, mean + half)


def area(fractions: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """(R,) area under accuracy (R, G) against the fraction: the accuracy at a fraction drawn at random."""
    return np.trapezoid(accuracy, fractions, axis=-1)


def cascade_curves(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    *,
    bins: int = BINS,
    repeats: int = 20,
    seed: int = 0,
    calibrate: Calibrate = fit_platt,
    progress: Callable[[float], None] = lambda share: None,
) -> CascadeCurves:
    """Curves of calibrated advantage routing and its rivals for experts in the order they are asked.

    given_labels: (N,) given labels, or corrected ones. bins: quantile bins of confidence per stage (at most; half as
    many samples are seen in learning). calibrate: fit(confidence, correct) -> map, one for all or by expert's name;
    None: the confidences are calibrated already, and the "uncalibrated" curve is left out.
    Raises InputError for experts that do not fit the labels or each other.
    """
    check_experts(experts, given_labels)
    if bins < 1 or repeats < 2:
        raise InputError(f"{bins} bins and {repeats} repeats: at least 1 bin and 2 repeats are needed.")
    names, costs = [e.name for e in experts], np.array([e.cost for e in experts], float)
    confidence, correct = confidence_rows(experts), correct_rows(experts, given_labels)
    rng = np.random.default_rng(seed)
    found = []
    for repeat in range(repeats):
        learn, judge = np.array_split(rng.permutation(len(given_labels)), 2)
        found.append(_one_split(names, costs, confidence, correct, learn, judge, bins, calibrate))
        progress((repeat + 1) / repeats)
    accuracy, alone, higher = ({k: np.stack([f[i][k] for f in found]) for k in found[0][i]} for i in range(3))
    return CascadeCurves(tuple(names), costs, bins, FRACTIONS, accuracy, alone, higher, len(given_labels))


def _one_split(names, costs, confidence, correct, learn, judge, bins, calibrate):
    """(accuracy per policy (G,), per expert alone, per way to take the higher) on one judged half."""
    maps = fit_rows(names, confidence[:, learn], correct[:, learn], calibrate)
    calibrated = mapped_rows(maps, confidence[:, learn]), mapped_rows(maps, confidence[:, judge])
    raw = confidence[:, learn], confidence[:, judge]
    right = correct[:, judge].astype(float)
    accuracy = {
        "calibrated": routed(*calibrated, right, costs, bins, "last"),
        "calibrated, surer stands": routed(*calibrated, right, costs, bins, "higher"),
        "uncalibrated": routed(*raw, right, costs, bins, "last"),
        "confidence threshold": by_threshold(*raw, right, costs),
        "random": by_chance(raw[1], right),
        "oracle": by_oracle(right, costs),
    }
    higher = {"calibrated": _surest(calibrated[1], right), "raw": _surest(raw[1], right)}
    if 2 < len(costs) <= MOST_EXPERTS:
        found = free_routing(calibrated[0], correct[:, learn], costs, bins).followed(calibrated[1], right, costs)
        accuracy["free routing"] = on_grid([(cost - costs[0], own) for cost, own in found], costs)
    if calibrate is None:
        del accuracy["uncalibrated"], higher["raw"]
    return accuracy, dict(zip(names, right.mean(axis=1))), higher


def routed(
    learn: np.ndarray, judge: np.ndarray, right: np.ndarray, costs: np.ndarray, bins: int, rule: AnswerRule
) -> np.ndarray:
    """(G,) accuracy on the judged half of decisions learned on the other.

    learn, judge: (M, n) confidences of the two halves. right: (M, n) 0/1 of the judged one.
    """
    held, _ = standing(learn, learn, rule)
    edges = stage_edges(held, bins)
    lessons = summed(edges, held, held)
    tests = summed(edges, *standing(judge, right, rule))
    found = [judged(decisions_at(p, lessons, edges, costs), tests, costs) for p in prices(lessons, edges, costs)]
    return on_grid(found, costs)


def by_threshold(learn: np.ndarray, judge: np.ndarray, right: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """(G,) accuracy of passing on below a raw confidence; the same quantile at every stage of a chain."""
    edges = stage_edges(standing(learn, learn, "last")[0], THRESHOLD_BINS)
    tests = summed(edges, *standing(judge, right, "last"))
    return on_grid([judged(d, tests, costs) for d in threshold_decisions(edges)], costs)


def by_chance(judge: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(G,) expected accuracy of sending samples at random from the first expert to all of them."""
    last = standing(judge, right, "last")[1].mean(axis=1)
    return last[0] + FRACTIONS * (last[-1] - last[0])


def by_oracle(right: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """(G,) best accuracy anyone could reach: answers that others better go, most gained per cost first, just as far
    as the first expert that is best. right: (M, n) 0..1."""
    gain = right.max(axis=0) - right[0]
    gained = np.flatnonzero(gain > 0)
    extra = np.cumsum(costs[1:])[right[1:, gained].argmax(axis=0)]
    order = np.argsort(-gain[gained] / extra, kind="stable")
    spent = np.concatenate([[0.0], np.cumsum(extra[order])]) / right.shape[1]
    accuracy = right[0].mean() + np.concatenate([[0.0], np.cumsum(gain[gained][order])]) / right.shape[1]
    return np.interp(FRACTIONS * costs[1:].sum(), spent, accuracy)


def _surest(confidence: np.ndarray, right: np.ndarray) -> float:
    return float(standing(confidence, right, "higher")[1][-1].mean())


def on_grid(found: Sequence[tuple[float, float]], costs: np.ndarray) -> np.ndarray:
    """(G,) accuracy at each fraction from (extra cost, accuracy) pairs; between two of them a share of the samples in
    the bins that differ is sent, which gives the straight line."""
    spent, accuracy = np.array(found).T
    order = np.argsort(spent, kind="stable")
    return np.interp(FRACTIONS, spent[order] / costs[1:].sum(), accuracy[order])


def bin_sensitivity(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    bins: Sequence[int] = (5, 10, 20, 50, 100, 200),
    *,
    fraction: float = 0.5,
    repeats: int = 10,
    seed: int = 0,
    calibrate: Calibrate = fit_platt,
) -> pd.DataFrame:
    """How much the number of bins matters: bins, policy, area, area_low, area_high, accuracy, low, high at
    ``fraction``; the same halves for every row."""
    rows = []
    for count in bins:
        curves = cascade_curves(experts, given_labels, bins=count, repeats=repeats, seed=seed, calibrate=calibrate)
        for policy in ("calibrated", "calibrated, surer stands"):
            size = interval(area(curves.fractions, curves.policy(policy)))
            rows.append((count, policy, *size, *interval(curves.at(policy, fraction))))
    columns = ["bins", "policy", "area", "area_low", "area_high", "accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
