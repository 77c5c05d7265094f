"""The router as a file that others can use online (``router``), and its decisions on whole arrays."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import Calibrator, fit_platt
from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from cleaning.experts.cascade.curves import BINS
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
from cleaning.experts.cascade.learning import advantage, decisions_at, judged, prices, stage_edges, summed
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
    bins: int = BINS,
    calibrate: Calibrate = fit_platt,
) -> dict:
    """Router learned from all samples, ready for JSON; see ``cleaning.experts.cascade.router`` for its use.

    fraction: share of the possible extra cost it may spend, 0..1 (two experts: share routed); as many bins pass on as
    that allows. Or point: an operating point, whose fraction is taken and whose judged accuracy is written beside
    it. answer: "last" or "higher" (the surest answer stands). calibrate as in ``cascade_curves``, but giving a
    ``Calibrator``; None: confidences are calibrated already.
    Holds calibration parameters, bin edges, decisions, advantages, costs and fingerprints, no data.
    """
    check_experts(experts, given_labels)
    wanted = _wanted_fraction(fraction, point)
    costs = np.array([e.cost for e in experts], float)
    confidence, correct = confidence_rows(experts), correct_rows(experts, given_labels)
    maps = fit_rows([e.name for e in experts], confidence, correct, calibrate)
    held, right = standing(mapped_rows(maps, confidence), correct.astype(float), answer)
    edges = stage_edges(held, bins)
    lessons = summed(edges, held, held)
    decisions, spent = _within(wanted, lessons, edges, costs)
    stages = [
        {"edges": e.tolist(), "pass_on": d.tolist(), "advantage": advantage(lessons, k, k + 1, edges).tolist()}
        for k, (e, d) in enumerate(zip(edges, decisions))
    ]
    learned = {
        "samples": len(given_labels),
        "labels_fingerprint": _fingerprint(np.asarray(given_labels, np.int64)),
        "fraction_wanted": float(wanted),
        "fraction_spent": spent / float(costs[1:].sum()),
        "accuracy_on_these_samples": judged(decisions, summed(edges, held, right), costs)[1],
        "judged_accuracy": None if point is None else point.accuracy._asdict(),
    }
    described = [_described(expert, fitted) for expert, fitted in zip(experts, maps)]
    return {
        "kind": KIND,
        "format": FORMAT,
        "second_opinion": __version__,
        "answer": answer,
        "experts": described,
        "stages": stages,
        "learned": learned,
    }


def _wanted_fraction(fraction: float | None, point: OperatingPoint | None) -> float:
    wanted = fraction if point is None else point.fraction
    if wanted is None or None not in (fraction, point):
        raise InputError("Give the router either a fraction or an operating point.")
    if not 0 <= wanted <= 1:
        raise InputError(f"A fraction of {wanted} cannot be routed; choose a number between 0 and 1.")
    return wanted


def _within(wanted: float, lessons, edges, costs):
    """The most generous decisions that spend at most the wanted fraction, and the extra cost they spend."""
    best = None
    for price in prices(lessons, edges, costs):
        decisions = decisions_at(price, lessons, edges, costs)
        spent, _ = judged(decisions, lessons, costs)
        if spent <= wanted * costs[1:].sum() + 1e-9 and (best is None or spent >= best[1]):
            best = decisions, spent
    return best


def _described(expert: Answers, fitted) -> dict:
    if not isinstance(fitted, Calibrator):
        if getattr(fitted, "__name__", "") != "_unchanged":
            raise InputError(f"The calibration of '{expert.name}' cannot be written down; use cleaning.calibrators.")
        fitted = Calibrator("none")
    return {
        "name": expert.name,
        "cost": float(expert.cost),
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
