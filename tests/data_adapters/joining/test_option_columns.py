"""Options that lie in a column each: whatever the columns are called, and where some questions have fewer of them."""

import numpy as np
import pytest

from tests.data_adapters.joining.kinds import Made, read_both, written

FOUR = Made(tuple("ABCD"), n=200)
SHORT = np.flatnonzero(FOUR.given < 3)[:20]  # questions with three options
ASKED = [f"What is {i}?" for i in range(FOUR.n)]


def table(called: str, missing: object = None, **more) -> dict:
    """called: of the columns, with ``{}`` for the letter; "a" in it makes the letter small."""
    columns = {}
    for k, letter in enumerate("ABCD"):
        cells = [f"option {i} {k}" for i in range(FOUR.n)]
        if k == 3:
            cells = [missing if i in SHORT else cell for i, cell in enumerate(cells)]
        columns[called.format(letter, letter.lower())] = cells
    return {"id": FOUR.ids} | more | columns | {"answer": FOUR.labels}


def read_columns(folder, columns: dict, name: str = "questions.csv"):
    said = ["C" if i in SHORT and one == "D" else one for i, one in enumerate(FOUR.said)]
    return read_both(written(folder / name, columns), written(folder / "m.csv", {"id": FOUR.ids, "pred": said}))


def has_three_and_four(reading) -> None:
    counts = reading.dataset.options_of()
    assert reading.dataset.kind == "question" and (counts == 3).sum() == len(SHORT) and (counts[SHORT] == 3).all()
    assert (counts == 4).sum() == FOUR.n - len(SHORT)
    assert reading.dataset.given_labels.tolist() == FOUR.given.tolist()


@pytest.mark.parametrize("called", ["{0}", "{1}", "({0})", "{0}.", "Option {0}", "op{1}", "choice_{1}"])
@pytest.mark.parametrize("asked_as", ["question", "prompt", None])
def test_columns_of_options(tmp_path, called, asked_as):
    reading = read_columns(tmp_path, table(called, **({asked_as: ASKED} if asked_as else {})))
    has_three_and_four(reading)
    if asked_as:
        assert reading.dataset.samples["question"].tolist() == ASKED


def test_a_key_of_answers_beside_the_options_is_no_id(tmp_path):
    columns = table("{0}", question=ASKED)
    columns["key"] = columns.pop("answer")
    has_three_and_four(read_columns(tmp_path, columns))


@pytest.mark.parametrize("name", ["questions.parquet", "questions.jsonl", "questions.csv"])
@pytest.mark.parametrize("missing", [None, "", "nan"])
def test_an_empty_last_option_is_missing(tmp_path, name, missing):
    has_three_and_four(read_columns(tmp_path, table("{0}", missing, question=ASKED), name))


def test_an_empty_option_in_the_middle_keeps_its_place(tmp_path):
    columns = table("{0}", question=ASKED)
    columns["B"][5] = None
    assert read_columns(tmp_path, columns).dataset.samples["choices"][5][1] == ""


def test_an_option_called_none_is_one(tmp_path):
    reading = read_columns(tmp_path, table("{0}", "None", question=ASKED))
    assert (reading.dataset.options_of() == 4).all()


def test_scores_of_the_options_are_no_options(tmp_path):
    scores = {letter: np.log(FOUR.probabilities[:, k]) * 3 for k, letter in enumerate("ABCD")}
    columns = {"id": FOUR.ids, "question": ASKED} | scores | {"answer": FOUR.labels}
    assert read_columns(tmp_path, columns).dataset.option_counts is None


def test_options_that_are_numbers_are_options(tmp_path):
    columns = table("{0}", question=ASKED)
    columns |= {letter: [i * 10 + k for i in range(FOUR.n)] for k, letter in enumerate("ABCD")}
    assert (read_columns(tmp_path, columns).dataset.options_of() == 4).all()


def test_classes_called_by_letters_beside_other_columns_stay_classes(tmp_path):
    columns = {"id": FOUR.ids, "a": ["x"] * FOUR.n, "b": ["y"] * FOUR.n, "answer": FOUR.labels}
    assert read_columns(tmp_path, columns).dataset.option_counts is None


@pytest.mark.parametrize("asked_as", ["question", "prompt", None])
@pytest.mark.parametrize("called", ["{0}", "{1}"])
def test_options_that_are_letters_are_no_answers(tmp_path, called, asked_as):
    columns = table(called, **({asked_as: ASKED} if asked_as else {}))
    for k, letter in enumerate("ABCD"):
        columns[called.format(letter, letter.lower())] = ["uvwxyz"[(i + k) % 6] for i in range(FOUR.n)]
    assert read_columns(tmp_path, columns).dataset.samples["choices"][0] == ["u", "v", "w", "x"]


def test_letters_that_repeat_in_a_row_are_answers(tmp_path):
    said = {letter: FOUR.said for letter in "ABCD"}
    columns = {"id": FOUR.ids, "question": ASKED} | said | {"answer": FOUR.labels}
    assert read_columns(tmp_path, columns).dataset.option_counts is None


@pytest.mark.parametrize("key", ["texts", "places", "places from 1"])
def test_columns_in_small_letters_are_options_by_what_the_key_says(tmp_path, key):
    columns = table("{1}", prompt=ASKED)
    texts = [columns["abcd"[k]][i] for i, k in enumerate(FOUR.given)]
    columns["answer"] = {"texts": texts, "places": FOUR.given, "places from 1": FOUR.given + 1}[key]
    has_three_and_four(read_columns(tmp_path, columns))
