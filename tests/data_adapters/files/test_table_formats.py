"""Tables in JSON, Excel, packed files and frames with an index: what was written is what is read."""

import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cleaning.errors import InputError
from data_adapters import read_folder, read_loose
from data_adapters.files import packed
from data_adapters.files.tables import read_table
from data_adapters.files.values import column_of

CLASSES = ("7", "NA", "rote Bete", "écureuil", "0012")
PARTS = ("0", "12", "ß", "猫", "a b", "x,y", 'q"', "é", "-", "_", "Z")


def made(seed: int):
    """(ids, given class numbers, (N, K) scores) of a dataset with names people really have."""
    rng = np.random.default_rng(seed)
    ids = [f"{k:04d}{''.join(rng.choice(PARTS, 3))}" if k % 2 else f"{k:05d}" for k in range(40)]
    return ids, rng.permutation(np.arange(40) % len(CLASSES)), rng.normal(size=(40, len(CLASSES))).round(4)


def in_order(expert) -> np.ndarray:
    """(N, K) scores in the order of the samples."""
    return expert.scores if expert.rows is None else expert.scores[expert.rows]


def write(frame: pd.DataFrame, path, how: str = ""):
    """The frame in a file of this ending, in the layout ``how`` where there are several."""
    name = path.name
    if name.endswith(".xlsx"):
        frame.to_excel(path, index=False)
    elif name.endswith(".parquet"):
        frame.to_parquet(path, index=None)
    elif name.endswith((".arrow", ".feather")):
        with pa.OSFile(str(path), "wb") as sink:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            opener = pa.ipc.new_stream if how == "stream" else pa.ipc.new_file
            with opener(sink, table.schema) as writer:
                writer.write_table(table)
    else:
        if ".json" in name:
            plain = frame.to_json(orient=how or "records", lines=".jsonl" in name, force_ascii=False).encode()
        else:
            plain = frame.to_csv(index=False, sep="\t" if ".tsv" in name else ",").encode()
        with pa.output_stream(str(path), compression={"gz": "gzip", "zst": "zstd"}.get(name.rpartition(".")[2])) as out:
            out.write(plain)
    return path


LAYOUTS = [
    (".xlsx", ""),
    (".json", "records"),
    (".json", "split"),
    (".json", "index"),
    (".json", "columns"),
    (".json", "table"),
    (".json.gz", "records"),
    (".csv.gz", ""),
    (".tsv.gz", ""),
    (".jsonl.gz", ""),
    (".csv.zst", ""),
    (".tsv.zst", ""),
    (".jsonl.zst", ""),
    (".parquet", ""),
    (".arrow", "file"),
    (".arrow", "stream"),
    (".feather", ""),
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(("suffix", "how"), LAYOUTS)
def test_what_was_written_is_read(tmp_path, suffix, how, indexed, seed, monkeypatch):
    ids, given, scores = made(seed)
    order = np.random.default_rng(seed).permutation(len(ids))
    labels = pd.DataFrame({"sample_id": ids, "label": [CLASSES[k] for k in given]})
    expert = pd.DataFrame({"sample_id": ids, **{name: scores[:, k] for k, name in enumerate(CLASSES)}}).iloc[order]
    expert = expert.reset_index(drop=True)
    if indexed and (suffix == ".parquet" or how in ("split", "index", "columns")):
        expert = expert.set_index("sample_id")
        expert.index.name = None
    names = tmp_path / "names.txt"
    names.write_text("\n".join(CLASSES) + "\n", encoding="utf-8")
    files = write(labels, tmp_path / f"labels{suffix}", how), write(expert, tmp_path / f"net.v1{suffix}", how)
    reading = read_loose(files[0], {"net": files[1]}, class_names=names)
    assert reading.dataset.sample_ids.tolist() == ids
    assert reading.dataset.given_labels.tolist() == given.tolist()
    assert reading.dataset.class_names == CLASSES
    assert np.allclose(in_order(reading.experts[0]), scores, atol=1e-6)
    assert not reading.joined_by_position


@pytest.mark.parametrize("suffix", [".csv.gz", ".xlsx", ".json", ".csv.zst"])
def test_in_a_dataset_folder(tmp_path, suffix):
    ids, given, scores = made(1)
    (tmp_path / "experts").mkdir()
    write(pd.DataFrame({"sample_id": ids, "label": [CLASSES[k] for k in given]}), tmp_path / f"labels{suffix}")
    answers = pd.DataFrame({"sample_id": ids, "predicted_class": [CLASSES[k] for k in scores.argmax(axis=1)]})
    write(answers, tmp_path / "experts" / f"net.v1{suffix}")
    reading = read_folder(tmp_path)
    assert [expert.name for expert in reading.experts] == ["net.v1"]
    assert [reading.dataset.class_names[k] for k in reading.experts[0].predicted] == answers["predicted_class"].tolist()


def test_json_that_only_tells_of_scores_beside_it_is_no_expert(tmp_path):
    ids, given, scores = made(1)
    (tmp_path / "experts").mkdir()
    write(pd.DataFrame({"sample_id": ids, "label": given}), tmp_path / "labels.csv")
    (tmp_path / "labels.json").write_text(json.dumps(list(CLASSES)), encoding="utf-8")
    np.save(tmp_path / "experts" / "net.npy", scores.astype(np.float32))
    (tmp_path / "experts" / "net.json").write_text('{"epochs": 3}', encoding="utf-8")
    assert [expert.name for expert in read_folder(tmp_path).experts] == ["net"]


def test_a_map_from_ids_to_classes_or_scores(tmp_path):
    ids, given, scores = made(2)
    labels, expert, votes = (tmp_path / f"{name}.json" for name in ("labels", "net", "votes"))
    labels.write_text(json.dumps({i: CLASSES[k] for i, k in zip(ids, given)}), encoding="utf-8")
    expert.write_text(json.dumps(dict(zip(ids[::-1], scores[::-1].tolist()))), encoding="utf-8")
    votes.write_text(json.dumps({i: CLASSES[row.argmax()] for i, row in zip(ids, scores)}), encoding="utf-8")
    reading = read_loose(labels, {"net": expert, "votes": votes})
    by_name = [sorted(CLASSES).index(name) for name in CLASSES]
    assert reading.dataset.sample_ids.tolist() == ids and reading.dataset.class_names == tuple(sorted(CLASSES))
    assert np.allclose(in_order(reading.experts[0]), scores, atol=1e-6)
    assert reading.experts[1].predicted.tolist() == [by_name[k] for k in scores.argmax(axis=1)]


def test_records_inside_an_object_and_numbers_too_long_for_a_float(tmp_path):
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"model": "m", "results": [{"id": 2**63 + k, "pred": k % 2} for k in range(4)]}))
    table = read_table(path)
    assert table.columns == ("id", "pred") and table.text("id").tolist() == [str(2**63 + k) for k in range(4)]
    assert any("'results'" in note for note in table.notes)


def test_columns_of_mixed_values_are_text():
    assert column_of([1, "a", None, 2.0, [1]]).to_pylist() == ["1", "a", None, "2", "[1]"]
    assert column_of([2**53 + 1, 0.5]).to_pylist() == [str(2**53 + 1), "0.5"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "no rows|other things"),
        ("3", "no table"),
        ("{}", "no table"),
        ("[1, 2]", "other things"),
        ('{"a": [{"b": 1}], "c": [{"d": 1}]}', "2 lists of records"),
        ('{"a": 1, "b": [2]}', "mixes"),
        ('{"a": [1, 2], "id": [1]}', "different lengths"),
        ('[{"a": 1}', "no sound JSON"),
        ('{"columns": ["a"], "data": [[1, 2]]}', "do not fit"),
    ],
)
def test_json_that_holds_no_table_ends_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        read_table(path)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_ends_in_a_sentence(tmp_path, suffix):
    path = tmp_path / f"a.csv{suffix}"
    with pa.output_stream(str(path), compression={".gz": "gzip", ".zst": "zstd"}[suffix]) as out:
        for _ in range(100):
            out.write(b"0" * 1024**2)
    with pytest.raises(InputError, match="more than is read"):
        read_table(path)


def test_more_than_the_bound_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "MAX_UNPACKED_BYTES", 1000)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,label\n" + b"1,a\n" * 500))
    with pytest.raises(InputError, match=r"unpacks to more than 1\.0 KB"):
        read_table(path)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: data[len(data) // 2 :], lambda data: data[:200]]
)
@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".xlsx", ".arrow"])
def test_damaged_files_end_in_a_sentence(tmp_path, suffix, damage):
    ids, given, _ = made(0)
    path = write(pd.DataFrame({"sample_id": ids * 20, "label": list(given) * 20}), tmp_path / f"a{suffix}")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=f"'a{suffix}'"):
        read_table(path)


def test_a_workbook_tells_of_its_other_sheets_and_keeps_whole_numbers(tmp_path):
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(
            {"id": ["007", "a"], "n": [1.0, 3.0], "day": pd.to_datetime(["2026-01-02", "2026-01-03"])}
        ).to_excel(book, index=False, sheet_name="first")
        pd.DataFrame({"b": [1]}).to_excel(book, index=False, sheet_name="more")
    table = read_table(path)
    assert table.text("id").tolist() == ["007", "a"] and table.text("n").tolist() == ["1", "3"]
    assert table.text("day")[0].startswith("2026-01-02") and "Sheets left out: more." in table.notes[0]


def test_without_openpyxl_the_sentence_names_it(tmp_path, monkeypatch):
    import sys

    (tmp_path / "a.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match="needs openpyxl"):
        read_table(tmp_path / "a.xlsx")


def test_an_index_that_only_counts_rows_is_no_column(tmp_path):
    frame = pd.DataFrame({"label": ["a", "b"]}, index=pd.Index([0, 1], dtype=np.int64))
    frame.index = pd.Index([0, 1])
    frame.to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").columns == ("label",)
    frame.iloc[[1]].to_parquet(tmp_path / "b.parquet")
    assert read_table(tmp_path / "b.parquet").columns == ("label", "sample_id")
