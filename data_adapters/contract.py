"""What every adapter gives back: a dataset, its experts, and what a person should know of the reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaning.dataset import Dataset, Expert


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
    """

    dataset: Dataset
    experts: tuple[Expert, ...]
    notes: tuple[str, ...]
    source: Path
    joined_by_position: tuple[str, ...] = ()

    @property
    def plain_notes(self) -> tuple[str, ...]:
        """The notes that the doctor does not state as findings."""
        return tuple(note for note in self.notes if not isinstance(note, IdNote))
