"""Folds and subsamples follow from the sample ids alone."""

import numpy as np
import pytest

from cleaning.domain.folds import FOLD_COUNT, draw_folds

IDS = np.array([f"image_{i}.jpg" for i in range(1003)], object)


def test_folds_do_not_depend_on_the_order_of_rows():
    shuffle = np.random.default_rng(0).permutation(len(IDS))
    straight, shuffled = draw_folds(IDS), draw_folds(IDS[shuffle])
    assert (straight.fold[shuffle] == shuffled.fold).all()
    assert set(IDS[straight.subsample(100)]) == set(IDS[shuffle][shuffled.subsample(100)])


@pytest.mark.parametrize("n", [1, 3, 5, 6, 1003])
def test_folds_are_equal_within_one(n):
    counts = np.bincount(draw_folds(IDS[:n]).fold, minlength=FOLD_COUNT)
    assert len(counts) == FOLD_COUNT and counts.sum() == n
    assert counts.max() - counts.min() <= 1


def test_another_seed_draws_other_folds_and_the_same_seed_the_same():
    first = draw_folds(IDS, seed=1)
    assert (first.fold == draw_folds(IDS, seed=1).fold).all()
    # two independent draws agree on one sample in five; 5 sigma around it
    agreeing = (first.fold == draw_folds(IDS, seed=2).fold).mean()
    assert abs(agreeing - 0.2) < 5 * np.sqrt(0.2 * 0.8 / len(IDS))


def test_neighbours_in_a_file_fall_into_independent_folds():
    """Sequential ids must not land in turn: then a fold would hold every fifth row of a sorted file."""
    fold = draw_folds(IDS).fold
    assert abs((fold[1:] == fold[:-1]).mean() - 0.2) < 5 * np.sqrt(0.2 * 0.8 / len(IDS))


def test_a_smaller_subsample_is_part_of_a_larger_one_and_sorted():
    folds = draw_folds(IDS)
    small, large = folds.subsample(50), folds.subsample(400)
    assert len(small) == 50 and set(small) < set(large)
    assert (np.diff(large) > 0).all()
    assert (folds.subsample(10_000) == np.arange(len(IDS))).all()


def test_every_fold_is_equally_present_in_a_subsample():
    folds = draw_folds(IDS)
    counts = np.bincount(folds.fold[folds.subsample(250)], minlength=FOLD_COUNT)
    assert counts.tolist() == [50] * FOLD_COUNT
