"""A file of decisions and another version of the dataset: log, Label Studio, Argilla and patch take what is about the
same."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cleaning.domain.dataset import Dataset
from cleaning.export import write_export
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.decision_log import write_decision_log
from cleaning.export.formats.label_studio import tasks_in_blocks
from cleaning.export.formats.row_texts import whole
from cleaning.export.handover import Handover
from cleaning.export.incoming import Incoming
from cleaning.export.patch.label_table import LabelTable, applied
from cleaning.export.patch.patch import read_patch, write_patch
from cleaning.keep.hash_chain import BEGINNING, link
from cleaning.keep.versions.contents import Contents
from cleaning.settle.final_labels import standing_votes
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters.opinions import read_incoming
from tests.cleaning.export.making import a_dataset, a_workspace, some_decisions, some_questions


def painted(folder: Path, dataset: Dataset) -> Dataset:
    """The dataset with a picture of its own for each sample."""
    folder.mkdir()
    for row, name in enumerate(dataset.samples["image"]):
        Image.new("RGB", (8, 8), (row * 5 % 256, row * 11 % 256, 90)).save(folder / name)
    return replace(dataset, image_root=folder)


def as_log(dataset: Dataset) -> tuple[str, bytes]:
    return "log.jsonl", write_decision_log(some_decisions(dataset), dataset.class_names, dataset.fingerprint(), dataset)


def as_tasks(dataset: Dataset) -> tuple[str, bytes]:
    votes = standing_votes(some_decisions(dataset))
    by_row = {list(dataset.sample_ids).index(sample): said for sample, said in votes.items()}
    return "tasks.json", whole(tasks_in_blocks(dataset, by_row, dataset.fingerprint(), ExportOptions(), {}, "r"))


def as_rows(dataset: Dataset) -> tuple[str, bytes]:
    """Label Studio's JSON-MIN of the same tasks."""
    tasks = json.loads(as_tasks(dataset)[1])
    rows = [row for task in tasks for row in map(lambda a: _row(task, a), task["annotations"])]
    return "rows.json", json.dumps(rows).encode()


def _row(task: dict, annotation: dict) -> dict:
    said = {r["from_name"]: r["value"].get("choices", r["value"].get("text")) for r in annotation["result"]}
    return task["data"] | said | {"id": task["id"], "annotation_id": 1, "annotator": 1, "lead_time": 1.0}


def as_records(dataset: Dataset) -> tuple[str, bytes]:
    """Argilla's records."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, run = a_workspace(Path(folder), dataset)
        return "records.json", write_export("argilla", workspace, run, some_decisions(dataset, run.id))


def taken_in(told: tuple[str, bytes], dataset: Dataset, folder: Path) -> Incoming:
    (folder / told[0]).write_bytes(told[1])
    return read_incoming(folder / told[0], dataset, dataset.fingerprint())


def samples_of(incoming: Incoming) -> set[str]:
    return {d.sample_id for d in incoming.decisions}


LAYOUTS = [as_log, as_tasks, as_rows, as_records]


@pytest.mark.parametrize("written", LAYOUTS)
def test_a_picture_replaced_under_its_name_takes_no_decision(written, tmp_path):
    dataset = painted(tmp_path / "pictures", a_dataset())
    told = written(dataset)
    whole = samples_of(taken_in(told, dataset, tmp_path))
    decided = sorted(whole)[0]
    Image.new("RGB", (8, 8), "white").save(tmp_path / "pictures" / f"{decided}.png")
    incoming = taken_in(told, dataset, tmp_path)
    assert samples_of(incoming) == whole - {decided}
    assert any(decided in str(one) and "the picture changed" in one.why for one in incoming.left_out)


@pytest.mark.parametrize("written", LAYOUTS)
def test_a_label_fixed_upstream_takes_no_decision_and_the_others_say_their_version(written, tmp_path):
    old = a_dataset()
    told = written(old)
    whole, first = samples_of(taken_in(told, old, tmp_path)), 0
    assert str(old.sample_ids[first]) in whole
    labels = old.given_labels.copy()
    labels[first] = (labels[first] + 1) % 4
    incoming = taken_in(told, replace(old, given_labels=labels), tmp_path)
    assert samples_of(incoming) == whole - {str(old.sample_ids[first])}
    assert {d.version for d in incoming.decisions} == {old.fingerprint()}
    assert "label" in incoming.left_out[0].why and "given_label" not in told[1].decode()


@pytest.mark.parametrize("written", LAYOUTS)
def test_classes_in_another_order_keep_what_was_said(written, tmp_path):
    old = a_dataset()
    order = np.array([2, 0, 3, 1])
    codes = np.argsort(order)[old.given_labels].astype(np.int32)
    new = replace(old, class_names=tuple(old.class_names[k] for k in order), given_labels=codes)
    there, here = (taken_in(written(old), dataset, tmp_path) for dataset in (old, new))
    assert not here.left_out

    def said(incoming: Incoming, names: tuple[str, ...]) -> list[tuple]:
        return sorted(
            (d.sample_id, d.reviewer, d.verdict, sorted(names[k] for k in d.labels)) for d in incoming.decisions
        )

    assert said(here, new.class_names) == said(there, old.class_names)
    if written is not as_rows:
        assert {d.uuid for d in here.decisions} == {d.uuid for d in there.decisions}


@pytest.mark.parametrize("written", LAYOUTS)
def test_an_option_worded_anew_takes_no_decision(written, tmp_path):
    old = some_questions(40)
    told, decided = written(old), str(old.sample_ids[0])
    choices = [list(options) for options in old.samples["choices"]]
    choices[0][1] = "another answer"
    incoming = taken_in(told, replace(old, samples=old.samples.assign(choices=pd.Series(choices))), tmp_path)
    assert decided not in samples_of(incoming) != set()
    assert any("the question or its options changed" in one.why for one in incoming.left_out)


def test_a_patch_leaves_out_what_shows_another_picture(tmp_path):
    dataset = painted(tmp_path / "pictures", a_dataset())
    workspace, run = a_workspace(tmp_path / "workspaces", dataset)
    patch = read_patch(write_patch(Handover(workspace, run, some_decisions(dataset), DEFAULT_POLICY)))
    names = np.array(dataset.class_names, object)[dataset.given_labels]
    data = pd.DataFrame({"sample_id": dataset.sample_ids, "label": names}).to_csv(index=False).encode()
    contents = Contents(dataset)
    table = LabelTable(
        "labels.csv", data, ".csv", "label", dataset.sample_ids, dataset.given_labels, names, "names", None,
        [contents.of(row) for row in range(len(dataset))],
    )  # fmt: skip
    _, _, whole, left_out = applied(patch, table, DEFAULT_POLICY)
    assert whole.codes and not left_out
    row = min(whole.codes)
    Image.new("RGB", (8, 8), "white").save(tmp_path / "pictures" / f"{dataset.sample_ids[row]}.png")
    _, _, change, left_out = applied(patch, table, DEFAULT_POLICY)
    assert set(change.codes) == set(whole.codes) - {row}
    assert left_out == {str(dataset.sample_ids[row]): "the picture changed"}


def test_the_chain_seals_the_version_and_stays_as_it_was_without_one():
    row: dict[str, object] = dict.fromkeys(
        "workspace_id run_id uuid sample_id reviewer verdict labels note mode card decided_at".split(), "a"
    )
    row |= {"seconds": 1.5, "undoes": None, "version": ""}
    assert link(BEGINNING, row)[:16] == "d81c62c2c8d8fb2e"
    assert len({link(BEGINNING, row | {"version": version}) for version in ("", "old", "older")}) == 3
