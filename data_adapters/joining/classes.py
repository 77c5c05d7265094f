"""The given labels as classes: which samples have one, what the classes are called, and which class each label means."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted, first_five
from data_adapters.joining.class_codes import (
    Codes,
    all_integers,
    distinct,
    integers,
    largest_integer,
    merged_spellings,
    read_classes,
    read_places,
)
from data_adapters.joining.columns import is_position
from data_adapters.joining.given_labels import are_signs, is_mark, may_be_a_class, refuse_several, without_label
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Samples
from data_adapters.limits import MAX_CLASSES
from data_adapters.plan import ReadingPlan, Source
from data_adapters.sentences import listed
from data_adapters.ways import way

THREE_SIGNS = frozenset(("-1", "0", "1"))
Names = tuple[tuple[str, ...], list[str]]


def labelled(samples: Samples, opened: Sequence[OpenedExpert], names: Names | None, plan: ReadingPlan) -> Samples:
    """The samples that have one given label, each class written in one way. Raises InputError on several in a cell."""
    known = () if names is None else names[0]
    where = f"Column '{samples.label_column}' of '{samples.file}'"
    if samples.options is None and not samples.labels_are_places:
        refuse_several(samples.labels, known, where)
    marks = [label for label in distinct(samples.labels) if label and is_mark(label)]
    answered = {mark for mark in marks if _is_answered(mark, opened, samples)}
    missing = without_label(samples.labels, known, answered, plan.options.missing)
    if missing.any():
        samples = _without(samples, missing, where, plan)
    if samples.labels_are_places and are_signs(samples.labels):
        samples = replace(samples, labels_are_places=False)
    if samples.options is not None or samples.labels_are_places or names is not None or all_integers(samples.labels):
        return samples
    return _spelled_alike(samples, opened, plan)


def _without(samples: Samples, missing: np.ndarray, where: str, plan: ReadingPlan) -> Samples:
    if missing.all():
        raise InputError(f"{where} holds no given label. A label is needed before it can be doubted.")
    marks = first_five(f"'{mark}'" for mark in distinct(samples.labels[missing]))
    count = counted(int(missing.sum()), "sample")
    plan.decide(samples.file, f"column '{samples.label_column}'", f"{marks}: no label", "inferred", f"in {count}")
    note = f"{count} without a given label left out ({marks}): {listed(samples.ids[missing])}"
    return samples.only(~missing, note)


def _spelled_alike(samples: Samples, opened: Sequence[OpenedExpert], plan: ReadingPlan) -> Samples:
    """With names that differ in case or blanks alone written in one way."""
    if not merged_spellings(samples.labels, ()):
        return samples
    merged = merged_spellings(samples.labels, _words_of(opened, samples))
    if not merged:
        return samples
    shown = first_five(f"'{name}' as '{taken}'" for name, taken in merged.items())
    evidence = f"they differ in case or blanks alone: {shown}"
    plan.decide(samples.file, f"column '{samples.label_column}'", "one class each", "inferred", evidence)
    labels = samples.labels.copy()
    labels[:] = [merged.get(label, label) for label in labels]
    note = f"'{samples.file}': {counted(len(merged), 'class name')} written in several ways are taken as one: {shown}."
    return replace(samples, labels=labels, notes=(*samples.notes, note))


def _is_answered(mark: str, opened: Sequence[OpenedExpert], samples: Samples) -> bool:
    """Whether experts answer with a mark as with a class: NA at all, others at least half as often as labels have it.

    -1 is also how experts abstain: it is a class only beside 0 and 1, or where columns are called so.
    """
    written = distinct(samples.labels)
    if any(mark in _named_after(_class_texts(one, samples), set(written) - {""}) for one in opened):
        return True
    if mark.startswith("-1"):
        of_three = {value.removesuffix(".0") for value in written} - {""} == THREE_SIGNS
        least = 0.5 * float((samples.labels == mark).mean())
        return of_three and any((text == mark).mean() >= least for text in _answer_texts(opened, samples))
    if may_be_a_class(mark) and any(_column_count(one, samples) == len(distinct(samples.labels)) for one in opened):
        return True
    least = 0.0 if may_be_a_class(mark) else 0.5 * float((samples.labels == mark).mean())
    shares = [float((text == mark).mean()) for text in _answer_texts(opened, samples)]
    columns = {column for one in opened if one.table is not None for column in one.table.columns}
    return mark in columns or any(share > 0 and share >= least for share in shares)


def _answer_texts(opened: Sequence[OpenedExpert], samples: Samples) -> list[np.ndarray]:
    """The columns, or arrays of text, that may hold answers."""
    from data_adapters.joining.expert_columns import answer_candidates

    found = []
    for one in opened:
        if one.table is not None:
            ids = find_id_column(one.table, samples.ids, samples.id_column)
            columns = [one.answer_column] if one.answer_column else answer_candidates(one.table, ids)
            found += [one.table.text(column) for column in columns]
        elif one.its_array.dtype.kind == "U":
            found.append(one.its_array)
    return found


def _words_of(opened: Sequence[OpenedExpert], samples: Samples) -> set[str]:
    """Texts that experts use for classes: their columns, and what stands in columns of answers."""
    tables = [one.table for one in opened if one.table is not None]
    columns = {column for table in tables for column in table.columns if table.holds_numbers(column)}
    return columns.union(*map(distinct, _answer_texts(opened, samples)))


def name_classes(
    samples: Samples, opened: Sequence[OpenedExpert], names: Names | None, plan: ReadingPlan
) -> tuple[tuple[str, ...], list[str]]:
    """(K class names, notes): from the file, else the options' letters, else from labels and experts."""
    if samples.options is not None:
        return _letters(samples, names)
    if names is not None:
        plan.decide(samples.file, "classes", f"the {len(names[0])} names of a list", "stated")
        return names
    if samples.labels_are_places or (all_integers(samples.labels) and not _are_codes(samples, opened)):
        return _numbers(samples, opened, plan)
    found = _names_seen(samples, opened)
    plan.decide(samples.file, "classes", f"the {len(found[0])} names found, in alphabetical order", "inferred")
    return found


def _are_codes(samples: Samples, opened: Sequence[OpenedExpert]) -> bool:
    """Whether numbers with leading zeros are names of classes, and not places in a longer list: ``007``."""
    written = [label for label in distinct(samples.labels) if label]
    counts = {_column_count(one, samples) for one in opened} - {0}
    padded = any(len(label) > 1 and label[0] == "0" and label.isdigit() for label in written)
    return padded and counts <= {len(written)}


def _letters(samples: Samples, names: Names | None) -> tuple[tuple[str, ...], list[str]]:
    counts = [len(options) for options in samples.options or ()]
    largest, smallest = max(counts), min(counts)
    if names is not None and len(names[0]) >= largest:
        return names
    notes = [] if names is None else ["The class names are fewer than the options; options are called A, B, ..."]
    span = f"{largest}" if smallest == largest else f"{smallest} to {largest}"
    return OPTION_LETTERS[:largest], [
        *notes,
        f"Questions have {span} options, called A to {OPTION_LETTERS[largest - 1]}.",
    ]


def _numbers(samples: Samples, opened: Sequence[OpenedExpert], plan: ReadingPlan) -> tuple[tuple[str, ...], list[str]]:
    """Classes called by numbers: those that stand as names of columns or are as many as the columns, else 0 to K-1."""
    seen = set(map(str, distinct(samples.labels)))
    if not samples.labels_are_places:
        for columns in (_named_after(_class_texts(one, samples, seen), seen) for one in opened):
            if columns and sorted(columns) != sorted(map(str, range(len(columns)))):
                names = tuple(sorted(columns, key=_by_number))
                plan.decide(samples.file, "classes", "called as the experts' columns", "inferred")
                return names, [f"Classes are called as the experts' columns: {listed(names)}"]
    count = _class_count(samples, opened)
    numbers = sorted(set(integers(list(seen)).tolist()))
    below = numbers[0] < 0 and not any(_column_count(one, samples) for one in opened)
    if not samples.labels_are_places and ((len(numbers) == count and (numbers[-1] > count or numbers[0] < 0)) or below):
        plan.decide(samples.file, "classes", "the numbers found, in their order", "inferred", f"{len(numbers)} numbers")
        return tuple(map(str, numbers)), [f"Classes are called by the {len(numbers)} numbers found, in their order."]
    plan.decide(samples.file, "classes", f"numbers 0 to {count - 1}", "inferred")
    return tuple(map(str, range(count))), [f"No class names: classes are called 0 to {count - 1}."]


def _named_after(columns: Sequence[str], seen: Collection[str]) -> tuple[str, ...]:
    """What columns are called without a prefix of all, where that names every class seen."""
    if not columns:
        return ()
    from data_adapters.joining.expert_columns import named_after

    return named_after(columns, seen)


def _by_number(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (MAX_CLASSES, name)


def _class_texts(one: OpenedExpert, samples: Samples, seen: Collection[str] = ()) -> tuple[str, ...]:
    """The number columns that may be classes. seen: the names that are classes for sure."""
    if one.table is None or one.answer_column:
        return ()
    from data_adapters.joining.expert_columns import score_columns
    from data_adapters.joining.table_shapes.beside_classes import beside_the_classes

    columns = score_columns(one.table, find_id_column(one.table, samples.ids, samples.id_column))
    beside = beside_the_classes(one.table, columns, seen) if seen else ()
    return tuple(column for column in columns if column not in beside)


def _class_count(samples: Samples, opened: Sequence[OpenedExpert]) -> int:
    """Columns of the full experts, else one more than the largest number among labels and answers."""
    columns = {one.name: count for one in opened if (count := _column_count(one, samples)) > 1}
    if len(set(columns.values())) > 1:
        shown = first_five(f"'{name}' {count}" for name, count in columns.items())
        raise InputError(f"The experts have unequal numbers of columns: {shown}. Expected one column per class.")
    if columns:
        return next(iter(columns.values()))
    largest = max(largest_integer(samples.labels), *(_largest_answer(one, samples) for one in opened), 1)
    if largest >= MAX_CLASSES:
        raise InputError(
            f"The largest class number is {largest:,}; up to {MAX_CLASSES:,} classes are read. "
            f"Check that the right column was taken for the labels, or name it {way('label_column')}."
        )
    return largest + 1


def _column_count(one: OpenedExpert, samples: Samples) -> int:
    if one.array is not None:
        expected = samples.row_count or len(samples)
        transposed = one.ids is None and len(one.array) != expected and one.array.shape[-1] == expected
        return one.array.shape[0 if transposed else -1] if one.array.ndim >= 2 else 0
    if one.answer_column:
        return 0
    from data_adapters.joining.expert_columns import numbered_columns, without_rank_columns

    numbered = numbered_columns(without_rank_columns(one.its_table, _class_texts(one, samples)))
    return len(numbered) if numbered else 0


def _largest_answer(one: OpenedExpert, samples: Samples) -> int:
    """The largest class number a top-1 or vote expert predicts; -1 where its answers are names."""
    if one.table is None:
        array = one.its_array
        return int(array.max()) if array.dtype.kind in "iuf" and array.ndim == 1 else -1
    from data_adapters.joining.expert_columns import answer_candidates

    ids = find_id_column(one.table, samples.ids, samples.id_column)
    column = one.answer_column or next(iter(answer_candidates(one.table, ids)), None)
    return largest_integer(one.table.text(column)) if column else -1


def _names_seen(samples: Samples, opened: Sequence[OpenedExpert]) -> tuple[tuple[str, ...], list[str]]:
    """The sorted names among the labels, with those that a table of scores has columns for."""
    seen = set(map(str, distinct(samples.labels)))
    for one in opened:
        seen |= set(_named_after(one.class_order, seen))
        columns = [column for column in _class_texts(one, samples, seen) if not is_position(column)]
        seen |= set(_named_after(columns, seen))
    if len(seen) > MAX_CLASSES:
        raise InputError(f"The labels hold {len(seen):,} different names; up to {MAX_CLASSES:,} classes are read.")
    names = tuple(sorted(seen))
    return names, [f"No class names file: the {len(names)} names found are taken in alphabetical order."]


def read_given(samples: Samples, class_names: tuple[str, ...], plan: ReadingPlan) -> Codes:
    """The given labels as class numbers. Raises InputError on labels that are no class."""
    if samples.labels_are_places:
        codes = read_places(samples.labels, len(class_names))
    elif samples.options is not None and (counts := samples.option_counts) is not None:
        from data_adapters.joining.option_answers import read_answers  # here, as pictures do without it

        codes = read_answers(samples.labels, counts, samples.options, samples.option_labels)
    else:
        codes = read_classes(samples.labels, class_names)
    bad = np.flatnonzero(codes.codes < 0)
    if len(bad):
        raise InputError(_refused(samples, class_names, codes, bad))
    source: Source = "stated" if samples.labels_are_places else "inferred"
    plan.decide(samples.file, f"column '{samples.label_column}'", f"classes written as {codes.written_as}", source)
    return codes


def _refused(samples: Samples, class_names: tuple[str, ...], codes: Codes, bad: np.ndarray) -> str:
    largest = len(class_names)
    one_based = all_integers(samples.labels) and largest_integer(samples.labels) == largest
    one_based = one_based and not (codes.codes == 0).any()
    hint = " They look 1-based: subtract 1." if one_based else ""
    shown = first_five(f"'{label}' ({i})" for label, i in zip(samples.labels[bad], samples.ids[bad]))
    expected = (
        "the letter or 0-based number of an option"
        if samples.options is not None
        else (f"a class name ({first_five(class_names)}) or a number from 0 to {largest - 1}")
    )
    return f"{counted(len(bad), 'given label')} not readable as {expected}: {shown}.{hint or ' Correct them.'}"
