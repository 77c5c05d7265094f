"""Rows put together of pieces: which pieces become one, and how floats of six decimals are written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.export.formats.row_texts import Coded, Each, Millionths, _joined, coded_by_row, rounded, rows_as_text

TINY = st.integers(0, 1_000).map(lambda count: count / 1e6)


def written(values) -> list[str]:
    return "".join(rows_as_text([*Millionths(np.array(values)).pieces(), "\n"], len(values))).split("\n")[:-1]


@given(st.lists(st.floats(0, 1).map(lambda value: round(value, 6)) | TINY))
def test_six_decimals_are_written_as_python_does(values):
    assert written(values) == list(map(repr, values))


def test_every_count_of_millionths_is_written_as_python_does():
    values = (np.arange(1_000_001) / 1e6).tolist()
    assert written(values) == list(map(repr, values))


@pytest.mark.parametrize("values", [[0.5, -0.25], [1.5], [float("nan"), 0.1], [-0.0], []])
def test_other_floats_are_written_one_by_one(values):
    assert written(values) == list(map(repr, values))


@given(
    st.lists(st.floats(-1, 1) | st.integers(0, 10**7).map(lambda count: count / 1e7 + 5e-8) | st.floats(-1e20, 1e20))
)
def test_many_are_rounded_as_alone(values):
    assert rounded(np.array(values)).tolist() == [round(value, 6) for value in values]


def test_a_value_that_numpy_rounds_the_other_way_is_rounded_as_python_does():
    values = [count / 1e6 + 5e-7 for count in range(2_000)]
    assert [round(value, 6) for value in values] != np.round(values, 6).tolist()
    assert rounded(np.array(values)).tolist() == [round(value, 6) for value in values]


def test_neighbours_of_few_texts_become_one_piece():
    few, codes = ["a", "b"], np.array([0, 1, 1])
    pieces = [
        "<",
        Coded(codes, few),
        "-",
        Coded(codes[::-1], few),
        ">",
        Each(["x", "y", "z"], list),
        ";",
        Coded(codes, few),
    ]
    joined = _joined(pieces)
    assert [type(one) for one in joined] == [Coded, Each, Coded]
    assert (
        joined[0].values == ["<a-b>", "<b-a>", "<b-b>"]
        and "".join(rows_as_text(pieces, 3)) == "<a-b>x;a<b-b>y;b<b-a>z;b"
    )


def test_too_many_texts_stay_apart(monkeypatch):
    monkeypatch.setattr("cleaning.export.formats.row_texts.MOST_TEXTS", 2)
    pieces = [Coded(np.array([0, 1, 0, 1]), ["a", "b"]), Coded(np.array([0, 1, 1, 0]), ["c", "d"])]
    assert len(_joined(pieces)) == 2 and "".join(rows_as_text(pieces, 4)) == "acbdadbc"
    monkeypatch.setattr("cleaning.export.formats.row_texts.MOST_PAIRS", 3)
    assert len(_joined(pieces)) == 2
    monkeypatch.undo()
    assert len(_joined(pieces)) == 1


def test_a_column_of_few_rows_holds_equal_values_once():
    column = coded_by_row(np.array([2, 0]), ["x", "x"], "", 4)
    assert column.all().tolist() == ["x", "", "x", ""] and column.values == ["", "x"]
