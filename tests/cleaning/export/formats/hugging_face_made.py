"""Hugging Face datasets as their library writes them, with columns of many types, read, scored and decided on."""

import json

import pyarrow as pa

from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.archive import held_files
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.handover import Handover
from cleaning.keep.workspaces import create_workspace, open_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read_loose
from tests.cleaning.export.making import decide
from tests.data_adapters import tiny
from tests.data_adapters.layouts.test_picture_sources import picture

NAMES = ["cat", "dog", "eel"]
PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TYPES = {
    "image": PICTURE,
    "id": pa.string(),
    "width": pa.int32(),
    "score": pa.float32(),
    "seen": pa.bool_(),
    "when": pa.timestamp("us"),
    "tags": pa.list_(pa.string()),
    "box": pa.struct([("x", pa.int64()), ("y", pa.int64())]),
    "season": pa.int64(),
    "label": pa.int64(),
}
FEATURES = {
    "image": {"_type": "Image"},
    "id": {"dtype": "string", "_type": "Value"},
    "width": {"dtype": "int32", "_type": "Value"},
    "score": {"dtype": "float32", "_type": "Value"},
    "seen": {"dtype": "bool", "_type": "Value"},
    "when": {"dtype": "timestamp[us]", "_type": "Value"},
    "tags": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
    "box": {"x": {"dtype": "int64", "_type": "Value"}, "y": {"dtype": "int64", "_type": "Value"}},
    "season": {"names": ["spring", "autumn"], "_type": "ClassLabel"},
    "label": {"names": NAMES, "_type": "ClassLabel"},
}
INFO = {
    "description": "Pets of a street.",
    "citation": "@misc{pets}",
    "homepage": "https://pets.example",
    "license": "CC-BY-4.0",
    "download_checksums": {"/home/ann/pets.csv": {"num_bytes": 7}},
}
HOME = "/home/ann/pets"


def rows(split: str, count: int, home: str = "") -> list[dict]:
    return [
        {
            "image": {"bytes": picture(i), "path": f"{home}{split}/{i}.png"},
            "id": f"{split}-{i}",
            "width": i,
            "score": i / 2,
            "seen": i % 2 == 0,
            "when": 1_000_000 * i,
            "tags": [f"t{k}" for k in range(i % 3)],
            "box": {"x": i, "y": -i},
            "season": i % 2,
            "label": i % 3,
        }
        for i in range(count)
    ]


def table_of(rows: list[dict], label: str = "label", features=FEATURES) -> pa.Table:
    features = {label if name == "label" else name: about for name, about in features.items()}
    schema = pa.schema(
        [(label if name == "label" else name, kind) for name, kind in TYPES.items()],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    columns = {label if name == "label" else name: [row[name] for row in rows] for name in TYPES}
    return pa.table({name: pa.array(values, schema.field(name).type) for name, values in columns.items()}, schema)


def saved(folder, table: pa.Table, at_once: int = 5):
    """One split as ``save_to_disk`` writes it."""
    folder.mkdir(parents=True)
    with (
        pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as out,
    ):
        out.write_table(table, max_chunksize=at_once)
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    (folder / "dataset_info.json").write_text(json.dumps(INFO | {"features": features}))
    state = {"_fingerprint": "0", "_format_columns": None, "_format_kwargs": {}, "_format_type": None}
    files = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_output_all_columns": False, "_split": None}
    (folder / "state.json").write_text(json.dumps(state | files))
    return folder


def saved_dict(folder, label: str = "label", home: str = ""):
    for split, count in (("train", 12), ("test", 7)):
        saved(folder / split, table_of(rows(split, count, home), label))
    (folder / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    return folder


def handover_of(source, tmp_path, said, split=None, **options):
    """Reads it, scores it and decides: said are (row, verdict, labels)."""
    count = 12 if split != "test" else 7
    prefix = split or "train"
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"{prefix}-{i},cat" for i in range(count)))
    reading = read_loose(source, {"v": votes}, split=split, pictures_to=tmp_path / "pictures")
    dataset = reading.dataset
    workspace = create_workspace(tmp_path / "ws", dataset, reading.experts)
    workspace.keep_reading(reading.plan.as_data())
    run = workspace.save_run(pipeline.run(dataset, reading.experts), reading.experts)
    log = [decide(dataset.sample_ids[row], verdict, labels, number=i) for i, (row, verdict, labels) in enumerate(said)]
    workspace = open_workspace(tmp_path / "ws", workspace.id)
    return Handover(workspace, run, log, DEFAULT_POLICY, options=ExportOptions(**options))


SAID = [(0, "relabel", [2]), (4, "several_fit", [0, 1]), (5, "none_fits", [])]


def written(handover, folder):
    for name, data in held_files(hugging_face_files(handover)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def opened(folder) -> pa.Table:
    return pa.ipc.open_stream((folder / "data-00000-of-00001.arrow").read_bytes()).read_all()


def features_in(table: pa.Table) -> dict:
    return json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
