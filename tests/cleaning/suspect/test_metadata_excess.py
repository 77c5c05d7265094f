"""The metadata excess by hand: its bins of confidence, its level, its smoothing; and agreement at its ends."""

import numpy as np
import pytest
from scipy.stats import poisson

from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.folds import FOLD_COUNT, draw_folds
from cleaning.suspect.suspicion import expert_agreement, metadata_excess
from tests.cleaning.suspect.test_suspicion import grouped, opinions

LEVELS, EACH = 40, 50


def by_confidence(unsupported_levels: np.ndarray):
    """(opinions, given labels, group, folds): one expert, 40 confidences with 50 samples each, one group a confidence.

    unsupported_levels: (40,) bool, whether the expert votes another class at that confidence.
    """
    level = np.repeat(np.arange(LEVELS), EACH)
    said = opinions(np.where(unsupported_levels[level], 1, 0)[:, None], (0.1 + 0.02 * level)[:, None])
    group = np.array([f"g{k:02d}" for k in level], object)
    folds = draw_folds(np.array([f"s{i}" for i in range(len(level))], object))
    return said, np.zeros(len(level), np.int32), group, folds


def test_twenty_bins_of_equally_many_samples_say_what_is_expected():
    """By hand. Two confidences share a bin: those below 20 alternate, so half is expected of each; those above come
    in equal pairs, so all or nothing is. With more bins the first half would be told apart, with fewer the second
    would not."""
    unsupported = np.r_[np.arange(20) % 2 == 1, np.arange(20) // 2 % 2 == 1]
    said, given, group, folds = by_confidence(unsupported)
    level = np.repeat(np.arange(LEVELS), EACH)
    wrong = unsupported[level]
    awaited = np.zeros(len(level))
    for f in range(FOLD_COUNT):
        others, own = folds.fold != f, folds.fold == f
        for pair in range(LEVELS // 2):
            fitted = others & (level // 2 == pair)
            awaited[own & (level // 2 == pair)] = (wrong[fitted].sum() + wrong[others].mean()) / (fitted.sum() + 1)
    table = metadata_excess(said, given, group, folds).table
    assert table["expected"].to_numpy() == pytest.approx(np.bincount(level, awaited))
    assert table["expected"].iloc[:20].to_numpy() == pytest.approx(np.full(20, EACH / 2), rel=0.15)
    assert table["expected"].iloc[[20, 21, 22, 23]].to_numpy() == pytest.approx([0, 0, EACH, EACH], abs=1)


def test_an_alarm_needs_a_chance_below_one_in_twenty_over_all_groups():
    """Bonferroni, checked on groups on either side of the level; the seeds give some within a factor of two of it."""
    near = {"below": 0, "above": 0}
    for seed in range(40):
        excess = metadata_excess(*grouped(seed, planted_share=0.07))
        level, table = 0.05 / 15, excess.table
        p_value = poisson.sf(table["observed"] - 1, table["expected"])
        assert len(table) == 15 and table["alarmed"].tolist() == (p_value < level).tolist()
        smoothed = (table["observed"] + 1) / (table["expected"] + 1)
        assert table["factor"].to_numpy() == pytest.approx(np.where(p_value < level, smoothed, 1))
        near["below"] += int(((p_value < level) & (p_value > level / 2)).sum())
        near["above"] += int(((p_value >= level) & (p_value < level * 2)).sum())
    assert near["below"] and near["above"], "otherwise another level would pass as well"


def test_confidence_is_the_mean_of_those_who_answer():
    """A second expert that abstains everywhere, or says the same, changes nothing; one that doubts changes the bin."""
    said, given, group, folds = by_confidence(np.arange(LEVELS) >= 20)
    alone = metadata_excess(said, given, group, folds)
    silent = opinions(
        np.column_stack([said.predicted[:, 0], np.full(len(given), ABSTAIN)]),
        np.column_stack([said.confidence[:, 0], np.full(len(given), np.nan)]),
    )
    twice = opinions(np.repeat(said.predicted, 2, axis=1), np.repeat(said.confidence, 2, axis=1))
    for other in (silent, twice):
        assert metadata_excess(other, given, group, folds).table.equals(alone.table)


def test_a_dataset_on_which_nobody_answers_alarms_nothing():
    said = opinions(np.full((10, 2), ABSTAIN), np.full((10, 2), np.nan))
    folds = draw_folds(np.array([f"s{i}" for i in range(10)], object))
    excess = metadata_excess(said, np.zeros(10, np.int32), np.array(["a", "b"] * 5, object), folds)
    assert excess.table["expected"].tolist() == [0, 0] and not excess.table["alarmed"].any()
    assert excess.log_factor.tolist() == [0] * 10 and excess.sentences() == []


def test_the_most_excessive_group_is_told_first():
    said, given, group, folds = grouped(0, planted_share=0.2)
    given[(group == "g11") & (np.arange(len(given)) % 2 == 0)] = 3
    sentences = metadata_excess(said, given, group, folds).sentences()
    assert [s.split(":")[0] for s in sentences] == ["g11", "g03"]


def test_number_beats_confidence_even_at_its_ends():
    """The paper's rule: two that are not sure at all agree, and one that is certain says another label."""
    view = expert_agreement(opinions([[1, 1, 2]], [[0.0, 0.0, 1.0]]), np.zeros(1, np.int32))
    assert (view.label.tolist(), view.count.tolist(), view.mean.tolist(), view.weakest.tolist()) == ([1], [2], [0], [0])
