"""A table written a column at a time reads as pandas and Python's own JSON write it, byte by byte."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.domain.dataset import TEXT
from cleaning.export.formats.json_values import ENCODE
from cleaning.export.formats.row_texts import Coded, Each, Millionths
from cleaning.export.formats.table_texts import as_csv, as_series, json_lines_blocks, taken
from tests.cleaning.export.formats.test_json_values import ODD

N = 18
FORMULAS = ["=1+1", "-3", "+x", "'=x", "tab\tx", "car\rriage", 'quo"te', " lead", "日本"]
TEXTS = [*ODD, *FORMULAS]
FLOATS = [0.1, float("nan"), -0.0, 1e-5, 1e-4, 1e16, 1e22, float("inf"), 1 / 3] * 2


def columns_of_all_kinds() -> dict:
    codes = np.arange(N, dtype=np.int32) % 5
    return {
        "sample_id": np.array(TEXTS, TEXT),
        "few, texts": Coded(codes, TEXTS[:5]),
        "few lists": Coded(codes, [["a"], ["b", 'c"'], [], ["é"], ["x,y"]]),
        "few numbers": Coded(codes % 3, [-1, 0, 10]),
        "whether": Coded(codes % 2, (False, True)),
        "suspicion": Millionths(np.round(np.linspace(0, 1, N), 6)),
        "whole": np.arange(N, dtype=np.int64) - 5,
        "made": Each(np.arange(N), lambda some: [f"no. {one}, {one}" for one in some]),
        "pandas": pd.Series([*TEXTS[:-1], None]),
        "mixed": pd.Series([None, 1, 2.5, True, "a,b", float("nan")] * 3, dtype=object),
        "lists": pd.Series([["a", "b,c"], [], ['"']] * 6, dtype=object),
        "float": pd.Series(FLOATS),
        "bool": pd.Series([True, False] * 9),
    }


@pytest.fixture(params=[1, 4, 50_000])
def at_once(request, monkeypatch):
    monkeypatch.setattr("cleaning.export.formats.row_texts.AT_ONCE", request.param)


@pytest.mark.parametrize("most", [0, 3, 20_000])
def test_csv_is_as_pandas_writes_it(at_once, monkeypatch, most):
    monkeypatch.setattr("cleaning.export.formats.row_texts.MOST_TEXTS", most)
    columns = columns_of_all_kinds()
    frame = pd.DataFrame({name: as_series(column) for name, column in columns.items()})
    for name in ("few lists", "lists"):
        frame[name] = [ENCODE(value) for value in frame[name]]
    assert as_csv(columns) == frame.to_csv(index=False, lineterminator="\n").encode()


def test_json_lines_are_as_the_encoder_writes_each_row(at_once):
    columns = columns_of_all_kinds() | {"%s {}": np.array(TEXTS, object)}
    whole = {name: as_series(column) for name, column in columns.items()}
    lists = {name: column.tolist() for name, column in whole.items()}
    rows = [dict(zip(lists, row)) for row in zip(*lists.values())]
    assert b"".join(json_lines_blocks(columns)).decode().split("\n")[:-1] == [ENCODE(row) for row in rows]


def test_what_only_pandas_can_write_it_writes():
    columns = {"day": pd.Series(pd.to_datetime(["2026-01-01", None])), "few": Coded(np.array([1, 0]), ["a", "b,"])}
    assert as_csv(columns) == b'day,few\n2026-01-01,"b,"\n,a\n'
    assert as_csv({"alone": Coded(np.array([0, 1]), ["", "b"])}) == b'alone\n""\nb\n'
    nullable = pd.DataFrame({"a": pd.array(["x", None], "string"), "b": pd.array([1, None], "Int64")})
    assert as_csv(nullable) == nullable.to_csv(index=False, lineterminator="\n").encode()


@given(st.lists(st.tuples(st.text(), st.sampled_from(TEXTS)), min_size=1))
def test_any_text_is_quoted_as_pandas_quotes_it(rows):
    texts, few = zip(*rows)
    columns = {"any": np.array(texts, object), "few": Coded(np.array([TEXTS.index(one) for one in few]), TEXTS)}
    expected = pd.DataFrame({"any": np.array(texts, object), "few": np.array(few, object)}, dtype=object)
    assert as_csv(columns).decode() == expected.to_csv(index=False, lineterminator="\n")


def test_rows_are_taken_of_every_kind_of_column():
    rows = np.array([3, 0, 7])
    for name, column in columns_of_all_kinds().items():
        whole, some = (pd.Series(as_series(one)).tolist() for one in (column, taken(column, rows)))
        assert repr(some) == repr([whole[row] for row in rows]), name
