"""Tables as people save them."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cleaning.errors import InputError
from data_adapters.files.tables import read_table

ROWS = [("00012", "Bär"), ("NA", "null"), ("x", 'two\nlines, "quoted"')]
CSV = 'id,name\n00012,Bär\nNA,null\nx,"two\nlines, ""quoted"""\n'


def saved(path, content: bytes):
    path.write_bytes(content)
    return path


VARIANTS = {
    "plain": ("t.csv", CSV.encode()),
    "byte_order_mark": ("t.csv", b"\xef\xbb\xbf" + CSV.encode()),
    "utf_16": ("t.csv", CSV.encode("utf-16")),
    "utf_32": ("t.csv", CSV.encode("utf-32")),
    "windows_line_ends": ("t.csv", CSV.replace("\n", "\r\n").encode()),
    "no_last_line_end": ("t.csv", CSV.rstrip("\n").encode()),
    "empty_first_lines": ("t.csv", b"\n\n" + CSV.encode()),
    "capital_ending": ("T.CSV", CSV.encode()),
    "semicolons": (
        "t.csv",
        CSV.replace("id,", "id;").replace("12,", "12;").replace("A,", "A;").replace("x,", "x;").encode(),
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_csv_variants_read_alike(tmp_path, name):
    file, content = VARIANTS[name]
    table = read_table(saved(tmp_path / file, content))
    assert table.columns == ("id", "name")
    texts = [text.replace("\r\n", "\n") for text in table.text("name")]
    assert list(zip(table.text("id"), texts)) == ROWS


def test_a_header_longer_than_the_first_look(tmp_path):
    names = [f"a rather long name of a class, number {k:,}".replace(",", "") for k in range(30_000)]
    content = f"id,{','.join(names)}\n" + "x" + ",0.5" * 30_000 + "\n"
    assert len(content) > 1024**2 and read_table(saved(tmp_path / "t.csv", content.encode())).columns[1:] == tuple(
        names
    )


def test_a_text_longer_than_pythons_csv_reads(tmp_path):
    story = "word " * 40_000
    table = read_table(saved(tmp_path / "t.csv", f"id,question\nq1,{story}\n".encode()))
    assert table.text("question")[0] == story.strip()


def test_mixed_line_ends(tmp_path):
    table = read_table(saved(tmp_path / "t.csv", b"a,b\r\n1,2\n3,4\r\n"))
    assert list(table.text("b")) == ["2", "4"]


def test_semicolons_are_said(tmp_path):
    table = read_table(saved(tmp_path / "t.csv", b"a;b\n1;2\n"))
    assert table.notes == ("'t.csv': columns are separated by semicolons.",)


def test_tsv_feather_parquet_and_json_lines_read_alike(tmp_path):
    frame = pd.DataFrame(ROWS, columns=["id", "name"])
    frame.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_feather(tmp_path / "t.feather")
    lines = (json.dumps({"id": i, "name": name}) for i, name in ROWS)
    (tmp_path / "t.jsonl").write_text("\n".join(lines))
    for suffix in ("tsv", "parquet", "feather", "jsonl"):
        table = read_table(tmp_path / f"t.{suffix}")
        assert list(zip(table.text("id"), table.text("name"))) == ROWS, suffix


def test_unnamed_columns_get_their_place(tmp_path):
    assert read_table(saved(tmp_path / "t.csv", b",label\n0,cat\n")).columns == ("column 1", "label")


def test_wide_tables_are_read_as_float32_but_ids_as_text(tmp_path):
    scores = np.random.default_rng(0).normal(size=(40, 30))
    frame = pd.DataFrame(scores, columns=[f"c{k}" for k in range(30)])
    frame.insert(0, "id", [f"{i:04d}" for i in range(40)])
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = read_table(tmp_path / "t.csv", scores=True)
    assert table.data["c3"].type == pa.float32()
    assert table.text("id")[7] == "0007"
    np.testing.assert_allclose(table.matrix(list(frame.columns[1:])), scores, rtol=1e-6)


def test_wide_table_with_a_word_among_late_numbers_says_so(tmp_path):
    header = ",".join(f"c{k}" for k in range(30))
    rows = [",".join(["1.5"] * 30)] * 300 + [",".join(["1.5"] * 29 + ["oops"])]
    with pytest.raises(InputError, match="cannot be read as a table"):
        read_table(saved(tmp_path / "t.csv", "\n".join([header, *rows]).encode()), scores=True)


def test_numbers_and_missing_values(tmp_path):
    frame = pd.DataFrame({"n": [1.0, None, 3.5], "k": [1, 2, 3]})
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    np.testing.assert_array_equal(table.numbers("n"), [1.0, np.nan, 3.5])
    assert list(table.text("n")) == ["1", "", "3.5"]
    assert table.holds_numbers("k") and table.holds_numbers("n")


def test_categories_are_read_as_their_text(tmp_path):
    pd.DataFrame({"c": pd.Categorical(["x", "y", "x"])}).to_parquet(tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet").text("c")) == ["x", "y", "x"]


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("t.feather", b"nonsense", "'t.feather' cannot be read as Feather"),
        ("t.jsonl", b'{"a": 1}\n{"a": ', "'t.jsonl', line 2, is no sound JSON"),
        ("t.jsonl", b"[1, 2]\n", "'t.jsonl', line 1, is no JSON object"),
        ("t.parquet", b"PAR1PAR1", "'t.parquet' cannot be read as Parquet"),
        ("t.csv", b'a,b\n1,"never closed\n2,3\n', "opens a quote in row 2 that is never closed"),
        ("t.docx", b"PK", "'t.docx' is no table we read"),
    ],
)
def test_damaged_tables_end_in_a_sentence(tmp_path, file, content, sentence):
    with pytest.raises(InputError) as refused:
        read_table(saved(tmp_path / file, content))
    assert sentence in str(refused.value)


def test_parquet_that_declares_absurdly_many_cells_is_refused(tmp_path, monkeypatch):
    pd.DataFrame({"a": [0] * 1000}).to_parquet(tmp_path / "t.parquet")
    monkeypatch.setattr("data_adapters.files.arrow_tables.MAX_TABLE_CELLS", 999)
    with pytest.raises(InputError, match="declares 1,000 rows x 1 column"):
        read_table(tmp_path / "t.parquet")


def test_line_ends_within_quotes_survive_the_border_of_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr("data_adapters.files.text_tables.BLOCK_BYTES", 256)
    rows = "".join(f'{i},"one\ntwo\nthree {"x" * (i % 40)}"\n' for i in range(200))
    table = read_table(saved(tmp_path / "t.csv", b"id,text\n" + rows.encode()))
    assert list(table.text("id")) == [str(i) for i in range(200)]
