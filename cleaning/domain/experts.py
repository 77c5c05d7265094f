"""One model's opinions on the N samples of a dataset, in the dataset's order: an ``Expert`` gives either the scores of
all K classes, or its best class with a confidence, or its best class alone.

Built by ``data_adapters``, which check everything at the door; the core then trusts them.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import ClassVar, Literal, Protocol, TypeVar

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError, first_five, one_of
from cleaning.scores.rows import Rows, read_rows

HASHED_BYTES = 1 << 20
PROBABILITY_FLOOR = np.float32(6e-8)  # the smallest positive float16: what a rounded-away probability may be


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_HasName)


@dataclass(frozen=True)
class _Model(ABC):
    """What is known of any model, whatever it gives.

    simulated: True for demo experts that are not real models; always shown.
    cost: relative price of one answer, or None. family: experts of one family err together.
    known_fingerprint: as computed when the expert was stored; empty for one just read.
    """

    name: str
    _: KW_ONLY
    source: str = ""
    simulated: bool = False
    cost: float | None = None
    family: str = ""
    notes: tuple[str, ...] = ()
    known_fingerprint: str = ""

    @abstractmethod
    def gives(self) -> str:
        """What it gives of each sample, in words."""

    @abstractmethod
    def arrays(self) -> dict[str, Rows]:
        """What it holds, by field; without what it lacks."""

    @abstractmethod
    def _hashed(self) -> tuple[str, Iterable[Rows]]:
        """What tells its content from another expert's: (its kind in words, the arrays that are its own)."""

    def fingerprint(self) -> str:
        """16 hex digits of the expert's kind and content (its name does not count); computed once."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        return self.known_fingerprint or _digest(*self._hashed())


@dataclass(frozen=True)
class FullExpert(_Model):
    """An expert that scores every class.

    scores: (R, K) float16/32/64, usually memory-mapped, of ``score_kind``; sample i is row ``rows[i]`` (row i where
        rows is None; ABSTAIN where the expert says nothing).
    option_counts: (N,) where questions differ in them: scores of options beyond are padding.
    unchecked: the reader left it to whoever reads the scores to refuse NaN and infinity (``cleaning.suspect.softened``).
    """

    scores: Rows
    score_kind: Literal["logits", "probabilities"] = "logits"
    rows: np.ndarray | None = None
    option_counts: np.ndarray | None = None
    unchecked: bool = False

    kind: ClassVar = "full"

    def logits(self, samples: slice | np.ndarray) -> np.ndarray:
        """(n, K) float32 logits of some samples; abstained rows and options that do not exist are NaN.

        Probabilities are returned as their logarithms (a softmax of which gives them back).
        """
        if self.rows is None:
            block, missing = _own_float32(read_rows(self.scores, samples), self.scores), None
        else:
            rows = self.rows[samples]
            missing = rows < 0
            block = _own_float32(read_rows(self.scores, np.where(missing, 0, rows)), self.scores)
        if self.score_kind == "probabilities":
            block = np.log(np.maximum(block, PROBABILITY_FLOOR))
        if missing is not None and missing.any():
            block[missing] = np.nan
        if self.option_counts is not None:
            block[np.arange(block.shape[1]) >= self.option_counts[samples, None]] = np.nan
        return block

    def row_numbers(self, n: int) -> np.ndarray:
        """(n,) the row of ``scores`` that belongs to each of the n samples; ABSTAIN where there is none."""
        return np.arange(n) if self.rows is None else np.asarray(self.rows)

    def gives(self) -> str:
        return f"{self.score_kind} of {self.scores.shape[1]:,} classes"

    def arrays(self) -> dict[str, Rows]:
        return _present(scores=self.scores, rows=self.rows, option_counts=self.option_counts)

    def _hashed(self) -> tuple[str, Iterable[Rows]]:
        return f"full|{self.score_kind}", _present(scores=self.scores, rows=self.rows).values()

    def taken(self, places: np.ndarray) -> FullExpert:
        """As an expert whose opinion on sample i is what this one says of sample ``places[i]``."""
        return replace(self, rows=places if self.rows is None else self.rows[places], known_fingerprint="")

    def silent_elsewhere(self, called: np.ndarray) -> FullExpert:
        """The same expert, abstaining wherever ``called`` (N,) bool is False."""
        rows = np.where(called, self.row_numbers(len(called)), ABSTAIN)
        return replace(self, rows=rows, known_fingerprint="")


@dataclass(frozen=True)
class Top1Expert(_Model):
    """An expert that gives its best class and how sure it is.

    predicted: (N,) int32 class or ABSTAIN. confidence: (N,) float32 in [0, 1] (NaN: abstains).
    outside: (N,) float32, how sure it is of an answer that is no class (NaN elsewhere), or None where it has none. For
        cleaning that is an abstention, for a cascade a wrong answer.
    """

    predicted: np.ndarray
    confidence: np.ndarray
    outside: np.ndarray | None = None

    kind: ClassVar = "top1"

    def gives(self) -> str:
        return "best class and its confidence"

    def arrays(self) -> dict[str, Rows]:
        return _present(predicted=self.predicted, confidence=self.confidence, outside=self.outside)

    def _hashed(self) -> tuple[str, Iterable[Rows]]:
        return "top1|logits", self.arrays().values()  # "logits" as in workspaces made before this type was

    def answering(self, predicted: np.ndarray) -> Top1Expert:
        """The same expert with other classes (N,), as sure of them."""
        return replace(self, predicted=predicted.astype(np.int32), known_fingerprint="")

    def taken(self, places: slice | np.ndarray) -> Top1Expert:
        """As ``FullExpert.taken``."""
        outside = None if self.outside is None else self.outside[places]
        return replace(self.answering(self.predicted[places]), confidence=self.confidence[places], outside=outside)

    def silent_elsewhere(self, called: np.ndarray) -> Top1Expert:
        """As ``FullExpert.silent_elsewhere``."""
        confidence = np.where(called, self.confidence, np.nan).astype(np.float32)
        silent = self.answering(np.where(called, self.predicted, ABSTAIN))
        return replace(silent, confidence=confidence, outside=_only_where(called, self.outside))


@dataclass(frozen=True)
class VotesExpert(_Model):
    """An expert that gives bare answers. predicted: (N,) int32 class or ABSTAIN. outside: as of ``Top1Expert``, 1."""

    predicted: np.ndarray
    outside: np.ndarray | None = None

    kind: ClassVar = "votes"

    def gives(self) -> str:
        return "answers without confidence"

    def arrays(self) -> dict[str, Rows]:
        return _present(predicted=self.predicted, outside=self.outside)

    def _hashed(self) -> tuple[str, Iterable[Rows]]:
        return "votes|logits", self.arrays().values()  # as for ``Top1Expert``

    def answering(self, predicted: np.ndarray) -> VotesExpert:
        """The same expert with other classes (N,)."""
        return replace(self, predicted=predicted.astype(np.int32), known_fingerprint="")

    def taken(self, places: slice | np.ndarray) -> VotesExpert:
        """As ``FullExpert.taken``."""
        outside = None if self.outside is None else self.outside[places]
        return replace(self.answering(self.predicted[places]), outside=outside)

    def silent_elsewhere(self, called: np.ndarray) -> VotesExpert:
        """As ``FullExpert.silent_elsewhere``."""
        silent = self.answering(np.where(called, self.predicted, ABSTAIN))
        return replace(silent, outside=_only_where(called, self.outside))


Expert = FullExpert | Top1Expert | VotesExpert
AnsweringExpert = Top1Expert | VotesExpert
EXPERT_OF_KIND: dict[str, type[Expert]] = {one.kind: one for one in (FullExpert, Top1Expert, VotesExpert)}


def check_experts(experts: Sequence[Expert]) -> None:
    """At least one expert, and every name once."""
    if not experts:
        raise InputError("There is no expert. Give at least one file of scores or answers.")
    names = [e.name for e in experts]
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise InputError(f"Experts bear the same name: {first_five(repeated)}. Give each expert its own name.")


def chosen_by_name(experts: Iterable[Named], names: Iterable[str]) -> list[Named]:
    """Experts by name, in the order of ``names``; InputError naming those there are."""
    by_name = {e.name: e for e in experts}
    for name in names:
        if name not in by_name:
            raise InputError(f"There is no expert '{name}': choose {one_of(list(by_name))}.")
    return [by_name[name] for name in names]


def _present(**arrays: Rows | None) -> dict[str, Rows]:
    return {field: array for field, array in arrays.items() if array is not None}


def _only_where(called: np.ndarray, outside: np.ndarray | None) -> np.ndarray | None:
    return None if outside is None else np.where(called, outside, np.nan).astype(np.float32)


def _digest(kind: str, arrays: Iterable[Rows]) -> str:
    digest = hashlib.sha256(kind.encode())
    for array in arrays:
        digest.update(str((array.shape, array.dtype)).encode())
        step = max(1, HASHED_BYTES // max(1, array[:1].nbytes))
        for start in range(0, len(array), step):
            block = np.ascontiguousarray(read_rows(array, slice(start, start + step)))
            digest.update(block.view(np.uint8).data)
    return digest.hexdigest()[:16]


def _own_float32(block: np.ndarray, scores: Rows) -> np.ndarray:
    """Float32 that may be overwritten: ``block`` itself unless it is a view of ``scores``."""
    return block.astype(np.float32, copy=isinstance(scores, np.ndarray) and np.may_share_memory(block, scores))
