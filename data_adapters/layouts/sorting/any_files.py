"""Files as they are, in no layout: sorted by what they hold, then read as any others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError, first_five
from data_adapters.contract import LabelsSource, Reading
from data_adapters.files.tables import Table
from data_adapters.joining import columns
from data_adapters.joining.assemble import About, assemble
from data_adapters.joining.class_names import read_class_names
from data_adapters.joining.expert_columns import class_columns
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert, open_experts
from data_adapters.joining.samples import Roles, Samples, read_samples
from data_adapters.joining.table_shapes.option_columns import with_options
from data_adapters.joining.table_shapes.ranked_columns import find_ranked
from data_adapters.joining.table_shapes.several_experts import confidence_beside, side_by_side
from data_adapters.joining.unread_answers import FreeLabels
from data_adapters.layouts.labels_source import open_labels, removed_on_error
from data_adapters.layouts.sorting.answer_columns import Key, answer_columns, key_of
from data_adapters.layouts.sorting.file_parts import FileParts, find_parts
from data_adapters.layouts.sorting.picture_root import picture_root
from data_adapters.plan import ReadingPlan
from data_adapters.scored.reference_columns import reference_column
from data_adapters.ways import way


def read_any(path: Path, plan: ReadingPlan | None = None) -> Reading | None:
    """Reads a folder of files, or a file alone; None where nothing in it holds labels. Raises InputError."""
    plan = plan or ReadingPlan()
    parts = find_parts(path, plan)
    return None if parts is None else _read(path, parts, plan)


def _read(path: Path, parts: FileParts, plan: ReadingPlan) -> Reading:
    options = plan.options
    with removed_on_error(options.pictures_to):
        source = open_labels(parts.labels, options.pictures_to, options.split, options_label(parts, plan))
        if isinstance(source.table, Table):
            source = replace(source, table=_table(source.table, plan))
            reference = reference_column(source.table, plan, source.label_column)
            if reference is not None and isinstance(source.table, Table):
                others = [one for name, place in parts.experts.items() for one in open_experts(name, place)]
                from data_adapters.scored.answer_tables import open_tables

                return open_tables(source.table, reference, others, plan, path, Roles(), origin=source.origin)
        own = _in_labels(source, parts, plan)
        taken = tuple(one.answer_column for one in own if one.answer_column)
        samples = read_samples(source.table, Roles(label_column=source.label_column, others=taken), plan, source.places)
        opened = [*own, *_others(parts, samples, plan)]
        if not opened:
            name = path.name or path.resolve().name
            raise InputError(f"'{name}' holds the given labels, and no expert was found in it. {way('no_expert')}")
        names = read_class_names(parts.class_names) if parts.class_names else source.names
        root = source.image_root or picture_root(path, samples.ids, samples.images, options.pictures)
        about = About(path.stem if path.is_file() else path.name, path, root, origin=source.origin)
        try:
            reading = assemble(samples, opened, names, about, plan)
        except FreeLabels:
            if not isinstance(source.table, Table):
                raise
            from data_adapters.scored.answer_tables import open_tables

            reading = open_tables(
                source.table, samples.label_column, opened, plan, path, Roles(), about.name, source.origin
            )
    left = [f"{name} ({why})" for name, why in parts.left_out.items()]
    return replace(reading, notes=(*reading.notes, f"Files left out: {first_five(left)}.")) if left else reading


def options_label(parts: FileParts, plan: ReadingPlan) -> str | None:
    return plan.said_role(parts.labels.name, "given label")


def _table(table: Table, plan: ReadingPlan) -> Table:
    """Without the columns that nothing is to be made of, options as one column."""
    left = sorted(plan.unused(table.path.name) & set(table.columns))
    if left:
        plan.decide(table.path.name, f"columns {first_five(left)}", "nothing made of them", "said")
        table = replace(table, data=table.data.drop_columns(left))
    return with_options(table, plan)


def _in_labels(source: LabelsSource, parts: FileParts, plan: ReadingPlan) -> list[OpenedExpert]:
    """The experts that stand beside the labels in one file."""
    table = source.table
    if not isinstance(table, Table):
        both = parts.labels.suffix in (".npz", ".pt", ".pth", ".safetensors") and not parts.experts
        return open_experts(parts.labels.stem, parts.labels) if both else []
    used = _used(table, source, plan)
    if used["id"] is None:
        table, used["id"] = _numbered(table), columns.ID_NAMES[0]
    rest = [c for c in table.columns if c not in used.values() and not columns.is_gold(c)]
    label = used["given label"]
    if plan.said_columns(table.path.name, "prediction") == [] and _whole_scores(table, rest, label):
        return [OpenedExpert(parts.labels.stem, parts.labels, table=_only(table, [used["id"], *rest]))]
    key = key_of(table, label, used["options"]) if label else Key(np.empty(0, object))
    return _answering(table, key, rest, used["id"], parts.labels.stem, plan)


def _used(table: Table, source: LabelsSource, plan: ReadingPlan) -> dict[str, str | None]:
    """Columns by their parts beside the answers, as the samples will be read."""
    file = table.path.name
    said = {role: plan.said_role(file, role) for role in columns.ROLES}
    aside = plan.said_columns(file, "prediction", "confidence")
    named = {"options": columns.CHOICES_NAMES, "question": columns.QUESTION_NAMES, "picture": columns.IMAGE_NAMES}
    used = {role: said[role] or columns.optional_column(table, None, names, "", aside) for role, names in named.items()}
    used |= {"group": said["group"]}
    used["id"] = columns.id_column_if_any(table, said["id"], aside)
    label = said["given label"] or source.label_column
    used["given label"] = label or columns.label_column(table, None, (used["id"], *aside))
    return used | {f"metadata {c}": c for c in plan.said_columns(file, "metadata")}


def _whole_scores(table: Table, rest: Sequence[str], label: str | None) -> bool:
    """Whether a table has scores of every class beside its labels."""
    names = sorted({value for value in table.head(label) if value}) if label else []
    numbers = [c for c in rest if table.holds_numbers(c)]
    found = class_columns(numbers, names) if len(names) > 1 else None
    lists = any(table.list_length(c) > 1 for c in rest)
    several = [next(iter(one.values())) for one in side_by_side(table, rest, names).values()]
    fractions = any(
        "." in value or "," in value for column in (*several, *(found or ())[:1]) for value in table.head(column)
    )
    return lists or fractions or find_ranked(table, rest) is not None


def _answering(
    table: Table, key: Key, rest: Sequence[str], id_column: str | None, name: str, plan: ReadingPlan
) -> list[OpenedExpert]:
    """One expert a column of answers; one with its confidence where there is a single column."""
    said = plan.said_columns(table.path.name, "prediction")
    answers = said or answer_columns(table, key, [c for c in table.columns if c not in rest])
    if len(answers) == 1:
        sure = plan.said_columns(table.path.name, "confidence")
        sure = sure or [c for c in rest if columns.speaks_of(c, columns.CONFIDENCE_WORDS) and table.holds_numbers(c)]
        if sure:
            return [OpenedExpert(name, table.path, table=_only(table, [id_column, answers[0], *sure]))]
    return _one_each(table, answers, plan)


def _one_each(table: Table, answers: Sequence[str], plan: ReadingPlan) -> list[OpenedExpert]:
    said = plan.said_columns(table.path.name, "prediction")
    for column in answers:
        evidence = "" if said else "its cells are classes, as the given labels are"
        plan.decide(table.path.name, f"column '{column}'", "prediction", "said" if said else "inferred", evidence)
    sure = [confidence_beside(table, column) if len(answers) > 1 else None for column in answers]
    pairs = zip(answers, sure)
    return [OpenedExpert(a, table.path, table=table, answer_column=a, sure_column=s) for a, s in pairs]


def _numbered(table: Table) -> Table:
    """With the row numbers by which its samples are called."""
    return replace(table, data=table.data.append_column(columns.ID_NAMES[0], pa.array(map(str, range(len(table))))))


def _only(table: Table, kept: Sequence[str | None]) -> Table:
    return replace(table, data=table.data.select([c for c in kept if c is not None]))


def _others(parts: FileParts, samples: Samples, plan: ReadingPlan) -> list[OpenedExpert]:
    """The experts in files of their own; several where a table has several columns of answers."""
    found = []
    for name, path in parts.experts.items():
        for one in open_experts(name, path):
            found += [one] if one.table is None else _several(one, samples, plan)
    return found


def _several(one: OpenedExpert, samples: Samples, plan: ReadingPlan) -> list[OpenedExpert]:
    table = one.its_table
    ids = find_id_column(table, samples.ids, samples.id_column)
    said = plan.said_columns(table.path.name, "prediction")
    if len(said) < 2 and (ids is None or len(table.columns) < 3):
        return [one]
    rest = [c for c in table.columns if c != ids]
    names = sorted(set(samples.labels.tolist()))
    if not said and (class_columns([c for c in rest if table.holds_numbers(c)], names) or find_ranked(table, rest)):
        return [one]
    answers = said if len(said) > 1 or ids is None else answer_columns(table, *_met(table, ids, samples))
    return [one] if len(answers) < 2 else _one_each(table, answers, plan)


def _met(table: Table, ids: str, samples: Samples):
    """(key of some samples, no other columns used but ids, their rows in the table)."""
    some = np.linspace(0, len(samples) - 1, min(len(samples), 1000)).astype(np.int64)
    row_of = {value: row for row, value in enumerate(table.text(ids))}
    places = np.array([row_of.get(samples.ids[i], -1) for i in some], np.int64)
    options = None if samples.options is None else [samples.options[i] for i in some]
    return Key(samples.labels[some], options), [ids], places
