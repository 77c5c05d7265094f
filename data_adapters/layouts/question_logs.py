"""What language-model logs have in common: questions with their options, and one model's scores or answers."""

from collections.abc import Sequence
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
    """text: the stem. label: the answer key as a letter, a 0-based number or the text of an option."""

    text: str
    options: tuple[str, ...]
    label: str
    group: str = ""


@dataclass
class Log:
    """All that one expert's files say, by sample id.

    ids_are_rows: ids are row numbers, so that the same id must mean the same text of the question.
    scores: one log-likelihood (or probability) per option. answers: text, with a confidence or None.
    """

    expert: str
    path: Path
    ids_are_rows: bool = False
    questions: dict[str, Question] = field(default_factory=dict)
    scores: dict[str, Sequence[float]] = field(default_factory=dict)
    answers: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def assemble_logs(logs: Sequence[Log], source: Path, group_name: str, plan: ReadingPlan | None) -> Reading:
    """One dataset of all questions, one expert per log. Raises InputError where logs ask different questions."""
    questions = _questions(logs)
    table = _table(questions, source, group_name)
    notes = tuple(note for log in logs for note in log.notes)
    samples = read_samples(
        Table(source, table, notes), Roles("sample_id", "label", group_name or None, "choices", "question")
    )
    width = max(len(question.options) for question in questions.values())
    about = About(source.name, source, kind="question")
    return assemble(samples, [_opened(log, width) for log in logs], None, about, plan or ReadingPlan())


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
    return pa.table(columns | ({group_name: [question.group for question in asked]} if group_name else {}))


def _opened(log: Log, width: int) -> OpenedExpert:
    if log.scores and not log.answers:
        return OpenedExpert(log.expert, log.path, array=_matrix(log.scores, width), ids=_objects(log.scores))
    best = {i: (OPTION_LETTERS[int(np.argmax(scores))], None) for i, scores in log.scores.items()}
    answers = best | log.answers
    confident = any(answer for answer, _ in answers.values())
    confident = confident and all(confidence is not None for answer, confidence in answers.values() if answer)
    columns = {"sample_id": list(answers), "answer": [answer for answer, _ in answers.values()]}
    if confident:
        columns["confidence"] = [confidence for _, confidence in answers.values()]
    return OpenedExpert(log.expert, log.path, table=Table(log.path, pa.table(columns)))


def _matrix(scores: dict[str, Sequence[float]], width: int) -> np.ndarray:
    """(R, width) float32, NaN beyond a question's options."""
    out = np.full((len(scores), width), np.nan, np.float32)
    for row, values in enumerate(scores.values()):
        out[row, : len(values)] = values
    return out


def _objects(values: dict[str, object]) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = list(values)
    return out
