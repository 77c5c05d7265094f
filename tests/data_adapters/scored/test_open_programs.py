"""Logs of lighteval, HELM and OpenAI evals whose questions have no options: answers, references and marks as written."""

import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.__main__ import main
from cleaning.errors import InputError
from data_adapters import read
from data_adapters.scored.open_answers import holds_open_answers, read_marked_answers
from tests.data_adapters import tiny

GOLD = ["18", "3", "1,000", "0.5", "12 km", "7"]
SAID = {"org/small": ["$18", "4", "1000", "1/2", "12000 m", "8"], "org/large": ["18", "3", "1000", "0.5", "13 km", "7"]}
MARKS = {"org/small": [0, 0, 0, 0, 0, 0], "org/large": [1, 1, 0, 1, 0, 1]}


def written(answer: str) -> str:
    return f"I think. The answer is {answer}."


def lighteval(folder, accepted=1):
    """As ``--save-details`` writes them: the references stand where options would, and all of them are right."""
    for model, answers in SAID.items():
        rows = [
            {
                "doc": {
                    "query": f"Question {i}?",
                    "choices": [GOLD[i], f"{GOLD[i]} exactly"][:accepted],
                    "gold_index": 0 if accepted == 1 else [0, 1],
                    "id": str(i),
                    "task_name": "gsm_made|5",
                    "sampling_methods": ["GENERATIVE"],
                },
                "metric": {"length": 40.0, "extractive_match": float(MARKS[model][i])},
                "model_response": {"text": [written(answer)], "text_post_processed": [], "logprobs": []},
            }
            for i, answer in reversed([*enumerate(answers)])
        ]
        home = folder / "details" / model / "2026-01-02T03-04-05.6"
        home.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), home / "details_gsm_made|5_2026-01-02T03-04-05.6.parquet")
    return folder, {"org/small": "small", "org/large": "large"}


def lighteval_of_several(folder):
    return lighteval(folder, accepted=2)


def helm(folder, whole=True):
    for model, answers in SAID.items():
        run = folder / f"gsm_made:model={model.replace('/', '_')}"
        run.mkdir(parents=True)
        instances = [
            {
                "id": f"id{i}",
                "input": {"text": f"Question {i}?"},
                "references": [{"output": {"text": gold}, "tags": ["correct"]}],
                "split": "test",
            }
            for i, gold in enumerate(GOLD)
        ]
        stats = [
            {
                "instance_id": one["id"],
                "train_trial_index": 0,
                "stats": [
                    {"name": {"name": "num_references"}, "count": 1, "mean": 1.0},
                    {"name": {"name": "exact_match"}, "count": 1, "mean": float(mark)},
                ],
            }
            for one, mark in zip(instances, MARKS[model])
        ]
        if whole:
            states = [
                {
                    "instance": one,
                    "train_trial_index": 0,
                    "result": {"completions": [{"text": written(a), "logprob": -9.0}]},
                }
                for one, a in zip(instances, answers)
            ]
            states.append(states[0] | {"train_trial_index": 1})
            state = {"adapter_spec": {"model": model, "method": "generation"}, "request_states": states}
            (run / "scenario_state.json").write_text(json.dumps(state))
            (run / "per_instance_stats.json").write_text(json.dumps(stats))
        else:
            shown = [
                {
                    "instance_id": one["id"],
                    "train_trial_index": 0,
                    "predicted_text": written(answer),
                    "stats": {"exact_match": float(mark), "num_output_tokens": 9.0},
                }
                for one, answer, mark in zip(instances, answers, MARKS[model])
            ]
            (run / "instances.json").write_text(json.dumps(instances))
            (run / "display_predictions.json").write_text(json.dumps(shown))
    return folder, {m: m if whole else m.replace("/", "_") for m in SAID}


def helm_shown(folder):
    return helm(folder, whole=False)


def openai_evals(folder):
    for model, answers in SAID.items():
        lines = [{"spec": {"eval_name": "gsm_made.test.v1", "completion_fns": [model]}}]
        for i, answer in enumerate(answers):
            about = {"run_id": "r", "sample_id": f"gsm_made.test.{i}"}
            prompt = [{"role": "system", "content": "Reckon."}, {"role": "user", "content": f"Question {i}?"}]
            lines.append(about | {"type": "sampling", "data": {"prompt": prompt, "sampled": [written(answer)]}})
            data = {"correct": bool(MARKS[model][i]), "expected": [GOLD[i]], "picked": None, "sampled": written(answer)}
            lines.append(about | {"type": "match", "data": data | {"options": [GOLD[i]]}})
        lines.append({"final_report": {"accuracy": 0.5}})
        tiny.write(folder / f"{model.replace('/', '_')}.jsonl", *map(json.dumps, lines))
    return folder, {m: m for m in SAID}


WRITERS = [lighteval, lighteval_of_several, helm, helm_shown, openai_evals]


@pytest.mark.parametrize("write", WRITERS)
def test_the_programs_own_marks(tmp_path, write):
    place, named = write(tmp_path / "logs")
    assert holds_open_answers(place)
    found = read_marked_answers(place)
    by_id = {e.name: {str(one)[-1]: e.score[row] for row, one in enumerate(found.sample_ids)} for e in found.experts}
    assert set(by_id) == set(named.values())
    for model, marks in MARKS.items():
        assert by_id[named[model]] == {str(i): mark for i, mark in enumerate(marks)}


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_logs_in_groups(tmp_path, write):
    place, named = write(tmp_path / "logs")
    reading = read(place)
    dataset = reading.dataset
    assert dataset.open_answers and len(dataset) == 6 and {e.name for e in reading.experts} == set(named.values())
    by_id = {str(one)[-1]: row for row, one in enumerate(dataset.sample_ids)}
    assert [dataset.samples["reference"][by_id[str(i)]] for i in range(6)] == GOLD
    assert dataset.samples["question"][by_id["3"]].endswith("Question 3?")
    large = next(e for e in reading.experts if e.name == named["org/large"])
    same = {i: int(large.predicted[by_id[i]]) == int(dataset.given_labels[by_id[i]]) for i in "012345"}
    assert same == {"0": True, "1": True, "2": True, "3": True, "4": False, "5": True}


def test_the_doctor_reads_them(tmp_path, capsys):
    place, _ = helm(tmp_path / "logs")
    assert main(["doctor", str(place)]) == 0 and "6 questions" in capsys.readouterr().err


@pytest.mark.parametrize("write", [lighteval, openai_evals])
def test_one_file_is_read_alone(tmp_path, write):
    place, _ = write(tmp_path / "logs")
    (first, *_) = sorted(one for one in place.rglob("*") if one.is_file())
    dataset = read(first).dataset
    assert dataset.open_answers and len(dataset) == 6


def test_questions_with_options_beside_them_are_said_to_be_left_out(tmp_path):
    """A folder of both kinds is read for its options, and says what is not read."""
    place, _ = lighteval(tmp_path / "logs")
    doc = {"query": "?", "choices": ["a", "b"], "gold_index": 1, "id": "0", "task_name": "letters|0"}
    row = {"doc": doc, "metric": {"acc": 1}, "model_response": {"text": [], "logprobs": [-2.0, -1.0]}}
    home = place / "details" / "org" / "small" / "2026-01-02T03-04-05.6"
    rows = [row, row | {"doc": doc | {"id": "1", "gold_index": 0}}]
    pq.write_table(pa.Table.from_pylist(rows), home / "details_letters|0_2026-01-02T03-04-05.6.parquet")
    reading = read(place)
    assert not reading.dataset.open_answers and len(reading.dataset) == 2
    assert any("6 questions without 2 to 26 options left out" in note for note in reading.dataset.notes)


def test_a_suite_of_both_kinds_is_read_for_its_options(tmp_path):
    place, _ = helm(tmp_path / "logs")
    run = place / "mmlu:subject=sums,model=org_small"
    run.mkdir()
    states = []
    for i in range(3):
        references = [{"output": {"text": one}, "tags": ["correct"] * (one == "4")} for one in ("3", "4")]
        instance = {"id": f"id{i}", "input": {"text": "?"}, "references": references}
        completion = {"completions": [{"text": " B", "logprob": -0.1}]}
        states.append({"instance": instance, "output_mapping": {"A": "3", "B": "4"}, "result": completion})
    state = {"adapter_spec": {"model": "org/small"}, "request_states": states}
    (run / "scenario_state.json").write_text(json.dumps(state))
    reading = read(place)
    assert len(reading.dataset) == 3 and [e.name for e in reading.experts] == ["org/small"]
    notes = " ".join(reading.dataset.notes)
    assert "Expert 'org/small': 6 questions without options left out" in notes
    assert "Expert 'org/large' left out, as it answered no question with options" in notes


@pytest.mark.parametrize("write", WRITERS)
def test_a_damaged_log_is_a_sentence(tmp_path, write):
    place, _ = write(tmp_path / "logs")
    file = sorted(one for one in place.rglob("*") if one.is_file() and one.name != "per_instance_stats.json")[0]
    data = file.read_bytes()
    for cut in (len(data) // 2, 10):
        file.write_bytes(data[:cut])
        for reader in (read_marked_answers, read):
            with suppress(InputError):  # whatever else is raised, nobody could understand
                reader(place)
