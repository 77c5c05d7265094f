"""Loose files: recognised columns, ids as text, classes as names or numbers, answers in one table."""

import numpy as np
import pandas as pd
import pytest

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from data_adapters import read_loose
from tests.data_adapters import tiny


def one_expert(reading):
    (expert,) = reading.experts
    return expert


def test_names_without_a_file_are_the_sorted_labels(tmp_path):
    labels = tiny.labels_csv(tmp_path / "given.csv", labels=("owl", "cat", "dog", "cat", "dog", "owl"))
    reading = read_loose(labels, {"top": tiny.top1_csv(tmp_path / "top.csv")})
    assert reading.dataset.class_names == ("cat", "dog", "owl")
    assert reading.dataset.given_labels.tolist() == [2, 0, 1, 0, 1, 2]
    assert reading.dataset.name == "given"
    assert any("alphabetical order" in note for note in reading.notes)


def test_columns_of_a_score_table_complete_the_names(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=("cat", "dog", "cat", "cat", "dog", "dog"))
    reading = read_loose(labels, {"wide": tiny.wide_csv(tmp_path / "wide.csv")})
    assert reading.dataset.class_names == ("cat", "dog", "owl")


def test_score_columns_are_taken_by_name_whatever_their_order(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    columns = ("prob_owl", "prob_cat", "prob_dog")
    table = tiny.wide_csv(tmp_path / "wide.csv", scores=tiny.SCORES[:, [2, 0, 1]], columns=columns)
    expert = one_expert(read_loose(labels, {"wide": table}))
    np.testing.assert_array_equal(expert.logits(slice(None)), tiny.SCORES)


@pytest.mark.parametrize("prefix", ["", "class_", "p"])
def test_numbered_score_columns_follow_their_numbers(tmp_path, prefix):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 2, 0, 1, 2))
    columns = [f"{prefix}{k}" for k in (2, 0, 1)]
    table = tiny.wide_csv(tmp_path / "wide.csv", scores=tiny.SCORES[:, [2, 0, 1]], columns=columns)
    reading = read_loose(labels, {"wide": table})
    assert reading.dataset.class_names == ("0", "1", "2")
    np.testing.assert_array_equal(one_expert(reading).logits(slice(None)), tiny.SCORES)


def test_number_labels_take_their_count_from_full_experts(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 0, 0, 1, 1))
    reading = read_loose(labels, {"net": tiny.save(tmp_path / "net.npy", tiny.SCORES)})
    assert reading.dataset.class_names == ("0", "1", "2")


def test_number_labels_take_their_count_from_top1_experts(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 0, 0, 1, 1))
    table = tiny.top1_csv(tmp_path / "top.csv", names=("0", "1", "7"))
    reading = read_loose(labels, {"top": table})
    assert reading.dataset.class_count == 8
    assert one_expert(reading).predicted.tolist() == [0, 1, 7, 1, 1, 7]


def test_ids_keep_their_leading_zeros_and_join(tmp_path):
    ids = [f"{n:05d}" for n in range(6)]
    labels = tiny.labels_csv(tmp_path / "labels.csv", ids=ids)
    reading = read_loose(labels, {"top": tiny.top1_csv(tmp_path / "top.csv", ids=ids)})
    assert reading.dataset.sample_ids.tolist() == ids
    assert one_expert(reading).predicted.tolist() == [0, 1, 2, 1, 1, 2]


def test_na_null_and_nan_are_names_and_ids_like_any_other(tmp_path):
    ids, names = ["NA", "null", "nan", "None", "x", "y"], ("NA", "nan", "null")
    labels = tiny.labels_csv(tmp_path / "labels.csv", ids, ["NA", "nan", "null", "NA", "nan", "null"])
    reading = read_loose(labels, {"top": tiny.top1_csv(tmp_path / "top.csv", ids, names=names)})
    assert reading.dataset.class_names == names
    assert reading.dataset.sample_ids.tolist() == ids
    assert one_expert(reading).predicted.tolist() == [0, 1, 2, 1, 1, 2]


def test_whole_number_ids_of_parquet_join_to_text_ids(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", ids=range(6))
    path = tmp_path / "top.parquet"
    answers = ["owl", "dog", "dog", "owl", "dog", "cat"]
    pd.DataFrame({"sample_id": [5, 4, 3, 2, 1, 0], "answer": answers}).to_parquet(path)
    assert one_expert(read_loose(labels, {"top": path})).predicted.tolist() == [0, 1, 2, 1, 1, 2]


def test_id_column_of_another_name_is_found_by_its_values(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", header="file_name,label")
    table = tiny.write(tmp_path / "top.csv", "picture,rank,answer", *(f"{i},{n},cat" for n, i in enumerate(tiny.IDS)))
    with pytest.raises(InputError, match="unclear") as caught:
        read_loose(labels, {"top": tiny.write(tmp_path / "odd.csv", "picture,a,b", "s00,1,cat")})
    assert "a, b" in str(caught.value)
    assert one_expert(read_loose(labels, {"top": table})).predicted.tolist() == [0] * 6


def test_votes_of_a_table_with_unknown_and_missing_ids(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    rows = ("s01,dog", "zz,cat", "s00,hm", "s02,owl", "s03,dog")
    table = tiny.write(tmp_path / "v.csv", "sample_id,answer", *rows)
    reading = read_loose(labels, {"v": table})
    assert one_expert(reading).predicted.tolist() == [ABSTAIN, 1, 2, 1, ABSTAIN, ABSTAIN]
    said = " ".join(one_expert(reading).notes)
    assert "1 id not among the samples left out: zz." in said
    assert "no row for 2 of 6 samples" in said
    assert "1 answer could not be read as a class ('hm')" in said


def test_answers_of_many_experts_in_the_labels_table(tmp_path):
    path = tmp_path / "questions.csv"
    rows = tiny.questions_csv(path, as_json=False).read_text().splitlines()
    answers = ["gpt,llama", "B,1", "A,0", "C,2", ",0", "I cannot say,1"]
    tiny.write(path, *(f"{row},{answer}" for row, answer in zip(rows, answers)))
    reading = read_loose(path, {}, answers=path, answer_columns=["gpt", "llama"])
    gpt, llama = reading.experts
    assert gpt.predicted.tolist() == [1, 0, 2, ABSTAIN, ABSTAIN]
    assert llama.predicted.tolist() == [1, 0, 2, 0, 1]
    assert reading.dataset.given_labels.tolist() == [1, 0, 2, 3, 1]
    assert list(reading.dataset.samples.columns) == ["sample_id", "question", "choices"]
    assert any("1 empty answer" in note for note in gpt.notes)


def test_letter_labels_of_questions(tmp_path):
    path = tmp_path / "q.csv"
    tiny.write(path, "id,label,choices,llm", 'a,B,"[1, 2]",A', 'b,C,"[1, 2, 3]",B')
    reading = read_loose(path, {}, answers=path, answer_columns=["llm"])
    assert reading.dataset.given_labels.tolist() == [1, 2]
    assert reading.dataset.option_counts.tolist() == [2, 3]
    assert reading.dataset.samples["choices"][0] == ["1", "2"]


def test_group_and_metadata_are_kept_as_written(tmp_path):
    labels = tiny.write(tmp_path / "l.csv", "id,label,source", "a,x,007", "b,y,NA", "c,x,007")
    votes = tiny.write(tmp_path / "v.csv", "id,answer", "a,x", "b,x", "c,y")
    reading = read_loose(labels, {"v": votes}, group_column="source")
    assert reading.dataset.group.tolist() == ["007", "NA", "007"]
    assert reading.dataset.samples["source"].tolist() == ["007", "NA", "007"]


def test_float16_probabilities_count_as_probabilities(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    rounded = tiny.probabilities().astype(np.float16)
    reading = read_loose(labels, {"net": tiny.save(tmp_path / "net.npy", rounded)})
    assert one_expert(reading).score_kind == "probabilities"


def test_one_dimensional_npy_holds_votes_and_labels(tmp_path):
    labels = tiny.save(tmp_path / "labels.npy", np.array([0, 1, 2, 1]))
    reading = read_loose(labels, {"v": tiny.save(tmp_path / "v.npy", np.array([0, 1, -1, 2]))})
    assert one_expert(reading).predicted.tolist() == [0, 1, ABSTAIN, 2]
    assert reading.dataset.sample_ids.tolist() == ["0", "1", "2", "3"]
    assert reading.joined_by_position == ("v",)


def test_score_table_without_ids_is_joined_by_position_and_said(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    rows = (",".join(map(str, row)) for row in tiny.SCORES)
    table = tiny.write(tmp_path / "bare.csv", "cat,dog,owl", *rows)
    reading = read_loose(labels, {"bare": table})
    np.testing.assert_array_equal(one_expert(reading).logits(slice(None)), tiny.SCORES)
    assert reading.joined_by_position == ("bare",)


def test_class_names_beside_the_labels_are_found(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 2, 0, 1, 2))
    tiny.write(tmp_path / "class_names.csv", "label,name", "2,owl", "0,cat", "1,dog")
    reading = read_loose(labels, {"top": tiny.top1_csv(tmp_path / "top.csv")})
    assert reading.dataset.class_names == ("cat", "dog", "owl")
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_an_answer_and_its_confidence_abstain_together(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    rows = ("s00,cat,", "s01,,0.9", "s02,hm,0.8", " s03 , cat , 0.5 ")
    expert = one_expert(read_loose(labels, {"t": tiny.write(tmp_path / "t.csv", "sample_id,answer,confidence", *rows)}))
    assert expert.predicted.tolist() == [ABSTAIN, ABSTAIN, ABSTAIN, 0, ABSTAIN, ABSTAIN]
    assert np.isnan(expert.confidence).tolist() == [True, True, True, False, True, True]
    assert any("1 answer without a confidence" in note for note in expert.notes)
