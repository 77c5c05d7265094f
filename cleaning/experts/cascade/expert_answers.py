"""What a cascade needs to know of each expert, and which answer stands after each has spoken.

Symbols: N samples, M experts in the order they are asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cleaning.calibrate.calibrators import Fit
from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from cleaning.experts.cascade.router import TIE

OUTSIDE = -2  # an answer that is no class: never right, and no abstention
AnswerRule = Literal["last", "higher"]
Calibrate = Fit | Mapping[str, Fit] | None


@dataclass(frozen=True)
class Answers:
    """One expert's answers: predicted (N,) class, OUTSIDE (an answer that is no class) or ABSTAIN, confidence (N,) raw,
    0..1 (NaN where it abstains), cost of asking it about one sample (any unit, the same for all), fingerprint of its
    file for the export. score: (N,) 0..1, what a verifier gives each answer; it then says how right they are, and no
    label is asked. latency: until its answer is there, in any one unit (the same for all); None: not known."""

    name: str
    predicted: np.ndarray
    confidence: np.ndarray
    cost: float = 1.0
    fingerprint: str = ""
    score: np.ndarray | None = None
    latency: float | None = None

    def answered_confidence(self) -> np.ndarray:
        """(N,) float64 confidence, NaN wherever the expert abstained by either sign."""
        return np.where(np.asarray(self.predicted) == ABSTAIN, np.nan, np.asarray(self.confidence, float))


def check_experts(experts: Sequence[Answers], given_labels: np.ndarray) -> None:
    """Raises InputError for fewer than two experts, repeated names, lengths, confidences or costs that cannot be."""
    if len(experts) < 2:
        raise InputError(f"A cascade needs at least two experts; {len(experts)} was chosen. Choose another one.")
    if len({e.name for e in experts}) < len(experts):
        raise InputError("A cascade cannot ask the same expert twice. Choose different experts.")
    if len(given_labels) < 4:
        raise InputError(f"{len(given_labels)} samples are too few to learn on one half and judge on the other.")
    for expert in experts:
        _check_expert(expert, len(given_labels))


def _check_expert(expert: Answers, n: int) -> None:
    if len(expert.predicted) != n or len(expert.confidence) != n:
        raise InputError(
            f"Expert '{expert.name}' has {len(expert.predicted):,} answers and {len(expert.confidence):,} "
            f"confidences for {n:,} samples. Join its file by sample id first."
        )
    if not (np.isfinite(expert.cost) and expert.cost > 0):
        raise InputError(f"Expert '{expert.name}' costs {expert.cost}; a cost must be a number above 0.")
    if expert.latency is not None and not (np.isfinite(expert.latency) and expert.latency >= 0):
        raise InputError(f"Expert '{expert.name}' takes {expert.latency}; a latency must be a number, 0 or more.")
    confidence = expert.answered_confidence()
    outside = np.count_nonzero((confidence < 0) | (confidence > 1))
    if outside:
        raise InputError(f"Expert '{expert.name}' has {outside:,} confidences outside 0 to 1. Give probabilities.")


def latencies_of(experts: Sequence[Answers]) -> np.ndarray | None:
    """(M,) latencies, or None where one is not known."""
    known = [float(e.latency) for e in experts if e.latency is not None]
    return np.array(known) if len(known) == len(experts) else None


def confidence_rows(experts: Sequence[Answers]) -> np.ndarray:
    """(M, N) raw confidences; NaN: abstained."""
    return np.stack([e.answered_confidence() for e in experts])


def correct_rows(experts: Sequence[Answers], given_labels: np.ndarray) -> np.ndarray:
    """(M, N) 0..1: 1 where the expert answered and its answer is the label, or the verifier's score of its answer."""
    return np.stack([_correct(e, np.asarray(given_labels)) for e in experts])


def _correct(expert: Answers, labels: np.ndarray) -> np.ndarray:
    right = np.asarray(expert.predicted) == labels if expert.score is None else np.asarray(expert.score)
    return np.where(np.isnan(expert.answered_confidence()), 0.0, right)


def standing(confidence: np.ndarray, answers: np.ndarray, rule: AnswerRule) -> tuple[np.ndarray, np.ndarray]:
    """Confidence (M, n) and answer (M, n) that stand after experts 1..m have spoken.

    confidence: (M, n) calibrated, NaN: abstained. answers: (M, n) of anything. "last": each answer replaces the one
    before; "higher": only if surer (by more than 1e-9). An abstention replaces nothing; before any answer the
    confidence is 0. The same as ``cleaning.experts.cascade.router.route`` for one sample. Where every answer replaces
    the one before, what came in comes back: change neither.
    """
    if rule == "last" and not np.isnan(confidence).any():
        return confidence, answers
    held, held_answer = confidence.copy(), answers.copy()
    for m in range(1, len(held)):
        kept = np.isnan(confidence[m])
        if rule == "higher":
            kept |= confidence[m] <= held[m - 1] + TIE
        if kept.any():
            np.copyto(held[m], held[m - 1], where=kept)
            np.copyto(held_answer[m], held_answer[m - 1], where=kept)
    np.copyto(held, 0.0, where=np.isnan(held))
    return held, held_answer


def fit_of(calibrate: Calibrate, name: str) -> Fit:
    """The calibration to fit for one expert; identity where the confidences are calibrated already."""
    if calibrate is None:
        return lambda confidence, correct: _unchanged
    return calibrate[name] if isinstance(calibrate, Mapping) else calibrate


def _unchanged(confidence: np.ndarray) -> np.ndarray:
    return confidence


def fit_rows(
    names: Sequence[str], confidence: np.ndarray, correct: np.ndarray, calibrate: Calibrate
) -> list[Callable[[np.ndarray], np.ndarray]]:
    """One fitted map per expert, from the samples it answered. confidence, correct: (M, n)."""
    maps = []
    for name, own, right in zip(names, confidence, correct):
        known = ~np.isnan(own)
        if not known.any():
            raise InputError(f"Expert '{name}' answered none of the samples it should learn from. Leave it out.")
        if not known.all():
            own, right = own[known], right[known]
        maps.append(fit_of(calibrate, name)(own, np.asarray(right, float)))
    return maps


def mapped_rows(maps: Sequence[Callable], confidence: np.ndarray) -> np.ndarray:
    """(M, n) confidences after each expert's map; NaN stays NaN."""
    result = np.full(confidence.shape, np.nan)
    for m, (fitted, own) in enumerate(zip(maps, confidence)):
        known = ~np.isnan(own)
        if known.all():
            result[m] = fitted(own)
        else:
            result[m, known] = fitted(own[known])
    return result
