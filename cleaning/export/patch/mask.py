"""The typed evaluation mask: what evaluation does with each sample, as a file, and how to score under it.

An entry is ``keep`` (the given label counts), ``replace:3`` (class 3 counts instead), ``any_of:[1,3]`` (each of these
counts) or ``drop`` (the sample does not count at all). Class numbers are 0-based.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.errors import InputError, counted, first_five
from cleaning.export.formats.decision_log import decoded
from cleaning.export.formats.table_texts import as_csv
from cleaning.export.handover import Handover

HEADER = ["sample_id", "given_index", "mask"]
_ENTRY = re.compile(r"keep|drop|replace:(\d{1,9})|any_of:\[(\d{1,9}(?:,\d{1,9})*)\]")


@dataclass(frozen=True)
class Mask:
    """sample_ids: (N,) unique str. given: (N,) class codes. entries: N strings as described above."""

    sample_ids: np.ndarray
    given: np.ndarray
    entries: Sequence[str]

    def __len__(self) -> int:
        return len(self.given)


@dataclass(frozen=True)
class MaskScore:
    """Samples answered right, samples that count, and their ratio (NaN where none counts)."""

    right: int
    counted: int

    @property
    def accuracy(self) -> float:
        return self.right / self.counted if self.counted else float("nan")


def mask_of(handover: Handover) -> Mask:
    dataset = handover.dataset
    return Mask(dataset.sample_ids, dataset.given_labels, list(handover.final.mask()))


def accepted_classes(entry: str, given: int) -> tuple[int, ...]:
    """Class codes that count as right; empty where the sample is dropped. Raises InputError for other texts."""
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise InputError(f"'{entry[:40]}' is no mask entry; expected keep, replace:3, any_of:[1,3] or drop.")
    if entry == "keep":
        return (given,)
    if entry == "drop":
        return ()
    return (int(match[1]),) if match[1] else tuple(map(int, match[2].split(",")))


def right_under_mask(predicted: np.ndarray, mask: Mask) -> tuple[np.ndarray, np.ndarray]:
    """((N,) bool answered right, (N,) bool counts). predicted: (N,) class codes; -1 (no answer) is not right."""
    predicted = np.asarray(predicted)
    if len(predicted) != len(mask):
        raise InputError(
            f"{counted(len(predicted), 'prediction')} but the mask has {counted(len(mask), 'sample')}; they are "
            "joined by position and must be equal."
        )
    right, counts = predicted == mask.given, np.ones(len(mask), bool)
    for i, entry in enumerate(mask.entries):
        if entry != "keep":
            classes = accepted_classes(entry, int(mask.given[i]))
            right[i], counts[i] = int(predicted[i]) in classes, bool(classes)
    return right, counts


def score_under_mask(predicted: np.ndarray, mask: Mask) -> MaskScore:
    """Accuracy of (N,) predicted class codes under the mask."""
    right, counts = right_under_mask(predicted, mask)
    return MaskScore(int((right & counts).sum()), int(counts.sum()))


def write_mask(mask: Mask) -> bytes:
    """CSV: sample_id, given_index, mask; a row a sample."""
    columns = (mask.sample_ids, mask.given, np.array(mask.entries, object))
    return as_csv(dict(zip(HEADER, columns, strict=True)))


def read_mask(data: bytes) -> Mask:
    """The mask that ``write_mask`` wrote. Raises InputError naming the first five rows that are none."""
    rows = list(csv.reader(io.StringIO(decoded(data, "mask"), newline="")))
    if not rows or rows[0] != HEADER:
        raise InputError(f"This is no evaluation mask: its first line should be {','.join(HEADER)}.")
    bad = [i for i, row in enumerate(rows[1:], 2) if not _is_row(row)]
    if bad:
        raise InputError(f"{counted(len(bad), 'line')} of the mask not readable: {first_five(bad)}.")
    ids, given, entries = zip(*rows[1:]) if rows[1:] else ((), (), ())
    if len(set(ids)) < len(ids):
        raise InputError("The mask names a sample more than once.")
    return Mask(np.array(ids, object), np.array(given, np.int64), list(entries))


def _is_row(row: list[str]) -> bool:
    return len(row) == 3 and bool(row[0]) and row[1].isdecimal() and bool(_ENTRY.fullmatch(row[2]))
