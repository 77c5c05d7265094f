"""Out to Label Studio, edited as its server and pages edit, and in again."""

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.domain import verdicts
from cleaning.errors import InputError
from cleaning.export import write_export
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.label_studio import tasks_in_blocks
from cleaning.export.formats.label_studio_reading import read_tasks
from cleaning.export.formats.row_texts import whole
from cleaning.export.handover import Handover
from cleaning.export.incoming import Incoming, arrival_of
from cleaning.export.kinds import write_kind
from cleaning.settle.final_labels import standing_votes
from cleaning.settle.policy import Policy
from tests.cleaning.export.making import CLASSES, a_dataset, a_workspace, decide, some_questions


def load(opened, kind):
    return json.loads(write_export(kind, *opened))


def test_label_studio_tasks_have_the_parts_it_reads(opened):
    tasks = load(opened, "label_studio")
    assert [t["id"] for t in tasks] == list(range(1, len(tasks) + 1))
    task = next(t for t in tasks if t["data"]["sample_id"] == "s0002")
    (annotation,) = task["annotations"]
    assert {r["from_name"]: r["value"] for r in annotation["result"]}["verdict"] == {"choices": ["several_fit"]}
    tree = ElementTree.fromstring(write_export("label_studio_interface", *opened))
    assert [c.get("value") for c in tree.find("Choices[@name='label']")] == list(opened[0].dataset().class_names)
    shown = {c.get("value"): c.get("alias") for c in tree.find("Choices[@name='verdict']")}
    assert shown["None fits"] == "none_fits" and len(shown) == 8
    names = {e.get("name") for e in tree.iter()}
    assert all(r["from_name"] in names and r["to_name"] in names for r in annotation["result"])


def test_label_studio_shows_the_options_of_a_question(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    log = [decide(workspace.dataset().sample_ids[0], "none_fits", [], note="why")]
    tasks = json.loads(write_export("label_studio", workspace, run, log))
    (task,) = [t for t in tasks if t["data"]["sample_id"] == "q000"]
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
        verdict = draw(st.sampled_from([v.name for v in verdicts.verdicts_for("image") if v.judges]))
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
    by_row = {list(DATASET.sample_ids).index(sample): said for sample, said in votes.items()}
    again = read_tasks(
        whole(tasks_in_blocks(DATASET, by_row, DATASET.fingerprint(), ExportOptions(), {}, "r")), DATASET
    ).decisions
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
    (decision,) = read_tasks(json.dumps([task]).encode(), DATASET, "r").decisions
    assert (decision.verdict, decision.seconds, decision.run_id) == (expected, 4.5, "r")
    assert decision.labels == ((g,) if expected == "keep" else tuple(codes))
    assert decision.reviewer == "label-studio-x@y.z"
    assert read_tasks(json.dumps([task]).encode(), DATASET, "r").decisions == (decision,)
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
    (decision,) = read_tasks(json.dumps([annotated(["cat"]) | {"data": data}]).encode(), DATASET).decisions
    assert decision.sample_id == "s0001"


def test_one_choice_of_any_name_is_the_label():
    task = annotated(["cat"])
    task["annotations"][0]["result"][0]["from_name"] = "choice"
    (decision,) = read_tasks(json.dumps([task]).encode(), DATASET).decisions
    assert decision.labels == (DATASET.class_names.index("cat"),)


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (annotated(), "submitted without a label or a verdict"),
        (annotated(["walrus"]), "'walrus' is no class of this dataset"),
        (annotated(["cat", "dog"], "none_fits"), "Verdict 'none_fits' does not go with classes"),
        (annotated([], "gone"), "'gone' is not a verdict"),
        (annotated(["cat"]) | {"data": {"sample_id": "s9", "image": "s0001.jpg"}}, "'s9' is no sample of this dataset"),
        ({"id": 1, "data": {}}, "it has no annotations"),
        ({"id": 1, "data": {"sample_id": "s0001"}, "annotations": [{"result": 3}]}, "it is no annotation"),
    ],
)
def test_tasks_that_do_not_fit_are_named_and_the_others_read(task, why):
    incoming = read_tasks(json.dumps([task, annotated(["cat"])]).encode(), DATASET)
    assert len(incoming.decisions) == 1 and [one.where for one in incoming.left_out] == ["task 1"]
    assert incoming.left_out[0].why.startswith(why)
    with pytest.raises(InputError, match=f"Nothing in the Label Studio file fits this dataset. task 1: {why}"):
        read_tasks(json.dumps([task]).encode(), DATASET)


def test_cancelled_annotations_are_left_out():
    assert read_tasks(json.dumps([annotated(was_cancelled=True)]).encode(), DATASET) == Incoming(())
    with pytest.raises(InputError, match="no Label Studio JSON export"):
        read_tasks(b'{"tasks": []}', DATASET)


# ---- out, edited there, and in again


def as_the_server_exports(tasks):
    """What its server makes of our tasks: users and times of its own, choices in the interface's order, meta kept."""
    order = {name: place for place, name in enumerate(CLASSES)}
    for number, task in enumerate(tasks, 40):
        task["id"] = number
        for annotation in task["annotations"]:
            annotation |= {"id": number, "completed_by": 1, "updated_at": "2026-02-01T00:00:00Z"}
            for region in annotation["result"]:
                if region["from_name"] == "label":
                    region["value"]["choices"].sort(key=order.__getitem__)
    return tasks


def chosen_anew(task, picked):
    """An annotation edited in its page: other labels, the verdict's region gone as it is when it is clicked off."""
    (annotation,) = task["annotations"]
    label = {"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": picked}}
    kept = [r for r in annotation["result"] if r["from_name"] not in ("label", "verdict")]
    annotation |= {"result": [label, *kept], "updated_at": "2026-03-01T00:00:00Z"}


def as_flat_rows(tasks):
    """What its JSON-MIN makes of them: a row an annotation, one choice or text as a text, several as a list."""
    rows = []
    for task in tasks:
        for annotation in task["annotations"]:
            told = {r["from_name"]: next(iter(r["value"].values())) for r in annotation["result"]}
            key = {r["from_name"]: next(iter(r["value"])) for r in annotation["result"]}
            told = {n: v[0] if len(v) == 1 else {key[n]: v} for n, v in told.items()}
            row = {"id": task["id"], "annotation_id": annotation["id"], "annotator": 1, "lead_time": 1.0}
            rows.append(task["data"] | row | {"updated_at": annotation["updated_at"]} | told)
    return rows


@given(logs(), st.sets(st.integers(0, 4)), st.integers(0, 3), st.sampled_from([list, as_flat_rows]))
def test_what_is_changed_there_comes_back_changed_and_all_else_as_it_was(log, edited, label, exported_as):
    votes = standing_votes(log)
    rows = {list(DATASET.sample_ids).index(sample): said[-1:] for sample, said in votes.items()}
    suggested, options = dict.fromkeys(rows, (1, 0.5)), ExportOptions(True, "https://x/")
    sent = whole(tasks_in_blocks(DATASET, rows, DATASET.fingerprint(), options, suggested, "r"))
    tasks = as_the_server_exports(json.loads(sent))
    for task, row in zip(tasks, rows):
        if row in edited:
            chosen_anew(task, [CLASSES[label]])
    arrival = arrival_of(read_tasks(json.dumps(exported_as(tasks)).encode(), DATASET), log)
    same = {row for row, (vote,) in rows.items() if vote.labels == (label,)}
    assert {before.sample_id for before, _ in arrival.changed} == {
        DATASET.sample_ids[r] for r in edited & set(rows) - same
    }
    assert not arrival.new and len(arrival.known) == len(rows) - len(arrival.changed)
    for before, after in arrival.changed:
        assert after.labels == (label,) and after.reviewer == before.reviewer and after.note == before.note
    again = arrival_of(read_tasks(json.dumps(exported_as(tasks)).encode(), DATASET), [*log, *arrival.order])
    assert again.order == ()


def test_a_decision_changed_there_after_a_first_import_is_a_change():
    first = read_tasks(json.dumps([annotated(["cat"])]).encode(), DATASET)
    later = annotated(["dog"], updated_at="2026-01-03T00:00:00Z")
    arrival = arrival_of(read_tasks(json.dumps([later]).encode(), DATASET), first.decisions)
    assert arrival.words() == "1 decision read, 0 new, 1 changed"
    back = annotated(["cat"], updated_at="2026-01-04T00:00:00Z")
    log = [*first.decisions, *arrival.order]
    assert arrival_of(read_tasks(json.dumps([back]).encode(), DATASET), log).changed[0][1].labels == (0,)


def test_flagged_samples_are_tasks_before_anybody_decided(opened):
    workspace, run, _ = opened
    tasks = json.loads(write_export("label_studio", workspace, run, []))
    flagged = run.scores[run.scores["flagged"]]
    assert [t["data"]["sample_id"] for t in tasks] == flagged["sample_id"].tolist() != []
    (suggested,) = tasks[0]["predictions"][0]["result"][0]["value"]["choices"]
    assert suggested == CLASSES[flagged["suggested"].iloc[0]] and "given_label" not in tasks[0]["data"]


def test_the_given_label_and_where_the_pictures_are_can_be_told(opened):
    workspace, run, log = opened
    options = ExportOptions(show_given=True, image_prefix="/data/local-files/?d=pets/")
    handover = Handover(workspace, run, log, Policy(), options=options)
    data = json.loads(write_kind("label_studio", handover))[0]["data"]
    assert data["image"] == f"/data/local-files/?d=pets/{data['sample_id']}.png" and data["given_label"] in CLASSES
    assert "$given_label" in write_kind("label_studio_interface", handover).decode()
    assert "given_label" not in write_export("label_studio_interface", *opened).decode()
