"""The labels table: sample ids, given labels as written, options, group and metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cleaning.domain.dataset import TEXT, check_unique_ids
from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import LabelsArray
from data_adapters.files.tables import Table
from data_adapters.joining import columns
from data_adapters.joining.given_labels import standing, unlisted
from data_adapters.plan import ReadingPlan, Source
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

    ids: (N,) TEXT array. labels, images: (N,) object arrays of str; empty where there is no label. options: N lists of
    strings, or None. option_labels: N lists of what questions call their own options. group: (N,) or None. metadata:
    the other columns by name, as text. labels_are_places: the labels are integers that their source itself defines as
    places in the list of classes. file: name of theirs. rows: (N,) row of each sample in that file, which has
    ``row_count``; None where none was left out. id_folders: what was cut from ids that were absolute paths.
    """

    ids: np.ndarray
    labels: np.ndarray
    id_column: str
    options: list[list[str]] | None = None
    option_labels: list | None = None
    questions: np.ndarray | None = None
    images: np.ndarray | None = None
    group: np.ndarray | None = None
    group_name: str = ""
    metadata: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    labels_are_places: bool = False
    label_column: str = ""
    file: str = ""
    rows: np.ndarray | None = None
    row_count: int = 0
    id_folders: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def option_counts(self) -> np.ndarray | None:
        return None if self.options is None else np.array([len(o) for o in self.options], np.int32)

    @property
    def is_question(self) -> bool:
        return self.options is not None or self.questions is not None

    def only(self, kept: np.ndarray, note: str) -> Samples:
        """The samples where ``kept`` (N,) holds, which the note says."""
        places = np.flatnonzero(kept)

        def some(values):
            return (
                [values[i] for i in places] if isinstance(values, list) else None if values is None else values[places]
            )

        return replace(
            self,
            **{name: some(getattr(self, name)) for name in PER_SAMPLE},
            metadata={column: values[places] for column, values in self.metadata.items()},
            rows=places if self.rows is None else self.rows[places],
            notes=(*self.notes, note),
        )


SAID_ASIDE = ("prediction", "confidence", "metadata", "other")  # roles of columns that are never ids or labels
DECIDED = ("id", "given label", "options", "question", "picture", "group")
PER_SAMPLE = ("ids", "labels", "options", "option_labels", "questions", "images", "group")


def read_samples(
    table: Table | LabelsArray, roles: Roles, plan: ReadingPlan | None = None, places: bool = False
) -> Samples:
    """Raises InputError where a column is missing or ambiguous, or an id repeats.

    places: the labels are integers that their source defines as places in the list of classes.
    """
    plan = plan or ReadingPlan()
    if isinstance(table, Table):
        table = _one_sample_a_row(table, roles, plan)
    asked = {role: plan.said_role(table.path.name, role) for role in columns.ROLES}
    roles = _with_said(roles, asked)
    aside = plan.said_columns(table.path.name, *SAID_ASIDE)
    taken = (*(c for c in (roles.label_column,) if c), *aside)
    id_column = columns.id_column_if_any(table, roles.id_column, taken)
    label_column = columns.label_column(table, roles.label_column, taken=(id_column, *roles.others, *aside))
    choices = columns.optional_column(table, roles.choices_column, columns.CHOICES_NAMES, "choices_column", aside)
    question = columns.optional_column(table, roles.question_column, columns.QUESTION_NAMES, "question_column", aside)
    image = columns.optional_column(table, asked["picture"], columns.IMAGE_NAMES, "picture_column", aside)
    group = roles.group_column and columns.named_column(table, roles.group_column, "group_column")
    ids = _ids(table, id_column) if id_column else _row_numbers(table)
    ids, home = _without_folder(ids)
    groups = table.text(group) if group else None
    options, own = _options(table, choices, ids) if choices else (None, None)
    used = [id_column, label_column, choices, question, image, *roles.others]
    found = dict(zip(DECIDED, (id_column, label_column, choices, question, image, group)))
    _decide(plan, table, roles, found, used)
    labels, how = _labels(table, label_column, plan)
    samples = Samples(
        ids=ids,
        labels=labels,
        id_column=id_column or "sample_id",
        options=options,
        option_labels=own,
        questions=table.text(question) if question else None,
        images=_pictures_of(table, image) if image else None,
        group=groups,
        group_name=group or "",
        metadata=_metadata(table, used),
        notes=(*table.notes, *_columns_note(table, found, home), *how, *_no_group_note(groups, group)),
        labels_are_places=places,
        label_column=label_column,
        id_folders=home,
        file=table.path.name,
        row_count=len(ids),
    )
    kept = standing(table, label_column) if isinstance(table, Table) else None
    return samples if kept is None else _accepted(samples, *kept, plan)


def _one_sample_a_row(table: Table, roles: Roles, plan: ReadingPlan) -> Table:
    """The table without the nesting of annotation tools, and with one column of options."""
    from data_adapters.joining.table_shapes.annotation_records import of_records
    from data_adapters.joining.table_shapes.option_columns import with_options

    if table.encoding:
        plan.decide(table.path.name, "encoding", table.encoding, "inferred", "its bytes are no UTF-8")
    return with_options(of_records(table), plan, roles.others)


def _without_folder(ids: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """(ids, what was cut from those that are absolute paths). Raises InputError where some are alike then."""
    from data_adapters.joining.table_shapes.paths_as_ids import below, folders_of

    folders = folders_of(ids)
    if not folders:
        return ids, ()
    cut = below(ids, folders)
    check_unique_ids(cut, "The column of ids, without the folders of a disk before them,")
    return cut, folders


def _pictures_of(table: Table | LabelsArray, column: str) -> np.ndarray:
    from data_adapters.joining.table_shapes.paths_as_ids import are_absolute, below, folders_of

    paths = table.text(column)
    return below(paths, folders_of(paths)) if are_absolute(paths) else paths


def _with_said(roles: Roles, asked: Mapping[str, str | None]) -> Roles:
    """With the roles that the user gave on the plan, where they were not named otherwise."""
    return replace(
        roles,
        id_column=roles.id_column or asked["id"],
        label_column=roles.label_column or asked["given label"],
        group_column=roles.group_column or asked["group"],
        choices_column=roles.choices_column or asked["options"],
        question_column=roles.question_column or asked["question"],
    )


def _decide(plan: ReadingPlan, table, roles: Roles, parts: Mapping[str, str | None], used: Sequence) -> None:
    said = {roles.id_column, roles.label_column, roles.group_column, roles.choices_column, roles.question_column}
    for role, column in parts.items():
        if column:
            source: Source = "said" if column in said else "inferred"
            plan.decide(table.path.name, f"column '{column}'", role, source, "" if column in said else "called so")
    left = [f"'{column}'" for column in table.columns if column not in used and column != parts["group"]]
    if left:
        plan.decide(table.path.name, f"columns {first_five(left)}", "metadata, shown and exported", "inferred")


def _options(table: Table, column: str, ids: np.ndarray) -> tuple[list[list[str]], list | None]:
    from data_adapters.joining.options import read_options  # here, as pictures do without it

    return read_options(table, column, ids)


def _row_numbers(table: Table | LabelsArray) -> np.ndarray:
    if not len(table):
        raise InputError(f"'{table.path.name}' has a header but no rows. Expected one row per sample.")
    return np.arange(len(table)).astype(TEXT)


def _labels(table: Table | LabelsArray, column: str, plan: ReadingPlan) -> tuple[np.ndarray, list[str]]:
    labels, listed = unlisted(table.text(column), f"Column '{column}' of '{table.path.name}'")
    if not listed:
        return labels, []
    plan.decide(table.path.name, f"column '{column}'", "lists of one label each", "stated")
    return labels, [f"'{table.path.name}': the given labels are lists of one."]


def _accepted(samples: Samples, column: str, kept: np.ndarray, plan: ReadingPlan) -> Samples:
    """The samples whose label the annotator accepted."""
    if not kept.any():
        raise InputError(
            f"'{samples.file}': column '{column}' accepts none of the labels. Give samples whose label was accepted."
        )
    evidence = "it says accept, reject or ignore"
    plan.decide(samples.file, f"column '{column}'", "whether the label was accepted", "inferred", evidence)
    left = counted(int((~kept).sum()), "sample")
    return samples.only(kept, f"'{samples.file}': {left} left out, whose label is not accepted by column '{column}'.")


def _ids(table: Table | LabelsArray, column: str) -> np.ndarray:
    if not len(table):
        raise InputError(f"'{table.path.name}' has a header but no rows. Expected one row per sample.")
    ids = table.compact_text(column)
    if isinstance(table, LabelsArray) and table.ids is None:
        return ids  # positions: none is empty or twice there
    empty = np.flatnonzero(ids == "")
    if len(empty):
        raise InputError(
            f"'{table.path.name}' has {counted(len(empty), 'row')} without a sample id in column '{column}': "
            f"data rows {listed(f'{i + 1:,}' for i in empty)} Every sample needs an id."
        )
    if isinstance(table, LabelsArray) or not table.all_printable(column):
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


def _metadata(table: Table | LabelsArray, used: Sequence[str | None]) -> dict[str, np.ndarray]:
    return {c: table.text(c) for c in table.columns if c not in used and c != "sample_id"}


def _no_group_note(groups: np.ndarray | None, name: str | None) -> list[str]:
    empty = 0 if groups is None else int((groups == "").sum())
    return [f"{counted(empty, 'sample')} have no '{name}'; they form a group of their own."] if empty else []


def _columns_note(table: Table | LabelsArray, found: Mapping[str, str | None], home: Sequence[str]) -> list[str]:
    """found: columns by their parts. home: what was cut from ids that are absolute paths."""
    ids, group = found["id"], found["group"]
    parts = [
        f"sample ids from column '{ids}'" if ids else "samples called by their row, as no column holds ids",
        f"given labels from '{found['given label']}'",
    ]
    parts += [f"options from '{found['options']}'"] if found["options"] else []
    parts += [f"group from '{group}'"] if group else []
    notes = [f"'{table.path.name}': {counted(len(table), 'sample')}; {', '.join(parts)}."]
    return [*notes, f"'{table.path.name}': ids are the paths below their common folder."] if home else notes
