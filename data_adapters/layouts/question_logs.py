"""What language-model logs have in common: questions with their options, and one model's scores or answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.files.tables import Table
from data_adapters.joining.assemble import About, assemble
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Roles, read_samples
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed


@dataclass(frozen=True)
class Question:
    """text: the stem. label: the answer key as a letter, a 0-based number or the text of an option. own_id: what the
    original file calls the question, where the log says so. known: what else it says of the question, by field."""

    text: str
    options: tuple[str, ...]
    label: str
    group: str = ""
    own_id: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Log:
    """All that one expert's files say, by sample id.

    ids_are_rows: ids are row numbers, so that the same id must mean the same text of the question.
    scores: one log-likelihood (or probability) per option. answers: text, with a confidence or None.
    left_out: {task: why it cannot be read}.
    """

    expert: str
    path: Path
    ids_are_rows: bool = False
    questions: dict[str, Question] = field(default_factory=dict)
    scores: dict[str, Sequence[float]] = field(default_factory=dict)
    answers: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def assemble_logs(
    logs: Sequence[Log], source: Path, group_name: str, plan: ReadingPlan | None, places: bool = False
) -> Reading:
    """One dataset of all questions, one expert per log. Raises InputError where logs ask different questions.

    places: the keys are 0-based places among the options, and nothing else.
    """
    questions = _questions(logs)
    table = _table(questions, source, group_name)
    notes = tuple(note for log in logs for note in log.notes)
    roles = Roles("sample_id", "label", group_name or None, "choices", "question")
    samples = read_samples(Table(source, table, notes), roles, places=places)
    width = max(len(question.options) for question in questions.values())
    about = About(source.name, source, kind="question")
    opened = [one for log in logs for one in _opened(log, width)]
    return assemble(samples, opened, None, about, plan or ReadingPlan())


def with_questions(logs: Sequence[Log]) -> list[Log]:
    """The logs that hold a question, the first of them with the notes of the others; all of them where none does."""
    held = [log for log in logs if log.questions]
    if not held:
        return list(logs)
    for log in logs:
        if not log.questions:
            held[0].notes += [*log.notes, f"Expert '{log.expert}' left out, as it answered no question with options."]
    return held


def option_index(written: object, options: Sequence[str]) -> int | None:
    """Place of an option given as a 0-based number, a letter or its text; None where it is none of them."""
    text = str(written).strip()
    if text.isdigit() and int(text) < len(options):
        return int(text)
    if len(text) == 1 and text in OPTION_LETTERS[: len(options)]:
        return OPTION_LETTERS.index(text)
    same = [k for k, option in enumerate(options) if option.strip() == text]
    return same[0] if len(same) == 1 else None


def _questions(logs: Sequence[Log]) -> dict[str, Question]:
    """All questions; raises InputError where two logs differ in the options or the key of one."""
    questions: dict[str, Question] = {}
    for log in logs:
        other = [
            i for i, asked in log.questions.items() if i in questions and _differ(asked, questions[i], log.ids_are_rows)
        ]
        if other:
            raise InputError(
                f"Expert '{log.expert}' was asked other questions than '{logs[0].expert}' under "
                f"{counted(len(other), 'id')}: {listed(other)} Use runs of the same version of the task."
            )
        questions = log.questions | questions
    if not questions:
        raise InputError("The logs hold no multiple-choice question. Expected questions with a list of options.")
    return questions


def _differ(one: Question, other: Question, texts_count: bool) -> bool:
    return one.options != other.options or one.label != other.label or (texts_count and one.text != other.text)


def _table(questions: dict[str, Question], source: Path, group_name: str) -> pa.Table:
    asked = questions.values()
    columns = {
        "sample_id": list(questions),
        "label": [question.label for question in asked],
        "question": [question.text for question in asked],
        "choices": [list(question.options) for question in asked],
    }
    if any(question.own_id for question in asked):
        columns["document_id"] = [question.own_id for question in asked]
    for name in dict.fromkeys(name for question in asked for name in question.known):
        columns.setdefault(name, [question.known.get(name, "") for question in asked])
    return pa.table(columns | ({group_name: [question.group for question in asked]} if group_name else {}))


def _opened(log: Log, width: int) -> list[OpenedExpert]:
    """The expert of a log; two where it holds scores of some questions and only answers to others."""
    found = []
    if log.scores:
        scores = _matrix(log.scores, width)
        found.append(OpenedExpert(log.expert, log.path, array=scores, ids=_objects(log.scores)))
    if log.answers or not log.scores:
        name = f"{log.expert} (answers)" if log.scores else log.expert
        found.append(OpenedExpert(name, log.path, table=Table(log.path, _answered(log))))
    return found


def _answered(log: Log) -> pa.Table:
    """sample_id and answer of a log, with its confidence where every answer has one."""
    told = [confidence for answer, confidence in log.answers.values() if answer]
    columns: dict[str, list] = {
        "sample_id": list(log.answers),
        "answer": [answer for answer, _ in log.answers.values()],
    }
    if told and None not in told:
        columns["confidence"] = [confidence for _, confidence in log.answers.values()]
    return pa.table(columns)


def _matrix(scores: dict[str, Sequence[float]], width: int) -> np.ndarray:
    """(R, width) float32, NaN beyond a question's options."""
    out = np.full((len(scores), width), np.nan, np.float32)
    for row, values in enumerate(scores.values()):
        out[row, : len(values)] = values
    return out


def _objects(values: Collection[str]) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = list(values)
    return out
