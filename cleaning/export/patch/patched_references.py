"""A patch of free answers onto the references of a table: every byte that is no changed reference stays as it is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.domain.verdicts import RIGHT_IS
from cleaning.errors import InputError, counted, first_five
from cleaning.export.patch.label_fields import find_fields
from cleaning.export.patch.patch import Patch
from cleaning.settle.final_labels import DROPPED, settle
from cleaning.settle.policy import Policy

SUFFIXES = (".csv", ".tsv", ".jsonl")


def is_of_references(patch: Patch) -> bool:
    """Whether a patch corrects references in words, and not classes."""
    return any(entry.options for entry in patch.entries)


def new_references(
    patch: Patch, sample_ids: Sequence[str], references: Sequence[str], policy: Policy
) -> tuple[dict[int, str], tuple[str, ...]]:
    """({row: its corrected reference}, ids of samples that the policy drops, which keep theirs).

    references: (N,) as the table has them. Raises InputError where a sample is missing or its reference is another one.
    """
    ids = [entry.sample_id for entry in patch.entries]
    rows = pd.Index(sample_ids).get_indexer(pd.Index(ids)).tolist()
    if -1 in rows:
        missing = [sample for sample, row in zip(ids, rows) if row < 0]
        raise InputError(f"{counted(len(missing), 'sample')} of the patch not in the table: {first_five(missing)}.")
    other = [e.sample_id for e, row in zip(patch.entries, rows) if references[row].strip() != e.options[e.old].strip()]
    if other:
        raise InputError(
            f"{counted(len(other), 'sample')} of the patch with another reference: {first_five(other)}. The table was "
            "changed, or the patch is applied already."
        )
    final = settle(
        np.array(ids, object), np.array([entry.old for entry in patch.entries], np.int32), patch.decisions, policy
    )
    new, dropped = {}, []
    for line in final.changed_lines():
        if line.corrected == DROPPED:
            dropped.append(line.sample_id)
        elif line.corrected != line.given:
            written = [v.note.strip() for v in final.votes[line.sample_id] if v.verdict == RIGHT_IS]
            text = patch.entries[line.row].options[line.corrected]
            new[rows[line.row]] = written[0] if line.verdict == RIGHT_IS and written else text
    return new, tuple(dropped)


def with_references(data: bytes, suffix: str, column: str, new: dict[int, str]) -> bytes:
    """The file with other references in some rows. Raises InputError for files whose fields cannot be edited."""
    if suffix not in SUFFIXES:
        raise InputError(f"References are written into {', '.join(SUFFIXES)}; save the table as one of these.")
    fields = find_fields(data, suffix, column)
    return fields.replaced({row: fields.written(text, row) for row, text in new.items()})
