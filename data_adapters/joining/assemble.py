"""The one path from opened files to a reading: classes, given labels, experts, dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cleaning.domain.dataset import OPTION_LETTERS, TEXT, Dataset, as_series
from cleaning.domain.origin import Origin
from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.doctor.at_the_door import repaired
from data_adapters.files.pictures import find_pictures
from data_adapters.joining.building_experts import Frame, build_expert
from data_adapters.joining.class_names import unique_names
from data_adapters.joining.classes import labelled, name_classes, read_given
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Samples
from data_adapters.joining.table_shapes.few_scores import averaged
from data_adapters.joining.table_shapes.several_experts import apart
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
    kind: Literal["image", "question"] | None = None
    origin: Origin | None = None


def assemble(
    samples: Samples,
    opened: Sequence[OpenedExpert],
    names: tuple[tuple[str, ...], list[str]] | None,
    about: About,
    plan: ReadingPlan,
) -> Reading:
    """names: (class names, notes) where a file gave them. Raises InputError on anything a person can fix."""
    if plan.options.class_names:
        names = unique_names(list(plan.options.class_names), "the list of classes")
    opened = _apart(opened, samples, names)
    _check_expert_names(opened)
    samples = labelled(samples, opened, names, plan)
    opened = [averaged(one, samples.row_count or len(samples)) for one in opened]
    samples, opened = repaired(samples, opened, None if names is None else len(names[0]), plan)
    class_names, class_notes = name_classes(samples, opened, names, plan)
    codes = read_given(samples, class_names, plan)
    frame = Frame(samples, class_names, codes.codes)
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
        origin=about.origin and about.origin.of_samples(samples.label_column, samples.row_count, samples.rows),
    )
    built = [build_expert(one, frame, plan) for one in opened]
    experts = tuple(expert for expert, _ in built)
    return Reading(
        dataset=dataset,
        experts=experts,
        notes=tuple(dict.fromkeys((*dataset.notes, *(note for expert in experts for note in expert.notes)))),
        source=about.source,
        joined_by_position=tuple(expert.name for expert, by_position in built if by_position),
        plan=plan,
        rival_labels=codes.rivals,
    )


def _apart(
    opened: Sequence[OpenedExpert], samples: Samples, names: tuple[tuple[str, ...], list[str]] | None
) -> list[OpenedExpert]:
    """Each expert by itself, where a table holds the scores of several."""
    known = sorted({label for label in samples.labels.tolist() if label}) if names is None else names[0]
    if samples.options is not None:
        known = OPTION_LETTERS[: max(map(len, samples.options), default=0)]
    found = []
    for one in opened:
        ids = None if one.table is None else find_id_column(one.table, samples.ids, samples.id_column)
        found += apart(one, ids, known)
    return found


def _check_expert_names(opened: Sequence[OpenedExpert]) -> None:
    names = [one.name for one in opened]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"More than one expert is called {listed(repeated)} Give each a name of its own.")


def _pictures(samples: Samples, root: Path | None) -> tuple[np.ndarray | None, list[str]]:
    if root is None:
        return None, []
    return find_pictures(root, samples.ids, samples.images)


def _shown(samples: Samples, pictures: np.ndarray | None) -> dict[str, np.ndarray | list]:
    """Columns of N rows for showing and exporting, in the order of the samples."""
    shown: dict[str, np.ndarray | list] = {"sample_id": samples.ids}
    if pictures is not None:
        shown["image"] = pictures
    if samples.questions is not None:
        shown["question"] = samples.questions
    if samples.options is not None:
        shown["choices"] = samples.options
    return shown | {c: samples.metadata[c] for c in samples.metadata if c not in shown}


def _data_frame(columns: Mapping[str, np.ndarray | list]) -> pd.DataFrame:
    """The columns as pandas holds them; lists of options stay lists."""
    import pandas as pd

    def held(column: np.ndarray | list) -> pd.Series | np.ndarray:
        if isinstance(column, list):
            return pd.Series(column, dtype=object)
        return as_series(column) if column.dtype == TEXT else column

    return pd.DataFrame({name: held(column) for name, column in columns.items()})
