"""Tables of free answers: a reference for each question, and each expert's answers beside it or in tables of their own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cleaning.domain.origin import Origin
from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import Reading
from data_adapters.files.tables import Table
from data_adapters.joining import columns
from data_adapters.joining.confidences import checked
from data_adapters.joining.expert_columns import CONFIDENCE_NAMES
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Roles
from data_adapters.plan import ReadingPlan
from data_adapters.scored.answer_logs import AnswerLog, GivenAnswer, OpenQuestion
from data_adapters.scored.final_answers import final_answer, references_in
from data_adapters.scored.open_reading import open_reading
from data_adapters.scored.reference_columns import PROMPTS
from data_adapters.scored.scored_tables import ANSWER_NAMES, SCORE_NAMES, marks_in
from data_adapters.sentences import listed

ANSWERED = (*ANSWER_NAMES, "predicted_class", "predicted", "pred", "completion", "solution")
WHO = ("expert", "model", "model_name", "answerer")
TEST_NAMES = ("tests", "test_results", "tests_results")


def open_tables(
    table: Table,
    reference: str,
    opened: Sequence[OpenedExpert],
    plan: ReadingPlan,
    source: Path,
    roles: Roles,
    name: str = "",
    origin: Origin | None = None,
) -> Reading:
    """Questions with references and the experts' answers to them, as a dataset. origin: of the table. Raises InputError."""
    group = roles.group_column or plan.said_role(table.path.name, "group")
    questions, rest = _questions(table, reference, roles, group, plan)
    logs = [*answers_beside(table, reference, questions), *(_log(one, questions) for one in opened)]
    if not logs:
        raise InputError(
            f"'{table.path.name}' holds references and no expert's answers. Add a column for each expert such as "
            "'gpt_answer', or a table an expert with 'id' and 'answer'."
        )
    reading = open_reading(logs, source, plan, group or "", rest)
    if origin is not None:
        row_of = {one: row for row, one in reversed(list(enumerate(_asked_ids(table, roles, plan))))}
        rows = np.array([row_of[one] for one in reading.dataset.sample_ids], np.int64)
        origin = origin.of_samples(reference, len(table), rows)
        reading = replace(reading, dataset=replace(reading.dataset, origin=origin))
    return replace(reading, dataset=replace(reading.dataset, name=name)) if name else reading


def _asked_ids(table: Table, roles: Roles, plan: ReadingPlan) -> list[str]:
    return _ids(table, roles.id_column or plan.said_role(table.path.name, "id"))


def _questions(
    table: Table, reference: str, roles: Roles, group: str | None, plan: ReadingPlan
) -> tuple[dict[str, OpenQuestion], dict]:
    """(questions by sample id, metadata columns by name, each by sample id)."""
    ids = _asked_ids(table, roles, plan)
    asked = roles.question_column or next(iter(columns.known_columns(table, PROMPTS)), None)
    texts = table.text(asked) if asked else np.full(len(table), "", object)
    golds, groups = table.text(reference), table.text(group) if group else [""] * len(table)
    plan.decide(
        table.path.name, f"column '{reference}'", "given label", "inferred", "references in free words, without options"
    )
    for column, role in ((asked, "question"), (group, "group"), (_id_column(table, roles.id_column), "id")):
        if column:
            plan.decide(table.path.name, f"column '{column}'", role, "inferred", "called so")
    for column, role in _parts_of(table, reference):
        plan.decide(table.path.name, f"column '{column}'", role, "inferred", "called so")
    questions: dict[str, OpenQuestion] = {}
    for sample_id, text, gold, of in zip(ids, texts, golds, groups):
        first, *others = references_in(str(gold))
        one = OpenQuestion(str(text), first, tuple(others), of)
        if questions.setdefault(sample_id, one) != one:
            raise InputError(
                f"'{table.path.name}' gives '{sample_id}' two questions or references. Give each question an id of its "
                "own."
            )
    taken = {
        reference,
        asked,
        group,
        *columns.known_columns(table, columns.ID_NAMES),
        *_answer_columns(table, reference),
    }
    others = [c for c in table.columns if c not in taken and c not in columns.known_columns(table, WHO)]
    return questions, {c: dict(zip(ids, table.text(c))) for c in others}


def _id_column(table: Table, said: str | None) -> str | None:
    return said or columns.id_column_if_any(table, None)


def _parts_of(table: Table, reference: str) -> list[tuple[str, str]]:
    """(column, what it holds) of the answers beside the references."""
    found = []
    for answer, sure, score, tests in _stems(table, reference).values():
        roles = ((answer, "prediction"), (sure, "confidence"), (score, "score"), (tests, "results of tests"))
        found += [(column, role) for column, role in roles if column]
    return found


def _ids(table: Table, said: str | None) -> list[str]:
    column = _id_column(table, said)
    return [str(i) for i in (table.text(column) if column else range(len(table)))]


def answers_beside(table: Table, reference: str, questions: Mapping[str, OpenQuestion]) -> list[AnswerLog]:
    """The experts whose answers stand in the table itself: a column each, or a row each that says whose it is."""
    ids = _ids(table, None)
    who = next(iter(columns.known_columns(table, WHO)), None)
    found = _stems(table, reference)
    if who is None:
        return [_from(table, ids, name or table.path.stem, *parts, questions) for name, parts in found.items()]
    names = table.text(who)
    logs = []
    for name in dict.fromkeys(names):
        rows = np.flatnonzero(names == name)
        part = replace(table, data=table.data.take(rows))
        logs.append(_from(part, [ids[r] for r in rows], str(name), *next(iter(found.values())), questions))
    return logs if found else []


Parts = tuple[str, str | None, str | None, str | None]  # columns of the answer, confidence, score, tests


def _stems(table: Table, reference: str) -> dict[str, Parts]:
    """By expert ("" where its column is only called answer) the columns of its answers and what goes with them."""
    by_name = {c.strip().lower().replace(" ", "_"): c for c in table.columns if c != reference}
    found: dict[str, Parts] = {}
    for lower, column in by_name.items():
        ending = next((name for name in ANSWERED if lower == name or lower.endswith(f"_{name}")), None)
        if ending is None:
            continue
        stem = lower[: -len(ending)]
        sure = _first(by_name, stem, CONFIDENCE_NAMES)
        score = next((c for c in (_first(by_name, stem, (name,)) for name in SCORE_NAMES) if c and c != sure), None)
        found.setdefault(
            column[: len(stem) - 1] if stem else "", (column, sure, score, _first(by_name, stem, TEST_NAMES))
        )
    return found


def _answer_columns(table: Table, reference: str) -> set[str]:
    return {column for parts in _stems(table, reference).values() for column in parts if column}


def _first(by_name: Mapping[str, str], stem: str, names: Sequence[str]) -> str | None:
    return next((by_name[f"{stem}{name}"] for name in names if f"{stem}{name}" in by_name), None)


def _from(
    table: Table,
    ids: Sequence[str],
    name: str,
    answer: str,
    sure: str | None,
    score: str | None,
    tests: str | None,
    questions: Mapping[str, OpenQuestion],
) -> AnswerLog:
    log = AnswerLog(name, table.path)
    texts = table.text(answer)
    confidence = None if sure is None else checked(name, sure, np.asarray(table.numbers(sure), float), np.asarray(ids))
    marks = None if score is None else marks_in(table, score)
    results = table.values(tests) if tests else None
    strange = []
    for row, (sample_id, text) in enumerate(zip(ids, texts)):
        if sample_id not in questions:
            strange.append(sample_id)
            continue
        said = None if confidence is None or np.isnan(confidence[row]) else float(confidence[row])
        mark = None if marks is None or np.isnan(marks[row]) else float(marks[row])
        told = _results(results[row]) if results else ()
        text = text if told else final_answer(text)
        log.add(sample_id, questions[sample_id], GivenAnswer(text, said, mark, told))
    if len(strange) == len(ids):
        raise InputError(f"Expert '{name}' ({table.path.name}) has no id of the questions: {first_five(strange)}.")
    if strange:
        log.notes.append(f"Expert '{name}': {counted(len(strange), 'row')} of no question left out: {listed(strange)}")
    return log


def _log(opened: OpenedExpert, questions: Mapping[str, OpenQuestion]) -> AnswerLog:
    """An expert in a table of its own."""
    table = opened.table
    if table is None:
        raise InputError(
            f"Expert '{opened.name}' ({opened.path.name}) holds numbers; answers to questions without options are "
            "texts. Give a table with 'id' and 'answer'."
        )
    id_column = find_id_column(table, np.array(list(questions), object), "sample_id")
    found = _stems(table, "")
    if opened.answer_column:
        found = {"": (opened.answer_column, None, None, None)}
    if id_column is None or not found:
        raise InputError(
            f"Expert '{opened.name}' ({opened.path.name}) has no column of answers with their ids; its columns are "
            f"{listed(table.columns)} Call them 'id' and 'answer'."
        )
    parts = next(iter(found.values()))
    log = _from(table, list(map(str, table.text(id_column))), opened.name, *parts, questions)
    log.simulated, log.cost, log.family = opened.declared.simulated, opened.declared.cost, opened.declared.family
    return log


def _results(value: object) -> tuple[str, ...]:
    """What each test said: passed, or how it failed."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip().startswith("[") else []
        except ValueError:
            value = []
    if not isinstance(value, list | tuple | np.ndarray):
        return ()
    words = {"True": "passed", "true": "passed", "1": "passed", "pass": "passed", "False": "failed", "0": "failed"}
    return tuple(words.get(str(one), str(one)[:200]) for one in list(value)[:200])
