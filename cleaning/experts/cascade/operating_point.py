"""Choose where on the curve to work: by fraction, by what may be spent, or by how close to stay."""

from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.measures import Measure
from cleaning.calibrate.measures.words import percent
from cleaning.errors import InputError, one_of
from cleaning.experts.cascade.curves import CascadeCurves, interval

CALIBRATED = "calibrated"


@dataclass(frozen=True)
class OperatingPoint:
    """One place on a policy's curve, compared with asking ``reference`` alone.

    names: the experts in order. fraction: share of the possible extra cost spent (two experts: share of samples
    routed). cost: per sample. cost_share: cost / the reference's. cost_saved: 1 - cost_share with its 95 % interval
    (of no width where the fraction was chosen by hand). accuracy, gap (accuracy - the reference's): 0..1 with 95 %.
    reached: False where the goal cannot be met; the point is then the closest one. latency: expected until an answer
    stands, experts asked one after the other, with 95 %; reference_latency: of the reference alone, in the same unit;
    None where they are not known. by_score: accuracy is the mean of a verifier's scores, and no label was read.
    The goal was looked for on the same judged halves, so expect to lose a little of it on new samples.
    """

    names: tuple[str, ...]
    policy: str
    reference: str
    fraction: float
    cost: float
    cost_share: float
    cost_saved: Measure
    accuracy: Measure
    gap: Measure
    reached: bool = True
    latency: Measure | None = None
    reference_latency: float | None = None
    by_score: bool = False

    def sentence(self) -> str:
        """What this choice gives, in words."""
        share, side = percent(self.fraction), "below" if self.gap.value < 0 else "above"
        first, *later = self.names
        sent = f"Send {share} of the samples on from {first} to {later[0]}"
        if len(later) > 1:
            sent = f"Spend {share} of the possible extra cost on {', '.join(later)} after {first}"
        value, low, high = (100 * end for end in self.accuracy)
        right = f"{value:.1f} % ({low:.1f} to {high:.1f})"
        told = f"the answers score {right} on average" if self.by_score else f"{right} of the answers equal the label"
        return (
            f"{'' if self.reached else 'The goal cannot be met; the closest is this. '}{sent}: "
            f"{told}, {abs(100 * self.gap.value):.1f} points {side} {self.reference} alone, "
            f"at {percent(self.cost_share)} of its cost.{self._wait()}"
        )

    def _wait(self) -> str:
        if self.latency is None:
            return ""
        return f" Expected latency {self.latency.value:.3g}, of {self.reference} alone {self.reference_latency:.3g}."


def operating_point(
    curves: CascadeCurves, fraction: float, *, policy: str = CALIBRATED, reference: str | None = None
) -> OperatingPoint:
    """The point at ``fraction`` in 0..1. reference: an expert's name; default the last one asked."""
    if not 0 <= fraction <= 1:
        raise InputError(f"A fraction of {fraction} cannot be routed; choose a number between 0 and 1.")
    return _point(curves, fraction, policy, _reference(curves, reference))


def best_under_cost(
    curves: CascadeCurves, share: float, *, policy: str = CALIBRATED, reference: str | None = None
) -> OperatingPoint:
    """Most accurate point that costs at most ``share`` (0.25: a quarter) of asking the reference alone.

    The curve may fall, so that less than allowed may be spent. Where even the first expert costs more, the point at
    fraction 0 comes back with ``reached`` False.
    """
    name = _reference(curves, reference)
    allowed = (share * _cost_of(curves, name) - curves.costs[0]) / curves.costs[1:].sum()
    if allowed < 0:
        return _point(curves, 0.0, policy, name, reached=False)
    fractions = np.append(curves.fractions[curves.fractions <= allowed], min(allowed, 1.0))
    accuracy = [curves.at(policy, f).mean() for f in fractions]
    return _point(curves, float(fractions[int(np.argmax(accuracy))]), policy, name)


def cheapest_within(
    curves: CascadeCurves, points: float, *, policy: str = CALIBRATED, reference: str | None = None
) -> OperatingPoint:
    """Cheapest point whose accuracy is at most ``points`` percentage points below the reference alone.

    The interval of ``cost_saved`` is of the saving that each judged half alone would have chosen. Where no point is
    close enough, the most accurate one comes back with ``reached`` False.
    """
    name = _reference(curves, reference)
    rows, goal = curves.policy(policy), curves.alone[name] - points / 100
    fraction = _first_at_least(curves.fractions, rows.mean(axis=0), goal.mean())
    if np.isnan(fraction):
        best = curves.fractions[int(rows.mean(axis=0).argmax())]
        return _point(curves, float(best), policy, name, reached=False)
    each = np.array([_first_at_least(curves.fractions, row, g) for row, g in zip(rows, goal)])
    each = np.where(np.isnan(each), 1.0, each)
    saved = 1 - curves.cost_at(each) / _cost_of(curves, name)
    value = 1 - float(curves.cost_at(fraction)) / _cost_of(curves, name)
    spread = 1.96 * float(np.std(saved, ddof=1))
    return _point(curves, fraction, policy, name, saved=Measure(value, value - spread, value + spread))


def _first_at_least(fractions: np.ndarray, accuracy: np.ndarray, goal: float) -> float:
    """Smallest fraction at which the straight-line curve reaches ``goal``; NaN if never."""
    enough = np.flatnonzero(accuracy >= goal)
    if not len(enough):
        return float("nan")
    i = int(enough[0])
    if i == 0:
        return float(fractions[0])
    share = (goal - accuracy[i - 1]) / (accuracy[i] - accuracy[i - 1])
    return float(fractions[i - 1] + share * (fractions[i] - fractions[i - 1]))


def _reference(curves: CascadeCurves, name: str | None) -> str:
    name = curves.names[-1] if name is None else name
    if name not in curves.alone:
        raise InputError(f"Expert '{name}' is not in this cascade: choose {one_of(curves.names)}.")
    return name


def _cost_of(curves: CascadeCurves, name: str) -> float:
    return float(curves.costs[curves.names.index(name)])


def _point(curves, fraction, policy, reference, reached=True, saved: Measure | None = None) -> OperatingPoint:
    accuracy = curves.at(policy, fraction)
    cost = float(curves.cost_at(fraction))
    share = cost / _cost_of(curves, reference)
    gap = interval(accuracy - curves.alone[reference])
    saved = saved or Measure(1 - share, 1 - share, 1 - share)
    alone = None if curves.latencies is None else float(curves.latencies[curves.names.index(reference)])
    return OperatingPoint(
        curves.names,
        policy,
        reference,
        fraction,
        cost,
        share,
        saved,
        interval(accuracy),
        gap,
        reached,
        curves.latency_at(policy, fraction),
        alone,
        curves.by_score,
    )
