"""What the core works on: one Dataset, its samples and their given labels; ``cleaning.domain.experts`` judge them.

Symbols used throughout: N samples, K classes (for questions: the largest number of options), M experts.
Built by ``data_adapters``, which check everything at the door; the core then trusts them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cleaning.domain.origin import Origin
from cleaning.domain.text_hashes import hash_texts
from cleaning.errors import InputError, counted, first_five

if TYPE_CHECKING:
    import pandas as pd

ABSTAIN = -1
TEXT = np.dtypes.StringDType()
TEXTS_AT_ONCE = 65_536
REFERENCE = "reference"  # the column of free answers' references, as they were written
GRADED_OTHERWISE = "graded_otherwise"  # the column that says whose answers were marked unlike the reference's group
TELLING = frozenset((REFERENCE, GRADED_OTHERWISE))  # columns that tell what a blind card must not
SPLIT = "split"  # the column, and the step of reading, that say which part of a dataset a sample is of
OPTION_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class _Samples:
    """The attribute ``Dataset.samples``: a data frame, or a function of no arguments that makes it when it is first
    asked for, because scoring does without it and without pandas."""

    def __get__(self, dataset: Dataset | None, owner: type) -> pd.DataFrame:
        if dataset is None:
            raise AttributeError("samples must be given")  # so that dataclasses see no default
        if not self.made(dataset):
            self.__set__(dataset, vars(dataset)["samples"]())
            assert len(vars(dataset)["samples"]) == len(dataset), "one row a sample"
        return vars(dataset)["samples"]

    def __set__(self, dataset: Dataset, value: pd.DataFrame | Callable[[], pd.DataFrame]) -> None:
        vars(dataset)["samples"] = value

    @staticmethod
    def made(dataset: Dataset) -> bool:
        return not callable(vars(dataset)["samples"])


@dataclass(frozen=True)
class Dataset:
    """Samples with their given labels, never modified once read.

    name: for people. kind: "image" or "question".
    sample_ids: (N,) unique strings, kept as TEXT, in which a short one takes 16 bytes and not 60.
    given_labels: (N,) int32 in 0..K-1. class_names: K strings.
    option_counts: (N,) int32 options per question, or None where every sample has all K classes.
    group: (N,) strings (subject, source, annotator, batch ...) called ``group_name``, or None.
    samples: data frame of N rows in the same order for showing and exporting: ``sample_id``, and where known
        ``image`` (path relative to ``image_root``), ``question``, ``choices`` (list of strings), other metadata;
        may be given as a function of no arguments that makes it when it is first asked for.
    image_root: folder below which every picture must lie, or None.
    notes: what the reader did that a person should know ("joined by position", ...).
    open_answers: options are groups of free answers that say the same; the last one of each sample stands for any other
        answer, and ``samples`` has the REFERENCE as it was written.
    origin: the files that it was read from, where they are of a kind whose columns and splits an export can give again.
    """

    name: str
    kind: Literal["image", "question"]
    sample_ids: np.ndarray
    given_labels: np.ndarray
    class_names: tuple[str, ...]
    samples: _Samples = _Samples()
    option_counts: np.ndarray | None = None
    group: np.ndarray | None = None
    group_name: str = ""
    image_root: Path | None = None
    notes: tuple[str, ...] = ()
    open_answers: bool = False
    origin: Origin | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sample_ids", compact(self.sample_ids))
        _check_dataset(self)

    def __len__(self) -> int:
        return len(self.sample_ids)

    @property
    def class_count(self) -> int:
        return len(self.class_names)

    def options_of(self) -> np.ndarray:
        """(N,) int32: how many classes each sample can have."""
        if self.option_counts is not None:
            return self.option_counts
        return np.full(len(self), self.class_count, np.int32)

    @property
    def classes_given(self) -> np.ndarray:
        """(N,) the given labels as classes that samples share; 0 where a label names a group of one sample's answers."""
        return np.zeros_like(self.given_labels) if self.open_answers else self.given_labels

    def label_words(self, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """(n,) the names of classes (n,) of some rows; of free answers the texts of the groups."""
        if not self.open_answers:
            return np.array(self.class_names, object)[codes]
        options = self.samples["choices"].to_numpy(object)
        return np.array([str(options[row][code]) for row, code in zip(rows, codes)], object)

    @cached_property
    def showable(self) -> np.ndarray:
        """(N,) bool, whether there is anything to look at; where no sample has a picture, all count."""
        if self.kind != "image" or "image" not in self.samples:
            return np.ones(len(self), bool)
        named = np.array([isinstance(v, str) and v != "" for v in self.samples["image"].tolist()], bool)
        return named if named.any() else np.ones(len(self), bool)

    @cached_property
    def image_names(self) -> pd.api.extensions.ExtensionArray | None:
        """(N,) the column ``image`` of ``samples``, to read single rows of; None where there is none."""
        return self.samples["image"].array if "image" in self.samples else None

    def showing(self, samples: Callable[[], pd.DataFrame]) -> Dataset:
        """The same with other columns to show, made when they are first asked for; nothing is checked anew."""
        other = copy(self)
        for made_of_them in ("image_names", "_fingerprint"):
            vars(other).pop(made_of_them, None)
        vars(other)["samples"] = samples
        return other

    def fingerprint(self) -> str:
        """16 hex digits that change whenever an id, a given label, a class name, a group or a question's text does."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        digest.update(json.dumps([self.kind, self.class_names], ensure_ascii=False).encode())
        _digest_joined(digest, self.sample_ids)
        digest.update(np.ascontiguousarray(self.given_labels, np.int32).tobytes())
        for column in ("image", "question", "choices"):
            if column in self.samples:
                _digest_joined(digest, self.samples[column].array)
        if self.group is not None:
            digest.update("\x00".join([self.group_name, *map(str, self.group)]).encode())
        return digest.hexdigest()[:16]


def _digest_joined(digest: hashlib._Hash, values: np.ndarray | pd.api.extensions.ExtensionArray) -> None:
    """Takes in all values as texts with a zero byte between them, some thousand at once."""
    for start in range(0, len(values), TEXTS_AT_ONCE):
        some = values[start : start + TEXTS_AT_ONCE].tolist()
        texts = some if set(map(type, some)) == {str} else map(_as_text, some)
        digest.update(("\x00" if start else "").encode() + "\x00".join(texts).encode())


def _as_text(value: object) -> str:
    return "\x01".join(map(str, value)) if isinstance(value, list | tuple | np.ndarray) else str(value)


def _check_dataset(dataset: Dataset) -> None:
    n = len(dataset.sample_ids)
    if n == 0:
        raise InputError("The dataset has no samples. Check that the labels file has rows below its header.")
    if len(dataset.given_labels) != n or (_Samples.made(dataset) and len(dataset.samples) != n):
        raise InputError(
            f"{counted(n, 'sample id')} but {counted(len(dataset.given_labels), 'given label')}; both must be equal."
        )
    if len(dataset.class_names) < 2:
        raise InputError("The dataset has fewer than two classes; a label cannot be wrong where there is no choice.")
    check_unique_ids(dataset.sample_ids, "The dataset")
    limits = dataset.options_of()
    bad = np.flatnonzero((dataset.given_labels < 0) | (dataset.given_labels >= limits))
    if len(bad):
        raise InputError(
            f"{counted(len(bad), 'given label')} outside 0 to {int(limits.max()) - 1} (number of classes minus one): "
            f"{first_five(dataset.sample_ids[bad])}. Labels are 0-based numbers or class names."
        )


def labels_are_references(class_count: int, sample_count: int) -> bool:
    """Whether given labels are answers in free words and no classes: more than half of them are each their own."""
    return class_count * 2 > sample_count


def check_unique_ids(ids: Sequence[str] | np.ndarray, owner: str) -> None:
    """Raises InputError naming the first five ids that occur more than once."""
    hashes = np.sort(hash_texts(compact(ids)))
    if not (hashes[1:] == hashes[:-1]).any():
        return
    import pandas as pd

    index = pd.Index(np.asarray(ids, object))
    if not index.is_unique:
        repeated = index[index.duplicated()].unique()
        raise InputError(
            f"{owner} has {counted(len(repeated), 'sample id')} more than once: {first_five(repeated)}. "
            "Every sample needs an id of its own; remove or rename the duplicates."
        )


def rows_of_ids(sample_ids: np.ndarray, wanted: Sequence[str]) -> np.ndarray:
    """(n,) int64 row of each wanted id among (N,) unique ones, -1 where it is none of them.

    Looked for one by one, as an index of millions of texts takes seconds and more memory than the texts.
    """
    row_of = dict.fromkeys(wanted, -1)
    if row_of:
        row_of.update((sample, row) for row, sample in enumerate(sample_ids) if sample in row_of)
    return np.array([row_of[sample] for sample in wanted], np.int64)


def compact(ids: Sequence[str] | np.ndarray) -> np.ndarray:
    """(N,) TEXT array of ids. Raises InputError where one holds half a character (a lone surrogate)."""
    try:
        return np.asarray(ids, TEXT)
    except UnicodeEncodeError as error:
        raise InputError(
            f"The sample id {error.object!a} holds half a character and is no text. Write it as UTF-8 or rename it."
        ) from None


def as_series(texts: np.ndarray) -> pd.Series:
    """A TEXT array as pandas holds text, made block by block."""
    import pandas as pd

    starts = range(0, max(len(texts), 1), TEXTS_AT_ONCE)
    blocks = [pd.Series(texts[start : start + TEXTS_AT_ONCE].astype(object)) for start in starts]
    return pd.concat(blocks, ignore_index=True)
