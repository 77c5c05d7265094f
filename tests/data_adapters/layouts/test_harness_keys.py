"""Logs of the harness whose key stands elsewhere, whose tasks are of several sorts, and whose folders hold many models."""

import json

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters import read_lm_eval

N, rng = 60, np.random.default_rng(5)
KEY = rng.integers(0, 3, N)
SAID = np.where(rng.random(N) < 0.85, KEY, (KEY + 1) % 3)
TEXTS = [[f"w{i}{c}" for c in "xyz"] for i in range(N)]


def record(i: int, doc: dict, target, **more) -> dict:
    scores = [-1.0 if k == SAID[i] else -3.0 - k for k in range(3)]
    return {
        "doc_id": i,
        "doc": {"question": f"Q{i}", "choices": TEXTS[i]} | doc,
        "target": target,
        "arguments": {f"gen_args_{k}": {"arg_0": f"Q{i}", "arg_1": f" {t}"} for k, t in enumerate(TEXTS[i])},
        "filtered_resps": [[str(s), "False"] for s in scores],
        "acc": float(SAID[i] == KEY[i]),
    } | more


def generative(i: int) -> dict:
    return {"doc_id": i, "doc": {"question": f"G{i}"}, "target": "#### 7", "arguments": {}, "filtered_resps": ["7"]}


def save(folder, task, records):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"samples_{task}_2025-01-01T00-00-00.0.jsonl").write_text("\n".join(map(json.dumps, records)))


KEYS = {
    "a number": lambda i: ({}, int(KEY[i])),
    "a list of one": lambda i: ({}, [int(KEY[i])]),
    "the text of a list": lambda i: ({}, f"[{KEY[i]}]"),
    "a text": lambda i: ({}, TEXTS[i][KEY[i]]),
    "a field from 1": lambda i: ({"answer": str(KEY[i] + 1)}, "the rest of the sentence"),
    "a field of letters": lambda i: ({"gold": "ABC"[KEY[i]]}, ""),
    "a field, and a target that is always 0": lambda i: ({"label": int(KEY[i])}, 0),
    "own labels": lambda i: (
        {"choices": {"text": TEXTS[i], "label": ["1", "2", "3"]}, "answerKey": str(KEY[i] + 1)},
        "-",
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_the_key_is_found_where_it_stands(tmp_path, name):
    save(tmp_path / "m", "t", [record(i, *KEYS[name](i)) for i in range(N)])
    reading = read_lm_eval(tmp_path)
    np.testing.assert_array_equal(reading.dataset.given_labels, KEY)
    np.testing.assert_array_equal(reading.experts[0].logits(slice(None)).argmax(axis=1), SAID)


def test_a_task_whose_key_cannot_be_told_is_left_out_and_named(tmp_path):
    save(tmp_path / "m", "good", [record(i, {}, int(KEY[i])) for i in range(N)])
    save(tmp_path / "m", "odd", [record(i, {}, "nobody knows") for i in range(N)])
    reading = read_lm_eval(tmp_path)
    assert len(reading.dataset) == N
    assert any("Task 'odd' left out: none of its fields names an option" in note for note in reading.notes)


def test_tasks_with_several_right_options_are_left_out(tmp_path):
    marked = {"choices": TEXTS[0], "labels": [1, 1, 0]}
    save(tmp_path / "m", "many", [record(i, {"mc2_targets": marked}, 0, acc=0.6) for i in range(N)])
    with pytest.raises(InputError, match="several right options"):
        read_lm_eval(tmp_path)
    save(tmp_path / "m", "parts", [record(i, {}, 0, acc=0.4) for i in range(N)])
    save(tmp_path / "m", "good", [record(i, {}, int(KEY[i])) for i in range(N)])
    assert len(read_lm_eval(tmp_path).dataset) == N


def test_a_key_that_is_always_first_is_a_key(tmp_path):
    right = SAID == 0
    save(tmp_path / "m", "t", [record(i, {}, 0, acc=float(right[i])) for i in range(N)])
    assert set(read_lm_eval(tmp_path).dataset.given_labels) == {0}


def test_tasks_without_options_leave_the_others_as_they_are(tmp_path):
    for model in ("a", "b"):
        save(tmp_path / model, "mc", [record(i, {}, int(KEY[i])) for i in range(N)])
        save(tmp_path / model, "sums", [generative(i) for i in range(20)])
    reading = read_lm_eval(tmp_path)
    assert len(reading.dataset) == N and [e.kind for e in reading.experts] == ["full", "full"]
    assert any("Task 'sums' left out: its questions have no options." in note for note in reading.notes)


def test_written_answers_beside_likelihoods_are_one_expert_more(tmp_path):
    save(tmp_path / "m", "mc", [record(i, {}, int(KEY[i])) for i in range(N)])
    spoken = [record(i, {}, int(KEY[i]), arguments={}, filtered_resps=[f"Answer: {'ABC'[SAID[i]]}"]) for i in range(N)]
    save(tmp_path / "m", "chat", spoken)
    reading = read_lm_eval(tmp_path)
    assert [(e.name, e.kind) for e in reading.experts] == [("m", "full"), ("m (answers)", "votes")]
    tasks = reading.dataset.group
    np.testing.assert_array_equal(reading.experts[1].predicted[tasks == "chat"], SAID)
    assert (reading.experts[1].predicted[tasks == "mc"] == -1).all()
    assert np.isnan(reading.experts[0].logits(np.flatnonzero(tasks == "chat"))).all()


def test_models_in_folders_of_one_name_are_several_experts(tmp_path):
    for home in ("big", "small"):
        save(tmp_path / home / "run", "mc", [record(i, {}, int(KEY[i])) for i in range(N)])
    assert [e.name for e in read_lm_eval(tmp_path).experts] == ["big/run", "small/run"]


def test_a_documents_own_id_is_kept(tmp_path):
    path = tmp_path / "net" / "samples_quiz_2026-01-01T00-00-00.jsonl"
    path.parent.mkdir()
    told = [record(i, {"qid": f"q{i:03d}"}, str(KEY[i])) for i in range(N)]
    path.write_text("\n".join(map(json.dumps, told)))
    samples = read_lm_eval(tmp_path).dataset.samples
    assert samples["document_id"].tolist() == [f"q{i:03d}" for i in range(N)]
    assert samples["sample_id"].tolist() == [f"quiz/{i}" for i in range(N)]


def test_what_a_document_is_about_is_kept_and_nothing_that_tells_the_answer(tmp_path):
    about = [{"subject": "sums", "level": i % 3, "rationale": "it is w0x", "answer": int(KEY[i])} for i in range(N)]
    save(tmp_path / "m", "t", [record(i, about[i], int(KEY[i])) for i in range(N)])
    save(tmp_path / "m", "other", [record(i, {}, int(KEY[i])) for i in range(N)])
    samples = read_lm_eval(tmp_path).dataset.samples
    assert set(samples) == {"sample_id", "question", "choices", "task", "subject", "level"}
    told = samples.set_index("sample_id")
    assert told.loc["t/4", ["subject", "level"]].tolist() == ["sums", "1"] and told.loc["other/4", "subject"] == ""
