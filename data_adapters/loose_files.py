"""Loose files: one table of labels, and experts wherever they lie."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.assemble import About, assemble
from data_adapters.class_names import find_class_names, read_class_names
from data_adapters.columns import named_column
from data_adapters.contract import Reading
from data_adapters.numpy_arrays import map_npy
from data_adapters.opened import Declared, OpenedExpert, open_expert
from data_adapters.samples import Roles, read_samples
from data_adapters.sentences import listed
from data_adapters.tables import Table, read_table


def read_loose(
    labels: Path,
    experts: Mapping[str, Path],
    *,
    id_column: str | None = None,
    label_column: str | None = None,
    group_column: str | None = None,
    class_names: Path | None = None,
    answers: Path | None = None,
    answer_columns: Sequence[str] = (),
    choices_column: str | None = None,
    question_column: str | None = None,
    images: Path | None = None,
    name: str | None = None,
    declared: Mapping[str, Declared] | None = None,
) -> Reading:
    """A dataset from a labels table (or a .npy of labels) and experts by name.

    answers: a table with one column of answers per expert (``answer_columns``); may be the labels file.
    Columns that are not named are recognised, and the notes say which. Raises InputError on bad input.
    """
    labels = Path(labels)
    table = _labels_table(labels)
    answered = _answers(table, labels, answers, answer_columns)
    own = tuple(answer_columns) if answers is not None and _same_file(labels, Path(answers)) else ()
    samples = read_samples(
        table, Roles(id_column, label_column, group_column, choices_column, question_column, others=own)
    )
    opened = [open_expert(who, Path(path), (declared or {}).get(who, Declared())) for who, path in experts.items()]
    _require_experts([*opened, *answered])
    names_file = class_names or find_class_names(labels.parent)
    names = read_class_names(Path(names_file)) if names_file else None
    root = Path(images).resolve() if images else None
    about = About(name or _default_name(labels), labels, root)
    return assemble(samples, [*opened, *answered], names, about)


def _labels_table(path: Path) -> Table:
    if path.suffix.lower() != ".npy":
        return read_table(path)
    array = map_npy(path)
    if array.ndim != 1 or array.dtype.kind not in "iuU":
        raise InputError(
            f"'{path.name}' has shape {array.shape} and type {array.dtype}. Expected one class number per sample."
        )
    ids = [str(i) for i in range(len(array))]
    note = f"'{path.name}' has no ids: samples are called by their position, 0 to {len(array) - 1:,}."
    return Table(path, pa.table({"sample_id": ids, "label": np.asarray(array).astype(str).tolist()}), (note,))


def _answers(table: Table, labels: Path, answers: Path | None, columns: Sequence[str]) -> list[OpenedExpert]:
    if answers is None:
        if columns:
            raise InputError("--answer-columns needs --answers, the table that holds them.")
        return []
    path = Path(answers)
    answered = table if _same_file(labels, path) else read_table(path)
    if not columns:
        raise InputError(
            f"--answers needs --answer-columns: which of its columns are experts? "
            f"'{path.name}' has {listed(answered.columns)}"
        )
    return [
        OpenedExpert(named_column(answered, c, "--answer-columns"), path, table=answered, answer_column=c)
        for c in columns
    ]


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _require_experts(opened: Sequence[OpenedExpert]) -> None:
    if not opened:
        raise InputError("No expert was given. Name at least one, for example --expert resnet=resnet.npy.")


def _default_name(labels: Path) -> str:
    """The folder's name where the file has a general one, else the file's."""
    general = labels.stem.lower() in ("labels", "samples", "questions", "given_labels", "data")
    return labels.resolve().parent.name if general else labels.stem
