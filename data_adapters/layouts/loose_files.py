"""Loose files: samples with their labels in one place, experts wherever they lie."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cleaning.domain.dataset import SPLIT
from cleaning.errors import InputError
from data_adapters.contract import LabelsArray, LabelsSource, Reading
from data_adapters.files.endings import stem
from data_adapters.files.tables import Table, read_table
from data_adapters.joining.assemble import About, assemble
from data_adapters.joining.class_names import find_class_names, read_class_names
from data_adapters.joining.columns import named_column
from data_adapters.joining.opened import Declared, OpenedExpert, open_experts
from data_adapters.joining.samples import Roles, Samples, read_samples
from data_adapters.joining.unread_answers import FreeLabels
from data_adapters.layouts.labels_source import open_labels, removed_on_error
from data_adapters.plan import ReadingPlan
from data_adapters.scored.reference_columns import reference_column
from data_adapters.sentences import listed
from data_adapters.ways import way


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
    pictures_to: Path | None = None,
    split: str | None = None,
    plan: ReadingPlan | None = None,
) -> Reading:
    """A dataset from its labels and experts by name.

    labels: a table, a .npy of labels, a folder or archive with one folder of pictures per class, or a Hugging
    Face dataset (``split`` names its part). pictures_to: a folder of ours for pictures inside other files.
    answers: a table with one column of answers per expert (``answer_columns``); may be the labels file.
    Columns that are not named are recognised, and the notes say which. Raises InputError on bad input.
    """
    labels, plan = Path(labels), plan or ReadingPlan()
    with removed_on_error(pictures_to):
        source = open_labels(labels, pictures_to, split, label_column)
        table = source.table
        if source.split:
            plan.decide(labels.name, SPLIT, source.split, "said" if split else "stated")
        answered = _answers(table, labels, answers, answer_columns)
        own = tuple(answer_columns) if answers is not None and _same_file(labels, Path(answers)) else ()
        named = (id_column, label_column or source.label_column, group_column, choices_column, question_column)
        places = source.places and label_column in (None, source.label_column)
        opened = [one for who, path in experts.items() for one in open_experts(who, Path(path), declared)]
        root = images or source.image_root
        about = About(name or _default_name(labels), labels, root and Path(root).resolve(), origin=source.origin)
        reference = reference_column(table, plan, label_column)
        if reference is not None:
            return _grouped(table, reference, [*opened, *answered], plan, about, Roles(*named))
        samples = read_samples(table, Roles(*named, others=own), plan, places)
        _require_experts([*opened, *answered])
        found = _names(class_names, labels, source, samples)
        try:
            return assemble(samples, [*opened, *answered], found, about, plan)
        except FreeLabels:
            return _grouped(table, samples.label_column, [*opened, *answered], plan, about, Roles(*named))


def _grouped(
    table: Table | LabelsArray,
    reference: str,
    opened: Sequence[OpenedExpert],
    plan: ReadingPlan,
    about: About,
    roles: Roles,
) -> Reading:
    """References in free words, and answers that say the same."""
    from data_adapters.scored.answer_tables import open_tables

    if not isinstance(table, Table):
        raise InputError(f"'{about.source.name}' holds free words in an array. Give them as a table with their ids.")
    return open_tables(table, reference, opened, plan, about.source, roles, about.name, about.origin)


def _names(
    asked: Path | None, labels: Path, source: LabelsSource, samples: Samples
) -> tuple[tuple[str, ...], list[str]] | None:
    """From the file that was named, else the source's own, else a file beside the labels."""
    if asked is None and source.names is not None:
        return source.names
    file = asked or find_class_names(labels if labels.is_dir() else labels.parent)
    return read_class_names(Path(file), set(samples.labels)) if file else None


def _answers(
    table: Table | LabelsArray, labels: Path, answers: Path | None, columns: Sequence[str]
) -> list[OpenedExpert]:
    if answers is None:
        if columns:
            raise InputError(way("table_of_answers"))
        return []
    path = Path(answers)
    answered = table if isinstance(table, Table) and _same_file(labels, path) else read_table(path)
    if not columns:
        raise InputError(f"{way('columns_of_answers')} '{path.name}' has {listed(answered.columns)}")
    return [
        OpenedExpert(named_column(answered, c, "answer_columns"), path, table=answered, answer_column=c)
        for c in columns
    ]


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _require_experts(opened: Sequence[OpenedExpert]) -> None:
    if not opened:
        raise InputError(f"No expert was given. {way('no_expert')}")


def _default_name(labels: Path) -> str:
    """The folder's name where the file has a general one, else the file's."""
    general = stem(labels).lower() in ("labels", "samples", "questions", "given_labels", "data")
    return labels.resolve().parent.name if general else stem(labels)
