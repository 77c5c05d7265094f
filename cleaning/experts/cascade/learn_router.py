"""The router as a file that others can use online (``router``), and its decisions on whole arrays."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import Calibrator, fit_platt
from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from cleaning.experts.cascade.drift_record import seen_by
from cleaning.experts.cascade.expert_answers import (
    AnswerRule,
    Answers,
    Calibrate,
    confidence_rows,
    mapped_rows,
    standing,
)
from cleaning.experts.cascade.learned_plan import LearnedPlan, learn_plan
from cleaning.experts.cascade.learning import advantage, judged, summed
from cleaning.experts.cascade.operating_point import OperatingPoint
from cleaning.experts.cascade.router import FORMAT, KIND
from cleaning.version import __version__


def learn_router(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    *,
    fraction: float | None = None,
    point: OperatingPoint | None = None,
    answer: AnswerRule = "last",
    bins: int | None = None,
    calibrate: Calibrate = fit_platt,
) -> dict:
    """Router learned from all samples, ready for JSON; see ``cleaning.experts.cascade.router`` for its use.

    fraction: share of the possible extra cost it may spend, 0..1 (two experts: share routed); as many bins pass on as
    that allows. Or point: an operating point, whose fraction is taken and whose judged accuracy is written beside it.
    answer: "last" or "higher" (the surest answer stands). bins: quantile bins per stage; None: chosen by
    cross-validation. calibrate as in ``cascade_curves``, but giving a ``Calibrator``; None: confidences are calibrated
    already.
    Holds calibration parameters, bin edges, decisions, advantages, costs, fingerprints and counts of what was seen (for
    the alarm), no data.
    """
    wanted = _wanted_fraction(fraction, point)
    plan = learn_plan(experts, given_labels, answer=answer, bins=bins, calibrate=calibrate)
    router = router_of(plan, experts, given_labels, wanted)
    router["learned"]["judged_accuracy"] = None if point is None else point.accuracy._asdict()
    return router


def router_of(plan: LearnedPlan, experts: Sequence[Answers], given_labels: np.ndarray, wanted: float) -> dict:
    """A learned plan at one budget as ``router`` reads it. experts, given_labels: what it was learned from."""
    decisions, spent = plan.within(wanted)
    stages = [
        {
            "edges": e.tolist(),
            "pass_on": d.tolist(),
            "advantage": advantage(plan.lessons, k, k + 1, plan.edges).tolist(),
        }
        for k, (e, d) in enumerate(zip(plan.edges, decisions))
    ]
    learned = {
        "samples": len(given_labels),
        "labels_fingerprint": _fingerprint(np.asarray(given_labels, np.int64)),
        "fraction_wanted": float(wanted),
        "fraction_spent": spent / float(plan.costs[1:].sum()),
        "accuracy_on_these_samples": judged(decisions, summed(plan.edges, plan.held, plan.right)),
    }
    return {
        "kind": KIND,
        "format": FORMAT,
        "second_opinion": __version__,
        "answer": plan.answer,
        "experts": [_described(expert, fitted) for expert, fitted in zip(experts, plan.maps)],
        "stages": stages,
        "learned": learned,
        "seen": seen_by(plan, decisions),
    }


def _wanted_fraction(fraction: float | None, point: OperatingPoint | None) -> float:
    wanted = fraction if point is None else point.fraction
    if wanted is None or None not in (fraction, point):
        raise InputError("Give the router either a fraction or an operating point.")
    if not 0 <= wanted <= 1:
        raise InputError(f"A fraction of {wanted} cannot be routed; choose a number between 0 and 1.")
    return wanted


def _described(expert: Answers, fitted) -> dict:
    if not isinstance(fitted, Calibrator):
        if getattr(fitted, "__name__", "") != "_unchanged":
            raise InputError(f"The calibration of '{expert.name}' cannot be written down; use cleaning.calibrators.")
        fitted = Calibrator("none")
    return {
        "name": expert.name,
        "cost": float(expert.cost),
        **({} if expert.latency is None else {"latency": float(expert.latency)}),
        "fingerprint": expert.fingerprint or _fingerprint(np.asarray(expert.predicted, np.int64), expert.confidence),
        "calibration": {"method": fitted.method, "parameters": fitted.parameters},
    }


def _fingerprint(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def router_json(router: Mapping) -> str:
    """The router as JSON text; reading it back gives the same decisions to the last bit."""
    return json.dumps(router, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def route_all(router: Mapping, experts: Sequence[Answers]) -> pd.DataFrame:
    """The router's decision on every sample at once, the same as ``cleaning.experts.cascade.router.route`` on each.

    experts: in the router's order, with all answers (those not asked for are not looked at).
    Gives asked (number of experts asked), predicted (ABSTAIN where all of them abstained), confidence (calibrated).
    """
    names = [e["name"] for e in router["experts"]]
    if [e.name for e in experts] != names:
        raise InputError(f"The router asks {', '.join(names)} in this order; give their answers in the same order.")
    maps = [Calibrator(e["calibration"]["method"], e["calibration"]["parameters"]) for e in router["experts"]]
    confidence = confidence_rows(experts)
    said = np.where(np.isnan(confidence), ABSTAIN, np.stack([e.predicted for e in experts]))
    held, answer = standing(mapped_rows(maps, confidence), said, router["answer"])
    stage = np.zeros(held.shape[1], int)
    going = np.ones(held.shape[1], bool)
    for m, rule in enumerate(router["stages"]):
        going &= np.asarray(rule["pass_on"])[np.searchsorted(rule["edges"], held[m], side="left")]
        stage += going
    line = np.arange(len(stage))
    return pd.DataFrame({"asked": stage + 1, "predicted": answer[stage, line], "confidence": held[stage, line]})
