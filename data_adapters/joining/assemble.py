"""The one path from opened files to a reading: classes, given labels, experts, dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cleaning.domain.dataset import OPTION_LETTERS, TEXT, Dataset, as_series
from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import Reading
from data_adapters.doctor.at_the_door import repaired
from data_adapters.files.pictures import find_pictures
from data_adapters.joining.class_codes import Codes, all_integers, distinct, largest_integer, read_answers, read_classes
from data_adapters.joining.columns import known_columns
from data_adapters.joining.expert_columns import PREDICTED_NAMES, numbered_columns, score_columns
from data_adapters.joining.experts import Frame, build_expert
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Samples
from data_adapters.limits import MAX_CLASSES
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class About:
    """What surrounds the tables: a name, where it came from, pictures, and the kind if it was declared."""

    name: str
    source: Path
    image_root: Path | None = None
    kind: str | None = None


def assemble(
    samples: Samples,
    opened: Sequence[OpenedExpert],
    names: tuple[tuple[str, ...], list[str]] | None,
    about: About,
    plan: ReadingPlan,
) -> Reading:
    """names: (class names, notes) where a file gave them. Raises InputError on anything a person can fix."""
    _check_expert_names(opened)
    samples, opened = repaired(samples, opened, None if names is None else len(names[0]), plan)
    class_names, class_notes = _class_names(samples, opened, names)
    codes = _given_labels(samples, class_names)
    frame = Frame(samples.ids, class_names, samples.id_column, samples.options, samples.option_counts)
    pictures, picture_notes = _pictures(samples, about.image_root)
    dataset = Dataset(
        name=about.name,
        kind=about.kind or ("question" if samples.is_question else "image"),
        sample_ids=samples.ids,
        given_labels=codes.codes,
        class_names=class_names,
        samples=partial(_data_frame, _shown(samples, pictures)),
        option_counts=samples.option_counts,
        group=samples.group,
        group_name=samples.group_name,
        image_root=about.image_root,
        notes=(
            *samples.notes,
            f"Given labels are written as {codes.written_as}.",
            *class_notes,
            *picture_notes,
        ),
    )
    built = [build_expert(one, frame, plan) for one in opened]
    experts = tuple(expert for expert, _ in built)
    return Reading(
        dataset=dataset,
        experts=experts,
        notes=(*dataset.notes, *(note for expert in experts for note in expert.notes)),
        source=about.source,
        joined_by_position=tuple(expert.name for expert, by_position in built if by_position),
    )


def _check_expert_names(opened: Sequence[OpenedExpert]) -> None:
    names = [one.name for one in opened]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"More than one expert is called {listed(repeated)} Give each a name of its own.")


def _class_names(
    samples: Samples, opened: Sequence[OpenedExpert], names: tuple[tuple[str, ...], list[str]] | None
) -> tuple[tuple[str, ...], list[str]]:
    """(K class names, notes): from the file, else the options' letters, else from labels and experts."""
    if samples.options is not None:
        return _letters(samples, names)
    if names is not None:
        return names
    if all_integers(samples.labels):
        count = _class_count(samples, opened)
        return tuple(map(str, range(count))), [f"No class names: classes are called 0 to {count - 1}."]
    return _names_seen(samples, opened)


def _letters(samples: Samples, names: tuple[tuple[str, ...], list[str]] | None) -> tuple[tuple[str, ...], list[str]]:
    largest = int(samples.option_counts.max())
    if names is not None and len(names[0]) >= largest:
        return names
    notes = [] if names is None else ["The class names are fewer than the options; options are called A, B, ..."]
    smallest = int(samples.option_counts.min())
    span = f"{largest}" if smallest == largest else f"{smallest} to {largest}"
    return OPTION_LETTERS[:largest], [
        *notes,
        f"Questions have {span} options, called A to {OPTION_LETTERS[largest - 1]}.",
    ]


def _class_count(samples: Samples, opened: Sequence[OpenedExpert]) -> int:
    """Columns of the full experts, else one more than the largest number among labels and answers."""
    columns = {one.name: count for one in opened if (count := _column_count(one, samples))}
    if len(set(columns.values())) > 1:
        listed = first_five(f"'{name}' {count}" for name, count in columns.items())
        raise InputError(f"The experts have unequal numbers of columns: {listed}. Expected one column per class.")
    if columns:
        return next(iter(columns.values()))
    largest = max(largest_integer(samples.labels), *(_largest_answer(one) for one in opened), 1)
    if largest >= MAX_CLASSES:
        raise InputError(
            f"The largest class number is {largest:,}; up to {MAX_CLASSES:,} classes are read. "
            "Check that the right column was taken for the labels, or name it with --label-column."
        )
    return largest + 1


def _column_count(one: OpenedExpert, samples: Samples) -> int:
    if one.array is not None:
        transposed = one.ids is None and len(one.array) != len(samples) and one.array.shape[-1] == len(samples)
        return one.array.shape[0 if transposed else 1] if one.array.ndim == 2 else 0
    numbered = numbered_columns(score_columns(one.table, None))
    return len(numbered) if numbered else 0


def _largest_answer(one: OpenedExpert) -> int:
    """The largest class number a top-1 or vote expert predicts; -1 where its answers are names."""
    if one.table is None:
        return int(one.array.max()) if one.array.dtype.kind in "iu" else -1
    column = one.answer_column or next(iter(known_columns(one.table, PREDICTED_NAMES)), None)
    return largest_integer(one.table.text(column)) if column else -1


def _names_seen(samples: Samples, opened: Sequence[OpenedExpert]) -> tuple[tuple[str, ...], list[str]]:
    """The sorted names among the labels, with those that a table of scores has columns for."""
    seen = set(map(str, distinct(samples.labels)))
    for one in opened:
        columns = set() if one.table is None else set(score_columns(one.table, None))
        if seen <= columns:
            seen = columns
    if len(seen) > MAX_CLASSES:
        raise InputError(f"The labels hold {len(seen):,} different names; up to {MAX_CLASSES:,} classes are read.")
    names = tuple(sorted(seen))
    return names, [f"No class names file: the {len(names)} names found are taken in alphabetical order."]


def _given_labels(samples: Samples, class_names: tuple[str, ...]) -> Codes:
    if samples.options is not None:
        codes = read_answers(samples.labels, samples.option_counts, samples.options)
    else:
        codes = read_classes(samples.labels, class_names)
    bad = np.flatnonzero(codes.codes < 0)
    if len(bad):
        raise InputError(_labels_refused(samples, class_names, codes, bad))
    return codes


def _labels_refused(samples: Samples, class_names: tuple[str, ...], codes: Codes, bad: np.ndarray) -> str:
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


def _pictures(samples: Samples, root: Path | None) -> tuple[np.ndarray | None, list[str]]:
    if root is None:
        return None, []
    return find_pictures(root, samples.ids, samples.images)


def _shown(samples: Samples, pictures: np.ndarray | None) -> dict[str, Sequence]:
    """Columns of N rows for showing and exporting, in the order of the samples."""
    shown: dict[str, Sequence] = {"sample_id": samples.ids}
    if pictures is not None:
        shown["image"] = pictures
    if samples.questions is not None:
        shown["question"] = samples.questions
    if samples.options is not None:
        shown["choices"] = samples.options
    return shown | {c: samples.metadata[c] for c in samples.metadata if c not in shown}


def _data_frame(columns: Mapping[str, Sequence]) -> pd.DataFrame:
    """The columns as pandas holds them; lists of options stay lists."""
    import pandas as pd

    def held(column: Sequence) -> pd.Series | Sequence:
        if isinstance(column, list):
            return pd.Series(column, dtype=object)
        return as_series(column) if column.dtype == TEXT else column

    return pd.DataFrame({name: held(column) for name, column in columns.items()})
