"""Class names from files, and classes written as names, numbers or letters."""

import numpy as np
import pytest

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from data_adapters.joining.class_codes import OUT_OF_RANGE, UNREADABLE, read_classes
from data_adapters.joining.class_names import read_class_names
from data_adapters.joining.option_answers import read_answers
from tests.data_adapters import tiny


def text(*values):
    return np.array(values, object)


def test_names_and_numbers():
    assert read_classes(text("dog", "cat", "cow", ""), ("cat", "dog")).codes.tolist() == [
        1,
        0,
        UNREADABLE,
        ABSTAIN,
    ]
    numbers = read_classes(text("1", "0", "2", "-1", "1.0", "x"), ("cat", "dog"))
    assert numbers.codes.tolist() == [1, 0, OUT_OF_RANGE, ABSTAIN, 1, UNREADABLE]
    assert numbers.written_as == "0-based numbers"


def test_numbers_that_are_names_are_read_as_names():
    codes = read_classes(text("3", "1", "2"), ("1", "2", "3"))
    assert codes.codes.tolist() == [2, 0, 1] and codes.written_as == "names"


def test_capitals_may_differ_unless_that_confuses_two_names():
    assert read_classes(text("DOG"), ("cat", "dog")).codes.tolist() == [1]
    assert read_classes(text("DOG"), ("Dog", "dog")).codes.tolist() == [UNREADABLE]


def test_an_accent_may_be_a_character_of_its_own_as_macos_writes_it():
    assert read_classes(text("cafe\u0301"), ("caf\u00e9", "dog")).codes.tolist() == [0]
    assert read_classes(text("cafe\u0301"), ("caf\u00e9", "cafe\u0301")).codes.tolist() == [1]


@pytest.mark.parametrize("written", ["B", "b", "(B)", "B.", "B)", "(b).", "B:"])
def test_letters_of_answers(written):
    assert read_answers(text(written), np.array([4]), [["w", "x", "y", "z"]]).codes.tolist() == [1]


@pytest.mark.parametrize("written", ["The", "Both", "E", "5", "B or C", "I think B"])
def test_free_text_is_no_answer(written):
    codes = read_answers(text("A", "B", written), np.array([4, 4, 4]), [["w", "x", "y", "z"]] * 3).codes
    assert codes[2] in (UNREADABLE, OUT_OF_RANGE)


def test_the_text_of_an_option_is_that_option_unless_two_are_alike():
    options = [["iron", "neon"], ["neon", "neon"]]
    assert read_answers(text("neon", "neon"), np.array([2, 2]), options).codes.tolist() == [1, UNREADABLE]


def test_answers_beyond_the_options_of_their_question():
    assert read_answers(text("C", "C"), np.array([2, 3]), [["a", "b"], ["a", "b", "c"]]).codes.tolist() == [
        OUT_OF_RANGE,
        2,
    ]


def test_missing_and_repeated_names_are_made_unique_and_said(tmp_path):
    path = tiny.write(tmp_path / "class_names.csv", "label,name", "0,crane", "1,", "2,crane", "4,newt")
    names, notes = read_class_names(path)
    assert names == ("crane (class 0)", "class 1", "crane (class 2)", "class 3", "newt")
    assert "no name for 2 classes, called by number: class 1, class 3." in notes[0]
    assert "1 class name more than once (crane)" in notes[1]


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        ("n.txt", ["cat", "dog", "owl", ""]),
        ("n.csv", ["label,name", "1,dog", "0,cat", "2,owl"]),
        ("n.csv", ["name", "cat", "dog", "owl"]),
        ("n.csv", ["cat", "dog", "owl"]),
        ("n.json", ['["cat", "dog", "owl"]']),
        ("n.json", ['{"2": "owl", "0": "cat", "1": "dog"}']),
        ("n.tsv", ["index\tname", "0\tcat", "1\tdog", "2\towl"]),
    ],
)
def test_layouts_of_class_names(tmp_path, file, lines):
    assert read_class_names(tiny.write(tmp_path / file, *lines)) == (tiny.NAMES, [])


@pytest.mark.parametrize(
    ("file", "lines", "sentence"),
    [
        ("n.csv", ["label,name", "0,cat", "0,dog"], "'n.csv' has 1 class number more than once: 0."),
        ("n.csv", ["label,name", "0,cat", "x,dog"], "column 'label' must hold the 0-based class numbers."),
        ("n.csv", ["label,name", "0,cat", "999999999,dog"], "class numbers outside 0 to 99,999."),
        ("n.csv", ["a,b", "0,cat"], "'n.csv' needs the columns 'label' and 'name'; it has a, b."),
        ("n.json", ['"cat"'], "'n.json' is no list."),
        ("n.json", ["[1,"], "'n.json' is no sound JSON."),
        ("n.txt", ["class 1", "", "x"], "cannot be told apart"),
    ],
)
def test_unusable_class_names(tmp_path, file, lines, sentence):
    if sentence == "cannot be told apart":
        lines = ["x", "x", "x (class 0)"]
    with pytest.raises(InputError) as refused:
        read_class_names(tiny.write(tmp_path / file, *lines))
    assert sentence in str(refused.value)
