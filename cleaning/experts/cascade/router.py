"""Decide online which expert to ask next, with nothing but Python's standard library.

This one file is all that is needed beside the router's JSON (``cleaning.experts.cascade.learn_router`` writes it); it may be
copied into another program as it is.

    router = load_router("router.json")
    answers = []
    while (decision := route(router, answers)).ask is not None:
        answers.append(my_experts[decision.ask](sample))   # (predicted class, raw confidence in 0..1)
    decision.predicted, decision.confidence, decision.expert
"""

import json
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

KIND = "second-opinion router"
FORMAT = 1
LARGEST_FILE = 16_000_000  # bytes
TIE = 1e-9  # a later answer must be surer by more than this to replace an earlier one
MARGIN = 1e-6

Answer = tuple[Any, float | None]


class RouterError(ValueError):
    """The router file is not one of ours, or the answers do not fit it; the message says what to do."""


class Routed(NamedTuple):
    """ask: the next expert to ask, or None: done. predicted, confidence (calibrated, 0..1), expert: the answer that
    stands so far and whose it is; None where every expert asked so far abstained."""

    ask: str | None
    predicted: Any
    confidence: float
    expert: str | None


def load_router(path: str | Path) -> dict:
    """The router in a JSON file, checked. Raises RouterError with a sentence for a person."""
    file = Path(path)
    if file.stat().st_size > LARGEST_FILE:
        raise RouterError(f"{file.name} is larger than 16 MB, so it is no router. Choose the exported router.json.")
    try:
        return check_router(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        if isinstance(error, RouterError):
            raise
        raise RouterError(f"{file.name} is not readable as JSON ({error}). Export the router again.") from error


def check_router(router: Any) -> dict:
    """The same router, if it is one: kind, format, one stage fewer than experts, rising edges, known methods."""
    if not isinstance(router, dict) or router.get("kind") != KIND or router.get("format") != FORMAT:
        raise RouterError(f"This is not a {KIND} of format {FORMAT}. Export the router again.")
    experts, stages = router.get("experts", []), router.get("stages", [])
    if len(experts) < 2 or len(stages) != len(experts) - 1:
        raise RouterError(f"The router has {len(experts)} experts and {len(stages)} stages; stages are one fewer.")
    for stage in stages:
        edges = stage["edges"]
        if len(stage["pass_on"]) != len(edges) + 1 or any(a >= b for a, b in pairwise(edges)):
            raise RouterError("A stage of the router has bins that do not fit its decisions. Export it again.")
    for expert in experts:
        if expert["calibration"]["method"] not in CALIBRATE:
            raise RouterError(f"Expert '{expert['name']}' has an unknown calibration; known: {', '.join(CALIBRATE)}.")
    if router.get("answer") not in ("last", "higher"):
        raise RouterError("The router's answer must be 'last' or 'higher'. Export it again.")
    return router


def route(router: Mapping, answers: Sequence[Answer]) -> Routed:
    """What to do after these answers, given in the router's order of experts.

    answers: (predicted, raw confidence in 0..1) of each expert asked so far; confidence None or NaN: it abstained.
    """
    experts = router["experts"]
    if not answers:
        return Routed(experts[0]["name"], None, 0.0, None)
    if len(answers) > len(experts):
        raise RouterError(f"{len(answers)} answers for {len(experts)} experts. Give one answer per expert, in order.")
    predicted, confidence, expert = _standing(router, answers)
    asked = len(answers)
    if asked < len(experts) and passes_on(router["stages"][asked - 1], confidence):
        return Routed(experts[asked]["name"], predicted, confidence, expert)
    return Routed(None, predicted, confidence, expert)


def ask_in_turn(router: Mapping, ask: Callable[[str], Answer]) -> Routed:
    """Asks experts by name until the router is content. ask(name) gives (predicted, raw confidence)."""
    answers: list[Answer] = []
    decision = route(router, answers)
    while decision.ask is not None:
        answers.append(ask(decision.ask))
        decision = route(router, answers)
    return decision


def _standing(router: Mapping, answers: Sequence[Answer]) -> tuple[Any, float, str | None]:
    """The answer that stands: the last one, or the surest by calibrated confidence; abstentions replace nothing."""
    predicted, held, name = None, 0.0, None
    for expert, (answer, raw) in zip(router["experts"], answers):
        if raw is None or math.isnan(raw):
            continue
        confidence = calibrated(expert["calibration"], raw)
        if name is None or router["answer"] == "last" or confidence > held + TIE:
            predicted, held, name = answer, confidence, expert["name"]
    return predicted, held, name


def passes_on(stage: Mapping, confidence: float) -> bool:
    """Whether a sample with this calibrated confidence goes to the next expert."""
    return bool(stage["pass_on"][bisect_left(stage["edges"], confidence)])


def calibrated(calibration: Mapping, confidence: float) -> float:
    """Calibrated confidence for one raw confidence in 0..1."""
    if not 0 <= confidence <= 1:
        raise RouterError(f"A confidence of {confidence} is outside 0 to 1. Give the predicted class's probability.")
    return CALIBRATE[calibration["method"]](float(confidence), calibration["parameters"])


def _sigmoid(x: float) -> float:
    return 0.5 * (1 + math.tanh(0.5 * x))


def _platt(p: float, parameters: Mapping) -> float:
    held = min(max(p, MARGIN), 1 - MARGIN)
    return _sigmoid(parameters["slope"] * (math.log(held) - math.log1p(-held)) + parameters["intercept"])


def _beta(p: float, parameters: Mapping) -> float:
    held = min(max(p, MARGIN), 1 - MARGIN)
    return _sigmoid(parameters["a"] * math.log(held) - parameters["b"] * math.log1p(-held) + parameters["c"])


def _isotonic(p: float, parameters: Mapping) -> float:
    x, y = parameters["x"], parameters["y"]
    right = bisect_left(x, p)
    if right == 0 or right == len(x):
        return y[min(right, len(x) - 1)]
    share = (p - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])


CALIBRATE: dict[str, Callable[[float, Mapping], float]] = {
    "none": lambda p, parameters: p,
    "platt": _platt,
    "beta": _beta,
    "histogram": lambda p, parameters: parameters["values"][bisect_left(parameters["edges"], p)],
    "isotonic": _isotonic,
}
