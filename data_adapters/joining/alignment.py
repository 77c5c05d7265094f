"""Joins an expert's rows to the dataset's samples by id, whatever their order."""

import re
from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import check_unique_ids
from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import IdNote
from data_adapters.joining.samples import Samples
from data_adapters.sentences import listed


@dataclass(frozen=True)
class Join:
    """rows: (N,) int64 row of each sample, ABSTAIN where the expert has none. notes: ids left aside."""

    rows: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> np.ndarray:
        """Places of the samples the expert says nothing about."""
        return np.flatnonzero(self.rows < 0)

    def rows_or_none(self) -> np.ndarray | None:
        """None where sample i simply is row i, else the rows."""
        return None if np.array_equal(self.rows, np.arange(len(self.rows))) else self.rows


def join_by_id(sample_ids: np.ndarray, expert_ids: np.ndarray, name: str) -> Join:
    """Raises InputError on ids that occur twice, and where the two have no id in common."""
    import pandas as pd

    check_unique_ids(expert_ids, f"Expert '{name}'")
    rows = pd.Index(expert_ids).get_indexer(sample_ids).astype(np.int64)
    if (rows < 0).all() and _floats_and_integers(sample_ids, expert_ids):
        notes = (f"Expert '{name}': ids such as '{expert_ids[0]}' and '{sample_ids[0]}' are the same numbers.",)
        join = join_by_id(_without_decimals(sample_ids), _without_decimals(expert_ids), name)
        return Join(join.rows, (*join.notes, *notes))
    if (rows < 0).all():
        raise InputError(_nothing_in_common(sample_ids, expert_ids, name))
    unknown = np.ones(len(expert_ids), bool)
    unknown[rows[rows >= 0]] = False
    return Join(rows, _unknown_note(expert_ids[unknown], name))


def join_by_position(samples: Samples, row_count: int, name: str) -> Join:
    """Sample i is row i of its file, samples without a label included or left out there as well."""
    sample_count = len(samples)
    if samples.rows is not None and row_count == samples.row_count:
        left = counted(row_count - sample_count, "row")
        note = f"Expert '{name}' has no ids: joined by position, less {left} of samples that were left out."
        return Join(samples.rows.astype(np.int64), (note,))
    if sample_count != row_count:
        raise InputError(
            f"Expert '{name}' has {counted(row_count, 'row')} without ids for "
            f"{counted(sample_count, 'sample')}; "
            "rows without ids are joined by position only if both are equally many. "
            "Give the ids too: a table with an id column, or an .npz with 'sample_ids' and 'scores'."
        )
    note = f"Expert '{name}' has no ids: joined by position ({counted(row_count, 'row')} each)."
    return Join(np.arange(sample_count, dtype=np.int64), (note,))


def abstention_note(join: Join, sample_ids: np.ndarray, name: str) -> tuple[str, ...]:
    """What is said about samples an expert has no row for."""
    missing = sample_ids[join.missing]
    if not len(missing):
        return ()
    of = counted(len(join.rows), "sample")
    sentence = f"Expert '{name}' has no row for {len(missing):,} of {of}; there it abstains."
    return (IdNote.of("missing_ids", sentence, sentence, missing),)


DECIMALS = re.compile(r"\.0+$")


def _floats_and_integers(sample_ids: np.ndarray, expert_ids: np.ndarray) -> bool:
    """Whether the ids of one side are whole numbers written as 12.0, and those of the other as 12."""
    sides = [[str(one) for one in ids[:1000]] for ids in (sample_ids, expert_ids)]
    written = [all(WHOLE.fullmatch(one) for one in side) for side in sides]
    as_floats = [all(WHOLE.fullmatch(DECIMALS.sub("", one)) and DECIMALS.search(one) for one in side) for side in sides]
    return (written[0] and as_floats[1]) or (as_floats[0] and written[1])


def _without_decimals(ids: np.ndarray) -> np.ndarray:
    return np.array([DECIMALS.sub("", str(one)) for one in ids], object)


WHOLE = re.compile(r"\d+")


def _unknown_note(unknown: np.ndarray, name: str) -> tuple[str, ...]:
    if not len(unknown):
        return ()
    ids, they = counted(len(unknown), "id"), "it is" if len(unknown) == 1 else "they are"
    note = f"Expert '{name}': {ids} not among the samples left out: {listed(unknown)}"
    sentence = f"Expert '{name}' has {ids} that no sample has; {they} left out."
    return (IdNote.of("unknown_ids", note, sentence, unknown.tolist()),)


def _nothing_in_common(sample_ids: np.ndarray, expert_ids: np.ndarray, name: str) -> str:
    sentence = (
        f"Expert '{name}' has no id in common with the samples: its ids are {first_five(expert_ids)}; "
        f"the samples' are {listed(sample_ids)}"
    )
    alike = [what for what, form in FORMS.items() if _meet(sample_ids, expert_ids, form)]
    hint = f" They meet when {alike[0]} left aside." if alike else ""
    return f"{sentence}{hint} Write the ids alike in both files."


def _meet(sample_ids: np.ndarray, expert_ids: np.ndarray, form) -> bool:
    ours = {form(value) for value in sample_ids}
    return sum(form(value) in ours for value in expert_ids[:1000]) > min(len(expert_ids), 1000) / 2


def _without_folder(value: str) -> str:
    return value.replace("\\", "/").rsplit("/", 1)[-1]


FORMS = {
    "upper and lower case are": str.casefold,
    "file endings are": lambda value: value.rsplit(".", 1)[0],
    "leading zeros are": lambda value: value.lstrip("0"),
    "folders are": _without_folder,
    "folders and file endings are": lambda value: _without_folder(value).rsplit(".", 1)[0],
}
