"""The checks at the door, the words of errors, and fingerprints that notice every change."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.domain import dataset as domain_dataset
from cleaning.domain.dataset import TEXT, rows_of_ids
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, WorkspaceError, counted, first_five, one_of
from tests.factories import planted_dataset, tiny_dataset


def test_first_five_offenders_then_dots():
    assert first_five(["a", "b"]) == "a, b"
    assert first_five(range(5)) == "0, 1, 2, 3, 4"
    assert first_five(range(6)) == "0, 1, 2, 3, 4, ..."
    assert first_five([]) == ""
    assert first_five(["x" * 100, "two\nlines"]) == "x" * 57 + "..., two lines"


def test_counts_and_choices_in_words():
    assert [counted(1, "sample"), counted(5000, "sample")] == ["1 sample", "5,000 samples"]
    assert counted(2, "class", "classes") == "2 classes"
    assert [one_of(["a"]), one_of(["a", "b", "c"])] == ["a", "a, b or c"]
    assert issubclass(WorkspaceError, InputError)


@pytest.mark.parametrize(
    ("given", "classes", "options", "words"),
    [
        ([], 3, None, "no samples"),
        ([0, 0], 1, None, "fewer than two classes"),
        ([0, 3, -1, 2], 3, None, r"2 given labels outside 0 to 2 .*: s1, s2\."),
        ([0, 2], 4, [4, 2], r"1 given label .*: s1\."),
    ],
)
def test_a_dataset_refuses_what_it_cannot_work_on(given, classes, options, words):
    with pytest.raises(InputError, match=words):
        tiny_dataset(given, classes, options)


def test_repeated_ids_and_unequal_lengths_are_refused():
    dataset = tiny_dataset([0, 1, 0], 2)
    with pytest.raises(InputError, match=r"1 sample id more than once: s0\. Every sample needs"):
        replace(dataset, sample_ids=np.array(["s0", "s1", "s0"], object))
    with pytest.raises(InputError, match="3 sample ids but 2 given labels"):
        replace(dataset, given_labels=np.array([0, 1], np.int32))


def test_ids_stay_as_written_and_half_a_character_is_refused():
    written = ["a", "a\0", "", "é" * 100]
    dataset = replace(tiny_dataset([0, 1, 0, 1], 2), sample_ids=np.array(written, object))
    assert dataset.sample_ids.tolist() == written and dataset.sample_ids.dtype == TEXT
    with pytest.raises(InputError, match=r"sample id 'b\\ud800' holds half a character"):
        replace(dataset, sample_ids=np.array([*written[:3], "b\ud800"], object))


def test_options_of_images_and_questions():
    assert tiny_dataset([0, 1], 3).options_of().tolist() == [3, 3]
    assert tiny_dataset([0, 1], 3, [2, 3]).options_of().tolist() == [2, 3]


def test_a_dataset_fingerprint_is_of_all_texts_however_many_are_joined_at_once(monkeypatch):
    dataset = planted_dataset(n=20, kind="question", classes=4, groups=2).dataset
    whole = dataset.fingerprint()
    monkeypatch.setattr("cleaning.domain.dataset.TEXTS_AT_ONCE", 7)
    assert replace(dataset).fingerprint() == whole


def test_a_dataset_fingerprint_notices_what_matters():
    dataset = planted_dataset(n=20, kind="question", classes=4, groups=2).dataset
    changed_text = dataset.samples.assign(question=["other", *dataset.samples["question"][1:]])
    changed_choices = dataset.samples.assign(choices=[["x", "y"], *dataset.samples["choices"][1:]])
    relabelled = dataset.given_labels.copy()
    relabelled[0] = 1 - relabelled[0] if relabelled[0] < 2 else 0
    variants = [
        dataset,
        replace(dataset, given_labels=relabelled),
        replace(dataset, sample_ids=np.array(["other", *dataset.sample_ids[1:]], object)),
        replace(dataset, class_names=("Z", *dataset.class_names[1:])),
        replace(dataset, samples=changed_text),
        replace(dataset, samples=changed_choices),
        replace(dataset, group=None, group_name=""),
        replace(dataset, group=dataset.group[::-1]),
    ]
    prints = [v.fingerprint() for v in variants]
    assert len(set(prints)) == len(variants)
    assert replace(dataset, name="renamed").fingerprint() == prints[0]
    assert len(prints[0]) == 16 and set(prints[0]) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rule": "vote"}, "Rule 'vote' is not known"),
        ({"threshold": 1.5}, "threshold is 1.5"),
        ({"threshold": float("nan")}, "threshold is nan"),
        ({"budget": -1}, "budget is -1"),
        ({"budget": 5, "threshold": 0.5}, "choose one"),
        ({"min_confidence": 2.0}, "minimum confidence is 2"),
        ({"agree": 0}, "the least is 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, words):
    with pytest.raises(InputError, match=words):
        Settings(**settings)


def test_more_than_half_must_agree_unless_told():
    assert [Settings().agree_of(m) for m in (1, 2, 3, 4, 5)] == [1, 2, 2, 3, 3]
    assert Settings(agree=2).agree_of(5) == 2
    with pytest.raises(InputError, match="6 experts must agree, but there are only 5"):
        Settings(agree=6).agree_of(5)


def test_a_table_of_samples_is_made_when_first_asked_for():
    dataset, made = tiny_dataset([0, 1, 1], 2), []

    def make():
        made.append(1)
        return dataset.samples

    later = replace(dataset, samples=make)
    assert not made
    assert later.samples is later.samples is dataset.samples
    assert made == [1] and later.fingerprint() == dataset.fingerprint()
    with pytest.raises(AssertionError, match="one row a sample"):
        _ = replace(dataset, samples=lambda: dataset.samples.head(2)).samples


def test_rows_of_ids_by_hand():
    ids = np.array(["b", "a", "ä"], TEXT)
    assert rows_of_ids(ids, ["ä", "b", "c", "b"]).tolist() == [2, 0, -1, 0]
    assert rows_of_ids(ids, []).shape == (0,)


def test_a_fingerprint_is_the_same_whatever_is_hashed_at_once(monkeypatch):
    dataset = planted_dataset(n=20, kind="question", classes=4, groups=2).dataset
    whole = dataset.fingerprint()
    for at_once in (1, 7, 20):
        monkeypatch.setattr(domain_dataset, "TEXTS_AT_ONCE", at_once)
        assert replace(dataset, name="again").fingerprint() == whole
