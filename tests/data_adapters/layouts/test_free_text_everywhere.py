"""The one extractor of answers in free text at work in tables, batches, HELM runs and harness logs."""

import json

import pytest

from data_adapters import read_helm, read_lm_eval, read_loose
from tests.data_adapters import tiny

OPTIONS = ["Lima", "Oslo", "Rome", "Cairo"]
WRITTEN = ("The answer is **(B)**.", "First A, then no.\n\n\\boxed{D}", "c) Rome", "I cannot tell.", "Oslo", "A and B")
MEANT = [1, 3, 2, -1, 1, -1]
IDS = [f"ü {k:03d}" for k in range(len(WRITTEN))]


def questions(path):
    rows = [
        {"sample_id": i, "label": "ABCD"[max(m, 0)], "question": "?", "choices": OPTIONS} for i, m in zip(IDS, MEANT)
    ]
    return tiny.write(path, *map(json.dumps, rows))


def told(reading):
    (expert,) = reading.experts
    notes = " ".join(expert.notes)
    assert "could not be read" in notes and "'I cannot tell.', 'A and B'" in notes and "empty" not in notes
    return expert.predicted.tolist()


def test_a_table_of_answers(tmp_path):
    rows = [{"sample_id": i, "answer": text} for i, text in zip(IDS, WRITTEN)]
    expert = tiny.write(tmp_path / "m.jsonl", *map(json.dumps, rows))
    reading = read_loose(questions(tmp_path / "labels.jsonl"), {"m": expert})
    assert told(reading) == MEANT
    assert any("3 answers found in free text" in note for note in reading.notes)


def test_a_batch_of_responses(tmp_path):
    rows = [
        {"custom_id": i, "response": {"body": {"choices": [{"message": {"content": text}}]}}}
        for i, text in zip(IDS, WRITTEN)
    ]
    expert = tiny.write(tmp_path / "m.jsonl", *map(json.dumps, rows))
    assert told(read_loose(questions(tmp_path / "labels.jsonl"), {"m": expert})) == MEANT


def test_a_helm_run(tmp_path):
    mapping = dict(zip("ABCD", OPTIONS))
    states = [
        {
            "instance": {
                "id": f"id{k}",
                "input": {"text": "?"},
                "references": [
                    {"output": {"text": o}, "tags": ["correct"] if place == max(m, 0) else []}
                    for place, o in enumerate(OPTIONS)
                ],
            },
            "output_mapping": mapping,
            "result": {"completions": [{"text": text, "logprob": 0}]},
        }
        for k, (text, m) in enumerate(zip(WRITTEN, MEANT))
    ]
    run = tmp_path / "mmlu:subject=x,model=org_m" / "scenario_state.json"
    run.parent.mkdir()
    run.write_text(json.dumps({"adapter_spec": {"model": "org/m"}, "request_states": states}), encoding="utf-8")
    assert told(read_helm(tmp_path)) == MEANT


@pytest.mark.parametrize("filtered", [True, False])
def test_a_generative_harness_task(tmp_path, filtered):
    records = [
        {
            "doc_id": k,
            "doc": {"question": "?", "choices": OPTIONS},
            "target": "ABCD"[max(m, 0)],
            "arguments": [["?", {"until": []}]],
            "resps": [[text]],
            "filtered_resps": [text if filtered else "[invalid]"],
        }
        for k, (text, m) in enumerate(zip(WRITTEN, MEANT))
    ]
    tiny.write(tmp_path / "m" / "samples_capitals_2026-01-01T00-00-00.jsonl", *map(json.dumps, records))
    assert told(read_lm_eval(tmp_path)) == MEANT
