"""Logs of Inspect whose samples have no options: what was written, how it was scored, how sure the model was."""

from itertools import islice
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from data_adapters.files.json_files import json_file
from data_adapters.layouts.evaluation_formats import inspect_fits
from data_adapters.layouts.evaluation_logs import ENDINGS, LOOKED_AT, walk
from data_adapters.layouts.inspect_archives import read_archive
from data_adapters.scored.answer_logs import AnswerLog, GivenAnswer, OpenQuestion
from data_adapters.scored.final_answers import final_answer

VALUES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}  # how Inspect writes correct, incorrect, partial and no answer
CODE_SCORERS = ("verify", "pass", "code", "test")
DEEP = 5


def is_open_inspect(path: Path) -> bool:
    """Whether all logs of Inspect at a path are of samples without options."""
    files = inspect_logs(path)
    return bool(files) and all(map(_without_options, files))


def read_inspect_answers(path: Path) -> list[AnswerLog]:
    """One log a model. Raises InputError where a file is damaged or laid out otherwise."""
    logs: dict[str, AnswerLog] = {}
    for file in inspect_logs(path):
        told = _log(file)
        try:
            model, task = str(told["eval"]["model"]), str(told["eval"].get("task") or "")
            log = logs.setdefault(model, AnswerLog(model, file.parent if path.is_dir() else file))
            for sample in told.get("samples") or ():
                question = _question(sample, task)
                log.add(f"{task}/{sample['id']}", question, _answer(sample, question))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise InputError(f"'{file.name}' is not laid out as Inspect writes it ({error}). Copy it again.") from error
    return list(logs.values())


def inspect_logs(path: Path) -> list[Path]:
    """The logs of Inspect at a path, by name."""
    if path.is_file():
        found = [path] if path.suffix.lower() in ENDINGS else []
    else:
        found = sorted(islice(walk(path, DEEP), LOOKED_AT), key=lambda one: one.name) if path.is_dir() else []
    return [file for file in found if file.suffix.lower() in (".eval", ".json") and inspect_fits(file)]


def _log(file: Path) -> dict:
    told = read_archive(file) if file.suffix.lower() == ".eval" else json_file(file)
    if not isinstance(told, dict):
        raise InputError(f"'{file.name}' is not laid out as Inspect writes it. Copy it again.")
    return told


def _without_options(file: Path) -> bool:
    try:
        samples = _log(file).get("samples")
    except InputError:
        return False
    if not isinstance(samples, list) or not samples:
        return False
    return not any(isinstance(one, dict) and one.get("choices") for one in samples)


def _question(sample: dict, task: str) -> OpenQuestion:
    asked = sample.get("input")
    text = asked if isinstance(asked, str) else "\n".join(str(one.get("content") or "") for one in asked or ())
    golds = targets_of(sample)
    code = any(word in name.casefold() for name in sample.get("scores") or {} for word in CODE_SCORERS)
    return OpenQuestion(text, golds[0] if golds else "", tuple(golds[1:]), task, str(sample["id"]), code)


def targets_of(sample: dict) -> list[str]:
    """The answers that a sample accepts, its reference first."""
    target = sample.get("target")
    return [str(one) for one in (target if isinstance(target, list) else [target]) if one not in (None, "")]


def _answer(sample: dict, question: OpenQuestion) -> GivenAnswer:
    scores = [one for one in (sample.get("scores") or {}).values() if isinstance(one, dict)]
    told = [str(one["answer"]) for one in scores if isinstance(one.get("answer"), str) and one["answer"].strip()]
    written = str((sample.get("output") or {}).get("completion") or "")
    text = (told or [written])[0]  # some scorers keep all that was written as the answer
    text = text if question.code else final_answer(text)
    marks = [mark for mark in (_mark(one.get("value")) for one in scores) if mark is not None]
    return GivenAnswer(text, _confidence(sample, scores), marks[0] if marks else None)


def _mark(value: object) -> float | None:
    if isinstance(value, str):
        return VALUES.get(value)
    if isinstance(value, bool | int | float) and 0 <= value <= 1:
        return float(value)
    return None


def _confidence(sample: dict, scores: list[dict]) -> float | None:
    """The model's own word where a scorer kept it, else the geometric mean of its tokens' probabilities."""
    for held in (*scores, sample):
        stated = (held.get("metadata") or {}).get("confidence")
        if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated <= 1:
            return float(stated)
    choices = (sample.get("output") or {}).get("choices") or []
    tokens = ((choices[0].get("logprobs") or {}).get("content") or []) if choices else []
    logs = [one["logprob"] for one in tokens if isinstance(one.get("logprob"), int | float)]
    return float(np.exp(min(0.0, float(np.mean(logs))))) if logs else None
