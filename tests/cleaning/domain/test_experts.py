"""The three kinds of expert: what each holds, what its fingerprint is of, and how it is changed."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning import Expert
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import EXPERT_OF_KIND, FullExpert, Top1Expert, VotesExpert

SCORES = np.arange(12, dtype=np.float32).reshape(4, 3)
ANSWERS = np.array([0, 2, ABSTAIN, 1], np.int32)
SURE = np.array([0.5, 0.25, np.nan, 1], np.float32)
MIXED = np.array([1, 0, ABSTAIN, 3])

FULL = FullExpert("full", SCORES, known_fingerprint="as stored")
TOP1 = Top1Expert("top1", ANSWERS, SURE, known_fingerprint="as stored")
VOTES = VotesExpert("votes", ANSWERS, known_fingerprint="as stored")


def test_an_expert_fingerprint_is_of_its_content():
    scores = np.arange(12, dtype=np.float32).reshape(4, 3)
    expert = FullExpert("one", scores=scores)
    assert expert.fingerprint() == FullExpert("other name", scores=scores.copy()).fingerprint()
    others = [
        replace(expert, score_kind="probabilities"),
        replace(expert, scores=scores + 1),
        replace(expert, rows=np.array([0, 1, 2, ABSTAIN])),
        replace(expert, scores=scores.reshape(3, 4)),
    ]
    assert len({expert.fingerprint(), *(e.fingerprint() for e in others)}) == 5


def test_logits_of_abstained_rows_are_nan_and_scores_are_never_written_to():
    scores = np.array([[0.5, 0.5], [1.0, 0.0]], np.float16)
    scores.flags.writeable = False
    expert = FullExpert("e", scores=scores, score_kind="probabilities", rows=np.array([1, ABSTAIN, 0]))
    logits = expert.logits(slice(0, 3))
    assert logits.dtype == np.float32
    assert logits[2] == pytest.approx(np.log([0.5, 0.5]))
    assert logits[0, 0] == 0 and -17 < logits[0, 1] < -16  # a rounded-away probability, not minus infinity
    assert np.isnan(logits[1]).all()
    logits[:] = 7
    assert scores.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_padding_beyond_a_questions_options_is_never_believed():
    scores = np.array([[1, 2, 99], [3, 4, 5], [7, 8, 9]], np.float32)
    counts = np.array([3, 2, 2])
    expert = FullExpert("e", scores=scores, option_counts=counts, rows=np.array([1, 0, ABSTAIN]))
    for samples in (slice(0, 3), np.array([0, 1, 2])):
        assert np.array_equal(expert.logits(samples), [[3, 4, 5], [1, 2, np.nan], [np.nan] * 3], equal_nan=True)
    assert np.array_equal(expert.logits(slice(1, 2)), [[1, 2, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("expert", "fingerprint"),
    [
        (FullExpert("n", SCORES), "ec5ab9b67f3e6178"),
        (FullExpert("n", SCORES, "probabilities", MIXED, np.array([3, 3, 2, 3])), "4231c14b49d582d1"),
        (Top1Expert("n", ANSWERS, SURE), "484b0c7c66b7bf52"),
        (VotesExpert("n", ANSWERS), "e9df5d95151d435f"),
    ],
)
def test_fingerprints_are_those_of_earlier_versions(expert, fingerprint):
    """Workspaces and stored opinions know their experts by them."""
    assert expert.fingerprint() == fingerprint


def test_all_three_are_experts_and_are_told_apart_by_their_kind():
    for expert in (FULL, TOP1, VOTES):
        assert isinstance(expert, Expert) and EXPERT_OF_KIND[expert.kind] is type(expert)


def test_an_expert_holds_the_arrays_of_its_kind():
    assert list(FULL.arrays()) == ["scores"]
    assert list(replace(FULL, rows=MIXED, option_counts=ANSWERS).arrays()) == ["scores", "rows", "option_counts"]
    assert list(TOP1.arrays()) == ["predicted", "confidence"]
    assert list(VOTES.arrays()) == ["predicted"]


def test_an_expert_abstains_where_it_is_not_called():
    called = np.array([True, False, True, True])
    assert FULL.silent_elsewhere(called).rows.tolist() == [0, ABSTAIN, 2, 3]
    assert replace(FULL, rows=MIXED).silent_elsewhere(called).rows.tolist() == [1, ABSTAIN, ABSTAIN, 3]
    silenced = TOP1.silent_elsewhere(called)
    assert silenced.predicted.tolist() == [0, ABSTAIN, ABSTAIN, 1]
    assert np.array_equal(silenced.confidence, np.array([0.5, np.nan, np.nan, 1], np.float32), equal_nan=True)
    assert VOTES.silent_elsewhere(called).predicted.tolist() == [0, ABSTAIN, ABSTAIN, 1]


def test_an_expert_says_of_one_sample_what_it_said_of_another():
    places = np.array([3, 1, 0, 0])
    assert FULL.taken(places).rows.tolist() == [3, 1, 0, 0]
    assert replace(FULL, rows=MIXED).taken(places).rows.tolist() == [3, 0, 1, 1]
    assert TOP1.taken(places).predicted.tolist() == [1, 2, 0, 0]
    assert TOP1.taken(places).confidence.tolist() == [1, 0.25, 0.5, 0.5]
    assert VOTES.taken(places).predicted.tolist() == [1, 2, 0, 0]


def test_a_changed_expert_is_fingerprinted_anew():
    called, places = np.ones(4, bool), np.arange(4)
    for expert in (FULL, TOP1, VOTES):
        assert expert.fingerprint() == "as stored"
        for changed in (expert.silent_elsewhere(called), expert.taken(places)):
            assert len(changed.fingerprint()) == 16
    assert VOTES.answering(ANSWERS).fingerprint() == VotesExpert("n", ANSWERS).fingerprint()


def test_an_expert_says_what_it_gives():
    assert [e.gives() for e in (FULL, TOP1, VOTES)] == [
        "logits of 3 classes",
        "best class and its confidence",
        "answers without confidence",
    ]
