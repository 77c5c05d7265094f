"""Logs of lighteval, Inspect, OpenAI evals, oe-eval, MMLU-Pro and OpenCompass: what was written is what is read."""

import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.errors import InputError
from data_adapters import read, read_lm_eval
from tests.data_adapters import tiny

LETTERS = "ABCDEFGHIJ"
WORDS = ("12", "ß", "rote Bete", "x, y", "猫", "None of the above", "-3", "B", "a", "I only", "4.5", "écu")


class Made:
    """12 questions with 2 to 5 options, keys, and a model's log-likelihoods and best options."""

    def __init__(self, seed: int):
        rng = np.random.default_rng(seed)
        self.ids = [f"{k:03d} ü" for k in rng.permutation(12)]
        self.options = [list(rng.choice(WORDS, rng.integers(2, 6), replace=False)) for _ in self.ids]
        self.options = [[str(option) for option in options] for options in self.options]
        self.keys = [int(rng.integers(len(options))) for options in self.options]
        self.scores = [rng.normal(-9, 3, len(options)).round(4).tolist() for options in self.options]
        self.best = [int(np.argmax(scores)) for scores in self.scores]

    def rows(self):
        return zip(self.ids, self.options, self.keys, self.scores, self.best)

    def prompt(self, place: int) -> str:
        listed = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, self.options[place]))
        return f"Example?\nA. p\nB. q\nAnswer: A\n\nWhich is number {place}?\n{listed}\nAnswer:"


def lighteval(made, folder):
    rows = [
        {
            "doc": {
                "query": "?",
                "choices": [f" {o}" for o in options],
                "gold_index": key,
                "id": i,
                "task_name": "sums|0",
            },
            "model_response": {"logprobs": scores, "text": []},
        }
        for i, options, key, scores, _ in made.rows()
    ]
    home = folder / "details" / "org" / "m 1" / "2026-01-02T03-04-05.6"
    home.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), home / "details_sums|0_2026-01-02T03-04-05.6.parquet")
    return "m 1", [f"sums/{i}" for i in made.ids], True


def inspect(made, folder, archive=False):
    samples = [
        {
            "id": i,
            "epoch": epoch,
            "input": "?",
            "choices": options,
            "target": LETTERS[key],
            "output": {"completion": f"ANSWER: {LETTERS[best]}"},
            "scores": {"choice": {"value": "C", "answer": LETTERS[best if epoch == 1 else key]}},
        }
        for epoch in (1, 2)
        for i, options, key, _, best in made.rows()
    ]
    log = {"version": 2, "eval": {"task": "sums", "model": "org/m 1"}}
    if not archive:
        (folder / "log.json").write_text(json.dumps(log | {"samples": samples}), encoding="utf-8")
    else:
        with zipfile.ZipFile(folder / "log.eval", "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("header.json", json.dumps(log))
            for k, sample in enumerate(samples[: len(made.ids)]):
                file.writestr(f"samples/{k:03d}_epoch_1.json", json.dumps(sample))
    return "org/m 1", [f"sums/{i}" for i in made.ids], False


def inspect_archive(made, folder):
    return inspect(made, folder, archive=True)


def openai_evals(made, folder):
    lines = [{"spec": {"eval_name": "sums.val", "completion_fns": ["m 1"]}}]
    for place, (i, _, key, _, best) in enumerate(made.rows()):
        about = {"run_id": "r", "sample_id": i}
        prompt = [{"role": "user", "content": made.prompt(place)}]
        lines.append(about | {"type": "sampling", "data": {"prompt": prompt, "sampled": [LETTERS[best]]}})
        data = {"correct": key == best, "expected": LETTERS[key], "sampled": LETTERS[best], "options": [LETTERS[key]]}
        lines.append(about | {"type": "match", "data": data})
    tiny.write(folder / "run.jsonl", *map(json.dumps, [*lines, {"final_report": {"accuracy": 1}}]))
    return "m 1", [f"sums.val/{i}" for i in made.ids], False


def oe_eval(made, folder):
    predictions, requests = [], []
    for doc_id, (i, options, key, scores, _) in enumerate(made.rows()):
        outputs = [{"sum_logits": value, "num_tokens": 2} for value in scores]
        predictions.append({"doc_id": doc_id, "native_id": i, "metrics": {}, "model_output": outputs, "label": key})
        requests.append({"doc_id": doc_id, "doc": {"query": "?", "choices": options}, "request_type": "loglikelihood"})
    home = folder / "m 1"
    tiny.write(home / "task-000-sums_rc-predictions.jsonl", *map(json.dumps, predictions))
    tiny.write(home / "task-000-sums_rc-requests.jsonl", *map(json.dumps, requests))
    return "m 1", [f"sums_rc/{i}" for i in made.ids], True


def mmlu_pro(made, folder):
    records = [
        {
            "question_id": i,
            "question": "?",
            "options": options,
            "answer": LETTERS[key],
            "answer_index": key,
            "category": "maths",
            "pred": LETTERS[best],
            "model_outputs": f"Let us see. The answer is ({LETTERS[best]}).",
        }
        for i, options, key, _, best in made.rows()
    ]
    (folder / "m 1").mkdir()
    (folder / "m 1" / "maths_result.json").write_text(json.dumps(records), encoding="utf-8")
    (folder / "m 1" / "maths_summary.json").write_text("{}", encoding="utf-8")
    return "m 1", list(made.ids), False


def opencompass(made, folder):
    content = {
        str(place): {
            "origin_prompt": [{"role": "HUMAN", "prompt": made.prompt(place)}],
            "prediction": f"Well.\n\n**{LETTERS[best]}**",
            "gold": LETTERS[key],
        }
        for place, (_, _, key, _, best) in enumerate(made.rows())
    }
    (folder / "m 1").mkdir()
    (folder / "m 1" / "sums.json").write_text(json.dumps(content), encoding="utf-8")
    return "m 1", [f"sums/{place}" for place in range(len(made.ids))], False


def opencompass_perplexities(made, folder):
    content = {}
    for place, (_, _, key, scores, _) in enumerate(made.rows()):
        taken = {
            f"label: {LETTERS[k]}": {"prompt": made.prompt(place), "PPL": -score} for k, score in enumerate(scores)
        }
        content[str(place)] = taken | {"gold": LETTERS[key], "prediction": "A"}
    (folder / "m 1").mkdir()
    (folder / "m 1" / "sums.json").write_text(json.dumps(content), encoding="utf-8")
    return "m 1", [f"sums/{place}" for place in range(len(made.ids))], True


WRITERS = (
    lighteval,
    inspect,
    inspect_archive,
    openai_evals,
    oe_eval,
    mmlu_pro,
    opencompass,
    opencompass_perplexities,
)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("write", WRITERS)
def test_what_a_program_wrote_is_read(tmp_path, write, seed):
    made = Made(seed)
    name, ids, scored = write(made, tmp_path)
    reading = read(tmp_path)
    (expert,) = reading.experts
    assert expert.name == name and reading.dataset.sample_ids.tolist() == ids
    assert reading.dataset.given_labels.tolist() == made.keys
    assert [list(options) for options in reading.dataset.samples["choices"]] == made.options
    if scored:
        read_back = expert.logits(slice(0, len(ids)))
        assert [row[: len(scores)].tolist() for row, scores in zip(read_back, made.scores)] == [
            np.float32(scores).tolist() for scores in made.scores
        ]
    else:
        assert expert.predicted.tolist() == made.best


def test_epochs_and_files_that_are_no_log_are_said(tmp_path):
    inspect(Made(0), tmp_path)
    (tmp_path / "other.json").write_text("[]")
    notes = " ".join(read(tmp_path).notes)
    assert "12 further answers" in notes and "other.json" in notes


def test_a_log_alone_is_read_and_one_without_options_is_refused(tmp_path):
    inspect(Made(1), tmp_path)
    assert len(read(tmp_path / "log.json").dataset.sample_ids) == 12
    log = {"eval": {"task": "t", "model": "m"}, "samples": [{"id": 1, "input": "?", "target": "x"}]}
    (tmp_path / "open.json").write_text(json.dumps(log))
    with pytest.raises(InputError, match="no answer to any question"):
        read(tmp_path / "open.json")


@pytest.mark.parametrize("content", ['{"eval": {"task": 1, "model": 2}, "samples": 3}', '{"eval": "task model"', "{}"])
def test_a_damaged_log_ends_in_a_sentence(tmp_path, content):
    (tmp_path / "log.json").write_text(content)
    (tmp_path / "log.eval").write_bytes(b"PK\x03\x04")
    for name in ("log.json", "log.eval"):
        with pytest.raises(InputError, match="log"):
            read(tmp_path / name)


def test_a_harness_log_by_another_name_is_read(tmp_path):
    made = Made(2)
    records = [
        {
            "doc_id": k,
            "doc": {"question": "?", "choices": options},
            "target": str(key),
            "arguments": [["?", f" {option}"] for option in options],
            "resps": [[[score, False]] for score in scores],
        }
        for k, (_, options, key, scores, _) in enumerate(made.rows())
    ]
    file = tiny.write(tmp_path / "m" / "sums.jsonl", *map(json.dumps, records))
    for reading in (read(tmp_path), read(file), read_lm_eval(file)):
        assert reading.dataset.sample_ids.tolist() == [f"sums/{k}" for k in range(12)]
        assert reading.dataset.given_labels.tolist() == made.keys
        assert [expert.name for expert in reading.experts] == ["m"]


def test_a_damaged_lighteval_file_is_a_sentence(tmp_path):
    lighteval(Made(3), tmp_path)
    (file,) = tmp_path.rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[20:60] = b"\xff" * 40
    file.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as Arrow or Parquet"):
        read(tmp_path)
