"""What scores look like, and checks that copy nothing."""

import tracemalloc

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters.joining.score_kind import FullScores, check_finite, check_probabilities, detect_score_kind


def full(scores, rows=None, counts=None):
    rows = np.arange(len(scores)) if rows is None else np.asarray(rows)
    ids = np.array([f"s{i}" for i in range(len(rows))], object)
    return FullScores("x", scores, rows, ids, counts)


@pytest.fixture(scope="module")
def logits():
    return np.random.default_rng(3).normal(0, 3, (500, 200)).astype(np.float32)


@pytest.fixture(scope="module")
def probabilities(logits):
    exps = np.exp(logits.astype(np.float64))
    return exps / exps.sum(axis=1, keepdims=True)


def test_logits(logits):
    kind, seen = detect_score_kind(full(logits))
    assert kind == "logits" and seen.startswith("logits (from -")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_probabilities_of_any_precision(probabilities, dtype):
    assert detect_score_kind(full(probabilities.astype(dtype)))[0] == "probabilities"


def test_a_few_values_outside_0_to_1_do_not_make_logits_of_probabilities(probabilities):
    scores = probabilities.copy()
    scores[7, :2] += (-0.5, 0.5)
    assert detect_score_kind(full(scores))[0] == "probabilities"
    with pytest.raises(InputError, match=r"probabilities outside 0 to 1 for 1 of 500 samples: s7\."):
        check_probabilities(full(scores))
    scores[:100, :2] += (-0.5, 0.5)  # outputs of a least-squares classifier: they sum to 1 and are no probabilities
    assert detect_score_kind(full(scores))[0] == "logits"


def test_log_probabilities_are_logits_and_said(probabilities):
    kind, seen = detect_score_kind(full(np.log(probabilities)))
    assert kind == "logits" and seen.startswith("log-probabilities")


def test_scores_between_0_and_1_that_do_not_sum_to_1_are_logits_and_said(logits):
    kind, seen = detect_score_kind(full(1 / (1 + np.exp(-logits))))
    assert kind == "logits" and "rows sum to" in seen


def test_percentages_are_refused(probabilities):
    with pytest.raises(InputError, match="percentages"):
        detect_score_kind(full(probabilities * 100))


def test_probabilities_of_questions_with_fewer_options_ignore_the_padding(probabilities):
    scores = np.full((4, 4), np.nan)
    scores[:, :2] = [[0.3, 0.7]] * 4
    scores[0] = 0.25
    counts = np.array([4, 2, 2, 2], np.int32)
    check_finite(full(scores, counts=counts))
    check_probabilities(full(scores, counts=counts))
    assert detect_score_kind(full(scores, counts=counts))[0] == "probabilities"
    with pytest.raises(InputError, match=r"NaN or infinite for 3 of 4 samples: s1, s2, s3\."):
        check_finite(full(scores))


def test_offenders_are_named_by_sample_and_not_by_row(logits):
    bad = logits.copy()
    bad[7] = np.inf
    rows = np.arange(500)[::-1]
    with pytest.raises(InputError, match=r"for 1 of 500 samples: s492\."):
        check_finite(full(bad, rows))


def test_rows_no_sample_uses_are_not_judged(logits):
    bad = logits.copy()
    bad[7] = np.nan
    check_finite(full(bad, [i for i in range(500) if i != 7]))


def test_a_bad_value_anywhere_is_found(logits):
    for place in (0, 250, 499):
        bad = logits.copy()
        bad[place, 199] = np.nan
        with pytest.raises(InputError, match="1 of 500"):
            check_finite(full(bad))


def test_checks_copy_no_array_of_the_scores_size():
    scores = np.zeros((40_000, 500), np.float32)
    scores[:, 0] = 1
    tracemalloc.start()
    check_finite(full(scores))
    check_probabilities(full(scores))
    detect_score_kind(full(scores))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < scores.nbytes / 2


def test_padding_beyond_the_options_may_hold_any_number():
    scores = np.array([[0.5, 0.5, -1.0], [0.2, 0.3, 0.5]])
    check_probabilities(full(scores, counts=np.array([2, 3])))
    with pytest.raises(InputError, match=r"outside 0 to 1 for 1 of 2 samples: s0\."):
        check_probabilities(full(scores))
