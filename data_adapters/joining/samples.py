"""The labels table: sample ids, given labels as written, options, group and metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cleaning.domain.dataset import check_unique_ids
from cleaning.errors import InputError, counted
from data_adapters.contract import LabelsArray
from data_adapters.files.tables import Table
from data_adapters.joining import columns
from data_adapters.joining.options import read_options
from data_adapters.sentences import listed

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Roles:
    """Columns a user named for their parts; None means: recognise. others: columns that are no metadata."""

    id_column: str | None = None
    label_column: str | None = None
    group_column: str | None = None
    choices_column: str | None = None
    question_column: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Samples:
    """N samples before their labels are turned into class numbers.

    ids: (N,) TEXT array. labels, images: (N,) object arrays of str. options: N lists of strings, or None.
    group: (N,) or None. metadata: the other columns by name, as text.
    """

    ids: np.ndarray
    labels: np.ndarray
    id_column: str
    options: list[list[str]] | None = None
    questions: np.ndarray | None = None
    images: np.ndarray | None = None
    group: np.ndarray | None = None
    group_name: str = ""
    metadata: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def option_counts(self) -> np.ndarray | None:
        return None if self.options is None else np.array([len(o) for o in self.options], np.int32)

    @property
    def is_question(self) -> bool:
        return self.options is not None or self.questions is not None


def read_samples(table: Table | LabelsArray, roles: Roles) -> Samples:
    """Raises InputError where a column is missing or ambiguous, an id repeats, or a label is empty."""
    id_column = columns.id_column(table, roles.id_column, taken=tuple(c for c in (roles.label_column,) if c))
    label_column = columns.label_column(table, roles.label_column, taken=(id_column, *roles.others))
    choices = columns.optional_column(table, roles.choices_column, columns.CHOICES_NAMES, "--choices-column")
    question = columns.optional_column(table, roles.question_column, columns.QUESTION_NAMES, "--question-column")
    image = columns.optional_column(table, None, columns.IMAGE_NAMES, "")
    group = roles.group_column and columns.named_column(table, roles.group_column, "--group-column")
    ids = _ids(table, id_column)
    groups = table.text(group) if group else None
    used = [id_column, label_column, choices, question, image, *roles.others]
    return Samples(
        ids=ids,
        labels=_labels(table, label_column, ids),
        id_column=id_column,
        options=read_options(table, choices, ids) if choices else None,
        questions=table.text(question) if question else None,
        images=table.text(image) if image else None,
        group=groups,
        group_name=group or "",
        metadata=_metadata(table, used),
        notes=(
            *table.notes,
            _columns_note(table, id_column, label_column, choices, group),
            *_no_group_note(groups, group),
        ),
    )


def _ids(table: Table | LabelsArray, column: str) -> np.ndarray:
    if not len(table):
        raise InputError(f"'{table.path.name}' has a header but no rows. Expected one row per sample.")
    ids = table.compact_text(column)
    if isinstance(table, LabelsArray) and column == "sample_id":
        return ids  # positions: none is empty or twice there
    empty = np.flatnonzero(ids == "")
    if len(empty):
        raise InputError(
            f"'{table.path.name}' has {counted(len(empty), 'row')} without a sample id in column '{column}': "
            f"data rows {listed(f'{i + 1:,}' for i in empty)} Every sample needs an id."
        )
    if not table.all_printable(column):
        _refuse_control_characters(ids, f"'{table.path.name}' (column '{column}')")
    check_unique_ids(ids, f"'{table.path.name}' (column '{column}')")
    return ids


def _refuse_control_characters(ids: np.ndarray, owner: str) -> None:
    """An id that breaks a line, or steers a terminal, would spoil every list it stands in."""
    bad = [ascii(one) for one in ids if CONTROL.search(one)]
    if bad:
        raise InputError(
            f"{owner} has {counted(len(bad), 'sample id')} with line breaks or other control characters: {listed(bad)} "
            "Rename these samples, or close the quote that was left open."
        )


def _labels(table: Table, column: str, ids: np.ndarray) -> np.ndarray:
    labels = table.text(column)
    empty = labels == ""
    if empty.any():
        raise InputError(
            f"'{table.path.name}' has {counted(int(empty.sum()), 'sample')} without a given label in column "
            f"'{column}': {listed(ids[empty])} Fill them in or leave these rows out."
        )
    return labels


def _metadata(table: Table, used: Sequence[str | None]) -> dict[str, np.ndarray]:
    return {c: table.text(c) for c in table.columns if c not in used and c != "sample_id"}


def _no_group_note(groups: np.ndarray | None, name: str | None) -> list[str]:
    empty = 0 if groups is None else int((groups == "").sum())
    return [f"{counted(empty, 'sample')} have no '{name}'; they form a group of their own."] if empty else []


def _columns_note(table: Table, ids: str, labels: str, choices: str | None, group: str | None) -> str:
    parts = [f"sample ids from column '{ids}'", f"given labels from '{labels}'"]
    parts += [f"options from '{choices}'"] if choices else []
    parts += [f"group from '{group}'"] if group else []
    return f"'{table.path.name}': {counted(len(table), 'sample')}; {', '.join(parts)}."
