"""The number of bins by cross-validation: what it is chosen for, what it never sees, and that it costs nothing."""

import numpy as np
import pytest

from cleaning.calibrate.measures.subsample import some_rows
from cleaning.experts.cascade import bin_sensitivity, cascade_curves, chosen_bins
from cleaning.experts.cascade.chosen_bins import CHOICES, FOLDS, bins_by_cross_validation, fold_areas
from cleaning.experts.cascade.curves import area
from tests.cleaning.experts.cascade_cases import planted

COSTS = np.array([1.0, 4.0])


def wave(n=6000, seed=0):
    """The large expert helps in ten narrow bands of the small one's confidence: coarse bins see none of them."""
    rng = np.random.default_rng(seed)
    small = rng.random(n)
    gain = np.where((10 * small) % 1 < 0.5, 0.3, -0.3)
    confidence = np.stack([small, np.clip(small + gain, 0, 1)])
    return confidence, (rng.random((2, n)) < confidence).astype(float)


def test_bins_fine_enough_to_see_what_is_there_are_chosen():
    confidence, right = wave()
    areas = fold_areas(confidence, right, COSTS, (1, 20)).mean(axis=1)
    assert areas[1] > areas[0] + 0.02
    assert bins_by_cross_validation(confidence, right, COSTS, (1, 20)) == 20


def test_of_equals_the_fewest_and_the_areas_are_those_of_the_folds():
    confidence = np.full((2, 900), 0.5)  # one bin whatever is asked for
    right = np.tile([0.0, 1.0], (2, 450))
    assert bins_by_cross_validation(confidence, right, COSTS) == CHOICES[0]
    assert fold_areas(confidence, right, COSTS).shape == (len(CHOICES), FOLDS)


@pytest.mark.parametrize("drawn", [False, True])
def test_of_very_many_samples_some_are_looked_at(monkeypatch, drawn):
    confidence, right = wave()
    dealt = np.random.default_rng(3).permutation(6000) if drawn else None
    monkeypatch.setattr(chosen_bins, "MOST_JUDGED", 100)
    some = np.flatnonzero(dealt < 100) if dealt is not None else some_rows(6000, 100)
    kept = dealt[some] if dealt is not None else None
    areas = fold_areas(confidence[:, some], right[:, some], COSTS, (1, 20, 50), kept).mean(axis=1)
    with monkeypatch.context() as patched:
        seen = []
        patched.setattr(chosen_bins, "fold_areas", lambda *asked: seen.append(asked) or fold_areas(*asked))
        assert bins_by_cross_validation(confidence, right, COSTS, (1, 20, 50), dealt) == (1, 20, 50)[areas.argmax()]
    assert seen[0][0].shape == (2, 100)


def test_the_choice_sees_the_learning_half_alone():
    """Other labels in nothing but the judged half of the first repeat leave its bins as they were."""
    labels, experts = planted(3000)
    first = cascade_curves(experts, labels, repeats=2)
    judged = np.random.default_rng(0).permutation(3000)[1500:]
    spoiled = labels.copy()
    spoiled[judged] = (labels[judged] + 1) % 10
    second = cascade_curves(experts, spoiled, repeats=2)
    assert second.bins[0] == first.bins[0] and set(first.bins) <= set(CHOICES)
    assert not np.array_equal(first.accuracy["calibrated"][0], second.accuracy["calibrated"][0])


@pytest.mark.parametrize("skill", [(0.6, 1.6), (1.0, 1.2)])
def test_what_is_chosen_gives_as_much_as_the_best_fixed_number(skill):
    labels, experts = planted(4000, skill)
    size = [
        area(c.fractions, c.policy("calibrated")).mean()
        for c in (cascade_curves(experts, labels, bins=bins, repeats=4) for bins in (None, *CHOICES))
    ]
    assert size[0] > max(size[1:]) - 0.003


def test_bins_sensitivity_has_a_row_per_number_and_rule():
    labels, experts = planted(1500)
    table = bin_sensitivity(experts, labels, (1, 5, 50), repeats=3)
    assert table["bins"].tolist() == [1, 1, 5, 5, 50, 50, 0, 0]
    assert table["chosen"].iloc[-1] == 1 and table["chosen"].iloc[:-2].max() <= 1
    one, five = table[table["policy"] == "calibrated"]["area"].iloc[:2]
    assert five > one + 0.01  # a single bin is routing at random
