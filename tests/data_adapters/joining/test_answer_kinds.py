"""Answers to questions and what stands beside predictions: bases, texts, free text, probabilities of class 1, losses."""

import json

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters.joining.free_text_answers import option_in
from tests.data_adapters.joining.kinds import Made, read_both, written

FOUR = Made(("A", "B", "C", "D"))
TWO = Made(("no", "yes"), n=400)
SIX = Made(tuple(f"kind {k}" for k in range(6)))


def options(made: Made) -> list[list[str]]:
    return [[f"text {k} of {i}" for k in range(4)] for i in range(made.n)]


def questions(folder, key, choices=None, made=FOUR, suffix=".jsonl"):
    table = {
        "question_id": made.ids,
        "question": [f"Q {i}?" for i in range(made.n)],
        "choices": choices or options(made),
    }
    table["choices"] = [c if suffix != ".csv" else json.dumps(c) for c in table["choices"]]
    return written(folder / f"q{suffix}", table | {"key": key})


def answered(folder, answers, made=FOUR, suffix=".csv", **more):
    return written(folder / f"m{suffix}", {"question_id": made.ids, "answer": answers} | more)


def right(reading, made=FOUR):
    np.testing.assert_array_equal(reading.dataset.given_labels, made.given)
    np.testing.assert_array_equal(reading.experts[0].predicted, made.answers)


def read_questions(labels, expert, **how):
    return read_both(labels, expert, label_column="key", **how)


# ---- bases and texts


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("none", [True, False])
def test_answers_counted_from_one_with_0_for_none(tmp_path, suffix, none):
    numbers = FOUR.answers + 1
    silent = np.arange(FOUR.n) % 25 == 3 if none else np.zeros(FOUR.n, bool)
    reading = read_questions(
        questions(tmp_path, FOUR.labels), answered(tmp_path, np.where(silent, 0, numbers), suffix=suffix)
    )
    np.testing.assert_array_equal(reading.experts[0].predicted, np.where(silent, -1, FOUR.answers))


def test_answers_counted_from_one_of_which_the_last_never_comes(tmp_path):
    numbers = np.where(FOUR.answers == 3, 0, FOUR.answers) + 1
    reading = read_questions(questions(tmp_path, FOUR.labels), answered(tmp_path, numbers))
    np.testing.assert_array_equal(reading.experts[0].predicted, numbers - 1)


@pytest.mark.parametrize("key", ["letters", "numbers", "text", "numbers from 1"])
def test_keys_of_every_kind(tmp_path, key):
    chosen = options(FOUR)
    keys = {
        "letters": FOUR.labels,
        "numbers": FOUR.given,
        "text": [c[k] for c, k in zip(chosen, FOUR.given)],
        "numbers from 1": FOUR.given + 1,
    }
    right(read_questions(questions(tmp_path, keys[key]), answered(tmp_path, FOUR.said)))


@pytest.mark.parametrize("texts", [("2", "0", "3", "1"), ("7", "8", "9", "10"), ("1", "2", "3", "4")])
def test_texts_of_options_that_are_numbers_are_texts(tmp_path, texts):
    turned = [list(np.roll(texts, i)) for i in range(FOUR.n)]
    key = [row[k] for row, k in zip(turned, FOUR.given)]
    right(read_questions(questions(tmp_path, key, turned), answered(tmp_path, FOUR.said)))


def test_texts_of_options_that_are_letters(tmp_path):
    turned = [list(np.roll(list("ABCD"), i)) for i in range(FOUR.n)]
    key = [row[k] for row, k in zip(turned, FOUR.given)]
    right(read_questions(questions(tmp_path, key, turned), answered(tmp_path, FOUR.answers)))


@pytest.mark.parametrize("written_as", ["own", "letters", "numbers"])
def test_options_with_labels_of_their_own(tmp_path, written_as):
    labels = [list("1234") if i % 20 == 0 else list("ABCD") for i in range(FOUR.n)]
    chosen = [{"text": texts, "label": own} for texts, own in zip(options(FOUR), labels)]
    key = [own[k] for own, k in zip(labels, FOUR.given)]
    answers = {
        "own": [own[k] for own, k in zip(labels, FOUR.answers)],
        "letters": FOUR.said,
        "numbers": FOUR.answers,
    }
    right(read_questions(questions(tmp_path, key, chosen), answered(tmp_path, answers[written_as])))


@pytest.mark.parametrize("column", ["answer", "gold", "target"])
@pytest.mark.parametrize("said", ["model_answer", "pred", "response", "output"])
def test_a_key_repeated_beside_the_models_answer_has_no_vote(tmp_path, column, said):
    table = {"question_id": FOUR.ids, column: FOUR.labels, said: FOUR.said}
    right(read_questions(questions(tmp_path, FOUR.labels), written(tmp_path / "m.jsonl", table)))


# ---- free text

SPOKEN = [
    "The answer is ({}).",
    "**{}**",
    "Let us think. A car is no bird, so B is out. The correct answer is {}.",
    "Answer: {}",
    "({}) because it says so",
    "{}. that is what I take",
    "Final answer: \\boxed{{{}}}",
    "I considered all.\n\n{}",
    "The best option is {} as A is wrong.",
    "answer is: **({})**",
]


@pytest.mark.parametrize("form", range(len(SPOKEN)))
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_free_text_that_settles_for_a_letter(tmp_path, form, suffix):
    told = [SPOKEN[form].format(letter) for letter in FOUR.said]
    table = written(tmp_path / f"m{suffix}", {"question_id": FOUR.ids, "response": told})
    right(read_questions(questions(tmp_path, FOUR.labels), table))


def test_free_text_that_says_the_option(tmp_path):
    told = [f"The answer is {texts[k]}." for texts, k in zip(options(FOUR), FOUR.answers)]
    table = written(tmp_path / "m.csv", {"question_id": FOUR.ids, "response": told})
    right(read_questions(questions(tmp_path, FOUR.labels), table))


@pytest.mark.parametrize(
    "words", ["I cannot say.", "Both A and B fit", "the answer is a mystery", "It depends.", "Because"]
)
def test_words_that_settle_for_nothing(words):
    assert option_in(words, (), count=4) is None


def test_what_could_not_be_read_is_counted_and_shown(tmp_path):
    told = ["I cannot say." if i % 10 == 0 else f"Answer: {a}" for i, a in enumerate(FOUR.said)]
    table = written(tmp_path / "m.csv", {"question_id": FOUR.ids, "response": told})
    reading = read_questions(questions(tmp_path, FOUR.labels), table)
    assert any("30 answers could not be read as a class ('I cannot say.')" in note for note in reading.notes)
    assert not any("empty answer" in note for note in reading.notes)


# ---- what a number beside a prediction means


@pytest.mark.parametrize("names", [("no", "yes"), ("0", "1"), ("neg", "pos")])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("of", [0, 1])
def test_the_probability_of_one_class_whichever_is_predicted(tmp_path, names, suffix, of):
    made = Made(names, n=400)
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": made.labels})
    table = {"sample_id": made.ids, "prediction": made.said, "probability": made.probabilities[:, of]}
    reading = read_both(labels, written(tmp_path / f"m{suffix}", table))
    np.testing.assert_allclose(reading.experts[0].confidence, made.sure, atol=1e-6)
    assert any(f"the probability of class '{names[of]}'" in note for note in reading.notes)


@pytest.mark.parametrize("layout", ["column", "N by 1", "N", "prediction column"])
def test_one_column_for_two_classes_is_the_probability_of_class_1(tmp_path, layout):
    labels = written(tmp_path / "l.csv", {"sample_id": TWO.ids, "label": TWO.given})
    one = TWO.probabilities[:, 1]
    if layout.startswith("N"):
        np.save(tmp_path / "m.npy", one if layout == "N" else one[:, None])
        expert = tmp_path / "m.npy"
    else:
        name = "prediction" if layout.startswith("prediction") else "score"
        expert = written(tmp_path / "m.csv", {"sample_id": TWO.ids, name: one})
    reading = read_both(labels, expert)
    np.testing.assert_allclose(np.exp(reading.experts[0].logits(slice(None))), TWO.probabilities, atol=1e-5)


def test_one_column_of_logits_for_two_classes(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": TWO.ids, "label": TWO.given})
    np.save(tmp_path / "m.npy", np.log(TWO.probabilities[:, 1:] / TWO.probabilities[:, :1]))
    logits = read_both(labels, tmp_path / "m.npy").experts[0].logits(slice(None))
    np.testing.assert_array_equal(logits.argmax(axis=1), TWO.answers)


def test_one_column_for_many_classes_is_refused(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": SIX.ids, "label": SIX.labels})
    np.save(tmp_path / "m.npy", SIX.sure[:, None])
    with pytest.raises(InputError, match="one column for 6 classes"):
        read_both(labels, tmp_path / "m.npy")


@pytest.mark.parametrize(
    ("column", "sign"), [("logit", 1), ("margin", 1), ("logprob", 1), ("loss", -1), ("perplexity", -1), ("entropy", -1)]
)
def test_numbers_that_only_say_how_sure(tmp_path, column, sign):
    labels = written(tmp_path / "l.csv", {"sample_id": SIX.ids, "label": SIX.labels})
    raw = np.log(SIX.sure / (1 - SIX.sure)) * sign + (50 if sign < 0 else 0)
    table = written(tmp_path / "m.csv", {"sample_id": SIX.ids, "label": SIX.said, column: raw})
    reading = read_both(labels, table)
    order = np.argsort(reading.experts[0].confidence, kind="stable")
    assert (np.diff(SIX.sure[order]) >= -1e-6).all()
    assert any(f"column '{column}' is no probability" in note for note in reading.notes)


def test_confidences_below_what_can_be_are_warned_of(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": SIX.ids, "label": SIX.labels})
    table = written(tmp_path / "m.csv", {"sample_id": SIX.ids, "pred": SIX.said, "conf": SIX.sure / 8})
    assert any("a confidence below 1/6" in note for note in read_both(labels, table).notes)


@pytest.mark.parametrize("places", [2, 3])
@pytest.mark.parametrize("suffix", [".npy", ".csv", ".parquet"])
@pytest.mark.parametrize("classes", [6, 60])
def test_rounded_probabilities_are_probabilities(tmp_path, places, suffix, classes):
    made = Made(tuple(f"k{i:02d}" for i in range(classes)))
    rounded = made.probabilities.round(places)
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": made.labels})
    if suffix == ".npy":
        np.save(tmp_path / "m.npy", rounded)
    else:
        table = {"sample_id": made.ids} | {name: rounded[:, k] for k, name in enumerate(made.names)}
        written(tmp_path / f"m{suffix}", table)
    reading = read_both(labels, tmp_path / f"m{suffix}")
    assert reading.experts[0].score_kind == "probabilities"


def test_losses_of_every_class_stop_with_a_fix(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": SIX.ids, "label": SIX.labels})
    np.save(tmp_path / "m.npy", -np.log(SIX.probabilities))
    with pytest.raises(InputError, match="--fix negated:net"):
        read_both(labels, tmp_path / "m.npy")
    fixed = read_both(labels, tmp_path / "m.npy", ("negated",))
    np.testing.assert_array_equal(fixed.experts[0].logits(slice(None)).argmax(axis=1), SIX.answers)


def test_numbers_of_classes_in_another_order_stop(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": SIX.ids, "label": SIX.labels})
    turned = (SIX.answers * 5 + 2) % 6
    table = written(tmp_path / "m.csv", {"sample_id": SIX.ids, "pred": turned, "conf": SIX.sure})
    with pytest.raises(InputError, match="classes in another order"):
        read_both(labels, table)


# ---- labels that are free texts


@pytest.mark.parametrize("wrong, many", [(30, True), (3, False)])
def test_texts_that_are_no_label_are_wrong_answers_and_not_missing_ones(tmp_path, wrong, many):
    texts = [f"answer {i}" for i in range(100)]
    labels = written(tmp_path / "labels.csv", {"id": range(100), "label": texts})
    said = [f"another {i}" if i < wrong else text for i, text in enumerate(texts)]
    expert = written(tmp_path / "m.csv", {"id": range(100), "predicted_class": said})
    if many:
        reading = read_both(labels, expert)
        assert reading.dataset.open_answers and (reading.experts[0].predicted >= 0).all()
        assert (reading.experts[0].predicted != reading.dataset.given_labels).sum() == wrong
    assert (read_both(labels, expert, as_is=True).experts[0].predicted < 0).sum() == wrong
