"""Logs of lighteval, OpenAI evals and HELM whose questions have no options: what was written, and how it was marked.

In lighteval and HELM the references stand where options would, and all of them are right.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cleaning.errors import InputError
from data_adapters.files.arrow_files import arrow_table
from data_adapters.files.json_files import json_file
from data_adapters.layouts.evaluation_formats import first_text, lighteval_model, openai_evals_matches, options_in
from data_adapters.layouts.evaluation_logs import ENDINGS, LOOKED_AT, format_of, walk
from data_adapters.layouts.helm_runs import INSTANCES, PREDICTIONS, STATE, helm_text, model_of, runs_in, scenario_of
from data_adapters.scored.answer_logs import AnswerLog, GivenAnswer, OpenQuestion
from data_adapters.scored.final_answers import final_answer

DEEP = 5
STATS = "per_instance_stats.json"
MARKS = (  # in the order they are taken; of lighteval and HELM
    *("extractive_match", "math_verify", "exact_match", "em", "qem", "pem", "quasi_exact_match"),
    *(
        "final_number_exact_match",
        "math_equiv_chain_of_thought",
        "math_equiv",
        "exact_match_indicator",
        "f1",
        "f1_score",
    ),
)


class _Told(NamedTuple):
    """One answer. golds: none where the question has options."""

    own_id: str
    task: str
    asked: str
    golds: tuple[str, ...]
    answers: tuple[str, ...]
    mark: float | None


Read = Callable[[Path], tuple[str, Iterator[_Told]]]  # the model, and its answers


def is_open_program(path: Path) -> bool:
    """Whether all logs at a path are of lighteval or OpenAI evals, or all of HELM, and of questions without options."""
    return _all_open(_files(path)) or _all_open(_helm(path))


def read_program_answers(path: Path) -> list[AnswerLog]:
    """One log a model; of a task answered in several files the newest counts. Raises InputError."""
    logs: dict[str, AnswerLog] = {}
    newest: dict[tuple[str, str], tuple[Path, list[_Told]]] = {}
    for place, read in _files(path) or _helm(path):
        model, told = _whole(place, read)
        by_task: dict[str, list[_Told]] = {}
        for one in told:
            by_task.setdefault(one.task, []).append(one)
        newest |= {(model, task): (place, found) for task, found in by_task.items()}
    for (model, task), (place, found) in newest.items():
        log = logs.setdefault(model, AnswerLog(model, place.parent if path.is_dir() else path))
        for one in found:
            golds = tuple(map(final_answer, one.golds))
            question = OpenQuestion(one.asked, golds[0], golds[1:], task, one.own_id)
            for answer in one.answers:
                log.add(f"{task}/{one.own_id}", question, GivenAnswer(final_answer(answer), None, one.mark))
    return list(logs.values())


def _all_open(found: list[tuple[Path, Read]]) -> bool:
    try:
        return bool(found) and all(_is_open(place, read) for place, read in found)
    except InputError:
        return False


def _is_open(place: Path, read: Read) -> bool:
    _, told = _whole(place, read)
    return bool(told) and all(one.golds for one in told)


def _whole(place: Path, read: Read) -> tuple[str, list[_Told]]:
    try:
        model, told = read(place)
        return model, list(told)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(
            f"'{place.name}' is not laid out as its program writes it ({error}). Copy it again."
        ) from error


def _files(path: Path) -> list[tuple[Path, Read]]:
    """Logs of the programs that write one file a run; none where there is one of another program."""
    found = [path] if path.is_file() else list(islice(walk(path, DEEP), LOOKED_AT)) if path.is_dir() else []
    files = sorted((file for file in found if file.suffix.lower() in ENDINGS), key=lambda file: file.name)
    formats = [(file, form.name) for file in files if (form := format_of(file)) is not None]
    known: dict[str, Read] = {"lighteval": _lighteval, "OpenAI evals": _openai_evals}
    return [(file, known[name]) for file, name in formats] if {name for _, name in formats} <= known.keys() else []


def _lighteval(file: Path) -> tuple[str, Iterator[_Told]]:
    rows = arrow_table(file, ("doc", "model_response", "metric")).to_pylist()
    return lighteval_model(file), (_detail(row["doc"], row["model_response"], row.get("metric") or {}) for row in rows)


def _detail(doc: dict, response: dict, metric: dict) -> _Told:
    choices, place = [str(one).strip() for one in doc.get("choices") or ()], doc["gold_index"]
    golds = {place} if isinstance(place, int) else set(place)
    texts = [str(one or "") for one in response.get("text_post_processed") or response.get("text") or ()]
    is_open = bool(texts) and golds == set(range(len(choices)))
    task = str(doc.get("task_name") or "").split("|")[0]
    return _Told(
        str(doc["id"]),
        task,
        str(doc.get("query") or ""),
        tuple(choices) if is_open else (),
        tuple(texts),
        _mark(metric),
    )


def _openai_evals(file: Path) -> tuple[str, Iterator[_Told]]:
    spec, model, matches = openai_evals_matches(file)
    task = str(spec["eval_name"])
    return model, (_match(*match, task) for match in matches)


def _match(own_id: str, data: dict, prompt: str, task: str) -> _Told:
    written = data["expected"] if isinstance(data["expected"], list) else [data["expected"]]
    golds = tuple(str(one) for one in written if str(one or "").strip())
    has_options = bool(options_in(prompt)[1]) or bool(set(map(str, data.get("options") or ())) - set(golds))
    mark = float(data["correct"]) if isinstance(data.get("correct"), bool) else None
    answer = first_text(data.get("sampled", data.get("picked")))
    return _Told(own_id, task, prompt, () if has_options else golds, (answer,), mark)


def _helm(path: Path) -> list[tuple[Path, Read]]:
    return [(run, _helm_run) for run in runs_in(path)] if path.is_dir() else []


def _helm_run(run: Path) -> tuple[str, Iterator[_Told]]:
    if (run / STATE).is_file():
        state = _json(run / STATE)
        model, task, marks = model_of(run, state["adapter_spec"].get("model")), scenario_of(run)[0], _stats(run / STATS)
        answered = [
            (one["instance"], (one.get("result") or {}).get("completions") or (), marks.get(str(one["instance"]["id"])))
            for one in state["request_states"]
            if not one.get("train_trial_index") and one.get("reference_index") is None
        ]
        return model, (
            _instance(asked, tuple(str(one.get("text") or "") for one in told), mark, task)
            for asked, told, mark in answered
            if not asked.get("perturbation")
        )
    asked = {str(one["id"]): one for one in _json(run / INSTANCES) if not one.get("perturbation")}
    shown = [
        one
        for one in _json(run / PREDICTIONS)
        if not (one.get("perturbation") or one.get("train_trial_index") or "reference_index" in one)
    ]
    return model_of(run, None), (
        _instance(
            asked[str(one["instance_id"])],
            (str(one["predicted_text"]),),
            _mark(one.get("stats") or {}),
            scenario_of(run)[0],
        )
        for one in shown
    )


def _json(file: Path) -> Any:
    return json_file(file)


def _instance(asked: dict, answers: tuple[str, ...], mark: float | None, task: str) -> _Told:
    references = asked["references"]
    right = [helm_text(one["output"]) for one in references if "correct" in (one.get("tags") or ())]
    golds = tuple(right) if len(right) == len(references) else ()
    return _Told(str(asked["id"]), task, helm_text(asked["input"]), golds, answers, mark)


def _stats(file: Path) -> dict[str, float | None]:
    """{instance: its mark}; empty where that file was not copied."""
    if not file.is_file():
        return {}
    return {
        str(one["instance_id"]): _mark({stat["name"]["name"]: stat.get("mean") for stat in one["stats"]})
        for one in _json(file)
        if not (one.get("perturbation") or one.get("train_trial_index"))
    }


def _mark(metrics: dict) -> float | None:
    """The first known metric that is a score from 0 to 1."""
    values = (metrics.get(name) for name in MARKS)
    sound = (one for one in values if isinstance(one, bool | int | float) and np.isfinite(one) and 0 <= one <= 1)
    return next(map(float, sound), None)
