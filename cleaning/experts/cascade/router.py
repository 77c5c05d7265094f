"""Decide online which expert to ask next, with nothing but Python's standard library.

This one file is all that is needed beside the router's JSON (``cleaning.experts.cascade.learn_router`` writes it); it may be
copied into another program as it is.

    router = load_router("router.json")
    answers = []
    while (decision := route(router, answers)).ask is not None:
        answers.append(my_experts[decision.ask](sample))   # (predicted class, raw confidence in 0..1)
    decision.predicted, decision.confidence, decision.expert

Whether what comes in is still what calibration saw:

    watch = Watch(router)
    decision = ask_in_turn(router, ask, watch)
    watch.alarms                                           # grows when a window of samples differs beyond chance
"""

import json
import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

KIND = "second-opinion router"
FORMAT = 1
LARGEST_FILE = 16_000_000  # bytes
TIE = 1e-9  # a later answer must be surer by more than this to replace an earlier one
MARGIN = 1e-6

LEAST_ASKED = 50  # answers of an expert in a window, with fewer of which it is not compared
LEAST_EXPECTED = 5  # answers expected in a bin; smaller bins are put together

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


class Alarm(NamedTuple):
    """samples: seen when it was raised. sentence: what differs, for a person. p_value: of that one comparison."""

    samples: int
    sentence: str
    p_value: float


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


def ask_in_turn(router: Mapping, ask: Callable[[str], Answer], watch: "Watch | None" = None) -> Routed:
    """Asks experts by name until the router is content. ask(name) gives (predicted, raw confidence). watch: is shown the
    answers."""
    answers: list[Answer] = []
    decision = route(router, answers)
    while decision.ask is not None:
        answers.append(ask(decision.ask))
        decision = route(router, answers)
    if watch is not None:
        watch.saw(answers)
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


class Watch:
    """Holds every window of samples against what calibration saw: the share sent on at each stage, and of each expert
    asked the mean and the distribution of its calibrated confidence.

    window: samples. level: chance that a window without any change raises an alarm, all its comparisons together
    (Bonferroni); at 0.01 expect one false alarm in a hundred windows. Shares are compared by Fisher's exact test, means
    by Welch's, distributions by the chi-squared test of homogeneity. Raises RouterError for a router without a record.
    """

    def __init__(self, router: Mapping, window: int = 500, level: float = 0.01) -> None:
        if len(router.get("seen", [])) != len(router["experts"]):
            raise RouterError("This router keeps no record of what calibration saw. Export it again.")
        if window < LEAST_ASKED or not 0 < level < 1:
            raise RouterError(f"A window of {window} at level {level}: at least {LEAST_ASKED} samples, 0 < level < 1.")
        self.router, self.window, self.level = router, window, level
        self.samples = 0
        self.alarms: list[Alarm] = []
        self._confidences: list[list[float | None]] = [[] for _ in router["experts"]]

    def saw(self, answers: Sequence[Answer]) -> list[Alarm]:
        """Takes all answers to one sample, in the router's order; the alarms of the window that it fills, mostly none."""
        for own, expert, (_, raw) in zip(self._confidences, self.router["experts"], answers):
            silent = raw is None or math.isnan(raw)
            own.append(None if silent else calibrated(expert["calibration"], float(raw or 0.0)))
        self.samples += 1
        if self.samples % self.window:
            return []
        experts = len(self._confidences)
        raised = [alarm for alarm in self._compared() if alarm.p_value <= self.level / (3 * experts - 1)]
        self._confidences = [[] for _ in range(experts)]
        self.alarms += raised
        return raised

    def _compared(self) -> Iterator[Alarm]:
        """Every comparison of this window."""
        names, seen = [e["name"] for e in self.router["experts"]], self.router["seen"]
        for place in range(1, len(names)):
            (of, now_of), (then, now) = self._asked(place - 1), self._asked(place)
            if of and now_of >= LEAST_ASKED:
                told = f"{100 * now / now_of:.1f} % go on from {names[place - 1]} to {names[place]}"
                told = f"{told} where calibration saw {100 * then / of:.1f} %."
                yield Alarm(self.samples, told, share_p_value(then, of, now, now_of))
        for name, record, own in zip(names, seen, self._confidences):
            stated = [c for c in own if c is not None]
            if min(len(stated), sum(record["counts"])) >= LEAST_ASKED:
                yield from self._of_expert(name, record, stated, len(own) - len(stated))

    def _asked(self, place: int) -> tuple[int, int]:
        """How often an expert was asked, in calibration and in this window."""
        return self.router["seen"][place]["asked"], len(self._confidences[place])

    def _of_expert(self, name: str, then: Mapping, stated: Sequence[float], silent: int) -> Iterator[Alarm]:
        told = f"{name} is {100 * sum(stated) / len(stated):.1f} % sure on average"
        told = f"{told} where calibration saw {100 * then['mean']:.1f} %"
        yield Alarm(self.samples, f"{told}.", mean_p_value(then, stated))
        counts = [0] * len(then["counts"])
        for confidence in stated:
            counts[bisect_left(then["edges"], confidence)] += 1
        p_value = counts_p_value([*then["counts"], then["silent"]], [*counts, silent])
        yield Alarm(self.samples, f"{told}, and its confidences, or silence, come in other shares.", p_value)


def share_p_value(hits: int, of: int, now: int, now_of: int) -> float:
    """Two-sided p-value that two shares are one: Fisher's exact test, twice the smaller tail."""
    drawn = hits + now

    def log_of(k: int) -> float:
        return _log_choose(now_of, k) + _log_choose(of, drawn - k) - _log_choose(of + now_of, drawn)

    least, most = max(0, drawn - of), min(drawn, now_of)
    below = sum(math.exp(log_of(k)) for k in range(least, now + 1))
    above = sum(math.exp(log_of(k)) for k in range(now, most + 1))
    return min(1.0, 2 * min(below, above))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def mean_p_value(then: Mapping, now: Sequence[float]) -> float:
    """Two-sided p-value that two means are one; Welch's statistic against the normal distribution."""
    mean = sum(now) / len(now)
    if abs(mean - then["mean"]) < TIE:
        return 1.0
    own = sum((c - mean) ** 2 for c in now) / (len(now) - 1) / len(now)
    spread = own + then["deviation"] ** 2 / sum(then["counts"])
    if spread <= 0:
        return 0.0
    return math.erfc(abs(mean - then["mean"]) / math.sqrt(2 * spread))


def counts_p_value(then: Sequence[int], now: Sequence[int]) -> float:
    """P-value that two rows of counts are of one distribution: chi-squared test of homogeneity, small bins together."""
    rows = sum(then), sum(now)
    cells, held = list[tuple[int, int]](), (0, 0)
    for pair in zip(then, now):
        held = held[0] + pair[0], held[1] + pair[1]
        if sum(held) * min(rows) / sum(rows) >= LEAST_EXPECTED:
            cells.append(held)
            held = (0, 0)
    if sum(held) and cells:
        cells[-1] = cells[-1][0] + held[0], cells[-1][1] + held[1]
    if len(cells) < 2:
        return 1.0
    statistic = 0.0
    for cell in cells:
        for row, count in zip(rows, cell):
            expected = row * sum(cell) / sum(rows)
            statistic += (count - expected) ** 2 / expected
    return chi_squared_tail(statistic, len(cells) - 1)


def chi_squared_tail(x: float, degrees: int) -> float:
    """P(chi-squared of so many degrees of freedom > x); the finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5."""
    half = x / 2
    if degrees % 2 == 0:
        return math.exp(-half) * sum(half**i / math.factorial(i) for i in range(degrees // 2))
    terms = sum(half ** (i - 0.5) / math.gamma(i + 0.5) for i in range(1, (degrees + 1) // 2))
    return math.erfc(math.sqrt(half)) + math.exp(-half) * terms
