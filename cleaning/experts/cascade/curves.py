"""Accuracy against cost: learned on one half of the samples, judged on the other, over repeated random halves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import fit_platt
from cleaning.calibrate.measures import Measure
from cleaning.errors import InputError
from cleaning.experts.cascade.chosen_bins import bins_by_cross_validation
from cleaning.experts.cascade.drawn_halves import Halves, over_halves
from cleaning.experts.cascade.expert_answers import (
    Answers,
    Calibrate,
    check_experts,
    confidence_rows,
    correct_rows,
    latencies_of,
    standing,
)
from cleaning.experts.cascade.free_routing import MOST_EXPERTS
from cleaning.experts.cascade.policies import (
    FRACTIONS,
    Traced,
    by_chance,
    by_free_routing,
    by_oracle,
    by_single,
    by_threshold,
    routed,
)

FIRST_LOOK = 4  # halves
POLICIES = {
    "calibrated": "calibrated advantage routing; the last answer stands",
    "calibrated, surer stands": "calibrated advantage routing; of the answers asked for, the surest stands",
    "free routing": "any order: ask whom the best gain per cost is expected of, or stop (three or four experts)",
    "uncalibrated": "advantage routing on raw confidences; the last answer stands",
    "confidence threshold": "pass on below a raw confidence; the last answer stands",
    "best single expert": "one expert alone: the most accurate (on the learning half) that costs no more",
    "random": "pass on at random; the last answer stands",
    "oracle": "knows who is right: the cheapest right answer stands (no router can do better)",
}
TAKE_HIGHER = {"calibrated": "take the higher calibrated confidence", "raw": "take the higher raw confidence"}


class SinglePoint(NamedTuple):
    """Its accuracy has a 95 % interval. latency: of all that are asked, one after the other; NaN where not known."""

    who: str
    cost: float
    accuracy: float
    low: float
    high: float
    latency: float = float("nan")


@dataclass(frozen=True)
class CascadeCurves:
    """R repeats of "learn on one half, judge on the other", on a grid of G fractions.

    fractions: (G,) share of the possible extra cost that is spent; with two experts the share of samples routed.
    accuracy: per policy (R, G), 0..1, agreement with the labels. asked: per policy (R, M, G), share of the samples
    about which each expert is asked. alone: per expert (R,). take_higher: all experts asked, the surest stands, with
    calibrated and with raw confidences (R,). costs: (M,) per sample. bins: quantile bins of confidence, in each repeat
    (R,) as chosen there. latencies: (M,) of each expert's answer, in any one unit; None where one is not known.
    by_score: answers are right by a verifier's scores, and by no labels.
    A half drawn without replacement has the sampling spread of the whole (its mean varies by sigma^2 / N), so that
    mean +- 1.96 standard deviations over repeats is a 95 % interval. Source: delete-half jackknife, Shao and Wu 1989.
    """

    names: tuple[str, ...]
    costs: np.ndarray
    bins: np.ndarray
    fractions: np.ndarray
    accuracy: dict[str, np.ndarray]
    asked: dict[str, np.ndarray]
    alone: dict[str, np.ndarray]
    take_higher: dict[str, np.ndarray]
    samples: int
    latencies: np.ndarray | None = None
    by_score: bool = False

    def cost_at(self, fraction: np.ndarray | float) -> np.ndarray | float:
        """Cost per sample at a fraction: the first expert always, of the others the fraction."""
        return self.costs[0] + np.asarray(fraction) * self.costs[1:].sum()

    def at(self, policy: str, fraction: float) -> np.ndarray:
        """(R,) accuracy of a policy at any fraction in 0..1, straight between grid points."""
        return np.array([np.interp(fraction, self.fractions, row) for row in self.policy(policy)])

    def asked_at(self, policy: str, fraction: float) -> np.ndarray:
        """(R, M) share of the samples about which a policy asks each expert, at any fraction."""
        self.policy(policy)
        return np.array([[np.interp(fraction, self.fractions, own) for own in row] for row in self.asked[policy]])

    def latency_at(self, policy: str, fraction: float) -> Measure | None:
        """Expected latency of a sample, experts asked one after the other, with 95 %; None where it is not known."""
        return None if self.latencies is None else interval(self.asked_at(policy, fraction) @ self.latencies)

    def policy(self, policy: str) -> np.ndarray:
        """(R, G) accuracy; InputError naming the known policies for an unknown one."""
        if policy not in self.accuracy:
            raise InputError(f"Unknown policy '{policy}': choose one of {', '.join(self.accuracy)}.")
        return self.accuracy[policy]

    def table(self) -> pd.DataFrame:
        """Long table of all curves: policy, fraction, cost, accuracy, low, high (95 %); latency where it is known."""
        parts = [self._curve(policy) for policy in self.accuracy]
        return pd.concat(parts, ignore_index=True)

    def _curve(self, policy: str) -> pd.DataFrame:
        rows = self.accuracy[policy]
        mean, half = rows.mean(axis=0), 1.96 * rows.std(axis=0, ddof=1)
        curve = pd.DataFrame(
            {
                "policy": policy,
                "fraction": self.fractions,
                "cost": self.cost_at(self.fractions),
                "accuracy": mean,
                "low": np.maximum(mean - half, 0.0),
                "high": np.minimum(mean + half, 1.0),
            }
        )
        if self.latencies is None:
            return curve
        return curve.assign(latency=self.latencies @ self.asked[policy].mean(axis=0))

    def points(self) -> pd.DataFrame:
        """A row per ``single_points``: who, cost, accuracy, low, high; latency where it is known."""
        table = pd.DataFrame(self.single_points())
        return table.drop(columns="latency") if self.latencies is None else table

    def single_points(self) -> list[SinglePoint]:
        """Points beside the curves: each expert alone and all asked."""
        waits = np.full(len(self.names), np.nan) if self.latencies is None else self.latencies
        alone = [
            SinglePoint(name, float(cost), *interval(self.alone[name]), float(wait))
            for name, cost, wait in zip(self.names, self.costs, waits)
        ]
        whole = float(self.costs.sum()), float(waits.sum())
        higher = [(TAKE_HIGHER[kind], interval(values)) for kind, values in self.take_higher.items()]
        return alone + [SinglePoint(who, whole[0], *measured, whole[1]) for who, measured in higher]

    def side_by_side(self, fraction: float) -> pd.DataFrame:
        """Every policy at one cost, a row each: policy, accuracy, low, high (95 %), area; latency where it is known."""
        rows = []
        for policy, accuracy in self.accuracy.items():
            row = {"policy": policy, **interval(self.at(policy, fraction))._asdict()}
            row["area"] = float(area(self.fractions, accuracy).mean())
            waited = self.latency_at(policy, fraction)
            rows.append(row if waited is None else row | {"latency": waited.value})
        return pd.DataFrame(rows).rename(columns={"value": "accuracy"})

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
    bins: int | None = None,
    repeats: int = 20,
    seed: int = 0,
    calibrate: Calibrate = fit_platt,
    progress: Callable[[float], None] = lambda share: None,
    first_look: Callable[[CascadeCurves], None] | None = None,
) -> CascadeCurves:
    """Curves of calibrated advantage routing and its rivals for experts in the order they are asked.

    given_labels: (N,) given labels, or corrected ones. bins: quantile bins of confidence per stage (at most; half as
    many samples are seen in learning); None: chosen in each learning half by cross-validation. calibrate:
    fit(confidence, correct) -> map, one for all or by expert's name; None: the confidences are calibrated already, and
    the "uncalibrated" curve is left out. first_look: is shown the curves of the first halves, FIRST_LOOK or more, where
    others are still to come.
    Raises InputError for experts that do not fit the labels or each other.
    """
    check_experts(experts, given_labels)
    if (bins is not None and bins < 1) or repeats < 2:
        raise InputError(f"{bins} bins and {repeats} repeats: at least 1 bin and 2 repeats are needed.")
    names, costs = [e.name for e in experts], np.array([e.cost for e in experts], float)
    confidence, correct = confidence_rows(experts), correct_rows(experts, given_labels).astype(float)
    order = np.argsort(confidence[0])  # in rising order bins are found and maps are read many times faster
    confidence, correct, n = confidence[:, order], correct[:, order], len(order)
    place = _inverse(order, n)

    def split(drawn: np.ndarray) -> _Split:
        dealt = _inverse(place[drawn[: n - n // 2]], n)  # -1 on the judged half
        learn, judge = dealt >= 0, dealt < 0
        halves = Halves(names, confidence, correct, np.flatnonzero(learn), np.flatnonzero(judge), calibrate)
        return _one_split(halves, names, costs, bins, calibrate is not None, dealt[learn])

    found = list[_Split]()
    for found in over_halves(split, len(given_labels), repeats, seed):
        progress(len(found) / repeats)
        if first_look is not None and FIRST_LOOK <= len(found) < repeats:
            first_look(_together(found, experts, costs))
            first_look = None
    return _together(found, experts, costs)


def _inverse(places: np.ndarray, n: int) -> np.ndarray:
    """(n,) which of ``places``, all different, each of n places is; -1 where it is none of them."""
    number = np.full(n, -1, np.int32)  # half the memory, of which each half drawn has its own
    number[places] = np.arange(len(places), dtype=np.int32)
    return number


def _together(found: Sequence["_Split"], experts: Sequence[Answers], costs: np.ndarray) -> CascadeCurves:
    """What R judged halves give."""
    first, names = found[0], [e.name for e in experts]
    return CascadeCurves(
        tuple(names),
        costs,
        np.array([one.bins for one in found]),
        FRACTIONS,
        {policy: np.stack([one.traced[policy].accuracy for one in found]) for policy in first.traced},
        {policy: np.stack([one.traced[policy].asked for one in found]) for policy in first.traced},
        {name: np.array([one.alone[name] for one in found]) for name in names},
        {kind: np.array([one.higher[kind] for one in found]) for kind in first.higher},
        len(experts[0].predicted),
        latencies_of(experts),
        all(e.score is not None for e in experts),
    )


class _Split(NamedTuple):
    """On one judged half: what each policy gives, each expert alone, each way to take the higher; and the bins."""

    traced: dict[str, Traced]
    alone: dict[str, float]
    higher: dict[str, float]
    bins: int


def _one_split(
    halves: Halves, names: Sequence[str], costs: np.ndarray, wanted: int | None, mapped: bool, dealt: np.ndarray
) -> _Split:
    """mapped: whether confidences are calibrated here, so that raw ones are rivals. dealt: see ``fold_areas``."""
    raw, calibrated, (learned, right) = halves.raw, halves.calibrated, halves.right
    bins = wanted or bins_by_cross_validation(calibrated[0], learned, costs, dealt=dealt)
    traced = {
        "calibrated": routed(*calibrated, right, costs, bins, "last"),
        "calibrated, surer stands": routed(*calibrated, right, costs, bins, "higher"),
    }
    if 2 < len(costs) <= MOST_EXPERTS:
        traced["free routing"] = by_free_routing(calibrated[0], learned, calibrated[1], right, costs, bins)
    if mapped:
        traced["uncalibrated"] = routed(*raw, right, costs, bins, "last")
    traced |= {
        "confidence threshold": by_threshold(*raw, right, costs),
        "best single expert": by_single(learned, right, costs),
        "random": by_chance(raw[1], right),
        "oracle": by_oracle(right, costs),
    }
    higher = {"calibrated": _surest(calibrated[1], right)} | ({"raw": _surest(raw[1], right)} if mapped else {})
    return _Split(traced, dict(zip(names, right.mean(axis=1))), higher, bins)


def _surest(confidence: np.ndarray, right: np.ndarray) -> float:
    return float(standing(confidence, right, "higher")[1][-1].mean())
