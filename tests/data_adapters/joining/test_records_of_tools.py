"""What annotation tools and other programs keep labels and scores in: records, tables without a header, arrays, tars."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from data_adapters import ReadingOptions, read_loose
from data_adapters.doctor import read_fixed
from tests.data_adapters.joining.kinds import Made, read_both
from tests.data_adapters.joining.test_layouts_of_programs import ANIMALS, holds, labels_of, saved

# ---- what annotation tools export


def studio(label: str, **more) -> dict:
    region = {"from_name": "sentiment", "type": "choices", "value": {"choices": [label]}}
    return {"result": [region], "was_cancelled": False} | more


def tool_records(tool: str) -> list[dict]:
    rows = list(zip(ANIMALS.ids, ANIMALS.labels))
    work = {
        "annotator": 1,
        "annotation_id": 7,
        "lead_time": 3.5,
        "created_at": "2026-01-01",
        "updated_at": "2026-01-01",
    }
    if tool == "label studio":
        return [{"id": 1, "data": {"text": i, "sample_id": i}, "annotations": [studio(a), studio(a), studio("ant")]}
                for i, a in rows]  # fmt: skip
    if tool == "label studio min":
        return [{"id": i, "image": f"/data/{i}.jpg", "sentiment": a} | work for i, a in rows]
    if tool == "argilla":
        return [{"id": i, "fields": {"text": i}, "responses": {"label": [{"value": a, "status": "submitted"}]}}
                for i, a in rows]  # fmt: skip
    if tool == "argilla 1":
        return [{"id": i, "fields": {"text": i}, "responses": [{"values": {"label": {"value": a}}, "status": "submitted"}]}
                for i, a in rows]  # fmt: skip
    if tool == "prodigy":
        options = [{"id": name, "text": name} for name in ANIMALS.names]
        return [{"id": i, "options": options, "accept": [a], "answer": "accept"} for i, a in rows]
    return [{"id": i, "data": i, "label": [a], "Comments": []} for i, a in rows]


@pytest.mark.parametrize("tool", ["label studio", "label studio min", "argilla", "argilla 1", "prodigy", "doccano"])
@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_annotation_tools(tmp_path, tool, ending):
    records, path = tool_records(tool), tmp_path / f"labels{ending}"
    path.write_text(json.dumps(records) if ending == ".json" else "\n".join(map(json.dumps, records)))
    column = "sample_id" if tool == "label studio" else "id"
    expert = saved(tmp_path / "m.csv", {column: ANIMALS.ids, "pred": ANIMALS.said})
    holds(read_both(path, expert), ANIMALS)


def test_what_label_studio_keeps_of_its_work_is_no_column_of_classes(tmp_path):
    records = [one | {"allow_skip": True, "inner_id": 1, "total_annotations": 1, "updated_by": 1, "cancelled_annotations": 0}
               for one in tool_records("label studio")]  # fmt: skip
    (tmp_path / "labels.json").write_text(json.dumps(records))
    holds(
        read_both(
            tmp_path / "labels.json", saved(tmp_path / "m.csv", {"sample_id": ANIMALS.ids, "pred": ANIMALS.said})
        ),
        ANIMALS,
    )


def test_verdicts_made_in_our_interface_are_no_given_labels(tmp_path):
    records = tool_records("label studio")
    for record, verdict in zip(records, ("keep", "None fits") * 200):
        (region,) = record["annotations"][0]["result"]
        record["annotations"][0]["result"] = [region | {"from_name": "verdict", "value": {"choices": [verdict]}}]
    (tmp_path / "labels.json").write_text(json.dumps(records))
    with pytest.raises(InputError, match=r"decisions, no given labels.*import-decisions"):
        read_both(tmp_path / "labels.json", saved(tmp_path / "m.csv", {"sample_id": ANIMALS.ids, "pred": ANIMALS.said}))


def test_columns_that_say_whether_models_are_right_are_no_classes(tmp_path):
    right = [one == other for one, other in zip(ANIMALS.labels, ANIMALS.said)]
    labels = saved(tmp_path / "labels.csv", {"id": ANIMALS.ids, "small": right, "large": [True] * ANIMALS.n})
    with pytest.raises(InputError, match=r"known to hold the given labels\. Its columns small, large say yes"):
        read_both(labels, saved(tmp_path / "m.csv", {"id": ANIMALS.ids, "pred": ANIMALS.said}))


def test_records_with_something_missing_are_a_sentence(tmp_path):
    records = tool_records("argilla")
    for record in records:
        record["responses"] = {"label": [{"status": "submitted"}]}
    (tmp_path / "labels.json").write_text(json.dumps(records))
    with pytest.raises(InputError, match="not laid out as one"):
        read_both(tmp_path / "labels.json", saved(tmp_path / "m.csv", {"id": ANIMALS.ids, "pred": ANIMALS.said}))


def test_a_table_of_label_studio(tmp_path):
    labels = saved(tmp_path / "labels.csv", pd.DataFrame(tool_records("label studio min")).to_dict("list"))
    holds(read_both(labels, saved(tmp_path / "m.csv", {"id": ANIMALS.ids, "pred": ANIMALS.said})), ANIMALS)


def test_fiftyone_csv_has_no_folder_of_anybodys_in_its_ids(tmp_path):
    paths = [f"/home/jo/val/{i}.jpg" for i in ANIMALS.ids]
    labels = saved(tmp_path / "labels.csv", {"filepath": paths, "tags": "val", "ground_truth": ANIMALS.labels})
    expert = saved(tmp_path / "m.csv", {"filepath": paths[::-1], "prediction": ANIMALS.said[::-1]})
    reading = read_both(labels, expert)
    holds(reading, ANIMALS, ids=[f"{i}.jpg" for i in ANIMALS.ids])
    assert "/home" not in "".join(map(str, reading.dataset.samples.to_numpy().ravel()))


def test_fiftyone_json(tmp_path):
    names = list(ANIMALS.names)
    (tmp_path / "labels.json").write_text(
        json.dumps({"classes": names, "labels": dict(zip(ANIMALS.ids, map(names.index, ANIMALS.labels)))})
    )
    samples = [
        {"filepath": f"{i}", "prediction": {"_cls": "Classification", "label": a, "confidence": c}}
        for i, a, c in zip(ANIMALS.ids, ANIMALS.said, ANIMALS.sure.tolist())
    ]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": samples}))
    reading = read_both(tmp_path / "labels.json", tmp_path / "samples.json")
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == "top1"


# ---- text without a header, with other separators, with numbers and texts in a column


@pytest.mark.parametrize("separator", [",", " ", "\t"])
@pytest.mark.parametrize("numbers", [True, False])
def test_pictures_and_labels_without_a_header(tmp_path, separator, numbers):
    labels = ANIMALS.given.tolist() if numbers else ANIMALS.labels
    text = "\n".join(f"{i}.jpg{separator}{label}" for i, label in zip(ANIMALS.ids, labels))
    (tmp_path / "val.txt").write_text(text)
    (tmp_path / "names.txt").write_text("\n".join(ANIMALS.names))
    np.savetxt(tmp_path / "m.txt", ANIMALS.probabilities)
    reading = read_both(tmp_path / "val.txt", tmp_path / "m.txt", class_names=tmp_path / "names.txt")
    holds(reading, ANIMALS, ids=[f"{i}.jpg" for i in ANIMALS.ids])


def test_bars_between_columns(tmp_path):
    rows = ["id|pred|conf", *(f"{i}|{a}|{c}" for i, a, c in zip(ANIMALS.ids, ANIMALS.said, ANIMALS.sure))]
    (tmp_path / "m.csv").write_text("\n".join(rows))
    holds(read_both(labels_of(tmp_path), tmp_path / "m.csv"), ANIMALS)


def test_json_lines_with_numbers_and_texts_in_a_column(tmp_path):
    digits = Made(tuple("01234"), n=120)
    told = [{"id": i, "pred": a if k % 7 else int(a)} for k, (i, a) in enumerate(zip(digits.ids, digits.said))]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, told)))
    holds(read_both(labels_of(tmp_path, digits), tmp_path / "m.jsonl"), digits)


def test_ids_that_look_like_powers_of_ten_stay_text_in_wide_tables(tmp_path):
    made = Made(tuple(f"c{k:02d}" for k in range(30)), n=120)
    ids = [f"{i}e{i % 5}" for i in range(1, made.n + 1)]
    labels = saved(tmp_path / "labels.csv", {"id": ids, "label": made.labels})
    columns = {name: made.probabilities[:, k] for k, name in enumerate(made.names)}
    holds(read_both(labels, saved(tmp_path / "m.csv", columns | {"id": ids})), made, ids=ids)


# ---- arrays of other programs


def test_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["model/logits"], file["model/labels"] = np.log(ANIMALS.probabilities), ANIMALS.given
        file["ids"] = [i.encode() for i in ANIMALS.ids]
    holds(read_both(labels_of(tmp_path), tmp_path / "m.h5"), ANIMALS)


def test_a_damaged_hdf5_file_is_a_sentence(tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.create_dataset("logits", data=ANIMALS.probabilities, compression="gzip")
    (tmp_path / "m.h5").write_bytes((tmp_path / "m.h5").read_bytes()[:-900])
    with pytest.raises(InputError, match=r"'m.h5' cannot be read as HDF5. Check that it was copied completely"):
        read_both(labels_of(tmp_path), tmp_path / "m.h5")


def test_zarr(tmp_path):
    zarr = pytest.importorskip("zarr", reason="zarr is not installed")
    whole = zarr.create_array(str(tmp_path / "m.zarr"), shape=ANIMALS.probabilities.shape, dtype="f4", chunks=(64, 5))
    whole[:] = ANIMALS.probabilities
    holds(read_both(labels_of(tmp_path), tmp_path / "m.zarr"), ANIMALS)


@pytest.mark.parametrize("label", [".cls", ".json"])
@pytest.mark.parametrize("shards", [1, 2])
def test_webdataset(tmp_path, label, shards):
    import io
    import tarfile

    made, folder = Made(("ant", "bee"), n=60), tmp_path / "shards"
    folder.mkdir()
    for part, (start, stop) in enumerate(pairwise(np.linspace(0, made.n, shards + 1).astype(int))):
        with tarfile.open(folder / f"val-{part}.tar", "w") as archive:
            for i in range(start, stop):
                told = json.dumps({"label": made.labels[i]}) if label == ".json" else made.labels[i]
                for suffix, content in ((".jpg", b"picture"), (label, told.encode())):
                    member = tarfile.TarInfo(made.ids[i] + suffix)
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    np.savez(tmp_path / "m.npz", ids=np.array(made.ids), probs=made.probabilities)
    source = folder if shards > 1 else folder / "val-0.tar"

    def read(plan):
        return read_loose(source, {"net": tmp_path / "m.npz"}, plan=plan, pictures_to=tmp_path / "pictures")

    reading = read_fixed(read, ReadingOptions())
    holds(reading, made)
    assert reading.dataset.samples["image"].tolist() == [f"{i}.jpg" for i in made.ids]
