"""Columns of paths, names that are taken, other bases, links of the hub's cache, files that changed meanwhile."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.errors import InputError
from cleaning.export.formats import archive
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_kind
from cleaning.keep.workspaces import create_workspace, open_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read_loose
from tests.cleaning.export.formats.hugging_face_made import (
    FEATURES,
    SAID,
    handover_of,
    opened,
    rows,
    saved,
    saved_dict,
    table_of,
    written,
)
from tests.cleaning.export.making import decide
from tests.data_adapters import tiny


def exported(reading, tmp_path, said):
    """(handover, folder of its export)"""
    workspace = create_workspace(tmp_path / "ws", reading.dataset, reading.experts)
    run = workspace.save_run(pipeline.run(reading.dataset, reading.experts), reading.experts)
    handover = Handover(workspace, run, [decide(*one) for one in said], DEFAULT_POLICY)
    return handover, written(handover, tmp_path / "out")


def parquet_of(tmp_path, **columns):
    table = pa.table(columns).replace_schema_metadata({"huggingface": '{"info": {"features": {}}}'})
    pq.write_table(table, tmp_path / "pets.parquet")
    return tmp_path / "pets.parquet"


@pytest.mark.parametrize("home", ["/home/ann/pets/", "C:\\Users\\ann\\pets\\", "file:///home/ann/"])
def test_columns_of_paths_lose_the_folder_of_somebodys_disk(tmp_path, home):
    names = [f"{'ab'[i % 2]}/{i}.wav" for i in range(8)]
    source = parquet_of(
        tmp_path,
        id=[f"s{i}" for i in range(8)],
        label=["cat", "dog"] * 4,
        recording=[None, *(home + name for name in names[1:])],
        words=["/start of it", *(["no path"] * 7)],
        address=[f"https://pets.example/{i}" for i in range(8)],
    )
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"s{i},cat" for i in range(8)))
    _, out = exported(read_loose(source, {"v": votes}), tmp_path, [])
    table = opened(out)
    assert table["recording"].to_pylist() == [None, *names[1:]]
    assert table["words"][0].as_py() == "/start of it" and table["address"][3].as_py() == "https://pets.example/3"


def test_a_picture_that_is_kept_by_a_path_of_a_disk_alone_becomes_empty(tmp_path):
    made = rows("train", 12)
    made[3]["image"] = {"bytes": None, "path": "/home/ann/secret.png"}
    made[4]["image"] = {"bytes": b"x", "path": "/home/ann/4.png"}
    source = saved(tmp_path / "pets", table_of(made))
    out = written(handover_of(source, tmp_path, [], with_pictures=True), tmp_path / "out")
    kept = opened(out)["image"].to_pylist()
    assert (kept[3], kept[4]) == (None, {"bytes": b"x", "path": "4.png"})
    assert b"/home/ann" not in (out / "data-00000-of-00001.arrow").read_bytes()


def test_a_column_of_the_source_never_makes_way_for_ours(tmp_path):
    ids = [f"s{i}" for i in range(8)]
    source = parquet_of(tmp_path, sample_id=ids, label=["cat", "dog"] * 4, mask=list(range(8)), final_labels=[1.5] * 8)
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"{one},cat" for one in ids))
    _, out = exported(read_loose(source, {"v": votes}), tmp_path, [("s1", "relabel", [0])])
    table = opened(out)
    assert table.column_names[:4] == ["sample_id", "label", "mask", "final_labels"]
    assert table["mask"].to_pylist() == list(range(8)) and table["final_labels"].to_pylist() == [1.5] * 8
    assert table["second_opinion_mask"][1].as_py() == "replace:0"


@pytest.mark.parametrize("kind", [pa.int8(), pa.float32()])
def test_a_class_that_no_label_has_counts_from_where_the_others_do(tmp_path, kind):
    source = parquet_of(tmp_path, id=[f"s{i}" for i in range(8)], label=pa.array([1, 2] * 4, kind))
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"s{i},{'cat' if i % 2 else 'eel'}" for i in range(8)))
    names = tiny.write(tmp_path / "names.txt", "cat", "dog", "eel")
    reading = read_loose(source, {"v": votes}, class_names=names)
    reading = replace(
        reading, dataset=replace(reading.dataset, given_labels=reading.dataset.given_labels - np.int32(1))
    )
    _, out = exported(reading, tmp_path, [("s0", "relabel", [2])])
    assert opened(out)["label"].to_pylist() == [3, 2, 1, 2, 1, 2, 1, 2] and opened(out)["label"].type == kind


def test_other_labels_or_rows_in_files_of_the_same_size_are_said(tmp_path):
    made = rows("train", 12)
    source = saved(
        tmp_path / "pets", table_of([row | {"label": -1 if row["width"] == 2 else row["label"]} for row in made])
    )
    handover = handover_of(source, tmp_path, SAID)
    (source / "data-00000-of-00001.arrow").rename(tmp_path / "kept.arrow")
    other = saved(tmp_path / "other", table_of([row | {"label": row["width"] % 2} for row in made]))
    (other / "data-00000-of-00001.arrow").rename(source / "data-00000-of-00001.arrow")
    with pytest.raises(InputError, match="is now of another class than when it was read"):
        written(handover, tmp_path / "out")
    (tmp_path / "kept.arrow").replace(source / "data-00000-of-00001.arrow")
    about = json.loads((handover.workspace.folder / "origin.json").read_text())
    (handover.workspace.folder / "origin.json").write_text(json.dumps(about | {"rows": 13}))
    again = Handover(open_workspace(tmp_path / "ws", handover.workspace.id), handover.run, [], DEFAULT_POLICY)
    with pytest.raises(InputError, match="has other rows than when it was read"):
        written(again, tmp_path / "out")


def test_a_download_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    handover = handover_of(saved_dict(tmp_path / "pets"), tmp_path, SAID, "train", with_pictures=True)
    assert write_kind("hugging_face", handover)
    monkeypatch.setattr(archive, "MOST_HELD", 5_000)
    with pytest.raises(InputError, match="more than 2 GB together, too much for one download"):
        write_kind("hugging_face", handover)


def test_links_within_the_hubs_cache_are_followed(tmp_path):
    home = tmp_path / "datasets--pets"
    (home / "blobs").mkdir(parents=True)
    (home / "snapshots" / "abc").mkdir(parents=True)
    for split, count in (("train", 12), ("test", 7)):
        pq.write_table(table_of(rows(split, count)), home / "blobs" / f"{split}123")
        (home / "snapshots" / "abc" / f"{split}-00000-of-00001.parquet").symlink_to(f"../../blobs/{split}123")
    out = written(handover_of(home / "snapshots" / "abc", tmp_path, SAID, "train"), tmp_path / "out")
    assert opened(out / "test").num_rows == 7 and set(opened(out / "test").column_names) == set(FEATURES) - {"image"}
