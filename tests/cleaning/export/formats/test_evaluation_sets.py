"""Questions for other evaluation programs and pictures for FiftyOne say what the evaluation mask says."""

import io
import json

import pandas as pd
import pytest

from cleaning.export.export_options import DEFAULT_OPTIONS, ExportOptions
from cleaning.export.formats.evaluation_sets import inspect_samples, lighteval_questions, openai_evals_samples
from cleaning.export.formats.fiftyone_samples import fiftyone_labels, fiftyone_samples
from cleaning.export.formats.row_texts import whole
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import accepted_classes
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters import ReadingPlan, read_loose
from data_adapters.plan import ReadingOptions
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions


def handed(root, dataset=None, options=DEFAULT_OPTIONS):
    workspace, run = a_workspace(root, dataset)
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY, options=options)


@pytest.mark.parametrize(
    ("write", "key", "id_key"), [(inspect_samples, "target", "id"), (openai_evals_samples, "ideal", "sample_id")]
)
def test_targets_are_the_masks(tmp_path, write, key, id_key):
    quiz = handed(tmp_path, some_questions())
    rows = {row[id_key]: row for row in map(json.loads, write(quiz).decode().splitlines())}
    mask = zip(quiz.dataset.sample_ids, quiz.dataset.given_labels.tolist(), quiz.final.mask())
    expected = {s: ["ABCD"[k] for k in accepted_classes(entry, g)] for s, g, entry in mask if entry != "drop"}
    assert {s: [row[key]] if isinstance(row[key], str) else row[key] for s, row in rows.items()} == expected
    assert isinstance(rows["q002"][key], list) and "q003" not in rows
    assert "option 1 of 0" in json.dumps(rows["q000"])


def test_lightevals_questions_are_the_masks(tmp_path):
    quiz = handed(tmp_path, some_questions())
    rows = {
        row["sample_id"]: row["accepted"] for row in map(json.loads, lighteval_questions(quiz).decode().splitlines())
    }
    mask = zip(quiz.dataset.sample_ids, quiz.dataset.given_labels.tolist(), quiz.final.mask())
    assert rows == {s: list(accepted_classes(entry, g)) for s, g, entry in mask if entry != "drop"} and len(rows) == 11


def test_fiftyone_finds_the_pictures_and_the_tags(tmp_path):
    pets = handed(tmp_path, options=ExportOptions(image_prefix="pictures/"))
    table = pd.read_csv(io.BytesIO(whole(fiftyone_samples(pets))), keep_default_na=False)
    assert table["filepath"][0] == "pictures/s0000.png" and len(table) == 40
    tags = table.set_index("sample_id")["tags"].str.split(",")
    assert {"reviewed", "changed"} <= set(tags["s0001"]) and "dropped" in tags["s0003"]
    assert table["label_corrected"][3] == "" and "reviewed" not in tags["s0020"]
    assert table["tags"].str.contains("flagged").tolist() == pets.in_force.flagged.tolist()


def test_fiftyones_json_says_of_each_picture_what_it_is_and_why(tmp_path):
    pets = handed(tmp_path)
    told = json.loads(whole(fiftyone_labels(pets)))
    labels, codes = told["labels"], pets.final.codes()
    assert told["classes"] == list(pets.dataset.class_names)
    kept = {name.removesuffix(".png"): code for name, code in zip(pets.dataset.samples["image"], codes) if code >= 0}
    assert {picture: told["classes"].index(one["label"]) for picture, one in labels.items()} == kept
    assert "s0003" not in labels and labels["s0001"]["attributes"]["tags"].count("changed") == 1
    assert [one["attributes"]["suspicion"] for one in labels.values()] == [
        round(value, 6) for value, code in zip(pets.scores["suspicion"].tolist(), codes) if code >= 0
    ]


def test_fiftyones_json_is_read_again_by_our_own_reader(tmp_path):
    pets = handed(tmp_path)
    (tmp_path / "labels.json").write_bytes(whole(fiftyone_labels(pets)))
    codes = pets.final.codes()
    kept = pets.dataset.sample_ids[codes >= 0]
    votes = pd.DataFrame({"sample_id": kept, "answer": pets.names[codes[codes >= 0]]})
    votes.to_csv(tmp_path / "m.csv", index=False)
    reading = read_loose(
        tmp_path / "labels.json", {"m": tmp_path / "m.csv"}, plan=ReadingPlan(ReadingOptions(as_is=True))
    )
    read = [reading.dataset.class_names[code] for code in reading.dataset.given_labels]
    assert read == pets.names[codes[codes >= 0]].tolist()
