"""A CSV for people runs nothing in a spreadsheet, and says nothing else than the raw one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.domain.dataset import TEXT
from cleaning.domain.spreadsheet_text import safe, unsafe
from cleaning.export.formats.formula_safe import safe_columns, safe_table
from cleaning.export.formats.row_texts import Coded, Each
from cleaning.export.formats.table_texts import as_csv, as_series
from cleaning.export.kinds import BY_NAME
from data_adapters.files.tables import read_table


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+HYPERLINK(1)", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}" and unsafe(safe(text)) == text


@pytest.mark.parametrize("text", ["cat", "", "-3", "+1.5e3", "'tis", "a=b", "é"])
def test_other_text_and_numbers_stay(text):
    assert safe(text) == text == unsafe(text)


@given(st.text(alphabet="'=+-@\t\ra1.", max_size=6))
def test_it_can_always_be_taken_back(text):
    assert unsafe(safe(text)) == text


def test_names_of_columns_are_safe_too_and_figures_stay_figures():
    table = safe_table(pd.DataFrame({"=a": ["=1", None], "n": [-1, 2]}))
    assert (
        list(table.columns) == ["'=a", "n", "formula_safe"]
        and table["'=a"][0] == "'=1"
        and table["n"].tolist() == [-1, 2]
    )


def test_a_table_says_that_it_was_changed_where_it_was():
    untouched = pd.DataFrame({"sample_id": np.array(["a", "b"], TEXT), "final_labels": [["a"], ["b"]]})
    assert "formula_safe" not in safe_table(untouched)
    assert "formula_safe" not in safe_table(pd.DataFrame({"a": ["1", "'tis", None]}))
    for kind in (object, TEXT, pd.StringDtype()):
        changed = safe_table(pd.DataFrame({"a": pd.Series(["1", "b", "=2"]).astype(kind)}))
        assert changed["a"].tolist() == ["1", "b", "'=2"] and set(changed["formula_safe"]) == {"yes"}


@pytest.mark.parametrize("kind", [object, TEXT, pd.Series, Coded, Each])
@pytest.mark.parametrize(
    "texts", [["1", "b", "=2"], ["1", "'tis", "-3"], ["a\n=b", "x", "y"], ["@", "", "+1.5"], ["a", "b"]]
)
def test_columns_are_as_safe_as_a_table(monkeypatch, kind, texts):
    monkeypatch.setattr("cleaning.export.formats.formula_safe.AT_ONCE", 2)
    if kind is Coded:
        column = Coded(np.arange(3) % len(texts), texts)
    elif kind is Each:
        column = Each(np.arange(len(texts)), lambda rows: [texts[row] for row in rows])
    else:
        column = pd.Series(texts) if kind is pd.Series else np.array(texts, kind)
    columns = {"=n": np.arange(len(column)), "id": column}
    table = safe_table(pd.DataFrame({name: as_series(one) for name, one in columns.items()}))
    assert as_csv(safe_columns(columns)) == table.to_csv(index=False, lineterminator="\n").encode()
    changed = "formula_safe" in safe_columns({"n": columns["=n"], "id": column})
    assert changed == any(safe(text) != text for text in texts)


@pytest.mark.parametrize("name", ["corrected_labels.csv", "corrected_labels.csv.gz", "corrected_labels.xlsx"])
def test_our_own_table_is_read_as_it_was_before_the_apostrophes(tmp_path, name):
    written = pd.DataFrame(
        {"sample_id": ["=1+1", "'=2", "-3", "a"], "+label": ["@x", "'tis", "-", "''-"], "n": [1, 2, 3, 4]}
    )
    table, path = safe_table(written), tmp_path / name
    table.to_excel(path, index=False) if name.endswith("xlsx") else table.to_csv(path, index=False)
    found = read_table(path)
    assert found.columns == tuple(written.columns)
    assert {c: found.text(c).tolist() for c in found.columns} == {c: written[c].astype(str).tolist() for c in written}
    assert "apostrophes" in found.notes[-1]


def test_a_foreign_tables_own_apostrophes_stay(tmp_path):
    for mark in ({}, {"formula_safe": ["yes", "no"]}):
        pd.DataFrame({"id": ["'=1", "b"], "label": ["'-x", "y"]} | mark).to_csv(tmp_path / "a.csv", index=False)
        found = read_table(tmp_path / "a.csv")
        assert found.text("id").tolist() == ["'=1", "b"] and found.text("label").tolist() == ["'-x", "y"]


def test_each_kind_says_which_it_is():
    assert "apostrophe" in BY_NAME["csv"].words and "as it is" in BY_NAME["csv_raw"].words
