"""Out, edited as other programs edit, and in again, by chance: Label Studio's CSV, cleanlab's table, FiftyOne's labels."""

import csv
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.export import write_export
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.label_studio import tasks_in_blocks
from cleaning.export.formats.row_texts import whole
from cleaning.export.incoming import arrival_of
from cleaning.keep.decisions import storable
from cleaning.settle.final_labels import standing_votes
from data_adapters import read_loose
from data_adapters.opinions import read_earlier_decisions
from tests.cleaning.export.formats.test_label_studio import (
    DATASET,
    as_flat_rows,
    as_the_server_exports,
    chosen_anew,
    logs,
)
from tests.cleaning.export.making import CLASSES, a_dataset, a_workspace, some_decisions
from tests.data_adapters import tiny
from tests.data_adapters.opinions.import_rounds import standing, with_arrived


def arrived(name, write, dataset, log):
    """(the log with what a file adds, the arrival), the file written by ``write`` and read from disk."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / name)
        arrival = arrival_of(read_earlier_decisions(Path(folder) / name, dataset, "r"), log)
    return with_arrived(log, arrival), arrival


def as_kept(log):
    """Its notes as a log keeps them."""
    return [replace(decision, note=storable(decision.note)) for decision in log]


def as_csv(tasks):
    """As its CSV has them: several choices as an object in JSON, empty cells where nothing was said."""
    rows = [
        {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            for name, value in row.items()
        }
        for row in as_flat_rows(tasks)
    ]
    quoting = csv.QUOTE_ALL  # pandas leaves a lone carriage return bare else, which ends a line for every reader
    return lambda path: pd.DataFrame(rows).to_csv(path, index=False, quoting=quoting)


def as_json(tasks):
    return lambda path: path.write_text(json.dumps(tasks), encoding="utf-8")


@settings(max_examples=20, deadline=None, derandomize=True)
@given(logs().map(as_kept), st.data())
def test_label_studio_through_any_rounds_of_edits(log, data):
    write, name = data.draw(st.sampled_from([(as_csv, "t.csv"), (as_json, "t.json")]))
    votes = standing_votes(log)
    ids = list(DATASET.sample_ids)
    rows = {ids.index(sample): said[-1:] for sample, said in votes.items()}
    sent = whole(
        tasks_in_blocks(DATASET, rows, DATASET.fingerprint(), ExportOptions(), dict.fromkeys(rows, (1, 0.5)), "r")
    )
    tasks, expected = as_the_server_exports(json.loads(sent)), standing(log)
    for month in range(3, 3 + data.draw(st.integers(1, 3)) if rows else 3):
        for place in data.draw(st.sets(st.integers(0, len(tasks) - 1))):
            label = data.draw(st.integers(0, 3))
            chosen_anew(tasks[place], [CLASSES[label]])
            tasks[place]["annotations"][0]["updated_at"] = f"2026-{month:02d}-01T00:00:00Z"
            row = ids.index(tasks[place]["data"]["sample_id"])
            (vote,) = rows[row]
            verdict = "keep" if label == DATASET.given_labels[row] else "relabel"
            expected[ids[row], vote.reviewer] = (verdict, frozenset([label]), vote.note.strip())
        log, arrival = arrived(name, write(tasks), DATASET, log)
        assert standing(log) == expected and not arrival.left_out
        assert arrived(name, write(tasks), DATASET, log)[0] == log, "twice is harmless"


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4),
    st.sampled_from(["csv", "parquet"]),
)
def test_cleanlabs_issues_are_imported_once_and_an_issue_taken_back_is_nobodys_judgement(rounds, ending):
    log, raised = [], set()
    for issues in rounds:
        other = [(int(code) + 1) % 4 for code in DATASET.given_labels]
        table = pd.DataFrame({
            "is_label_issue": issues,
            "label_quality": [0.1 if one else 0.9 for one in issues],
            "given_label": DATASET.given_labels,
            "predicted_label": [o if one else int(g) for o, g, one in zip(other, DATASET.given_labels, issues)],
            "sample_id": DATASET.sample_ids.astype(object),
        })  # fmt: skip
        write = table.to_csv if ending == "csv" else table.to_parquet
        log, arrival = arrived(f"t.{ending}", lambda path, write=write: write(path, index=False), DATASET, log)
        raised |= {str(sample) for sample, one in zip(DATASET.sample_ids, issues) if one}
        assert {sample for sample, _ in standing(log)} == raised and not arrival.changed
        assert {reviewer for _, reviewer in standing(log)} <= {"cleanlab"}


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    dataset = a_dataset(classes=("cat", "dog", "eel", "fox"))
    workspace, run = a_workspace(tmp_path_factory.mktemp("pets"), dataset)
    return dataset, workspace, run, some_decisions(dataset, run.id)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_labels_edited_in_fiftyone_are_the_labels_read(pets, data):
    dataset, workspace, run, log = pets
    held = json.loads(write_export("fiftyone_json", workspace, run, log))
    edited = data.draw(st.dictionaries(st.sampled_from(sorted(held["labels"])), st.sampled_from(dataset.class_names)))
    for picture, label in edited.items():
        held["labels"][picture] |= {"label": label}
    told = {picture: one["label"] for picture, one in held["labels"].items()}
    if data.draw(st.booleans()):  # its exporter writes places among the classes where no attributes are wanted
        held["labels"] = {picture: dataset.class_names.index(label) for picture, label in told.items()}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "labels.json").write_text(json.dumps(held))
        votes = tiny.write(Path(folder) / "v.csv", "sample_id,answer", *(f"{one},cat" for one in dataset.sample_ids))
        read = read_loose(Path(folder) / "labels.json", {"v": votes}).dataset
    assert {str(i): read.class_names[code] for i, code in zip(read.sample_ids, read.given_labels)} == told
