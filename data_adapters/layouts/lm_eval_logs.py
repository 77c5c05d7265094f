"""lm-evaluation-harness sample logs: ``samples_TASK_TIME.jsonl`` with a log-likelihood per choice.

Layout: one folder per model below the output path (``--output_path``, ``--log_samples``). Numbers are texts in
newer versions and numbers in older ones; arguments are objects in newer versions and lists in older ones. The oldest
(0.4.0) wrote one JSON list instead of lines.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.files.json_files import json_records
from data_adapters.layouts.lm_eval_keys import HarnessRecord, possible_keys, settle, several_right
from data_adapters.layouts.question_logs import Log, Question, assemble_logs, option_index
from data_adapters.plan import ReadingPlan
from data_adapters.sentences import listed

FILE = re.compile(r"samples_(?P<task>.+?)(?:_(?P<time>\d{4}-\d\d-\d\dT[\d.:-]+))?\.jsonl")
Normalised = Literal["none", "characters", "bytes"]
OWN_IDS = ("id", "qid", "question_id", "uid", "_id", "idx", "ind", "key")  # of a document in its original file
ABOUT = (  # fields of a document that say what it is about; keys and explanations would tell a reviewer the answer
    *("subject", "subset", "category", "subcategory", "topic", "subject_name", "topic_name", "domain", "skill"),
    *("level", "difficulty", "grade", "language", "lang", "source", "src", "year", "url", "license"),
)
QUESTION_KEYS = ("question", "query", "ctx", "goal", "sentence", "question_stem", "input", "text", "premise")
OPTION_KEYS = ("choices", "options", "endings", "answers")
NO_ANSWER = "[invalid]"  # what the harness's filters say where they find nothing
NUMBERED_OPTIONS = (("option1", "option2"), ("sol1", "sol2"), ("choice1", "choice2"))


def is_lm_eval(folder: Path) -> bool:
    """Whether sample logs lie in the folder or in a folder of a model below it."""
    return bool(_models(folder))


def is_sample_log(file: Path) -> bool:
    """Whether a file is called as the harness calls its sample logs, or its first line is one."""
    return FILE.fullmatch(file.name) is not None or (file.suffix.lower() == ".jsonl" and _is_sample(file))


def _is_sample(file: Path) -> bool:
    """Whether the first record is one of a sample log, whatever the file is called."""
    try:
        first = next((record for _, record in json_records(file)), {})
    except InputError:
        return False
    return first.keys() >= {"doc", "target"} and not first.keys().isdisjoint(("resps", "filtered_resps"))


def read_lm_eval(path: Path, normalised: Normalised = "none", plan: ReadingPlan | None = None) -> Reading:
    """All sample logs at ``path`` (a file, a model's folder, or a folder of models): one expert per model.

    normalised: log-likelihoods as they are, or divided by the characters or bytes of the choice (acc_norm).
    Log-likelihoods are logits. Sample ids are task/doc_id; the task is the group. Raises InputError.
    """
    path = Path(path)
    models = sample_logs(path)
    if not models:
        raise InputError(f"'{path.name}' holds no samples_*.jsonl. Run the harness with --log_samples.")
    logs = [_log(name, files, normalised) for name, files in models.items()]
    _leave_out(logs, path)
    return assemble_logs(logs, path, "task", plan)


def _leave_out(logs: Sequence[Log], path: Path) -> None:
    """Takes tasks without options or without a plain key out of all logs, and says so."""
    left = {task: why for log in logs for task, why in log.left_out.items()}
    for log in logs:
        for held in (log.questions, log.scores, log.answers):
            for sample_id in [one for one in held if one.rpartition("/")[0] in left]:
                held.pop(sample_id)
    if left and not any(log.questions for log in logs):
        why = listed(f"'{task}': {reason}" for task, reason in left.items())
        raise InputError(f"'{path.name}' holds no task that can be read: {why} Only multiple-choice tasks can be read.")
    logs[0].notes += [f"Task '{task}' left out: {why}." for task, why in left.items()]


def sample_logs(path: Path) -> dict[str, list[Path]]:
    """Sample files by model, of a folder or of a file alone."""
    return {path.parent.name or path.stem: [path]} if path.is_file() else _models(path)


def _models(folder: Path) -> dict[str, list[Path]]:
    """Sample files by model; a model is the folder its files lie in, by its path where names repeat."""
    found: dict[Path, list[Path]] = {}
    for pattern in ("*.jsonl", "*/*.jsonl", "*/*/*.jsonl"):
        for file in filter(is_sample_log, sorted(folder.glob(pattern))):
            found.setdefault(file.parent, []).append(file)
    names = [home.name for home in found]
    called = {home: home.name if names.count(home.name) == 1 else home.relative_to(folder).as_posix() for home in found}
    return dict(sorted((called[home], files) for home, files in found.items()))


def _log(expert: str, files: Sequence[Path], normalised: Normalised) -> Log:
    log = Log(expert, files[0].parent)
    latest, older = _latest(files)
    if older:
        log.notes.append(f"Expert '{expert}': older logs of the same tasks left out: {listed(older)}")
    for task, file in latest.items():
        _read_file(log, task, file, normalised)
    return log


def _latest(files: Sequence[Path]) -> tuple[dict[str, Path], list[str]]:
    """(the newest file of each task, names of the others); the time is part of the name."""
    by_task: dict[str, list[Path]] = {}
    for file in files:
        by_task.setdefault(task_of(file), []).append(file)
    ordered = {task: sorted(found, key=lambda file: file.name) for task, found in by_task.items()}
    older = [file.name for found in ordered.values() for file in found[:-1]]
    return {task: found[-1] for task, found in sorted(ordered.items())}, older


def task_of(file: Path) -> str:
    """The task that a log is of, by its name."""
    match = FILE.fullmatch(file.name)
    return match["task"] if match else file.stem


def _read_file(log: Log, task: str, file: Path, normalised: Normalised) -> None:
    used_filter, skipped = choose_filter(file)
    asked: list[HarnessRecord] = []
    for place, record in json_records(file):
        if str(record.get("filter", "none")) == used_filter:
            one = read_record(log, task, record, f"'{file.name}', {place}", normalised, len(asked))
            if one is None:
                log.left_out[task] = "its questions have no options"
                return
            asked.append(one)
    where, why = settle(asked)
    if where is None:
        log.left_out[task] = why
        return
    if where != "target":
        log.notes.append(f"Expert '{log.expert}', task '{task}': the key is {where}, {why}.")
    for one in asked:
        key = one.keys.get(where)
        log.questions[one.sample_id] = one.question if key is None else replace(one.question, label=str(key))
    if skipped:
        log.notes.append(
            f"Expert '{log.expert}', task '{task}': answers of filter '{used_filter}' taken, "
            f"{counted(len(skipped), 'other filter')} left out: {listed(sorted(skipped))}"
        )


def choose_filter(file: Path) -> tuple[str, list[str]]:
    """(the filter that finds most answers, of equals the first; the others)."""
    found: dict[str, int] = {}
    for _, record in json_records(file):
        name = str(record.get("filter", "none"))
        found[name] = found.get(name, 0) + bool(first_text(record.get("filtered_resps")))
    best = max(found, key=found.__getitem__, default="none")
    return best, sorted(name for name in found if name != best)


def read_record(
    log: Log, task: str, record: dict, where: str, normalised: Normalised, place: int
) -> HarnessRecord | None:
    """The question of a record, whose scores or answer go into the log; None where it has no options."""
    if "doc" not in record or "target" not in record or not ("resps" in record or "filtered_resps" in record):
        raise InputError(f"{where} lacks 'doc', 'target' or 'resps'. Expected a sample log of the harness.")
    sample_id = f"{task}/{record.get('doc_id', place)}"
    if sample_id in log.scores or sample_id in log.answers:
        raise InputError(f"{where} repeats sample '{sample_id}'. Keep one log per task and model.")
    arguments = _arguments(record.get("arguments"))
    likelihoods = _likelihoods(record, len(arguments))
    if likelihoods is not None and _has_unconditional_half(arguments):
        half = len(arguments) // 2
        arguments, likelihoods = arguments[:half], likelihoods[:half]
    options = option_texts(record["doc"], arguments if likelihoods is not None else [])
    if options is None:
        return None
    asked = HarnessRecord(sample_id, _question(record, arguments, options, task), possible_keys(record, options))
    if likelihoods is None:
        log.answers[sample_id] = (_written_answer(record), None)
        return asked
    if len(likelihoods) != len(options):
        raise InputError(f"{where} has {len(likelihoods)} log-likelihoods for {len(options)} options.")
    log.scores[sample_id] = _normalise(likelihoods, [ending for _, ending in arguments], normalised)
    right = record.get("acc")
    return replace(
        asked,
        best=int(np.argmax(likelihoods)),
        right=float(right) if isinstance(right, int | float) and np.isfinite(right) else None,
        several=several_right(record["doc"], options),
    )


def _question(record: dict, arguments: list[tuple[str, str]], options: list[str], task: str) -> Question:
    doc = record["doc"] if isinstance(record["doc"], dict) else {}
    text = next((str(doc[key]) for key in QUESTION_KEYS if isinstance(doc.get(key), str)), "")
    text = text or (arguments[0][0][-2000:] if arguments else "")
    place = option_index(record["target"], options)
    own = next((str(doc[key]) for key in OWN_IDS if isinstance(doc.get(key), str | int)), "")
    known = {name: str(doc[name]) for name in ABOUT if isinstance(doc.get(name), str | int | float)}
    label = str(record["target"]).strip() if place is None else str(place)
    return Question(text, tuple(options), label, task, own, known)


def _arguments(written: object) -> list[tuple[str, str]]:
    """(context, continuation) of each request; the continuation of a generation is no text and left empty."""
    requests = list(written.values()) if isinstance(written, dict) else written if isinstance(written, list) else []
    pairs = []
    for request in requests:
        parts = list(request.values()) if isinstance(request, dict) else request
        if isinstance(parts, list) and len(parts) >= 2:
            pairs.append((str(parts[0]), parts[1] if isinstance(parts[1], str) else ""))
    return pairs


def _likelihoods(record: dict, count: int) -> list[float] | None:
    """One log-likelihood per request; None where the model wrote text instead."""
    for key in ("filtered_resps", "resps"):
        written = record.get(key)
        responses = written if isinstance(written, list) else []
        values = [value for value in map(_likelihood, responses) if value is not None]
        if len(values) >= 2 and len(values) == len(responses) == (count or len(values)):
            return values
    return None


def _likelihood(response: object) -> float | None:
    """The first of ``[log-likelihood, is greedy]``, whatever lists lie around it."""
    while isinstance(response, list) and len(response) == 1:
        response = response[0]
    if not isinstance(response, list) or len(response) != 2 or str(response[1]) not in ("True", "False"):
        return None
    try:
        return float(response[0])
    except (TypeError, ValueError):
        return None


def _has_unconditional_half(arguments: list[tuple[str, str]]) -> bool:
    """acc_mutual_info asks for every choice a second time, without the question."""
    half = len(arguments) // 2
    return (
        half >= 2
        and len(arguments) % 2 == 0
        and all(not a[0].strip() for a in arguments[half:])
        and bool(arguments[0][0].strip())
    )


def option_texts(doc: object, arguments: list[tuple[str, str]]) -> list[str] | None:
    """The texts of the options: from the document, where their number fits, else what the model was asked for."""
    written = _written_options(doc if isinstance(doc, dict) else {})
    if written and (not arguments or len(written) == len(arguments)):
        return written
    endings = [ending.strip() for _, ending in arguments]
    if len(set(endings)) == len(endings) >= 2:
        return endings
    contexts = [context[-300:] for context, _ in arguments]
    return contexts if len(set(contexts)) == len(contexts) >= 2 else None


def _written_options(doc: dict) -> list[str] | None:
    for key in OPTION_KEYS:
        value = doc.get(key)
        value = value.get("text") if isinstance(value, dict) else value
        if isinstance(value, list) and len(value) >= 2 and all(isinstance(o, str | int | float) for o in value):
            return [str(option) for option in value]
    for keys in NUMBERED_OPTIONS:
        if all(isinstance(doc.get(key), str) for key in keys):
            return [doc[key] for key in keys]
    return None


def _normalise(likelihoods: list[float], endings: list[str], how: Normalised) -> list[float]:
    if how == "none":
        return likelihoods
    texts = [ending.removeprefix(" ") for ending in endings]
    lengths = [len(text if how == "characters" else text.encode()) for text in texts]
    return [value / max(1, length) for value, length in zip(likelihoods, lengths)]


def _written_answer(record: dict) -> str:
    """What the harness's filter found, else the whole text, which is then read beside the options."""
    return first_text(record.get("filtered_resps")) or first_text(record.get("resps"))


def first_text(response: object) -> str:
    while isinstance(response, list) and response:
        response = response[0]
    return response.strip() if isinstance(response, str) and response != NO_ANSWER else ""
