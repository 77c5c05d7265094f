"""What every adapter gives back: a dataset, its experts, and what a person should know of the reading."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cleaning.domain.dataset import TEXT, Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.origin import Origin
from data_adapters.files.tables import Table
from data_adapters.plan import ReadingPlan


class IdNote(str):
    """A note on ids that do not meet, which the doctor states as a finding.

    check: ``unknown_ids`` (rows of the expert that no sample has) or ``missing_ids`` (samples without a row). sentence:
    the note without the ids it lists. count: how many; first: at most five of them.
    """

    check: str
    sentence: str
    count: int
    first: tuple[str, ...]

    @classmethod
    def of(cls, check: str, note: str, sentence: str, ids: Sequence[str]) -> "IdNote":
        told = cls(note)
        told.check, told.sentence, told.count, told.first = check, sentence, len(ids), tuple(map(str, ids[:5]))
        return told


@dataclass(frozen=True)
class Reading:
    """Files, read and checked.

    notes: sentences for people, of the dataset and of every expert (columns used, what was left out).
    source: the folder or labels file it came from.
    joined_by_position: names of experts whose files hold no sample ids, for a person to confirm.
    plan: what was decided on the way. rival_labels: other readings of the given labels, (words, (N,) class numbers).
    """

    dataset: Dataset
    experts: tuple[Expert, ...]
    notes: tuple[str, ...]
    source: Path
    joined_by_position: tuple[str, ...] = ()
    plan: ReadingPlan = field(default_factory=ReadingPlan)
    rival_labels: tuple[tuple[str, np.ndarray], ...] = ()

    @property
    def plain_notes(self) -> tuple[str, ...]:
        """The notes that the doctor does not state as findings."""
        return tuple(note for note in self.notes if not isinstance(note, IdNote))


@dataclass(frozen=True)
class LabelsArray:
    """Class numbers (N,) from an array file, read as the two columns of a table.

    ids: (N,) of the samples; without them they are called by their position."""

    path: Path
    labels: np.ndarray
    ids: np.ndarray | None = None
    columns = ("sample_id", "label")

    @property
    def notes(self) -> tuple[str, ...]:
        last = len(self.labels) - 1
        if self.ids is not None:
            return ()
        return (f"'{self.path.name}' has no ids: samples are called by their position, 0 to {last:,}.",)

    def __len__(self) -> int:
        return len(self.labels)

    def text(self, column: str) -> np.ndarray:
        """(N,) object array of str, in which equal labels are one text."""
        if column == "sample_id":
            return self.compact_text(column).astype(object)
        if self.labels.dtype.kind == "O":
            return self.labels
        numbers, places = np.unique(self.labels, return_inverse=True)
        return np.array(list(map(str, numbers.tolist())), object)[places]

    def compact_text(self, column: str) -> np.ndarray:
        """(N,) TEXT array."""
        positions = np.arange(len(self)) if self.ids is None else self.ids
        return (positions if column == "sample_id" else self.labels).astype(TEXT)


@dataclass(frozen=True)
class LabelsSource:
    """A table of samples; class names, pictures and the label column where the source brings its own.

    places: whether the labels are integers that the source defines as places in its list of classes.
    split: the part of the source that this is, "" where it is not parted. origin: its files, for exports.
    """

    table: Table | LabelsArray
    names: tuple[tuple[str, ...], list[str]] | None = None
    image_root: Path | None = None
    label_column: str | None = None
    places: bool = False
    split: str = ""
    origin: Origin | None = None
