"""What a model answered, out of an lm-evaluation-harness sample log: read as the log is read for scoring.

The same filter, options and keys as ``read_lm_eval`` takes; but an answer counts as the harness's own metric counts
it: the likeliest option, or the letter or the option that its filter found.
"""

import re
from pathlib import Path

import numpy as np

from cleaning.domain.dataset import ABSTAIN, OPTION_LETTERS
from cleaning.errors import InputError
from cleaning.export.patch.lm_eval_scoring import BY_ROW, LoggedAnswers
from data_adapters.files.json_files import json_records
from data_adapters.joining.columns import ID_NAMES
from data_adapters.layouts.lm_eval_keys import HarnessRecord, settle
from data_adapters.layouts.lm_eval_logs import choose_filter, first_text, read_record, task_of
from data_adapters.layouts.question_logs import Log, Question, option_index

LETTER = re.compile(r"\s*(?:the answer is\s*)?\(?([A-Z])\)?[.:)]?\s*", re.IGNORECASE)


def read_logged_answers(path: Path, id_field: str | None = None) -> LoggedAnswers:
    """The answers in one ``samples_*.jsonl``. id_field: of its documents, with the sample id. Raises InputError."""
    path = Path(path)
    used_filter, others = choose_filter(path)
    task, log = task_of(path), Log(path.stem, path)
    records, asked = list[dict](), list[HarnessRecord]()
    for place, record in json_records(path):
        if str(record.get("filter", "none")) == used_filter:
            one = read_record(log, task, record, f"'{path.name}', {place}", "none", len(records))
            records.append(record)
            asked.append(one or HarnessRecord("", Question("", (), "")))
    if not records:
        raise InputError(f"'{path.name}' holds no sample. Run the harness with --log_samples.")
    return LoggedAnswers(
        _names(task, records, asked, id_field),
        np.array([_chosen(record, one) for record, one in zip(records, asked)], np.int64),
        _keys(records, asked),
        np.array([_right(record) for record in records], float),
        used_filter,
        tuple(others),
    )


def _names(task: str, records: list[dict], asked: list[HarnessRecord], id_field: str | None) -> dict[str, list]:
    """{way of naming: names}: as our reader names samples, by the document's own id, by row."""
    documents = [record["doc"] if isinstance(record.get("doc"), dict) else {} for record in records]
    fields = (id_field,) if id_field else [name for name in ID_NAMES if all(name in doc for doc in documents)]
    own = {name: [str(doc.get(name)) for doc in documents] for name in fields}
    own |= {f"task/{name}": [f"{task}/{one}" for one in names] for name, names in own.items()}
    if id_field:
        return own
    numbers = [record.get("doc_id", row) for row, record in enumerate(records)]
    read = {"the reader's id": [one.sample_id for one in asked]} if all(one.sample_id for one in asked) else {}
    return {"task/doc_id": [f"{task}/{number}" for number in numbers]} | read | own | {BY_ROW: numbers}


def _keys(records: list[dict], asked: list[HarnessRecord]) -> np.ndarray:
    """(R,) option that the log takes for right; -1 where it does not say so plainly."""
    if not all(one.sample_id for one in asked):
        return np.array([_letter(str(record.get("target", ""))) for record in records], np.int64)
    where, _ = settle(asked)
    keys = [
        option_index(o.question.label, o.question.options) if where == "target" else o.keys.get(where) for o in asked
    ]
    return np.array([ABSTAIN if key is None else key for key in keys], np.int64)


def _chosen(record: dict, one: HarnessRecord) -> int:
    """The option chosen, 0-based; -1 where what was written is none."""
    if one.best is not None:
        return one.best
    text = first_text(record.get("filtered_resps"))
    place = option_index(text, one.question.options)
    return _letter(text) if place is None else place


def _letter(text: str) -> int:
    match = LETTER.fullmatch(text)
    return OPTION_LETTERS.index(match[1].upper()) if match else ABSTAIN


def _right(record: dict) -> float:
    """The accuracy that the harness logged for a record; NaN where it logged none, or graded texts."""
    value = record.get("acc")
    return float(value) if isinstance(value, int | float) else float("nan")
