"""What every adapter gives back: a dataset, its experts, and what a person should know of the reading."""

from dataclasses import dataclass
from pathlib import Path

from cleaning.dataset import Dataset, Expert


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
