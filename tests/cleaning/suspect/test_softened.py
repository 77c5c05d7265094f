"""The fast path says what the careful one says, for every kind of number that a score can be."""

import numpy as np
import pytest

from cleaning.calibrate.calibration import Calibration
from cleaning.domain.experts import FullExpert
from cleaning.domain.folds import FOLD_COUNT
from cleaning.scores.float_bits import all_finite, widened
from cleaning.suspect.softened import Buffers, Softener, _settled

TEMPERATURES = np.array([[0.7], [1.0], [1.3], [2.0], [5.0]])


def softener(scores, **about):
    by_fold = TEMPERATURES[:FOLD_COUNT]
    return Softener.of(
        FullExpert("e", scores=scores, **about), Calibration("e", "temperature", ("T",), by_fold[0], by_fold)
    )


def expected(scores, fold):
    z = scores.astype(np.float64) / TEMPERATURES[fold]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("scale", "shift"), [(3, 0), (3, -40), (0.01, 0), (60, 100), (2000, 0), (1e-6, 0)])
def test_probabilities_equal_the_softmax_in_float64(dtype, scale, shift):
    rng = np.random.default_rng(0)
    scores = (rng.normal(size=(200, 30)) * scale + shift).astype(dtype)
    fold = rng.integers(0, FOLD_COUNT, 200)
    said = softener(scores).soften(slice(0, 200), fold, Buffers())
    probability = said.exponentials / said.total[:, None]
    rounded = scores.astype(np.float32) if dtype is np.float64 else scores  # we compute in float32
    assert np.abs(probability - expected(rounded, fold)).max() < 1e-6
    assert (said.best == scores.argmax(axis=1)).all() and said.silent is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_fast_path_equals_the_careful_one(dtype, monkeypatch):
    rng = np.random.default_rng(0)
    scores = (rng.normal(size=(300, 20)) * 4).astype(dtype)
    fold = rng.integers(0, FOLD_COUNT, 300)
    fast = softener(scores).soften(slice(50, 250), fold[50:250], Buffers())
    monkeypatch.setattr("cleaning.suspect.softened.is_plain", lambda expert: False)
    slow = softener(scores).soften(slice(50, 250), fold[50:250], Buffers())
    one, other = (s.exponentials / s.total[:, None] for s in (fast, slow))
    assert np.abs(one - other).max() < 1e-6 and (fast.best == slow.best).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_is_missing_is_left_to_the_careful_path(dtype):
    scores = np.array([[1, 2, 3], [np.nan, np.nan, np.nan], [1, np.nan, 0]], dtype)
    said = softener(scores).soften(slice(0, 3), np.array([1, 1, 1]), Buffers())
    assert said.silent.tolist() == [False, True, False]
    assert said.exponentials[2, 1] == 0 and said.exponentials[1].tolist() == [0, 0, 0]


def test_neither_the_scores_nor_an_earlier_chunk_of_another_buffer_are_overwritten():
    scores = np.random.default_rng(0).normal(size=(64, 5)).astype(np.float32)
    kept, buffers, fold = scores.copy(), Buffers(), np.zeros(64, int)
    first = softener(scores).soften(slice(0, 32), fold[:32], buffers, np.empty((32, 5), np.float32))
    before = first.exponentials.copy()
    softener(scores).soften(slice(32, 64), fold[32:], buffers)
    assert (scores == kept).all() and (first.exponentials == before).all()


def test_every_finite_half_is_widened_exactly():
    halves = np.arange(65_536, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 8)
    out, bits = np.empty(halves.shape, np.float32), np.empty(halves.shape, np.int32)
    widened(halves, np.ones((len(halves), 1), np.float32), out, bits)
    np.testing.assert_array_equal(out, halves.astype(np.float32))
    assert (np.signbit(out) == np.signbit(halves)).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f2"])
def test_no_number_goes_unseen(dtype):
    block = np.random.default_rng(0).normal(size=(9, 11)).astype(dtype)
    block[0, 0], block[0, 1] = 65_504, -65_504  # the largest halves
    assert all_finite(block) and all_finite(block[:0])
    for value in (np.nan, -np.float64(np.nan), np.inf, -np.inf):
        spoiled = block.copy()
        spoiled[4, 7] = value
        assert not all_finite(spoiled)
    if dtype is np.float16:
        for bits in (0xFE00, 0xFFFF, 0x7E00, 0xFC00, 0x7C00):
            block.view(np.uint16)[3, 3] = bits
            assert not all_finite(block)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_row_is_the_same_whatever_rows_stand_beside_it(dtype):
    """Also where rows whose exponents are too large to be raised as they are stand beside some that are not."""
    rng = np.random.default_rng(0)
    scores = (rng.normal(size=(40, 9)) * np.repeat([1, 30], 20)[rng.permutation(40), None]).astype(dtype)
    fold = rng.integers(0, FOLD_COUNT, 40)
    whole = softener(scores).soften(slice(0, 40), fold, Buffers())
    for row in range(40):
        alone = softener(scores).soften(slice(row, row + 1), fold[[row]], Buffers())
        np.testing.assert_array_equal(alone.exponentials[0], whole.exponentials[row])
        assert alone.total[0] == whole.total[row]


def test_who_abstains_says_nothing_of_any_class_however_it_was_calibrated():
    scores = np.array([[2.0, 1.0, 0.0], [np.nan, np.nan, np.nan], [0.0, 0.0, 3.0]], np.float32)
    one = softener(scores, score_kind="logits")
    made = one._careful(np.arange(3), np.ones((3, 1), np.float32), np.empty((3, 3), np.float32))
    assert made.silent.tolist() == [False, True, False]
    settled = _settled(made, np.array([0.9, 0.8, 0.7], np.float32))
    said = settled.exponentials / settled.total[:, None]
    assert said[1].tolist() == [0, 0, 0] and said[[0, 2]].sum(axis=1) == pytest.approx(1)
    assert said[0, 0] == pytest.approx(0.9) and said[2, 2] == pytest.approx(0.7)
