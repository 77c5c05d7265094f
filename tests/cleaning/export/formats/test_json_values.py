"""Many values as JSON at once say what one at a time would."""

import pytest

from cleaning.export.formats.json_values import ENCODE, json_texts

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
