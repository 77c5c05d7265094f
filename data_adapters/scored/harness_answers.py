"""Sample logs of lm-evaluation-harness whose tasks have no options: what was generated, and how it was marked."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.files.json_files import json_records
from data_adapters.layouts.lm_eval_logs import (
    NO_ANSWER,
    OWN_IDS,
    QUESTION_KEYS,
    choose_filter,
    is_sample_log,
    option_texts,
    sample_logs,
    task_of,
)
from data_adapters.scored.answer_logs import AnswerLog, GivenAnswer, OpenQuestion
from data_adapters.scored.final_answers import final_answer
from data_adapters.sentences import listed

MARKS = ("exact_match", "pass@1", "pass_at_1", "em", "acc", "math_verify", "score", "f1")  # in the order they are taken
CODE = re.compile(r"pass(?:@|_at_)\d")
LOOKED_AT = 3


def is_open_log(file: Path) -> bool:
    """Whether the first records of a sample log were generated and have no options."""
    try:
        first = [record for _, record in zip(range(LOOKED_AT), (r for _, r in json_records(file)))]
    except InputError:
        return False
    return bool(first) and all(
        "doc" in one and _is_generated(one) and option_texts(one["doc"], []) is None for one in first
    )


def is_open_harness(path: Path) -> bool:
    """Whether all sample logs at a path are of that kind."""
    if path.is_file() and not is_sample_log(path):
        return False
    files = [file for found in sample_logs(path).values() for file in found]
    return bool(files) and all(map(is_open_log, files))


def read_harness_answers(path: Path) -> list[AnswerLog]:
    """One log a model. Raises InputError where a record lacks what a sample log has."""
    logs = []
    for model, files in sample_logs(path).items():
        log = AnswerLog(model, files[0].parent if path.is_dir() else path)
        for file in _newest(files):
            _read(log, file)
        logs.append(log)
    return logs


def _newest(files: Sequence[Path]) -> list[Path]:
    by_task = {task_of(file): file for file in sorted(files, key=lambda file: file.name)}
    return list(by_task.values())


def _read(log: AnswerLog, file: Path) -> None:
    task = task_of(file)
    used, others = choose_filter(file)
    read = 0
    for place, record in json_records(file):
        if str(record.get("filter", "none")) != used:
            continue
        if "doc" not in record or "target" not in record:
            raise InputError(f"'{file.name}', {place} lacks 'doc' or 'target'. Expected a sample log of the harness.")
        sample_id = f"{task}/{record.get('doc_id', read)}"
        question = _question(record, task)
        score = _mark(record)
        for text in _generated(record):
            log.add(sample_id, question, GivenAnswer(text if question.code else final_answer(text), None, score))
        read += 1
    if others:
        log.notes.append(
            f"Expert '{log.expert}', task '{task}': answers of filter '{used}' taken, "
            f"{counted(len(others), 'other filter')} left out: {listed(others)}"
        )


def _question(record: dict, task: str) -> OpenQuestion:
    doc = record["doc"] if isinstance(record["doc"], dict) else {}
    text = next((str(doc[key]) for key in (*QUESTION_KEYS, "prompt") if isinstance(doc.get(key), str)), "")
    own = next((str(doc[key]) for key in OWN_IDS if isinstance(doc.get(key), str | int)), "")
    code = any(CODE.match(name) for name in record)
    golds = _references(record, code)
    return OpenQuestion(text, golds[0] if golds else "", tuple(golds[1:]), task, own, code)


def _references(record: dict, code: bool) -> list[str]:
    targets = record["target"] if isinstance(record["target"], list) else [record["target"]]
    told = [str(one) for one in targets if str(one).strip()]
    return told if code else list(map(final_answer, told))


def references_of(record: dict) -> list[str]:
    """What a record's target says is right, first what is taken for the reference; empty where it has none."""
    return _references(record, any(CODE.match(name) for name in record))


def _mark(record: dict) -> float | None:
    """The first known metric of a record that is a score from 0 to 1."""
    listed_there = [name for name in record.get("metrics") or () if isinstance(name, str)]
    for name in (*MARKS, *(name for name in record if CODE.match(name)), *listed_there):
        value = record.get(name)
        if isinstance(value, bool | int | float) and np.isfinite(value) and 0 <= value <= 1:
            return float(value)
    return None


def _is_generated(record: dict) -> bool:
    return bool(_texts(record.get("resps"))) and not any(
        isinstance(one, list) and len(one) == 2 and str(one[1]) in ("True", "False") for one in _flat(record["resps"])
    )


def _generated(record: dict) -> list[str]:
    """What the filter found, one for each time it was asked; the whole text where it found nothing."""
    found, whole = _texts(record.get("filtered_resps")), _texts(record.get("resps"))
    if not any(one.strip() and one != NO_ANSWER for one in found):
        return whole or [""]
    return ["" if one == NO_ANSWER else one for one in found]


def _flat(written: object) -> list:
    """Without the lists of one around."""
    while isinstance(written, list) and len(written) == 1 and isinstance(written[0], list):
        written = written[0]
    return written if isinstance(written, list) else [written]


def _texts(written: object) -> list[str]:
    return [one for one in _flat(written) if isinstance(one, str)]
