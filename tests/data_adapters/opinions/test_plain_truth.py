"""Truth as a plain table or array: what counts as wrong, and what is refused."""

import json

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters.opinions import read_truth
from tests.data_adapters import tiny
from tests.data_adapters.opinions.test_opinions import tiny_dataset


@pytest.fixture
def six():
    return tiny_dataset(np.array([0, 1, 2, 3, 0, 1]), 4)


def read(tmp_path, dataset, *lines):
    return read_truth(tiny.write(tmp_path / "t.csv", *lines), dataset)


def test_marks_with_unknown_ids_and_gaps(tmp_path, six):
    truth = read(tmp_path, six, "sample_id,label_is_wrong", "s3,1", "s0,0", "elsewhere,1", "s2,", "s1,True")
    assert truth.places.tolist() == [3, 0, 1] and truth.wrong.tolist() == [True, False, True]


@pytest.mark.parametrize(("wrong", "fine"), [("yes", "no"), ("Y", "N"), ("wrong", "right"), ("incorrect", "")])
def test_marks_in_words_say_what_they_say_of_a_label(tmp_path, six, wrong, fine):
    truth = read(tmp_path, six, "sample_id,is_wrong", f"s3,{wrong}", f"s0,{fine}", "s1,0")
    assert dict(zip(truth.places.tolist(), truth.wrong.tolist())) == {3: True, 1: False} | ({0: False} if fine else {})


@pytest.mark.parametrize("several", ["2|3", '"[2, 3]"', "2;3"])
def test_the_given_label_is_right_if_it_is_among_them(tmp_path, six, several):
    truth = read(tmp_path, six, "id,right_labels", f"s2,{several}", f"s1,{several}", "s0,", "s4,0")
    assert truth.places.tolist() == [2, 1, 4] and truth.wrong.tolist() == [False, True, False]


def test_right_labels_by_name(tmp_path, six):
    name = six.class_names[1]
    truth = read(tmp_path, six, "id,clean_label", f"s1,{name}", f"s0,{name}")
    assert truth.wrong.tolist() == [False, True]


def test_a_json_list_of_records_is_a_table_too(tmp_path, six):
    (tmp_path / "t.json").write_text(
        json.dumps([{"sample_id": "s1", "right_labels": [1, 2]}, {"sample_id": "s0", "right_labels": [3]}])
    )
    truth = read_truth(tmp_path / "t.json", six)
    assert truth.places.tolist() == [1, 0] and truth.wrong.tolist() == [False, True]


def test_an_array_in_the_datasets_order(tmp_path, six):
    np.save(tmp_path / "clean.npy", np.array([0, 2, -1, 3, 1, 1]))
    truth = read_truth(tmp_path / "clean.npy", six)
    assert truth.places.tolist() == [0, 1, 3, 4, 5] and truth.wrong.tolist() == [False, True, False, True, False]
    np.save(tmp_path / "short.npy", np.array([0, 1]))
    with pytest.raises(InputError, match="expected 6 class numbers"):
        read_truth(tmp_path / "short.npy", six)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("sample_id,other", "s0,1"), "is no truth that we read"),
        (("sample_id,label_is_wrong", "x,1"), "no id of this dataset"),
        (("sample_id,label_is_wrong", "s0,1", "s0,0"), "more than once"),
        (("sample_id,label_is_wrong", "s0,perhaps"), "expected 1 or 0"),
        (("sample_id,right_label", "s0,zebra"), "1 label that is no class: zebra"),
        (("sample_id,right_label", "s0,zebra", "s1,cow"), "2 labels that are no class: zebra, cow"),
        (("sample_id,label_is_wrong",), "has no row"),
    ],
)
def test_what_is_no_truth_is_a_sentence(tmp_path, six, lines, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path, six, *lines)


def test_error_types_that_count_are_chosen(tmp_path, six):
    place = tiny.write(
        tmp_path / "r.csv", "question_id,error_type", "s0,wrong_groundtruth", "s1,no_correct_answer", "s2,ok"
    )
    assert read_truth(place, six, ("wrong_groundtruth",)).wrong.tolist() == [True, False, False]
    with pytest.raises(InputError, match="no error type odd"):
        read_truth(place, six, ("odd",))
