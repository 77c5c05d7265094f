"""Sample logs of lm-evaluation-harness scored under a mask: joined as the reader joins, with the reader's filter."""

import json

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.export.patch.lm_eval_scoring import score_logged_answers
from cleaning.export.patch.mask import Mask
from data_adapters.layouts.lm_eval_logs import read_lm_eval
from data_adapters.opinions import read_logged_answers

OPTIONS = ["35", "55", "45", "44"]


def a_record(doc_id, best, key, **more):
    """As lm_eval 0.4.13 writes one: log-likelihoods as texts, the key as a text."""
    likelihoods = [[str(-1.0 if k == best else -3.5), "False"] for k in range(4)]
    doc = {"stem": f"sum {doc_id}", "question": f"sum {doc_id}?", "choices": OPTIONS, "answer": key}
    arguments = {f"gen_args_{k}": {"arg_0": "Question:", "arg_1": f" {o}"} for k, o in enumerate(OPTIONS)}
    record = {
        "doc_id": doc_id,
        "doc": doc,
        "target": str(key),
        "arguments": arguments,
        "resps": [[v] for v in likelihoods],
    }
    return record | {"filtered_resps": likelihoods, "filter": "none", "acc": float(best == key)} | more


def a_text(doc_id, text, key, filter, answer=None):
    record = a_record(doc_id, 0, key)
    record |= {"arguments": {"gen_args_0": {"arg_0": "sum", "arg_1": {"until": ["."]}}}, "resps": [[text]]}
    del record["acc"]
    found = text if answer is None else answer
    return record | {"filtered_resps": [found], "filter": filter, "target": "ABCD"[key], "exact_match": 0.0}


def a_log(folder, task, records):
    folder.mkdir(exist_ok=True)
    path = folder / f"samples_{task}_2026-01-01T00-00-00.000000.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def mask_of_reading(folder):
    dataset = read_lm_eval(folder).dataset
    return Mask(dataset.sample_ids, dataset.given_labels, ["keep"] * len(dataset))


def test_a_task_in_another_order_joins_by_task_and_document(tmp_path):
    keys = np.arange(12) % 4
    a_log(tmp_path / "m", "first", [a_record(i, int(k), int(k)) for i, k in enumerate(keys)])
    turned = [a_record(i, int(k) if i else 3, int(k)) for i, k in enumerate(keys[::-1])]
    second = a_log(tmp_path / "m", "second", turned)
    mask = mask_of_reading(tmp_path)
    score = score_logged_answers(read_logged_answers(second), mask)
    assert (score.given.right, score.given.counted, score.joined_by) == (12, 12, "task/doc_id")
    part = a_log(tmp_path / "part", "second", turned[7:])
    assert score_logged_answers(read_logged_answers(part), mask).given.counted == 5
    other = a_log(tmp_path / "other", "first", turned)
    with pytest.raises(InputError, match="contradicts the mask"):
        score_logged_answers(read_logged_answers(other), mask)


def test_the_filter_is_the_one_that_the_reader_takes(tmp_path):
    strict = [a_text(i, " B", 1, "strict-match", "[invalid]" if i else "B") for i in range(6)]
    loose = [a_text(i, " B", 1, "flexible-extract", "(B)") for i in range(6)]
    path = a_log(tmp_path / "m", "gen", strict + loose)
    answers = read_logged_answers(path)
    assert (answers.filter, answers.other_filters) == ("flexible-extract", ("strict-match",))
    assert any("'flexible-extract' taken" in note for note in read_lm_eval(path.parent).notes)
    assert score_logged_answers(answers, mask_of_reading(path.parent)).given.right == 6


def test_generated_answers_are_letters_or_options(tmp_path):
    texts = ["B", "(b)", " B.", "I think B", "", "The answer is B", "55", "1"]
    path = a_log(tmp_path / "m", "gen", [a_text(i, t, 1, "none") for i, t in enumerate(texts)])
    assert read_logged_answers(path).predicted.tolist() == [1, 1, 1, -1, -1, 1, 1, 1]


def test_a_field_of_the_documents_names_the_samples(tmp_path):
    records = [a_record(i, 1, 1) for i in range(4)]
    for i, record in enumerate(records):
        record["doc"]["number"] = f"n{9 - i}"
    mask = Mask(np.array(["n6", "n7", "n8", "n9"], object), np.ones(4, np.int64), ["drop", "keep", "keep", "keep"])
    answers = read_logged_answers(a_log(tmp_path / "m", "t", records), "number")
    assert score_logged_answers(answers, mask).masked.counted == 3


@pytest.mark.parametrize("runs", ["two", "mixed"])
def test_real_logs_score_as_the_harness_itself_said(others_files, runs):
    folder = others_files / "lm_eval" / runs
    mask = mask_of_reading(folder)
    for path in sorted(folder.glob("*/*.jsonl")):
        answers = read_logged_answers(path)
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        said = [r.get("acc", r.get("exact_match")) for r in records if r["filter"] == answers.filter]
        assert score_logged_answers(answers, mask).given.right == sum(said), path.name
