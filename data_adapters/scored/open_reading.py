"""Free answers as a dataset to be cleaned: a sample's groups of answers are its options, the reference's is its label."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cleaning.answers import ANOTHER, AnswerGroups
from cleaning.domain.dataset import ABSTAIN, GRADED_OTHERWISE, OPTION_LETTERS, REFERENCE, Dataset, check_unique_ids
from cleaning.domain.experts import Expert, Top1Expert, VotesExpert
from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import Reading
from data_adapters.plan import ReadingPlan
from data_adapters.scored.answer_logs import (
    AnswerLog,
    GivenAnswer,
    OpenQuestion,
    groups_of,
    one_answer,
    questions_of,
    refuse_without_references,
    unreferenced,
)

if TYPE_CHECKING:
    import pandas as pd

Answered = dict[str, list[GivenAnswer | None]]


def open_reading(
    logs: Sequence[AnswerLog], source: Path, plan: ReadingPlan, group_name: str = "", metadata: dict | None = None
) -> Reading:
    """The logs as a dataset. metadata: further columns, {name: {sample id: text}}. Raises InputError.

    Questions without a reference are left out and counted. Where the logs' own marks are at odds with the groups, that
    is said and kept in a column.
    """
    questions = questions_of(logs)
    refuse_without_references(questions)
    left = unreferenced(questions)
    kept = {i: asked for i, asked in questions.items() if i not in set(left)}
    ids = np.array(list(kept), object)
    check_unique_ids(ids, f"'{source.name}'")
    answered = {i: [one_answer(kept[i], log.answers[i]) if i in log.answers else None for log in logs] for i in kept}
    groups = {i: groups_of(kept[i], [one or GivenAnswer("") for one in answered[i]], i) for i in kept}
    marks = _otherwise(logs, answered, groups)
    dataset = _dataset(source, kept, groups, marks, group_name, metadata or {})
    experts = tuple(_expert(log, m, answered, groups) for m, log in enumerate(logs))
    _decide(plan, source, logs, kept)
    notes = [
        *(note for log in logs for note in log.notes),
        *dataset.notes,
        *([f"{counted(len(left), 'question')} without a reference left out: {first_five(left)}."] if left else []),
        *_said_of_marks(marks),
        *(note for expert in experts for note in expert.notes),
    ]
    return Reading(dataset, experts, tuple(dict.fromkeys(notes)), source, plan=plan)


def _dataset(
    source: Path,
    kept: dict[str, OpenQuestion],
    groups: dict[str, AnswerGroups],
    marks: dict[str, list[str]],
    group_name: str,
    metadata: dict,
) -> Dataset:
    counts = np.array([len(groups[i].options) for i in kept], np.int32)
    asked = list(kept.values())
    columns: dict[str, list] = {
        "sample_id": list(kept),
        "question": [one.text for one in asked],
        "choices": [list(groups[i].options) for i in kept],
        REFERENCE: [one.reference for one in asked],
        GRADED_OTHERWISE: [", ".join(marks.get(i, ())) for i in kept],
    }
    if any(one.own_id for one in asked):
        columns["document_id"] = [one.own_id for one in asked]
    columns |= {name: [held.get(i, "") for i in kept] for name, held in metadata.items() if name not in columns}
    several = int((counts > 2).sum())
    name = source.stem if source.is_file() else source.name
    note = (
        f"'{source.name}': {counted(len(kept), 'question')} with a reference; answers that say the same are one option, "
        f"and {several:,} have more than one."
    )
    return Dataset(
        name=name,
        kind="question",
        sample_ids=np.array(list(kept), object),
        given_labels=np.array([groups[i].reference for i in kept], np.int32),
        class_names=OPTION_LETTERS[: int(counts.max())],
        samples=partial(_frame, columns),
        option_counts=counts,
        group=np.array([one.group for one in asked], object) if group_name else None,
        group_name=group_name,
        notes=(note,),
        open_answers=True,
    )


def _frame(columns: dict[str, list]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def _expert(log: AnswerLog, m: int, answered: Answered, groups: dict[str, AnswerGroups]) -> Expert:
    predicted = np.array([groups[i].places[m] for i in answered], np.int32)
    sure = [None if said[m] is None else said[m].confidence for said in answered.values()]  # type: ignore[union-attr]
    silent = int((predicted == ABSTAIN).sum())
    if silent == len(predicted):
        raise InputError(f"Expert '{log.expert}' ({log.path.name}) has no answer to any question. Copy its log again.")
    notes = [f"Expert '{log.expert}': no answer to {counted(silent, 'question')}; there it abstains."] if silent else []
    stated = [c is not None for c, place in zip(sure, predicted) if place != ABSTAIN]
    if not any(stated):
        return VotesExpert(**_about(log, "answers only.", notes), predicted=predicted)
    if not all(stated):
        why = f"answers only, as {counted(stated.count(False), 'answer')} come without a confidence."
        return VotesExpert(**_about(log, why, notes), predicted=predicted)
    confidence = np.array([np.nan if c is None or p == ABSTAIN else c for c, p in zip(sure, predicted)], np.float32)
    return Top1Expert(**_about(log, "answers and confidence.", notes), predicted=predicted, confidence=confidence)


def _about(log: AnswerLog, gives: str, notes: Sequence[str]) -> dict:
    return {
        "name": log.expert,
        "source": str(log.path),
        "simulated": log.simulated,
        "cost": log.cost,
        "family": log.family,
        "notes": (f"Expert '{log.expert}': {gives}", *notes),
    }


def _otherwise(logs: Sequence[AnswerLog], answered: Answered, groups: dict[str, AnswerGroups]) -> dict[str, list[str]]:
    """{sample id: experts whose answer was marked wrong though it says what the reference says, or right though not}."""
    found: dict[str, list[str]] = {}
    for sample_id, said in answered.items():
        for log, one, place in zip(logs, said, groups[sample_id].places):
            if one is None or one.score is None or place == ABSTAIN:
                continue
            equal = place == groups[sample_id].reference
            if (equal and one.score == 0) or (not equal and one.score == 1):
                found.setdefault(sample_id, []).append(f"{log.expert} (marked {'wrong' if equal else 'right'})")
    return found


def _said_of_marks(marks: dict[str, list[str]]) -> list[str]:
    counts = Counter(one for found in marks.values() for one in found)
    return [
        f"{counted(count, 'answer')} of {told.partition(' (')[0]} marked {told.rpartition('marked ')[2][:-1]}, though by "
        f"equivalence {'they say what the reference says' if told.endswith('wrong)') else 'they say something else'}."
        for told, count in counts.items()
    ]


def _decide(plan: ReadingPlan, source: Path, logs: Sequence[AnswerLog], kept: dict[str, OpenQuestion]) -> None:
    plan.decide(source.name, "given label", "the group of the reference answer", "inferred", "no question has options")
    plan.decide(source.name, "options", f"groups of equivalent answers, and {ANOTHER}", "inferred")
    for log in logs:
        met = f"{sum(i in kept for i in log.answers):,} of {len(kept):,} questions"
        plan.decide(log.path.name, f"answers of '{log.expert}'", "free answers, by sample id", "stated", met)
