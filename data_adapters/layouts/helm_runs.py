"""HELM run folders: ``scenario_state.json``, or ``instances.json`` with ``display_predictions.json``.

A run folder is called ``SCENARIO:key=value,...,model=MODEL``. Joint multiple choice gives an answer and its
log-probability; separate multiple choice gives a log-likelihood per reference (of prompt and reference together: the
prompt's share is the same for all references of a question, so that it changes nothing).

Layout as in stanford-crfm/helm: adaptation/request_state.py, adaptation/adapters/multiple_choice_*.py,
presentation/run_display.py, metrics/chain_of_thought_metric.py.
"""

import math
import re
from pathlib import Path
from typing import TypeVar

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.contract import Reading
from data_adapters.files.json_files import json_file
from data_adapters.layouts.question_logs import Log, Question, assemble_logs, option_index, with_questions
from data_adapters.plan import ReadingPlan

STATE, INSTANCES, PREDICTIONS = "scenario_state.json", "instances.json", "display_predictions.json"
MODEL_IN_NAME = re.compile(r"(?:^|[:,])model=([^,]+)")
PART_IN_NAME = re.compile(r"(?:^|[:,])(?:subject|dataset|subset|task|category|language)=([^,]+)")  # ids begin anew


def is_helm(folder: Path) -> bool:
    """Whether HELM runs lie in the folder."""
    return bool(runs_in(folder))


def read_helm(path: Path, plan: ReadingPlan | None = None) -> Reading:
    """All runs at ``path`` (a run folder, or a suite of runs): one expert per model. Raises InputError.

    Sample ids are scenario/instance; the subject (or the scenario) is the group. Perturbed copies of instances
    and all but the first train trial are passed over.
    """
    path = Path(path)
    runs = runs_in(path)
    if not runs:
        raise InputError(f"'{path.name}' holds no HELM run: no {STATE}, nor {INSTANCES} with {PREDICTIONS}.")
    logs: dict[str, Log] = {}
    for run in runs:
        _read_run(run, logs)
    for log in logs.values():
        _leave_out_open(log)
    return assemble_logs(with_questions([logs[name] for name in sorted(logs)]), path, "subject", plan)


def _leave_out_open(log: Log) -> None:
    """Leaves out questions without options, which stand beside others in a suite; their references are all right."""
    without = [sample_id for sample_id, question in log.questions.items() if len(question.options) < 2]
    for sample_id in without:
        del log.questions[sample_id]
        log.answers.pop(sample_id, None)
        log.scores.pop(sample_id, None)
    if without:
        log.notes.append(f"Expert '{log.expert}': {counted(len(without), 'question')} without options left out.")


def runs_in(folder: Path) -> list[Path]:
    """The folders of runs, in order."""
    found = []
    for candidate in (folder, *sorted(p for pattern in ("*", "*/*") for p in folder.glob(pattern) if p.is_dir())):
        whole = (candidate / STATE).is_file()
        if whole or ((candidate / INSTANCES).is_file() and (candidate / PREDICTIONS).is_file()):
            found.append(candidate)
    return found


def _read_run(run: Path, logs: dict[str, Log]) -> None:
    prefix, group = scenario_of(run)
    if (run / STATE).is_file():
        state = _expect(json_file(run / STATE), dict, run / STATE)
        adapter = _expect(state.get("adapter_spec") or {}, dict, run / STATE)
        log = _log_of(logs, run, adapter.get("model"))
        _read_states(log, _expect(state.get("request_states"), list, run / STATE), prefix, group, run / STATE)
    else:
        log = _log_of(logs, run, None)
        _read_predictions(log, run, prefix, group)


def scenario_of(run: Path) -> tuple[str, str]:
    """(what comes before the ids of a run, its group)."""
    scenario = run.name.split(":")[0].split(",")[0]
    part = ",".join(PART_IN_NAME.findall(run.name))
    return (f"{scenario}:{part}", part) if part else (scenario, scenario)


def model_of(run: Path, stated: object) -> str:
    """The model as the run states it, else as its folder's name does."""
    named = MODEL_IN_NAME.search(run.name)
    return str(stated) if stated else named[1] if named else run.name


def _log_of(logs: dict[str, Log], run: Path, model: object) -> Log:
    name = model_of(run, model)
    return logs.setdefault(name, Log(name, run))


Kind = TypeVar("Kind", bound=dict | list)


def _expect(content: object, kind: type[Kind], path: Path) -> Kind:
    if not isinstance(content, kind):
        raise InputError(f"'{path.parent.name}/{path.name}' is not laid out as HELM writes it. Copy it again.")
    return content


def _read_states(log: Log, states: list, prefix: str, group: str, path: Path) -> None:
    """Requests, several per instance where each reference was asked for by itself."""
    scored: dict[str, dict[int, float]] = {}
    for state in states:
        try:
            instance = state["instance"]
            if instance.get("perturbation") or state.get("train_trial_index", 0):
                continue
            sample_id = f"{prefix}/{instance['id']}"
            question = _question(instance, group)
            completion = ((state.get("result") or {}).get("completions") or [{}])[0]
            reference = state.get("reference_index")
            if reference is None:
                _claim(log, sample_id, question)
                log.answers[sample_id] = _answer(completion, state.get("output_mapping"), question)
            else:
                sign = -1.0 if state.get("request_mode") == "calibration" else 1.0
                log.questions.setdefault(sample_id, question)
                parts = scored.setdefault(sample_id, {})
                parts[reference] = parts.get(reference, 0.0) + sign * float(completion["logprob"])
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise InputError(
                f"'{path.parent.name}/{path.name}' is not laid out as HELM writes it ({error})."
            ) from error
    for sample_id, parts in scored.items():
        log.scores[sample_id] = [parts.get(k, math.nan) for k in range(len(log.questions[sample_id].options))]
    _drop_constant_confidence(log)


def _read_predictions(log: Log, run: Path, prefix: str, group: str) -> None:
    instances = _expect(json_file(run / INSTANCES), list, run / INSTANCES)
    try:
        asked = {str(i["id"]): _question(i, group) for i in instances if not i.get("perturbation")}
        for prediction in _expect(json_file(run / PREDICTIONS), list, run / PREDICTIONS):
            if prediction.get("perturbation") or prediction.get("train_trial_index", 0):
                continue
            chosen = prediction.get("reference_index")  # of separate choices only the one preferred is displayed
            if chosen is not None and (prediction.get("stats") or {}).get("predicted_index", chosen) != chosen:
                continue
            question = asked[str(prediction["instance_id"])]
            sample_id = f"{prefix}/{prediction['instance_id']}"
            _claim(log, sample_id, question)
            log.answers[sample_id] = (_displayed(prediction, chosen, question), None)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"'{run.name}' is not laid out as HELM writes it ({error}). Copy it again.") from error


def _displayed(prediction: dict, chosen: int | None, question: Question) -> str:
    """The letter of the option that a displayed prediction stands for, else its text."""
    if chosen is not None:
        return OPTION_LETTERS[chosen]
    from data_adapters.joining.free_text_answers import option_in  # here, as its patterns take a while to make

    text = str(prediction.get("mapped_output") or prediction.get("predicted_text") or "").strip()
    place = option_index(text, question.options)
    place = option_in(text, question.options) if place is None else place
    return text if place is None else OPTION_LETTERS[place]


def _claim(log: Log, sample_id: str, question: Question) -> None:
    if sample_id in log.questions:
        raise InputError(f"Expert '{log.expert}' answered '{sample_id}' twice. Keep one run per model and scenario.")
    log.questions[sample_id] = question


def _question(instance: dict, group: str) -> Question:
    """Older versions write input and output as texts, newer ones as objects with a text."""
    references = instance["references"]
    options = tuple(helm_text(reference["output"]) for reference in references)
    correct = [k for k, reference in enumerate(references) if "correct" in (reference.get("tags") or ())]
    return Question(helm_text(instance["input"]), options, str(correct[0]) if correct else "", group)


def helm_text(written: object) -> str:
    """A text, or that of an object with one."""
    return str(written["text"]) if isinstance(written, dict) else str(written)


def _answer(completion: dict, mapping: dict | None, question: Question) -> tuple[str, float | None]:
    """(letter of the option, probability of the completion); text that settles for no option is left as it is.

    mapping: the options' texts by the letters they were shown under.
    """
    from data_adapters.joining.option_answers import LETTER, option_in

    written = str(completion.get("text") or "").strip()
    shown = {str(letter): str(text) for letter, text in (mapping or {}).items()}
    plain = LETTER.fullmatch(written)
    meant = shown.get(plain[1].upper()) if plain else None
    if meant is None:
        place = option_in(written, list(shown.values()) or question.options, labels=list(shown) or None)
        meant = None if place is None else (list(shown.values()) or question.options)[place]
    alone = plain or meant is None or meant.strip() == written
    logprob = completion.get("logprob") if alone else None  # that of a whole text says little of its answer
    confidence = math.exp(min(0.0, float(logprob))) if logprob is not None else None
    return _as_letter(written if meant is None else meant, question.options), confidence


def _as_letter(text: str, options: tuple[str, ...]) -> str:
    same = [k for k, option in enumerate(options) if option.strip() == text.strip()]
    place = same[0] if len(same) == 1 else option_index(text, options)
    return text if place is None else OPTION_LETTERS[place]


def _drop_constant_confidence(log: Log) -> None:
    """Models behind an interface without log-probabilities report 0 for all, which is no certainty."""
    if log.answers and all(confidence in (None, 1.0) for _, confidence in log.answers.values()):
        log.answers = {i: (answer, None) for i, (answer, _) in log.answers.items()}
