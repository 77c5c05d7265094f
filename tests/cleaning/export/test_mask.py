"""The evaluation mask scores as the corrected labels do, for arrays and for logged answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.errors import InputError
from cleaning.export import Policy
from cleaning.export.patch.lm_eval_scoring import LoggedAnswers, score_logged_answers
from cleaning.export.patch.mask import Mask, accepted_classes, read_mask, score_under_mask, write_mask
from cleaning.settle.final_labels import settle
from tests.cleaning.export.making import a_dataset, decide, some_decisions

K, IDS = 4, np.array([f"s{i}" for i in range(6)], object)
labels = st.lists(st.integers(0, K - 1), min_size=6, max_size=6).map(lambda v: np.array(v, np.int32))
said = st.one_of(
    st.tuples(st.just("relabel"), st.integers(0, K - 1).map(lambda k: [k])),
    st.tuples(st.just("several_fit"), st.permutations(range(K)).map(lambda p: p[:2])),
    st.tuples(st.sampled_from(["none_fits", "unclear_item", "unsure"]), st.just([])),
)
policies = st.builds(
    Policy,
    several_fit=st.sampled_from(["first", "keep_given"]),
    none_fits=st.sampled_from(["keep", "drop"]),
    unclear=st.sampled_from(["keep", "drop"]),
)


def final_of(given, votes, policy):
    return settle(IDS, given, [decide(i, *v, number=n) for n, (i, v) in enumerate(zip(IDS, votes))], policy)


@given(labels, labels, st.lists(said, max_size=6), policies)
def test_the_mask_scores_as_the_corrected_labels_do(given, predicted, votes, policy):
    final = final_of(given, votes, policy)
    codes = final.codes()
    stay = codes >= 0
    score = score_under_mask(predicted, Mask(IDS, given, list(final.mask())))
    assert (score.right, score.counted) == ((predicted == codes)[stay].sum(), stay.sum())


@given(labels, labels, st.lists(said, max_size=6))
def test_any_of_counts_each_of_the_set(given, predicted, votes):
    final = final_of(given, votes, Policy())
    entries = list(final.mask())
    right = sum(
        int(p) in accepted for p, g, e in zip(predicted, given, entries) if (accepted := accepted_classes(e, int(g)))
    )
    score = score_under_mask(predicted, Mask(IDS, given, entries))
    assert score.right == right and score.counted == sum(e != "drop" for e in entries)


def test_a_case_by_hand():
    mask = Mask(
        IDS, np.array([0, 0, 0, 0, 0, 0]), ["keep", "keep", "replace:2", "any_of:[1,3]", "drop", "any_of:[1,3]"]
    )
    score = score_under_mask(np.array([0, 1, 2, 3, 0, -1]), mask)
    assert (score.right, score.counted, score.accuracy) == (3, 5, 0.6)
    assert np.isnan(score_under_mask(np.array([0]), Mask(IDS[:1], np.array([0]), ["drop"])).accuracy)


def test_out_and_in_again():
    dataset = a_dataset()
    final = settle(dataset.sample_ids, dataset.given_labels, some_decisions(dataset))
    mask = Mask(dataset.sample_ids, dataset.given_labels, list(final.mask()))
    again = read_mask(write_mask(mask))
    assert list(again.sample_ids) == list(mask.sample_ids) and list(again.entries) == list(mask.entries)
    assert again.given.tolist() == mask.given.tolist()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,mask\n", "This is no evaluation mask"),
        ("sample_id,given_index,mask\na,0,replace:x\n", "1 line of the mask not readable: 2"),
        ("sample_id,given_index,mask\na,0,any_of:[]\n", "not readable"),
        ("sample_id,given_index,mask\na,-1,keep\n", "not readable"),
        ("sample_id,given_index,mask\na,0,keep\na,1,keep\n", "more than once"),
    ],
)
def test_other_files_are_refused(text, sentence):
    with pytest.raises(InputError, match=sentence):
        read_mask(text.encode())


def logged(names, predicted, keys=None, right=None):
    r = len(predicted)
    keys = np.full(r, -1) if keys is None else np.array(keys)
    right = np.full(r, np.nan) if right is None else np.array(right, float)
    return LoggedAnswers(names, np.array(predicted), keys, right)


MASK = Mask(IDS, np.array([0, 1, 2, 3, 0, 1]), ["keep", "replace:0", "drop", "any_of:[0,2]", "keep", "keep"])


@pytest.mark.parametrize("names", [{"row": [3, 2, 1, 0]}, {"task/doc_id": ["x/0"] * 4, "id": ["s3", "s2", "s1", "s0"]}])
def test_answers_are_joined_by_the_names_that_the_mask_knows(names):
    score = score_logged_answers(logged(names, [2, 2, 0, 0], keys=[3, 2, 1, 0]), MASK)
    assert (score.given.right, score.given.counted) == (2, 4)
    assert (score.masked.right, score.masked.counted) == (3, 3)
    assert score.joined_by == list(names)[-1]


def test_keys_that_are_the_corrected_ones_are_no_contradiction():
    names = {"row": [0, 1, 3]}
    assert score_logged_answers(logged(names, [0, 0, 2], keys=[0, 0, 0]), MASK).masked.right == 3


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (logged({"id": ["s0", "s9"]}, [0, 0], [0, 0]), "1 question not in the mask: s9"),
        (logged({"id": ["s0", "s0"]}, [0, 0], [0, 0]), "1 question more than once in the log: s0"),
        (logged({"row": [0, 1]}, [0, 0]), "nothing shows that its rows are the mask's"),
        (logged({"row": [0, 1]}, [0, 0], keys=[0, 3]), "contradicts the mask for 1 question of 2: .* of s1 "),
        (logged({"id": ["s0", "s4"]}, [0, 0], right=[1, 0]), "contradicts the mask for 1 question of 2: .* of s4 "),
    ],
)
def test_logs_that_do_not_fit_are_refused(answers, sentence):
    with pytest.raises(InputError, match=sentence):
        score_logged_answers(answers, MASK)
