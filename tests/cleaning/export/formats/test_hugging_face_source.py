"""What was read from Hugging Face files goes out as it came: columns in their types, all splits, what is said of it."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.export.handover import Handover
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read_loose
from data_adapters.layouts.hugging_face import read_hugging_face
from tests.cleaning.export.formats.hugging_face_made import (
    FEATURES,
    HOME,
    INFO,
    SAID,
    TYPES,
    features_in,
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
from tests.data_adapters.layouts.test_picture_sources import picture


def test_every_column_goes_out_in_the_type_and_feature_it_came_with(tmp_path):
    source = saved_dict(tmp_path / "pets")
    out = written(handover_of(source, tmp_path, SAID, "train", with_pictures=True), tmp_path / "out")
    table, before = opened(out / "train"), opened(source / "train")
    assert {name: table.schema.field(name).type for name in TYPES} == TYPES
    assert {name: features_in(table)[name] for name in TYPES} == FEATURES
    stay = [i for i in range(12) if i != 5]
    for name in set(TYPES) - {"label"}:
        assert table[name].to_pylist() == [before[name][i].as_py() for i in stay], name
    labels = [before["label"][i].as_py() for i in stay]
    assert table["given_label"].to_pylist() == labels and features_in(table)["given_label"] == FEATURES["label"]
    assert table["label"].to_pylist() == [2, *labels[1:]]
    assert table["final_labels"][4].as_py() == ["cat", "dog"] and table["final_labels"][0].as_py() == ["eel"]
    assert table["mask"].to_pylist()[:5] == ["replace:2", "keep", "keep", "keep", "any_of:[0,1]"]
    assert set(features_in(table)) == set(table.column_names)


def test_the_other_splits_go_out_unchanged_beside_it(tmp_path):
    source = saved_dict(tmp_path / "pets")
    out = written(handover_of(source, tmp_path, SAID, "train", with_pictures=True), tmp_path / "out")
    assert json.loads((out / "dataset_dict.json").read_text()) == {"splits": ["train", "test"]}
    assert opened(out / "test").equals(opened(source / "test"), check_metadata=False)
    assert features_in(opened(out / "test")) == FEATURES
    assert json.loads((out / "test" / "state.json").read_text())["_split"] == "test"
    assert read_hugging_face(out, split="train").table.text("label").tolist()[0] == "2"


def test_what_the_source_says_of_itself_goes_along_and_nothing_of_its_disk(tmp_path):
    source = saved_dict(tmp_path / "pets", home=f"{HOME}/")
    handover = handover_of(source, tmp_path, SAID, "train", with_pictures=True)
    out = written(handover, tmp_path / "out")
    for split in ("train", "test"):
        info = json.loads((out / split / "dataset_info.json").read_text())
        assert {name: info[name] for name in ("citation", "homepage", "license")} == {
            name: INFO[name] for name in ("citation", "homepage", "license")
        }
        assert info["description"].startswith(INFO["description"])
    assert "Second Opinion" in json.loads((out / "train" / "dataset_info.json").read_text())["description"]
    for file in out.rglob("*.*"):
        assert b"/home/ann" not in file.read_bytes() and str(tmp_path).encode() not in file.read_bytes(), file
    kept = opened(out / "test")["image"].to_pylist()
    assert [one["path"] for one in kept] == [f"{i}.png" for i in range(7)]
    assert kept[3]["bytes"] == picture(3)


def test_their_library_opens_all_of_it(tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    source = saved_dict(tmp_path / "pets")
    out = written(handover_of(source, tmp_path, SAID, "train", with_pictures=True), tmp_path / "out")
    before, after = datasets.load_from_disk(str(source)), datasets.load_from_disk(str(out))
    assert after["test"].features == before["test"].features
    assert {name: after["train"].features[name] for name in TYPES} == dict(before["train"].features)
    assert after["train"].info.license == "CC-BY-4.0"
    assert after["train"][0]["label"] == 2 and after["train"][0]["image"].size == before["train"][0]["image"].size


@pytest.mark.parametrize("label", ["fine_type", "target"])
def test_a_label_of_another_name_stays_the_label(tmp_path, label):
    source = saved(tmp_path / "pets", table_of(rows("train", 12), label, {**FEATURES, "season": FEATURES["width"]}))
    out = written(handover_of(source, tmp_path, SAID), tmp_path / "out")
    assert opened(out)[label].to_pylist()[0] == 2 and opened(out)[f"{label}_given"].to_pylist()[0] == "cat"
    assert "image" not in opened(out).column_names, "without pictures none goes out"
    again = read_hugging_face(out)
    assert (again.label_column, again.table.text(label)[0], again.split) == (label, "2", "")


def test_parquet_shards_go_out_with_all_their_splits_and_the_licence_on_their_card(tmp_path):
    source = tmp_path / "hub"
    (source / "data").mkdir(parents=True)
    whole = table_of(rows("train", 12))
    pq.write_table(whole.slice(0, 8), source / "data" / "train-00000-of-00002.parquet", row_group_size=3)
    pq.write_table(whole.slice(8), source / "data" / "train-00001-of-00002.parquet")
    pq.write_table(table_of(rows("test", 7)), source / "data" / "test-00000-of-00001.parquet")
    (source / "README.md").write_text("---\nlicense: mit\ntags:\n- pets\n---\n# Pets\n")
    out = written(handover_of(source, tmp_path, SAID, "train", with_pictures=True), tmp_path / "out")
    assert opened(out / "test").equals(table_of(rows("test", 7)))
    assert opened(out / "train")["width"].to_pylist() == [i for i in range(12) if i != 5]
    assert json.loads((out / "test" / "dataset_info.json").read_text())["license"] == "mit"


@pytest.mark.parametrize(
    ("kind", "values", "corrected"),
    [
        (pa.string(), ["cat", "dog", "eel"], "eel"),
        (pa.string(), ["cat", " dog ", "cat"], "dog"),
        (pa.int8(), [1, 2, 3], 3),
        (pa.list_(pa.string()), [["cat"], ["dog"], ["eel"]], ["eel"]),
        (pa.dictionary(pa.int8(), pa.string()), ["cat", "dog", "eel"], "eel"),
        (pa.float64(), [0.0, 1.0, 2.0], 2.0),
    ],
)
def test_a_corrected_label_is_written_as_the_source_writes_its_own(tmp_path, kind, values, corrected):
    given = [values[i % 3] for i in range(12)]
    plain = pa.table(
        {"id": [f"train-{i}" for i in range(12)], "label": pa.array(given, kind), "n": pa.array(range(12), pa.uint8())}
    )
    schema = plain.schema.with_metadata({"huggingface": '{"info": {"features": {}}}'})
    pq.write_table(plain.cast(schema), tmp_path / "pets.parquet")
    names = list(dict.fromkeys(str(one[0] if isinstance(one, list) else one).strip() for one in values))
    tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"train-{i},{names[i % len(names)]}" for i in range(12)))
    reading = read_loose(tmp_path / "pets.parquet", {"v": tmp_path / "v.csv"})
    workspace = create_workspace(tmp_path / "ws", reading.dataset, reading.experts)
    run = workspace.save_run(pipeline.run(reading.dataset, reading.experts), reading.experts)
    last = reading.dataset.class_count - 1
    out = written(Handover(workspace, run, [decide("train-0", "relabel", [last])], DEFAULT_POLICY), tmp_path / "out")
    table = opened(out)
    assert str(table["label"][0].as_py()).strip() == str(corrected).strip()
    assert table["label"].to_pylist()[1:] == given[1:] and table["n"].type == pa.uint8()


def test_rows_without_a_label_stay_as_they_are(tmp_path):
    table = table_of([row | {"label": -1 if i in (2, 11) else row["label"]} for i, row in enumerate(rows("train", 12))])
    out = written(handover_of(saved(tmp_path / "pets", table), tmp_path, [(2, "relabel", [2])]), tmp_path / "out")
    after = opened(out)
    assert after["id"].to_pylist() == table["id"].to_pylist()
    assert after["label"].to_pylist() == [2 if i == 3 else one for i, one in enumerate(table["label"].to_pylist())]
    assert after["sample_id"][2].as_py() is None and after["mask"][11].as_py() is None
