"""Corrected labels in every format say the same, and nothing changes without decisions."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cleaning.errors import InputError
from cleaning.export import Policy, available_exports, preview, write_export
from cleaning.settle.final_labels import settle
from tests.cleaning.export.making import a_workspace, decide, some_decisions, some_questions


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return a_workspace(tmp_path_factory.mktemp("ws"))


def read(kind, data):
    readers = {"csv": pd.read_csv, "parquet": pd.read_parquet}
    if kind in readers:
        return readers[kind](io.BytesIO(data))
    return pd.DataFrame([json.loads(line) for line in data.decode().splitlines()])


def hugging_face_table(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(archive.namelist())
        table = pa.ipc.open_stream(archive.read(names[0])).read_all()
        state = json.loads(archive.read(names[2]))
    assert names == [f"corrected_dataset/{n}" for n in ("data-00000-of-00001.arrow", "dataset_info.json", "state.json")]
    assert state["_data_files"] == [{"filename": "data-00000-of-00001.arrow"}]
    return table


def test_all_formats_hold_the_final_labels(opened):
    workspace, run = opened
    dataset, log = workspace.dataset(), some_decisions(workspace.dataset(), run.id)
    codes = settle(dataset.sample_ids, dataset.given_labels, log).codes()
    stay = codes != -1
    assert stay.sum() == len(dataset) - 1
    for kind in ("csv", "parquet", "jsonl"):
        table = read(kind, write_export(kind, workspace, run, log))
        assert table["sample_id"].tolist() == dataset.sample_ids[stay].tolist(), kind
        assert table["label_index"].tolist() == codes[stay].tolist(), kind
        names = [dataset.class_names[k] for k in codes[stay]]
        assert table["label_corrected"].tolist() == names, kind
    assert np.load(io.BytesIO(write_export("npy", workspace, run, log))).tolist() == codes.tolist()
    table = hugging_face_table(write_export("hugging_face", workspace, run, log))
    assert table["label"].to_pylist() == codes[stay].tolist()
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert features["label"] == {"names": list(dataset.class_names), "_type": "ClassLabel"}
    assert set(features) == set(table.column_names)


def test_datasets_opens_the_folder(opened, tmp_path):
    datasets = pytest.importorskip("datasets", reason="the Hugging Face library is not installed")
    workspace, run = opened
    log = some_decisions(workspace.dataset(), run.id)
    with zipfile.ZipFile(io.BytesIO(write_export("hugging_face", workspace, run, log))) as archive:
        archive.extractall(tmp_path)
    loaded = datasets.load_from_disk(str(tmp_path / "corrected_dataset"))
    assert len(loaded) == 39 and loaded.features["label"].names == list(workspace.dataset().class_names)


def test_what_counts_as_right_is_listed(opened):
    workspace, run = opened
    log = some_decisions(workspace.dataset(), run.id)
    table = read("jsonl", write_export("jsonl", workspace, run, log)).set_index("sample_id")
    assert len(table.at["s0002", "final_labels"]) == 2 and table.at["s0002", "mask"].startswith("any_of")
    first = read("jsonl", write_export("jsonl", workspace, run, log, Policy(several_fit="first"))).set_index(
        "sample_id"
    )
    assert len(first.at["s0002", "final_labels"]) == 1
    assert table.at["s0005", "status"] == "contested"
    assert table.at["s0005", "label_corrected"] == table.at["s0005", "given_label"]


def test_the_source_keeps_its_columns_and_rows(opened):
    workspace, run = opened
    dataset, log = workspace.dataset(), some_decisions(workspace.dataset(), run.id)
    table = read("csv", write_export("source", workspace, run, log))
    assert list(table) == ["sample_id", "label", "image", "source", "label_corrected"]
    assert table["label"].tolist() == [dataset.class_names[k] for k in dataset.given_labels]
    assert table["image"].tolist() == dataset.samples["image"].tolist()
    assert table["label_corrected"].isna().tolist() == [i == 3 for i in range(40)]


def test_questions_get_index_letter_and_text(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    given = int(workspace.dataset().given_labels[0])
    log = [decide("q000", "relabel", [(given + 1) % 4], run_id=run.id), decide("q001", "none_fits", number=1)]
    row = read("csv", write_export("csv", workspace, run, log)).set_index("sample_id").loc["q000"]
    assert row["label_index"] == (given + 1) % 4
    assert row["corrected_letter"] == "ABCD"[(given + 1) % 4] and row["given_letter"] == "ABCD"[given]
    assert row["corrected_text"] == f"option {(given + 1) % 4} of 0"
    data = io.BytesIO(write_export("source", workspace, run, log))
    source = pd.read_csv(data, dtype=str, keep_default_na=False).set_index("sample_id")
    assert source.at["q000", "label"] == str(given)
    assert source.at["q000", "label_corrected_text"] == f"option {(given + 1) % 4} of 0"
    assert json.loads(source.at["q000", "choices"]) == list(workspace.dataset().samples["choices"].iloc[0])
    assert source.at["q001", "label_corrected"] == source.at["q001", "label_corrected_letter"] == ""


def test_without_decisions_nothing_changes(opened):
    workspace, run = opened
    table = read("csv", write_export("csv", workspace, run, []))
    assert table["label_corrected"].tolist() == table["given_label"].tolist() and len(table) == 40
    shown = preview(workspace, run, [])
    assert len(shown.changes) == len(shown.classes) == 0 and shown.counts["keep"] == 40


def test_every_export_gives_the_same_bytes_twice(opened):
    workspace, run = opened
    log = some_decisions(workspace.dataset(), run.id)
    kinds = [kind.name for kind in available_exports() if kind.suits("image")]
    assert len(set(kinds)) == len(kinds) > 5
    for kind in kinds:
        assert write_export(kind, workspace, run, log) == write_export(kind, workspace, run, log), kind


def test_preview_counts_what_moves(opened):
    workspace, run = opened
    dataset, log = workspace.dataset(), some_decisions(workspace.dataset(), run.id)
    shown = preview(workspace, run, log)
    assert sorted(shown.changes["row"]) == [1, 2, 3, 8, 10]
    assert shown.changes["suspicion"].is_monotonic_decreasing
    classes = shown.classes.set_index("class")
    codes = settle(dataset.sample_ids, dataset.given_labels, log).codes()
    for name, row in classes.iterrows():
        k = dataset.class_names.index(name)
        assert row["given"] == (dataset.given_labels == k).sum() and row["corrected"] == (codes == k).sum()
        assert row["given"] - row["lost"] + row["gained"] == row["corrected"]
    assert classes["dropped"].sum() == 1


def test_an_unknown_export_is_a_sentence(opened):
    with pytest.raises(InputError, match="'doc' is not an export; choose csv, csv_raw, parquet"):
        write_export("doc", *opened, [])
