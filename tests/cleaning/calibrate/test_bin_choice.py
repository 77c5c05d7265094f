"""The number of bins by cross-validation: many where accuracy winds, few where it does not."""

import numpy as np
import pytest

from cleaning.calibrate.measures import bin_choice, bins_by_brier_score
from cleaning.calibrate.measures.binning import ascends
from cleaning.calibrate.measures.subsample import some_rows
from cleaning.calibrate.study import effect_of_bins


def test_a_winding_curve_takes_many_bins_and_a_flat_one_few():
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    winding = (rng.random(20_000) < np.where((10 * confidence) % 1 < 0.5, 0.9, 0.1)).astype(float)
    flat = (rng.random(20_000) < 0.7).astype(float)
    assert bins_by_brier_score(confidence, winding) >= 20
    assert bins_by_brier_score(confidence, flat) <= 15


def test_order_and_abstentions_change_nothing():
    rng = np.random.default_rng(1)
    confidence = rng.random(3000)
    correct = (rng.random(3000) < confidence).astype(float)
    silent = np.concatenate([confidence, [np.nan] * 50]), np.concatenate([correct, np.zeros(50)])
    assert bins_by_brier_score(*silent) == bins_by_brier_score(confidence, correct)
    assert bins_by_brier_score(np.full(2, 0.4), np.ones(2)) == 5


def test_of_very_many_samples_some_are_looked_at(monkeypatch):
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    winding = (rng.random(20_000) < np.where((10 * confidence) % 1 < 0.5, 0.6, 0.4)).astype(float)
    assert bins_by_brier_score(confidence, winding) >= 20
    monkeypatch.setattr(bin_choice, "MOST_JUDGED", 200)
    some = some_rows(20_000, 200)
    assert bins_by_brier_score(confidence, winding) == bins_by_brier_score(confidence[some], winding[some]) < 20


def test_the_effect_has_intervals_and_marks_the_chosen_number():
    rng = np.random.default_rng(2)
    confidence = rng.beta(4, 1.5, 4000)
    right = (rng.random(4000) < confidence**2).astype(float)
    table = effect_of_bins(confidence, confidence, right, (5, 15, 50))
    judged = table[table["moment"] != "by chance"]
    assert (judged["low"] < judged["value"]).all() and (judged["value"] < judged["high"]).all()
    assert table[table["moment"] == "by chance"]["low"].isna().all()
    assert table.loc[table["chosen"], "bins"].unique().tolist() == [bins_by_brier_score(confidence, right, (5, 15, 50))]
    assert judged["value"].min() > 0.08 and judged["value"].max() < 0.2


@pytest.mark.parametrize("values", [[], [0.3], [0.1, 0.2, 0.2, 0.9], [np.nan], [0.1, np.nan], [np.nan, 0.1]])
def test_what_ascends_needs_no_sorting(values):
    values = np.array(values)
    assert not ascends(values) or np.array_equal(values, np.sort(values), equal_nan=True)
    assert ascends(values) == (len(values) < 2 or not np.isnan(values).any())
    assert not ascends(np.append(np.sort(values)[::-1], -1.0)) or not len(values)
