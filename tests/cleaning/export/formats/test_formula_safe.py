"""A CSV for people runs nothing in a spreadsheet, and says nothing else than the raw one."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.export.formats.formula_safe import safe, safe_table, unsafe
from cleaning.export.kinds import BY_NAME


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
    assert list(table.columns) == ["'=a", "n"] and table["'=a"][0] == "'=1" and table["n"].tolist() == [-1, 2]


def test_each_kind_says_which_it_is():
    assert "apostrophe" in BY_NAME["csv"].words and "as it is" in BY_NAME["csv_raw"].words
