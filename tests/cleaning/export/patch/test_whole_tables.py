"""Labels changed in packed tables, JSON and Excel workbooks: each in its own layout."""

import bz2
import gzip
import json

import pandas as pd
import pytest

from cleaning.errors import InputError
from cleaning.export.patch.whole_tables import written_anew
from data_adapters.files.tables import read_table
from tests.cleaning.export.test_patch import a_folder, a_patch, call

NAMES = ["frog", "toad, the", "newt"]
IDS, GIVEN = [f"s{i:02d}" for i in range(12)], [NAMES[i % 3] for i in range(12)]
FRAME = pd.DataFrame({"sample_id": IDS, "label": GIVEN, "note": ['"'] * 12})
NUMBERS = FRAME.assign(label=[i % 3 for i in range(12)])
RECORDS = NUMBERS.to_dict("records")
KINDS = {
    "gzip.csv.gz": gzip.compress(FRAME.to_csv(index=False).encode()),
    "bzip.jsonl.bz2": bz2.compress(NUMBERS.to_json(orient="records", lines=True).encode()),
    "packed.json.gz": gzip.compress(FRAME.to_json(orient="records").encode()),
    "windows.csv": FRAME.replace('"', "Größe").to_csv(index=False).encode("cp1252"),
    "records.json": FRAME.to_json(orient="records", indent=2).encode(),
    "several.json": json.dumps({"model": "x", "rows": RECORDS}, indent=1).encode(),
    "split.json": FRAME.to_json(orient="split").encode(),
    "columns.json": FRAME.to_json(orient="columns").encode(),
    "lists.json": json.dumps(NUMBERS.to_dict("list")).encode(),
    "map.json": json.dumps(dict(zip(IDS, GIVEN)), indent=4).encode(),
    "sheet.xlsx": FRAME,
    "numbers.xlsx": NUMBERS,
}


@pytest.mark.parametrize("name", KINDS)
def test_only_the_labels_asked_for_change(tmp_path, name):
    path, content = tmp_path / name, KINDS[name]
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content.to_excel(path, index=False, startrow=1)
    suffix, table = name[name.index(".") :], read_table(path)
    texts = table.text("label").tolist()
    new = dict.fromkeys((0, 5), "2" if texts[0] == "0" else "newt")
    (tmp_path / f"new_{name}").write_bytes(written_anew(path.read_bytes(), suffix, "label", new, texts))
    again = read_table(tmp_path / f"new_{name}")
    assert again.text("label").tolist() == [new.get(row, text) for row, text in enumerate(texts)]
    rest = [column for column in table.columns if column != "label"]
    assert again.columns == table.columns and [again.values(c) for c in rest] == [table.values(c) for c in rest]
    assert again.data.schema.field("label").type == table.data.schema.field("label").type


def test_json_keeps_its_layout_and_a_workbook_its_other_sheets(tmp_path):
    import openpyxl

    data = json.dumps(RECORDS, indent=2).encode()
    new = written_anew(data, ".json", "label", {1: "2"}, list(map(str, NUMBERS["label"])))
    changed = [(a, b) for a, b in zip(data.decode().splitlines(), new.decode().splitlines()) if a != b]
    assert changed == [('    "label": 1,', '    "label": 2,')]
    book = openpyxl.Workbook()
    for row in [["sample_id", "label"], ["s1", "frog"], ["s2", "newt"]]:
        book.active.append(row)
    book.active["B2"].comment = openpyxl.comments.Comment("look again", "ada")
    book.create_sheet("more")["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    new = written_anew((tmp_path / "a.xlsx").read_bytes(), ".xlsx", "label", {0: "newt"}, ["frog", "newt"])
    (tmp_path / "b.xlsx").write_bytes(new)
    again = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert again.active["B2"].value == "newt" and again.active["B2"].comment.text == "look again"
    assert again["more"]["A1"].value == "=1+1"


def test_labels_that_are_not_those_read_are_not_written():
    with pytest.raises(InputError, match="cannot be told apart"):
        written_anew(b'[{"id": 1, "label": "frog"}]', ".json", "label", {0: "newt"}, ["toad"])


def test_a_packed_table_is_applied_and_given_back_byte_for_byte(tmp_path):
    data = gzip.compress(FRAME.to_csv(index=False).encode())
    folder = a_folder(tmp_path / "folder", data, "samples.csv.gz")
    (tmp_path / "patch.jsonl").write_bytes(a_patch(folder, tmp_path / "ws"))
    out, again = tmp_path / "out.csv.gz", tmp_path / "again.csv.gz"
    assert call("apply", tmp_path / "patch.jsonl", folder / "samples.csv.gz", "--out", out) == 0
    assert read_table(out).text("label").tolist() != GIVEN
    assert call("revert", tmp_path / "patch.jsonl", out, "--out", again) == 0
    assert again.read_bytes() == data
