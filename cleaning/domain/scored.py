"""Answers that a verifier has marked already: no classes and no labels, only how sure an expert was and how right it is.

The verifier may be an exact match, the share of tests passed or a judge; its score stands for "is right" wherever a
given label would. Symbols: N samples.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.dataset import ABSTAIN, Dataset, labels_are_references
from cleaning.domain.experts import AnsweringExpert, Expert, FullExpert, Top1Expert, chosen_by_name
from cleaning.errors import InputError, counted, first_five, one_of

MARKED = "marked"  # the kind of a workspace that holds such answers


@dataclass(frozen=True)
class ScoredExpert:
    """One expert's answers. confidence: (N,) 0..1, NaN where it gave no answer. score: (N,) 0..1, NaN likewise.
    answers: (N,) texts, empty where there is none, or None where only the marks are known. cost: of one answer. method:
    by which its confidence is calibrated, of ``cleaning.calibrate.calibrators.METHODS``."""

    name: str
    confidence: np.ndarray
    score: np.ndarray
    answers: np.ndarray | None = None
    cost: float | None = None
    method: str = "platt"

    @property
    def answered(self) -> np.ndarray:
        """(N,) bool."""
        return ~np.isnan(self.score)


@dataclass(frozen=True)
class ScoredAnswers:
    """name: for people. sample_ids: (N,) texts. experts: in the order read. parts: (N,) names of the part (a split) that
    each sample is of, or None. notes: what the reader did that a person should know."""

    name: str
    sample_ids: np.ndarray
    experts: tuple[ScoredExpert, ...]
    parts: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for expert in self.experts:
            _check(expert, self.sample_ids)

    def part(self, value: str) -> "ScoredAnswers":
        """The samples of one part; InputError naming those there are."""
        known = [] if self.parts is None else list(dict.fromkeys(map(str, self.parts)))
        if self.parts is None or value not in known:
            raise InputError(f"There is no part '{value}' in a column 'split'. Parts are {one_of(known) or 'none'}.")
        inside = self.parts == value
        experts = tuple(
            replace(
                e, confidence=e.confidence[inside], score=e.score[inside],
                answers=None if e.answers is None else e.answers[inside],
            )
            for e in self.experts
        )  # fmt: skip
        return replace(
            self,
            name=f"{self.name}, {value}",
            sample_ids=self.sample_ids[inside],
            experts=experts,
            parts=self.parts[inside],
        )

    def calibrated_by(self, methods: Mapping[str, str]) -> "ScoredAnswers":
        """The same answers, calibrated by other methods where some are named for an expert."""
        experts = tuple(replace(e, method=methods.get(e.name, e.method)) for e in self.experts)
        return replace(self, experts=experts)

    def fingerprint(self) -> str:
        """16 hex digits that change whenever an id, a part, or an expert's name, confidence, score or answer does."""
        parts = [] if self.parts is None else list(map(str, self.parts))
        told = [MARKED, list(map(str, self.sample_ids)), parts, [(e.name, e.answers is None) for e in self.experts]]
        digest = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode())
        for expert in self.experts:
            digest.update(np.stack([expert.confidence, expert.score]).astype("<f8").tobytes())
            digest.update(json.dumps([] if expert.answers is None else list(map(str, expert.answers))).encode())
        return digest.hexdigest()[:16]

    def chosen(self, names: list[str]) -> list[ScoredExpert]:
        """Experts by name, in this order; InputError naming those there are."""
        return chosen_by_name(self.experts, names)


def free_answers(dataset: Dataset, experts: Sequence[Expert]) -> ScoredAnswers | None:
    """Answers in free words as scored ones, exact matches of the given label; None where labels are of classes.

    An answer that equals none is wrong there, and to leave it out would make every expert right in all it says.
    """
    if dataset.option_counts is not None or not labels_are_references(dataset.class_count, len(dataset)):
        return None
    if any(isinstance(e, FullExpert) for e in experts):
        return None
    scored = tuple(_matched(e, dataset.given_labels) for e in experts if not isinstance(e, FullExpert))
    return ScoredAnswers(dataset.name, np.asarray(dataset.sample_ids, object), scored)


def _matched(expert: AnsweringExpert, given: np.ndarray) -> ScoredExpert:
    outside = np.full(len(given), np.nan) if expert.outside is None else np.asarray(expert.outside, float)
    read = expert.predicted != ABSTAIN
    stated = expert.confidence if isinstance(expert, Top1Expert) else np.ones(len(given))
    confidence = np.where(read, stated, outside)
    score = np.where(np.isnan(confidence), np.nan, read & (expert.predicted == given))
    return ScoredExpert(expert.name, confidence, score, cost=expert.cost)


def _check(expert: ScoredExpert, ids: np.ndarray) -> None:
    if not expert.answered.any():
        raise InputError(f"Expert '{expert.name}' has no score for any sample. Check its ids, or leave it out.")
    for what, values in (("scores", expert.score), ("confidences", expert.confidence)):
        bad = np.flatnonzero((values < 0) | (values > 1))
        if len(bad):
            raise InputError(
                f"Expert '{expert.name}' has {len(bad):,} {what} outside 0 to 1: {first_five(ids[bad])}. "
                "Write the share that is right, 0 to 1, and confidences as probabilities."
            )
    silent = np.flatnonzero(expert.answered & np.isnan(expert.confidence))
    if len(silent):
        raise InputError(
            f"Expert '{expert.name}' has {counted(len(silent), 'scored answer')} without a confidence: "
            f"{first_five(ids[silent])}. An answer is no abstention; say how sure the expert was, or leave the row out."
        )
