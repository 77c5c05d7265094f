"""A task folder that lm-evaluation-harness runs as it is: ``lm_eval run --include_path FOLDER --tasks NAME``.

One YAML and one file of questions per task; the questions lie beside their YAML and are found from there, wherever
lm_eval is called from. Dropped samples are left out; where several options are right each of them counts, as in the
evaluation mask, so the accuracy that the harness reports is the mask's.
"""

import json
import re

import numpy as np

from cleaning.domain.dataset import REFERENCE, TELLING
from cleaning.export.formats.references import accepted_texts
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import accepted_classes
from cleaning.version import __version__

LOADER = '''"""The questions that lie beside this file, wherever lm_eval is called from."""

from pathlib import Path

import datasets


def load(questions, **_):
    return datasets.load_dataset("json", data_files={"test": str(Path(__file__).with_name(questions))})
'''
TASK = """# {title}
task: {name}
custom_dataset: !function utils.load
dataset_kwargs:
  questions: {file}
test_split: test
num_fewshot: 0
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: {target}
{asked}metadata:
  version: 1.0
"""
CHOSEN = """output_type: multiple_choice
doc_to_choice: choices
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
  - metric: acc_norm
    aggregation: mean
    higher_is_better: true
"""
GENERATED = """output_type: generate_until
generation_kwargs:
  until: ["\\n"]
  do_sample: false
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_case: true
"""
README = """# {title}

Labels corrected with Second Opinion {version}. Policy: {policy}.

    lm_eval run --include_path THIS_FOLDER --tasks {names} --model hf --model_args pretrained=MODEL

THIS_FOLDER is where this file lies, MODEL any that lm_eval loads. {counts}
In every question `given` is the {key} before, `corrected` the {key} now and `accepted` every {key} that counts; `sample_id`
is the name it was read by, and what else was known of it is kept. `excluded.jsonl` names the questions left out. The
prompt is the plain one{plain}; to keep a task's own, take the lines {lines}
into its YAML.
"""
OF_CHOICES = {
    "key": "key",
    "plain": "",
    "lines": "`custom_dataset`, `dataset_kwargs`, `doc_to_choice` and `doc_to_target`",
}
OF_ANSWERS = {
    "key": "reference",
    "plain": " and so is the match, word for word",
    "lines": "`custom_dataset`, `dataset_kwargs` and `doc_to_target`",
}


def lm_eval_task_files(handover: Handover) -> dict[str, bytes]:
    """File name -> content of the folder."""
    documents, excluded = _documents(handover)
    tasks = _by_task(handover)
    files = {"utils.py": LOADER.encode(), "excluded.jsonl": _lines(excluded)}
    for name, rows in tasks.items():
        kept = [documents[row] for row in rows if row in documents]
        files[f"{name}.jsonl"] = _lines(kept)
        files[f"{name}.yaml"] = _task(handover, name, kept).encode()
    names, kind = ",".join(tasks), OF_ANSWERS if handover.dataset.open_answers else OF_CHOICES
    changed = f"{_changed(documents):,} with other {kind['key']}s"
    counts = f"{len(documents):,} questions, {len(excluded):,} left out, {changed}.\n"
    title, policy = _plain(handover.dataset.name), handover.policy.in_words()
    about = README.format(title=title, version=__version__, policy=policy, names=names, counts=counts, **kind)
    return files | {"README.md": about.encode()}


def task_names(handover: Handover) -> list[str]:
    """The names under which lm_eval finds the tasks."""
    return list(_by_task(handover))


def _by_task(handover: Handover) -> dict[str, np.ndarray]:
    """{task's name: rows}: a task each where the samples are of several tasks of the harness, else one."""
    dataset = handover.dataset
    if dataset.group is None or dataset.group_name != "task":
        return {task_name(dataset.name): np.arange(len(dataset))}
    groups = np.asarray(dataset.group)
    return {task_name(str(task)): np.flatnonzero(groups == task) for task in dict.fromkeys(groups.tolist())}


def task_name(name: str) -> str:
    """``My set (v2)`` -> ``My_set_v2_corrected``: letters and digits, as every program takes them."""
    return (re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "questions") + "_corrected"


def _documents(handover: Handover) -> tuple[dict[int, dict], list[dict]]:
    """({row: question that counts}, the questions left out)."""
    if handover.dataset.open_answers:
        return _open_documents(handover)
    dataset, mask = handover.dataset, handover.final.mask()
    samples = dataset.samples.drop(columns=["sample_id", "question", "choices"], errors="ignore")
    others = {str(name): samples[name].tolist() for name in samples}
    questions = dataset.samples["question"].tolist() if "question" in dataset.samples else [""] * len(dataset)
    codes = handover.final.codes().tolist()
    kept, excluded = {}, []
    for row, (sample, given, entry) in enumerate(zip(dataset.sample_ids, dataset.given_labels.tolist(), mask)):
        head = {"sample_id": str(sample), "given": given, "mask": str(entry)}
        if entry == "drop":
            excluded.append(head)
            continue
        accepted = list(accepted_classes(entry, given))
        own = {name: _text(values[row]) for name, values in others.items() if name not in head}
        asked = {"question": questions[row], "choices": handover.option_texts(row)}
        kept[row] = own | head | asked | {"corrected": codes[row], "accepted": accepted}
    return kept, excluded


def _open_documents(handover: Handover) -> tuple[dict[int, dict], list[dict]]:
    """The same of free answers, in words: nothing of what the experts answered."""
    samples, ids = handover.dataset.samples, handover.dataset.sample_ids
    hidden = {"sample_id", "choices", REFERENCE, *TELLING}
    others = {str(name): samples[name].tolist() for name in samples if name not in hidden}
    kept, excluded = {}, []
    for row, entry, texts in accepted_texts(handover):
        head = {"sample_id": str(ids[row]), "given": str(samples[REFERENCE].iloc[row]), "mask": entry}
        if texts:
            own = {name: _text(values[row]) for name, values in others.items() if name not in head}
            kept[row] = own | head | {"corrected": texts[0], "accepted": texts}
        else:
            excluded.append(head)
    return kept, excluded


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)


def _task(handover: Handover, name: str, kept: list[dict]) -> str:
    """The harness takes the first question's target for the kind of all: lists everywhere, or nowhere."""
    target = "accepted" if any(len(one["accepted"]) > 1 for one in kept) else "corrected"
    title = f"{_plain(handover.dataset.name)}, keys corrected with Second Opinion {__version__}"
    asked = GENERATED if handover.dataset.open_answers else CHOSEN
    return TASK.format(title=title, name=name, file=json.dumps(f"{name}.jsonl"), target=target, asked=asked)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _changed(documents: dict[int, dict]) -> int:
    return sum(one["mask"] != "keep" for one in documents.values())


def _lines(rows: list[dict]) -> bytes:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return "".join(encode(row) + "\n" for row in rows).encode()
