"""Other projects' formats: the values their readers look for, and our own decisions back out of Label Studio's."""

import io
import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.domain import verdicts
from cleaning.errors import InputError
from cleaning.export import write_export
from cleaning.export.formats.label_studio import read_tasks, write_tasks
from cleaning.settle.final_labels import standing_votes
from tests.cleaning.export.making import a_dataset, a_workspace, decide, some_decisions, some_questions


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    workspace, run = a_workspace(tmp_path_factory.mktemp("ws"))
    return workspace, run, some_decisions(workspace.dataset(), run.id)


def load(opened, kind):
    return json.loads(write_export(kind, *opened))


def test_real_lists_score_as_the_mask(opened):
    lists, given = load(opened, "real"), opened[0].dataset().given_labels
    other = (given + 1) % 4
    assert len(lists) == 40
    assert lists[:6] == [
        [given[0]], [other[1]], sorted([given[2], other[2]]), [], [given[4]], [given[5]]
    ]  # fmt: skip
    assert lists[8] == [other[8]] and lists[20] == [given[20]]


def test_mmlu_redux_columns(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    given = workspace.dataset().given_labels
    other = int(given[1] + 1) % 4
    said = [("keep", [int(given[0])]), ("relabel", [other]), ("several_fit", [1, 2]), ("none_fits", []),
            ("unclear_item", []), ("unclear_options", []), ("needs_expert", []), ("unsure", [])]  # fmt: skip
    log = [decide(f"q{i:03d}", *s, number=i, note="see, page 3" if i == 1 else "") for i, s in enumerate(said)]
    data = write_export("mmlu_redux", workspace, run, log)
    table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    assert list(table)[1:8] == "question choices answer error_type source correct_answer potential_reason".split()
    assert table["error_type"].tolist()[:9] == [
        "ok", "wrong_groundtruth", "multiple_correct_answers", "no_correct_answer", "bad_question_clarity",
        "bad_options_clarity", "expert", "", "",
    ]  # fmt: skip
    assert table["correct_answer"].tolist()[:4] == ["", str(other), "1,2", ""]
    assert table["potential_reason"][1] == "see, page 3" and table["answer"].tolist() == list(map(str, given))
    assert json.loads(table["choices"][2]) == [f"option {k} of 2" for k in range(4)]


def test_questions_only_is_said(opened):
    with pytest.raises(InputError, match="is for questions"):
        write_export("mmlu_redux", *opened)


def test_labelerrors_votes(opened):
    workspace, run, _ = opened
    row = run.scores.iloc[0]
    sample, g, s = row["sample_id"], int(row["given"]), int(row["suggested"])
    third = next(k for k in range(4) if k not in (g, s))
    log = [
        decide(sample, "keep", [g], "a", 0),
        decide(sample, "relabel", [s], "b", 1),
        decide(sample, "relabel", [third], "c", 2),
        decide(sample, "several_fit", [g, s], "d", 3),
        decide(sample, "several_fit", [g, third], "e", 4),
        decide(sample, "none_fits", [], "f", 5),
        decide(sample, "unsure", [], "g", 6),
    ]
    (found,) = json.loads(write_export("labelerrors", workspace, run, log))
    assert found["mturk"] == {"given": 2, "guessed": 1, "neither": 2, "both": 1} and found["other"] == 1
    assert (found["given_original_label"], found["our_guessed_label"]) == (g, s)


def test_cleanlab_label_issues(opened):
    run = opened[1]
    table = pd.read_csv(io.BytesIO(write_export("cleanlab", *opened)))
    assert list(table)[:4] == ["is_label_issue", "label_quality", "given_label", "predicted_label"]
    assert table["is_label_issue"].tolist()[:4] == [False, True, False, True]
    flagged = run.scores.sort_values("row")["flagged"].to_numpy()
    unreviewed = (table["decided_by"] == "suspicion").to_numpy()
    assert (table["is_label_issue"].to_numpy() == flagged)[unreviewed].all() and unreviewed.sum() == 34
    ranked = table["label_quality"].to_numpy()[run.scores["row"].to_numpy()]
    assert (np.diff(ranked) >= 0).all()  # the most suspicious first


def test_argilla_records(opened):
    records = {r["id"]: r for r in load(opened, "argilla")}
    assert set(records["s0001"]["responses"]) == {"verdict", "labels", "note"}
    values = [r["value"] for r in records["s0005"]["responses"]["verdict"]]
    assert values == ["keep", "relabel"]
    users = {r["user_id"] for one in records.values() for r in one["responses"]["verdict"]}
    assert len(users) == 3
    assert "s0007" not in records and "s0009" not in records


def test_label_studio_tasks_have_the_parts_it_reads(opened):
    tasks = load(opened, "label_studio")
    assert [t["id"] for t in tasks] == list(range(1, 10))
    task = next(t for t in tasks if t["data"]["sample_id"] == "s0002")
    (annotation,) = task["annotations"]
    assert {r["from_name"]: r["value"] for r in annotation["result"]}["verdict"] == {"choices": ["several_fit"]}
    tree = ElementTree.fromstring(write_export("label_studio_interface", *opened))
    choices = [c.get("value") for c in tree.find("Choices[@name='label']")]
    assert choices == list(opened[0].dataset().class_names)
    names = {e.get("name") for e in tree}
    assert all(r["from_name"] in names and r["to_name"] in names for r in annotation["result"])


def test_label_studio_shows_the_options_of_a_question(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    log = [decide(workspace.dataset().sample_ids[0], "none_fits", [], note="why")]
    (task,) = json.loads(write_export("label_studio", workspace, run, log))
    options = workspace.dataset().samples["choices"].iloc[0]
    assert task["data"]["options"].splitlines() == [f"{'ABCDE'[i]}: {o}" for i, o in enumerate(options)]
    shown = ElementTree.fromstring(write_export("label_studio_interface", workspace, run, log)).findall("Text")
    assert all(element.get("value").removeprefix("$") in task["data"] for element in shown) and len(shown) == 2


DATASET = a_dataset(5)


@st.composite
def logs(draw):
    """Any log of sound decisions on five samples by three reviewers, with undos."""
    log = []
    for number in range(draw(st.integers(0, 12))):
        row = draw(st.integers(0, 4))
        verdict = draw(st.sampled_from([v.name for v in verdicts.VERDICTS if v.judges]))
        g = int(DATASET.given_labels[row])
        others = [k for k in range(4) if k != g]
        labels = {
            "keep": [g],
            "relabel": [draw(st.sampled_from(others))],
            "several_fit": draw(st.permutations(range(4)))[: draw(st.integers(2, 4))],
        }.get(verdict, [])
        text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
        more = {
            "note": draw(text),
            "seconds": draw(st.floats(0, 1e5)),
            "mode": draw(st.sampled_from(["blind", "open"])),
            "card": draw(st.sampled_from(["suspicious", "audit", "grid", "adjudication"])),
        }
        reviewer = draw(st.sampled_from(["ann", "bob", "céline <c@x>"]))
        log.append(decide(DATASET.sample_ids[row], verdict, labels, reviewer, number, **more))
        if draw(st.integers(0, 5)) == 0:
            log.append(decide(log[-1].sample_id, "undo", [], reviewer, number, undoes=log[-1].uuid))
    return log


@given(logs())
def test_label_studio_gives_the_same_decisions_back(log):
    votes = standing_votes(log)
    again = read_tasks(write_tasks(DATASET, votes, "0" * 16), DATASET)
    assert sorted(again, key=lambda d: d.uuid) == sorted((v for s in votes.values() for v in s), key=lambda d: d.uuid)


def annotated(labels=(), verdict=None, **more):
    """A task as Label Studio exports it, annotated there."""
    result = [{"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": list(labels)}}]
    if verdict:
        result.append({"from_name": "verdict", "to_name": "image", "type": "choices", "value": {"choices": [verdict]}})
    annotation = {"id": 7, "completed_by": {"id": 3, "email": "x@y.z"}, "lead_time": 4.5, "result": result}
    annotation |= {"created_at": "2026-01-02T00:00:00Z"} | more
    return {"id": 1, "data": {"sample_id": "s0001"}, "annotations": [annotation]}


@pytest.mark.parametrize(
    ("picked", "verdict", "expected"),
    [
        ("given", None, "keep"),
        ("other", None, "relabel"),
        ("both", None, "several_fit"),
        ("", "none_fits", "none_fits"),
        ("", "keep", "keep"),
        ("other", "relabel", "relabel"),
    ],
)
def test_annotations_made_in_label_studio_become_decisions(picked, verdict, expected):
    g = int(DATASET.given_labels[1])
    codes = {"given": [g], "other": [(g + 1) % 4], "both": [(g + 1) % 4, g], "": []}[picked]
    task = annotated([DATASET.class_names[k] for k in codes], verdict)
    (decision,) = read_tasks(json.dumps([task]).encode(), DATASET, "r")
    assert (decision.verdict, decision.seconds, decision.run_id) == (expected, 4.5, "r")
    assert decision.labels == ((g,) if expected == "keep" else tuple(codes))
    assert decision.reviewer == "label-studio-x@y.z"
    assert read_tasks(json.dumps([task]).encode(), DATASET, "r") == [decision]
    verdicts.check_labels(decision.verdict, decision.labels, g, 4)


@pytest.mark.parametrize(
    "data",
    [
        {"sample_id": "s0001", "image": "/data/other.jpg"},
        {"id": "s0001"},
        {"id": 17, "image": "/data/local-files/?d=pets/s0001.jpg"},
        {"image": "/data/upload/1/0f3a9c21-s0001.jpg"},
        {"image": "https://pets.example/s0001"},
    ],
)
def test_a_task_is_joined_by_its_id_else_by_the_name_of_its_picture(data):
    (decision,) = read_tasks(json.dumps([annotated(["cat"]) | {"data": data}]).encode(), DATASET)
    assert decision.sample_id == "s0001"


def test_one_choice_of_any_name_is_the_label():
    task = annotated(["cat"])
    task["annotations"][0]["result"][0]["from_name"] = "choice"
    (decision,) = read_tasks(json.dumps([task]).encode(), DATASET)
    assert decision.labels == (DATASET.class_names.index("cat"),)


@pytest.mark.parametrize(
    "task",
    [
        annotated(),
        annotated(["walrus"]),
        annotated(["cat", "dog"], "none_fits"),
        annotated([], "gone"),
        annotated(["cat"]) | {"data": {"sample_id": "s9", "image": "s0001.jpg"}},
        {"id": 1, "data": {}},
    ],
)
def test_tasks_that_do_not_fit_are_named(task):
    with pytest.raises(InputError, match="1 task of the Label Studio file not fitting this dataset: 1"):
        read_tasks(json.dumps([task]).encode(), DATASET)


def test_cancelled_annotations_are_left_out():
    assert read_tasks(json.dumps([annotated(was_cancelled=True)]).encode(), DATASET) == []
    with pytest.raises(InputError, match="no Label Studio JSON export"):
        read_tasks(b'{"tasks": []}', DATASET)
