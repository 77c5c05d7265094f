"""Many values as JSON at once say what one at a time would."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.export.formats.corrected import as_json_lines
from cleaning.export.formats.json_values import ENCODE, json_objects, json_texts

ODD = ["", "a, b", '"', "\\", "a\0b", "é\u2028", "%s {}", "[1, 2]", "line\nline"]
ONE = ["one list", ["in", "a\0list"]]


@pytest.mark.parametrize(
    "values",
    [
        [], ODD, [1, -2, 10**20], [0.1, float("nan"), float("inf"), 1e-9], [True, False, None], [*ODD, 1, 2.5, None],
        [["a, b"], [], ["\0", ["c"]]], [ONE, ["other"], ONE], [{"a, b": "\0"}, None, ()], [None],
    ],
)  # fmt: skip
def test_each_value_is_written_as_alone(values):
    assert json_texts(values) == [ENCODE(value) for value in values]


def test_objects_are_written_as_alone():
    rows = [dict(zip(ODD, ODD[n:] + ODD[:n])) for n in range(4)]
    columns = [(name, json_texts([row[name] for row in rows])) for name in ODD]
    assert list(json_objects(columns)) == [ENCODE(row) for row in rows]


def test_lines_over_several_blocks_hold_every_row(monkeypatch):
    monkeypatch.setattr("cleaning.export.formats.corrected.AT_ONCE", 3)
    table = pd.DataFrame({"id": ODD, "n": np.arange(9), "of": [[one] for one in ODD], "p%s": np.linspace(0, 1, 9)})
    read = [json.loads(line) for line in as_json_lines(table).decode().split("\n")[:-1]]
    assert read == table.to_dict("records")
