"""Rarer ways to call ids, labels and classes: each is read as it was meant, or refused in a true sentence."""

import json

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters import ReadingOptions, read
from data_adapters.doctor import read_fixed
from tests.data_adapters.joining.kinds import Made, given_right, read_both, written

TREES = Made(("alder", "birch", "cedar"))


def answers_right(reading, made: Made, said: list[str] | None = None) -> None:
    names = np.array(reading.dataset.class_names, object)
    assert names[reading.experts[0].predicted].tolist() == (said or made.said)


def top1(folder, made: Made, said: list | None = None, **more):
    return written(folder / "m.csv", {"sample_id": made.ids, "pred": said or made.said} | more)


@pytest.mark.parametrize("ids", ["idx", "fname", "image_name", "qid"])
@pytest.mark.parametrize("labels", ["labels", "gt", "gt_label", "label_id", "noisy_label"])
def test_ids_and_labels_by_freer_names(tmp_path, ids, labels):
    table = written(tmp_path / "labels.csv", {ids: TREES.ids, "site": ["n"] * TREES.n, labels: TREES.labels})
    reading = read_both(table, written(tmp_path / "m.csv", {ids: TREES.ids, "pred": TREES.said}))
    assert reading.dataset.sample_ids.tolist() == TREES.ids
    given_right(reading, TREES)
    answers_right(reading, TREES)


def test_labels_by_two_freer_names_are_asked_about(tmp_path):
    table = written(tmp_path / "labels.csv", {"id": TREES.ids, "gt": TREES.labels, "true_class": TREES.labels})
    with pytest.raises(InputError, match="2 columns that could hold the given labels: gt or true_class"):
        read_both(table, top1(tmp_path, TREES))


def test_a_category_beside_options_is_no_key(tmp_path):
    made = Made(tuple("ABCD"))
    choices = [json.dumps([f"{i} {k}" for k in range(4)]) for i in range(made.n)]
    table = written(
        tmp_path / "q.csv", {"id": made.ids, "choices": choices, "category": ["law"] * made.n, "answer": made.labels}
    )
    given_right(read_both(table, top1(tmp_path, made)), made)


def test_texts_that_all_differ_are_no_ids(tmp_path):
    texts = [f"a review of {i} words or so" for i in range(TREES.n)]
    path = written(tmp_path / "reviews.csv", {"text": texts, "label": TREES.labels, "pred": TREES.said})
    reading = read_fixed(lambda plan: read(path, plan), ReadingOptions())
    assert reading.dataset.sample_ids.tolist() == list(map(str, range(TREES.n)))
    answers_right(reading, TREES)


@pytest.mark.parametrize("called", ["P({})", "score[{}]", "prob {{{}}}"])
def test_classes_in_brackets(tmp_path, called):
    labels = written(tmp_path / "labels.csv", {"sample_id": TREES.ids, "label": TREES.labels})
    scores = {called.format(name): TREES.probabilities[:, k] for k, name in enumerate(TREES.names)}
    expert = read_both(labels, written(tmp_path / "m.csv", {"sample_id": TREES.ids} | scores)).experts[0]
    np.testing.assert_allclose(np.exp(expert.logits(slice(None))), TREES.probabilities, atol=1e-5)


@pytest.mark.parametrize("names", [("null", "unknown", "x"), ("-1", "0", "1"), ("?", "a", "b")])
@pytest.mark.parametrize("prefix", ["", "prob_"])
def test_a_mark_that_columns_are_called_after_is_a_class(tmp_path, names, prefix):
    made = Made(names)
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": made.labels})
    scores = {f"{prefix}{name}": made.probabilities[:, k] for k, name in enumerate(names)}
    given_right(read_both(labels, written(tmp_path / "m.csv", {"sample_id": made.ids} | scores)), made)


def test_minus_one_beside_zero_and_one_is_a_class_where_experts_say_it(tmp_path):
    made = Made(("-1", "0", "1"))
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": made.labels})
    reading = read_both(labels, top1(tmp_path, made))
    given_right(reading, made)
    answers_right(reading, made)
    seldom = [one if i % 40 == 0 or one != "-1" else "0" for i, one in enumerate(made.said)]
    kept = [i for i, one in enumerate(made.labels) if one != "-1"]
    given_right(read_both(labels, top1(tmp_path, made, seldom), as_is=True), made, kept)


@pytest.mark.parametrize("said", ["as they are", "as numbers", "scores"])
def test_codes_with_leading_zeros_are_names(tmp_path, said):
    made = Made(("001", "002", "010", "011"))
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": made.labels})
    if said == "scores":
        np.save(tmp_path / "m.npy", made.probabilities)
        given_right(read_both(labels, tmp_path / "m.npy"), made)
        return
    reading = read_both(
        labels, top1(tmp_path, made, [str(int(a)) for a in made.said] if said == "as numbers" else None)
    )
    given_right(reading, made)
    answers_right(reading, made)


def test_padded_numbers_stay_places_where_there_are_more_columns(tmp_path):
    made = Made(tuple(map(str, range(12))))
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": [f"{k % 6:02d}" for k in made.given]})
    np.save(tmp_path / "m.npy", made.probabilities)
    assert read_both(labels, tmp_path / "m.npy", as_is=True).dataset.class_names == made.names


def test_columns_of_models_in_a_table_of_their_own_are_experts_by_what_they_hold(tmp_path):
    written(tmp_path / "labels.csv", {"id": TREES.ids, "label": TREES.labels})
    written(tmp_path / "models.csv", {"id": TREES.ids, "resnet": TREES.said, "vit": TREES.said[:-1] + ["alder"]})
    written(
        tmp_path / "sites.csv",
        {"id": TREES.ids, "site": ["n", "s", "w"] * 100, "weather": ["rain", "sun", "fog"] * 100},
    )
    reading = read_fixed(lambda plan: read(tmp_path, plan), ReadingOptions())
    assert [expert.name for expert in reading.experts] == ["resnet", "vit"]
    assert "sites.csv (no column that may be answers)" in reading.notes[-1]


def test_few_samples_that_are_shuffled_stop_as_well(tmp_path):
    made = Made(tuple("abcde"), n=240)
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": made.labels})
    np.save(tmp_path / "m.npy", made.probabilities[np.random.default_rng(3).permutation(made.n)])
    with pytest.raises(InputError, match="by chance alone"):
        read_both(labels, tmp_path / "m.npy")
