"""Free answers are cleaned without options: 400 made problems, planted wrong references, a planted grader's faults."""

import json
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cleaning.answers import ANOTHER
from cleaning.domain.dataset import GRADED_OTHERWISE, REFERENCE
from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.keep.workspaces import create_workspace
from cleaning.suspect import pipeline
from data_adapters import read
from data_adapters.doctor.examination import examine
from data_adapters.doctor.plausibility import held_against_evidence
from tests.data_adapters.scored.verified_problems import FAULTS, SKILLS, made_problems

MADE = made_problems()


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    return read(MADE.write(tmp_path_factory.mktemp("made") / "problems"))


def test_the_references_are_given_labels_and_groups_the_options(reading):
    dataset = reading.dataset
    assert len(dataset) == 400 and dataset.open_answers and dataset.kind == "question"
    assert dataset.samples[REFERENCE].tolist() == list(MADE.references.values())
    assert all(options[-1] == ANOTHER for options in dataset.samples["choices"])
    assert (dataset.given_labels < dataset.option_counts - 1).all() and dataset.option_counts.min() == 2
    assert [e.name for e in reading.experts] == list(SKILLS) and all(e.simulated for e in reading.experts)
    assert all(e.kind == "top1" for e in reading.experts)


def test_every_right_answer_is_grouped_with_the_others_and_no_wrong_one(reading):
    astray = []
    for place, (i, problem) in enumerate(MADE.problems.items()):
        said = {e.name: int(e.predicted[place]) for e in reading.experts}
        right = {said[e] for e in SKILLS if MADE.answers[e][i][0] in problem.right}
        wrong = {said[e] for e in SKILLS if MADE.answers[e][i][0] not in problem.right}
        given = int(reading.dataset.given_labels[place])
        right |= set() if i in MADE.wrong else {given}
        if len(right) > 1 or right & wrong or (i in MADE.wrong and given in right):
            astray.append((i, problem.question, problem.right, MADE.references[i]))
    assert astray == []


def test_every_fault_of_the_grader_is_found_and_none_else(reading):
    planted = MADE.faults()
    assert set(FAULTS) <= {kind for _, _, kind in planted} and min(Counter(k for *_, k in planted).values()) >= 20
    told = dict(zip(reading.dataset.sample_ids, reading.dataset.samples[GRADED_OTHERWISE]))
    found = {(one.partition(" (")[0], i) for i, said in told.items() for one in said.split(", ") if "wrong" in one}
    assert {(expert, i) for expert, i, _ in planted} <= found
    assert [
        one for one in found if one[1] not in MADE.wrong and (*one, MADE.problems[one[1]].fault) not in planted
    ] == []
    assert any("though by equivalence they say what the reference says" in note for note in reading.notes)


@pytest.mark.parametrize("seed", range(5))
def test_planted_wrong_references_are_ranked_first(seed, tmp_path):
    made = made_problems(seed=seed)
    found = read(made.write(tmp_path / "problems"))
    table = pipeline.run(found.dataset, found.experts, Settings()).table
    wrong = np.isin(table["sample_id"].astype(str), list(made.wrong))
    assert wrong.sum() == 40 and average_precision_score(wrong, table["suspicion"]) >= 0.9


def test_the_reading_holds_against_the_evidence_and_is_kept(reading, tmp_path):
    assert held_against_evidence(reading, reading.plan) is reading
    workspace = create_workspace(tmp_path, reading.dataset, reading.experts)
    kept = workspace.dataset()
    assert kept.open_answers and kept.fingerprint() == reading.dataset.fingerprint()
    assert any("group of the reference" in step["meaning"] for step in reading.plan.as_data())


def test_the_doctor_takes_no_group_for_a_class(reading):
    found = {finding.check for finding in examine(reading)}
    assert found.isdisjoint({"absent_classes", "label_base", "row_order", "class_order"})


def test_the_ranked_list_is_in_words(reading):
    table = pipeline.run(reading.dataset, reading.experts, Settings()).table
    told = dict(zip(table["sample_id"], table["given_label"]))
    assert all(
        told[i] in (*problem.right, *problem.mistakes)
        for i, problem in MADE.problems.items()
        if problem.fault == "date"
    )
    assert not set(told.values()) & set("ABCDE")


def test_programs_in_a_table_are_grouped_by_what_their_tests_said(tmp_path):
    rows = [
        {
            "id": "f",
            "prompt": "Add one.",
            "reference": "def f(x): return x + 1",
            "model": name,
            "answer": code,
            "tests": tests,
        }
        for name, code, tests in (
            ("a", "def f(x):\n    return 1 + x", "[true, true]"),
            ("b", "def f(x): return x", "[true, false]"),
            ("c", "def f(y): return y", '["passed", "failed"]'),
        )
    ]
    path = tmp_path / "code.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    reading = read(path)
    a, b, c = (int(expert.predicted[0]) for expert in reading.experts)
    assert a == reading.dataset.given_labels[0] and b == c != a


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"id": "a", "question": "?", "reference": "1"}], "no expert's answers"),
        ([{"id": "a", "question": "?", "reference": "", "m_answer": "1"}], "No question has a reference"),
        (
            [{"id": "a", "question": "?", "reference": "1", "m_answer": "", "n_answer": "1"}],
            "no answer to any question",
        ),
        (
            [{"id": "a", "question": q, "reference": "1", "model": "m", "answer": "1"} for q in ("one?", "two?")],
            "two questions or references",
        ),
    ],
)
def test_what_cannot_be_held_against_a_reference_is_a_sentence(tmp_path, rows, said):
    path = tmp_path / "open.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(InputError, match=said):
        read(path)
