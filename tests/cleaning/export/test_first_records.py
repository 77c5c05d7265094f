"""The first records are what the other program reads: of every kind that holds records, whatever the layout."""

import json

import pandas as pd
import pytest

from cleaning.export import available_exports
from cleaning.export.first_records import first_records
from cleaning.export.handover import Handover
from cleaning.settle.policy import DEFAULT_POLICY
from tests.cleaning.export.making import CLASSES, a_workspace, some_decisions, some_questions

WITHOUT = {"everything", "card", "card_json", "impact", "label_studio_interface", "certificate", "certificate_json"}


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    workspace, run = a_workspace(tmp_path_factory.mktemp("quiz"), some_questions(n=16))
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY)


@pytest.mark.parametrize("kind", [k for k in available_exports() if k.suits("question") and k.name not in WITHOUT])
def test_every_kind_with_records_shows_five_short_ones(quiz, kind):
    records = first_records(kind.file_name, kind.write(quiz))
    assert len(records) == 5
    assert all(isinstance(text, str) and len(text) <= 200 for one in records for text in one.values())


def test_they_are_what_the_file_says(quiz):
    kinds = {kind.name: kind for kind in available_exports()}
    table = first_records("t.csv", kinds["csv"].write(quiz))
    assert [one["sample_id"] for one in table] == ["q000", "q001", "q002", "q004", "q005"]
    task = first_records("t.zip", kinds["lm_eval_task"].write(quiz))
    assert [one["sample_id"] for one in task] == [one["sample_id"] for one in table]
    assert first_records("t.npy", kinds["npy"].write(quiz))[3] == {"row": "3", "value": "-1"}


def test_files_without_records_show_none(tmp_path):
    assert first_records("a.html", b"<p>") == first_records("a.json", b"{}") == []
    pd.DataFrame({"a": [None, 1.5]}).to_parquet(tmp_path / "a.parquet")
    assert first_records("a.parquet", (tmp_path / "a.parquet").read_bytes())[1] == {"a": "1.5"}
    assert first_records("a.json", json.dumps([[1, 2]]).encode()) == [{"value": "[1, 2]"}]


@pytest.mark.parametrize("kind", [k for k in available_exports() if k.suits("image") and k.name not in WITHOUT])
def test_every_kind_for_pictures_shows_five(opened, kind):
    assert len(first_records(kind.file_name, kind.write(Handover(*opened, DEFAULT_POLICY)))) == 5


def test_fiftyones_labels_are_shown_by_picture(opened):
    kind = {kind.name: kind for kind in available_exports()}["fiftyone_json"]
    first = first_records(kind.file_name, kind.write(Handover(*opened, DEFAULT_POLICY)))[0]
    assert first["picture"] == "s0000" and first["label"] in CLASSES and "suspicion" in first["attributes"]
