"""Logs of generative tasks and of Inspect without options: as marked answers, and as groups to be cleaned."""

import json
import math

import numpy as np
import pytest

from cleaning.__main__ import main
from cleaning.errors import InputError
from data_adapters import read
from data_adapters.scored.final_answers import final_answer
from data_adapters.scored.open_answers import holds_open_answers, read_marked_answers

GOLD = {0: "18", 1: "3", 2: "1,000", 3: "0.5", 4: "12 km"}
STRICT, FLEXIBLE = "strict-match", "flexible-extract"
SAID = {
    "small": ["$18", "4", "1000", "1/2", "12000 m"],
    "large": ["18", "3", "1000", "0.5", "13 km"],
}


def harness(folder, said=SAID, repeats=1):
    """A folder of two models, one task with two filters; the strict one finds every second answer alone."""
    for model, answers in said.items():
        (folder / model).mkdir(parents=True)
        lines = []
        for name in (STRICT, FLEXIBLE):
            for doc_id, answer in enumerate(answers):
                told = "[invalid]" if name == STRICT and doc_id % 2 else answer
                lines.append(
                    {
                        "doc_id": doc_id,
                        "doc": {"question": f"Question {doc_id}?", "answer": f"So it is.\n#### {GOLD[doc_id]}"},
                        "target": f"So it is.\n#### {GOLD[doc_id]}",
                        "arguments": {"gen_args_0": {"arg_0": f"Question {doc_id}?", "arg_1": {"until": ["Q:"]}}},
                        "resps": [[f"I think. The answer is {answer}."] * repeats],
                        "filtered_resps": [told],
                        "filter": name,
                        "metrics": ["exact_match"],
                        "exact_match": float(told == GOLD[doc_id]),
                    }
                )
        path = folder / model / "samples_gsm_made_2026-01-01T00-00-00.000000.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_the_harness_own_marks_of_the_filter_that_finds_most(tmp_path):
    place = harness(tmp_path / "logs")
    assert holds_open_answers(place) and holds_open_answers(next(place.glob("small/*.jsonl")))
    read_ = read_marked_answers(place)
    by_name = {e.name: e for e in read_.experts}
    assert by_name["large"].score.tolist() == [1, 1, 0, 1, 0] and by_name["small"].score.tolist() == [0, 0, 0, 0, 0]
    assert list(read_.sample_ids) == [f"gsm_made/{i}" for i in range(5)] and (by_name["small"].confidence == 1).all()
    assert any(f"filter '{FLEXIBLE}' taken" in note and STRICT in note for note in read_.notes)
    assert any("states no confidence" in note for note in read_.notes)


def test_the_same_logs_in_groups(tmp_path):
    reading = read(harness(tmp_path / "logs"))
    dataset, small, large = reading.dataset, reading.experts[1], reading.experts[0]
    assert large.name == "large" and dataset.samples["reference"].tolist() == list(GOLD.values())
    assert (small.predicted == dataset.given_labels).tolist() == [True, False, True, True, True]
    assert (large.predicted == dataset.given_labels).tolist() == [True, True, True, True, False]
    assert dataset.samples["graded_otherwise"].tolist()[2] == "large (marked wrong), small (marked wrong)"


def test_what_was_asked_several_times_is_as_sure_as_it_agrees(tmp_path):
    lines = []
    for doc_id, texts in enumerate((["3", "3.0", "4", "3"], ["7", "8", "8", "9"])):
        lines.append({
            "doc_id": doc_id, "doc": {"question": "?"}, "target": ["3", "9"][doc_id], "resps": [texts],
            "filtered_resps": [texts], "filter": "none", "metrics": ["exact_match"], "exact_match": [0.75, 0.25][doc_id],
        })  # fmt: skip
    path = tmp_path / "samples_made_2026-01-01T00-00-00.000000.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (expert,) = read_marked_answers(path).experts
    assert expert.confidence.tolist() == [0.75, 0.5] and expert.score.tolist() == [0.75, 0.25]
    assert read(path).experts[0].kind == "top1"


def test_code_is_marked_by_its_tests_and_grouped_by_them(tmp_path):
    lines = [
        {
            "doc_id": i, "doc": {"prompt": "def one():", "task_id": f"T/{i}"}, "target": "assert one() == 1",
            "resps": [[f"    return {i}"]], "filtered_resps": [[f"def one():\n    return {i}"]], "filter": "none",
            "metrics": ["pass@1"], "pass@1": float(i == 1),
        }
        for i in range(3)
    ]  # fmt: skip
    path = tmp_path / "samples_made_2026-01-01T00-00-00.000000.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_marked_answers(path).experts[0].score.tolist() == [0, 1, 0]
    reading = read(path)
    assert (reading.experts[0].predicted == reading.dataset.given_labels).tolist() == [False, True, False]


def inspect_log(path, model="made/model", choices=None):
    def sample(i, epoch, text, value, logprobs):
        told = [{"token": "t", "logprob": math.log(p)} for p in logprobs]
        return {
            "id": f"q{i}", "epoch": epoch, "input": f"Question {i}?", "choices": choices, "target": GOLD[i],
            "output": {"model": model, "completion": text, "choices": [{"logprobs": {"content": told} if told else None}]},
            "scores": {"match": {"value": value, "answer": text}}, "metadata": {},
        }  # fmt: skip

    samples = [sample(0, 1, "$18", "I", [0.9, 0.4]), sample(1, 1, "3", "C", [0.81]), sample(3, 1, "0.7", 0.25, [0.5])]
    log = {"version": 2, "status": "success", "eval": {"task": "made", "model": model}, "samples": samples}
    path.write_text(json.dumps(log))
    return path


def test_inspect_without_options(tmp_path):
    path = inspect_log(tmp_path / "log.json")
    (expert,) = read_marked_answers(path).experts
    assert expert.name == "made/model" and expert.score.tolist() == [0, 1, 0.25]
    assert expert.confidence.tolist() == pytest.approx([0.6, 0.81, 0.5])
    reading = read(path)
    assert reading.experts[0].kind == "top1" and list(reading.dataset.sample_ids) == ["made/q0", "made/q1", "made/q3"]
    assert (reading.experts[0].predicted == reading.dataset.given_labels).tolist() == [True, True, False]
    assert reading.dataset.samples["graded_otherwise"].tolist() == ["made/model (marked wrong)", "", ""]


def test_a_scorer_that_keeps_the_whole_text_is_read_as_its_answer(tmp_path):
    path = inspect_log(tmp_path / "log.json")
    log = json.loads(path.read_text())
    for sample in log["samples"]:
        (score,) = sample["scores"].values()
        score["answer"] = sample["output"]["completion"] = f"So, let us see.\nThe answer is {score['answer']}."
    path.write_text(json.dumps(log))
    reading = read(path)
    assert (reading.experts[0].predicted == reading.dataset.given_labels).tolist() == [True, True, False]
    assert "0.7" in [text for options in reading.dataset.samples["choices"] for text in options]


def test_logs_with_options_are_read_as_before(tmp_path):
    path = inspect_log(tmp_path / "log.json", choices=["1", "2"])
    assert not holds_open_answers(path)


def test_calibrate_and_cascade_take_the_logs(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for model, skill in (("small", 0.4), ("large", 0.8)):
        right = rng.random(200) < skill
        lines = []
        for i, is_right in enumerate(right):
            texts = [str(i) if is_right else str(i + 1)] * (4 if is_right else 2) + [str(i + 2)] * (
                0 if is_right else 2
            )
            lines.append({
                "doc_id": i, "doc": {"question": f"{i} + 0?"}, "target": str(i), "resps": [texts], "filter": "none",
                "filtered_resps": [texts], "metrics": ["exact_match"], "exact_match": float(is_right),
            })  # fmt: skip
        (tmp_path / model).mkdir()
        path = tmp_path / model / "samples_made_2026-01-01T00-00-00.000000.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["calibrate", str(tmp_path)]) == 0
    assert "mean_score" in capsys.readouterr().out
    router = tmp_path / "router.json"
    assert main(["cascade", str(tmp_path), "--small", "small", "--large", "large", "--router", str(router)]) == 0
    out = capsys.readouterr().out
    assert "calibrated" in out and router.is_file()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("First 3, then 4.\n#### 7", "7"),
        ("So we get \\boxed{\\frac{1}{2}} in all", "\\frac{1}{2}"),
        ("Let me think.\nThe answer is $18.", "$18"),
        ("The final answer is: 3.14", "3.14"),
        ("**Answer:** 12 km", "12 km"),
        ("<think>It is 5.</think>6", "6"),
        ("Work.\nMore work.\n42", "42"),
        ("Paris", "Paris"),
        ("", ""),
    ],
)
def test_the_answer_that_a_text_ends_in(text, answer):
    assert final_answer(text) == answer


def test_logs_without_any_mark_cannot_be_calibrated(tmp_path):
    place = harness(tmp_path / "logs")
    for path in place.glob("*/*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            del line["exact_match"]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(InputError, match="no answer bears a score"):
        read_marked_answers(place)
