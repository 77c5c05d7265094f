"""Hugging Face datasets on disk, in the layouts their library writes."""

import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.errors import InputError
from data_adapters import read_loose
from tests.data_adapters import tiny
from tests.data_adapters.layouts.test_picture_sources import picture

FEATURES = {
    "image": {"_type": "Image"},
    "label": {"names": list(tiny.NAMES), "_type": "ClassLabel"},
}
STATE = {
    "_fingerprint": "0",
    "_format_columns": None,
    "_format_kwargs": {},
    "_format_type": None,
    "_output_all_columns": False,
    "_split": None,
}


def table(rows=range(6), paths=True, label: str = "label") -> pa.Table:
    pictures = [{"bytes": picture(i), "path": f"{tiny.IDS[i]}.png" if paths else None} for i in rows]
    schema = pa.schema(
        [("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])), (label, pa.int64())],
        metadata={"huggingface": json.dumps({"info": {"features": {**FEATURES, label: FEATURES["label"]}}})},
    )
    return pa.Table.from_pydict({"image": pictures, label: [i % 3 for i in rows]}, schema)


def saved(folder, parts=((0, 1, 2), (3, 4, 5)), **how):
    folder.mkdir(parents=True)
    names = [f"data-{k:05d}-of-{len(parts):05d}.arrow" for k in range(len(parts))]
    for name, rows in zip(names, parts):
        part = table(rows, **how)
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_stream(file, part.schema) as stream:
            stream.write_table(part)
    (folder / "state.json").write_text(json.dumps(STATE | {"_data_files": [{"filename": name} for name in names]}))
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
    return folder


def votes(tmp_path, ids):
    return {"v": tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"{i},cat" for i in ids))}


def test_save_to_disk_with_pictures(tmp_path):
    ids = [f"{i}.png" for i in tiny.IDS]
    reading = read_loose(saved(tmp_path / "pets"), votes(tmp_path, ids), pictures_to=tmp_path / "out")
    dataset = reading.dataset
    assert dataset.sample_ids.tolist() == ids
    assert dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert dataset.class_names == tiny.NAMES
    assert dataset.samples["image"][4] == "00000/00000004.png"
    assert (dataset.image_root / dataset.samples["image"][4]).read_bytes() == picture(4)


def test_rows_are_ids_where_pictures_have_no_names(tmp_path):
    reading = read_loose(saved(tmp_path / "pets", paths=False), votes(tmp_path, range(6)))
    assert reading.dataset.sample_ids.tolist() == list("012345")
    assert "No column of ids: samples are called by their row." in reading.notes
    assert "The pictures inside the dataset are not shown." in reading.notes


@pytest.mark.parametrize(
    ("home", "split_at", "expected"),
    [
        ("/home/ann/pets/{0}/{1}.png", 3, ["a/0.png", "b/3.png"]),
        ("C:\\Users\\ann\\pets\\{0}\\{1}.png", 3, ["a/0.png", "b/3.png"]),
        ("/home/ann/pets/{1}.png", 3, ["0.png", "3.png"]),
        ("train/{0}/{1}.png", 3, ["train/a/0.png", "train/b/3.png"]),
    ],
)
def test_no_path_of_somebodys_disk_becomes_an_id(tmp_path, home, split_at, expected):
    names = [home.format("ab"[row >= split_at], row) for row in range(6)]
    held = table()
    pictures = [one | {"path": name} for one, name in zip(held.column("image").to_pylist(), names)]
    place = held.column_names.index("image")
    held = held.set_column(place, held.schema.field("image"), pa.array(pictures, held.schema.field("image").type))
    pq.write_table(held, tmp_path / "pets.parquet")
    ids = [expected[0].replace("0", str(row)) if row < 3 else expected[1].replace("3", str(row)) for row in range(6)]
    reading = read_loose(tmp_path / "pets.parquet", votes(tmp_path, ids))
    assert reading.dataset.sample_ids.tolist() == ids


def test_a_class_label_of_any_name_is_the_given_label(tmp_path):
    pq.write_table(table(label="fine_type"), tmp_path / "pets.parquet")
    reading = read_loose(tmp_path / "pets.parquet", votes(tmp_path, [f"{i}.png" for i in tiny.IDS]))
    assert reading.dataset.class_names == tiny.NAMES
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_splits_are_chosen_by_name(tmp_path):
    folder = tmp_path / "pets"
    saved(folder / "train", ((0, 1, 2, 3),))
    saved(folder / "test", ((4, 5),))
    (folder / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    experts = votes(tmp_path, [f"{i}.png" for i in tiny.IDS])
    reading = read_loose(folder, experts, split="test")
    assert len(reading.dataset) == 2
    assert [(step.meaning, step.source) for step in reading.plan.decisions if step.part == "split"] == [
        ("test", "said")
    ]
    with pytest.raises(InputError, match=r"more than one split; it has train or test\. Name one with --split"):
        read_loose(folder, experts)
    with pytest.raises(InputError, match=r"no split .\.\./x.; it has train or test"):
        read_loose(folder, experts, split="../x")


def test_parquet_shards_of_the_hub(tmp_path):
    for k, rows in enumerate(((0, 1, 2), (3, 4, 5))):
        (tmp_path / "hub" / "data").mkdir(parents=True, exist_ok=True)
        pq.write_table(table(rows), tmp_path / "hub" / "data" / f"train-{k:05d}-of-00002.parquet")
    reading = read_loose(
        tmp_path / "hub", votes(tmp_path, [f"{i}.png" for i in tiny.IDS]), pictures_to=tmp_path / "out"
    )
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert (reading.dataset.image_root / reading.dataset.samples["image"][5]).read_bytes() == picture(5)


def test_the_library_reads_what_our_test_files_are(tmp_path):
    datasets = pytest.importorskip("datasets")
    assert datasets.load_from_disk(str(saved(tmp_path / "pets"))).features["label"].names == list(tiny.NAMES)


def outside(folder):
    """A sound file, but beside the dataset."""
    (folder.parent / "secret.arrow").write_bytes((folder / "data-00000-of-00002.arrow").read_bytes())
    (folder / "state.json").write_text('{"_data_files": [{"filename": "../secret.arrow"}]}')


MALFORMED = {
    "list": (lambda f: (f / "state.json").write_text('{"_data_files": 7}'), "does not list the files of the dataset."),
    "zero_byte": (
        lambda f: (f / "state.json").write_text('{"_data_files": [{"filename": "\\u0000"}]}'),
        "lacks 1 file: ?.",
    ),
    "missing_part": (lambda f: (f / "data-00001-of-00002.arrow").unlink(), "'pets' lacks 1 file: data-00001-of-00002"),
    "truncated": (lambda f: (f / "data-00000-of-00002.arrow").write_bytes(b"\xff\xff"), "cannot be read as Arrow"),
    "state": (lambda f: (f / "state.json").write_text("{"), "'state.json' is no sound JSON."),
    "escape": (lambda f: outside(f), "'pets' lacks 1 file: secret.arrow."),
    "empty": (lambda f: [p.unlink() for p in f.glob("*.*") if p.suffix == ".arrow"], "lacks 2 files"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_datasets_end_in_their_sentence(tmp_path, name):
    damage, sentence = MALFORMED[name]
    folder = saved(tmp_path / "pets")
    damage(folder)
    with pytest.raises(InputError) as refused:
        read_loose(folder, votes(tmp_path, tiny.IDS))
    assert sentence in str(refused.value)


def test_their_library_is_not_asked_as_it_maps_files_unchecked(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)  # importing it fails
    assert len(read_loose(saved(tmp_path / "pets"), votes(tmp_path, [f"{i}.png" for i in tiny.IDS])).dataset) == 6


def without_columns(value):
    return json.dumps({"info": {"features": value}})


@pytest.mark.parametrize("written", ["{", "[]", "7", '{"info": 7}', without_columns(7), without_columns({"label": 7})])
def test_what_the_schema_says_amiss_of_its_columns_is_passed_over(tmp_path, written):
    plain = table(range(6)).replace_schema_metadata({"huggingface": written})
    pq.write_table(plain, tmp_path / "pets.parquet")
    names = tiny.write(tmp_path / "names.txt", *tiny.NAMES)
    experts = votes(tmp_path, [f"{i}.png" for i in tiny.IDS])
    reading = read_loose(tmp_path / "pets.parquet", experts, class_names=names)
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_a_state_that_names_the_files_alone_is_read(tmp_path):
    folder = saved(tmp_path / "pets")
    state = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps({"_data_files": state["_data_files"]}))
    reading = read_loose(folder, votes(tmp_path, [f"{i}.png" for i in tiny.IDS]))
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
