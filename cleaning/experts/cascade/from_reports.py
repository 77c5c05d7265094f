"""From experts as they were read to what a cascade asks of them, and a cascade's curves as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from cleaning.calibrate.calibrators import METHODS, Fit, calibrator
from cleaning.calibrate.report import ExpertReport
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import Expert, FullExpert
from cleaning.domain.scored import ScoredAnswers, ScoredExpert
from cleaning.experts.cascade.curves import CascadeCurves
from cleaning.experts.cascade.expert_answers import OUTSIDE, Answers
from cleaning.experts.cascade.operating_point import OperatingPoint
from cleaning.experts.cascade.promise import Promise

STEP = 10.0  # each expert is taken to cost ten times the one before, until somebody says what it costs


def starting_costs(experts: Sequence[Expert | ScoredExpert]) -> list[float]:
    """Cost of each expert in the order asked: its own where known, else 1, 10, 100 ... by place."""
    return [float(e.cost) if e.cost else STEP**place for place, e in enumerate(experts)]


def answers_of(report: ExpertReport, cost: float, counted: np.ndarray | None = None) -> Answers:
    """One expert for a cascade: its answers and the confidences it states, before any calibration.

    Hard answers claim certainty (confidence 1), so that a cascade can weigh them only as a whole. An answer that is no
    class stays an answer: taken as an abstention it would be passed on and so give away that it is wrong. counted: (N,)
    bool samples to keep; all without it.
    """
    kept = np.ones(len(report.predicted), bool) if counted is None else counted
    stated = report.before.confidence if report.before is not None else np.where(report.answered, 1.0, np.nan)
    predicted, stated = _with_outside(report.expert, report.predicted, np.asarray(stated, float))
    confidence = np.clip(stated[kept], 0.0, 1.0)
    return Answers(report.expert.name, predicted[kept], confidence, cost, report.expert.fingerprint())


def answers_scored(expert: ScoredExpert, cost: float) -> Answers:
    """One expert whose answers a verifier has marked. Every answer is an answer, whatever it says."""
    predicted = np.where(expert.answered, 0, ABSTAIN)
    return Answers(expert.name, predicted, expert.confidence, cost, score=expert.score)


def no_labels(read: ScoredAnswers) -> np.ndarray:
    """(N,) zeros: what stands for labels where scores say how right answers are."""
    return np.zeros(len(read.sample_ids), np.int32)


def _with_outside(expert: Expert, predicted: np.ndarray, stated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Answers and confidences (N,) in which those that are no class are told from abstentions."""
    outside = None if isinstance(expert, FullExpert) else expert.outside
    if outside is None:
        return predicted, stated
    there = ~np.isnan(outside)
    return np.where(there, OUTSIDE, predicted), np.where(there, outside, stated)


def calibrations_named(methods: Mapping[str, str], names: Sequence[str]) -> dict[str, Fit]:
    """The fit of each expert by the name of its method; Platt scaling where none (or no top-1 method) is named."""
    return {n: calibrator(methods[n] if methods.get(n) in METHODS else "platt") for n in names}


def as_plain(curves: CascadeCurves, points: Sequence[OperatingPoint], labels: str) -> dict:
    """Everything about a cascade for JSON. labels: what accuracy is measured against, in words."""
    return {
        "labels": labels,
        "samples": curves.samples,
        "bins": curves.bins.tolist(),
        "experts": _experts(curves),
        "curves": curves.table().to_dict("records"),
        "points": curves.points().to_dict("records"),
        "summary": curves.summary().to_dict("records"),
        "operating_points": [plain_point(p) for p in points],
    }


def plain_point(point: OperatingPoint) -> dict:
    """One operating point for JSON; measures as value, low and high."""
    return {
        "policy": point.policy,
        "reference": point.reference,
        "fraction": point.fraction,
        "cost": point.cost,
        "cost_share": point.cost_share,
        "cost_saved": point.cost_saved._asdict(),
        "accuracy": point.accuracy._asdict(),
        "gap": point.gap._asdict(),
        "reached": point.reached,
        "latency": None if point.latency is None else point.latency._asdict(),
        "sentence": point.sentence(),
    }


def plain_promise(promise: Promise) -> dict:
    """A promised operating point for JSON, without its router."""
    told = {name: value for name, value in asdict(promise).items() if name not in ("names", "router")}
    return told | {"kept": promise.router is not None, "sentence": promise.sentence()}


def _experts(curves: CascadeCurves) -> list[dict]:
    told = [{"name": n, "cost": float(c)} for n, c in zip(curves.names, curves.costs)]
    if curves.latencies is None:
        return told
    return [one | {"latency": float(wait)} for one, wait in zip(told, curves.latencies)]
