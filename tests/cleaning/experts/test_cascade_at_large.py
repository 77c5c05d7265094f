"""What makes a cascade of millions of samples quick changes none of its numbers."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.experts.cascade import cascade_curves, curves, drawn_halves, learning
from cleaning.experts.cascade.learning import stage_edges, summed
from tests.cleaning.experts.cascade_cases import planted


def test_bins_are_summed_alike_whether_all_combinations_are_counted_or_those_found(monkeypatch):
    confidence, values = np.random.default_rng(0).random((2, 4, 500))
    edges = stage_edges(confidence, 6)
    all_counted = summed(edges, confidence, values)
    monkeypatch.setattr(learning, "MOST_EMPTY", 0)
    found = summed(edges, confidence[:, :50], values[:, :50]), summed(edges, confidence, values)
    assert (found[1].bins == all_counted.bins).all() and (found[1].count == all_counted.count).all()
    assert found[1].total == pytest.approx(all_counted.total, abs=1e-12)
    assert found[0].count.sum() == 50 and found[0].total.sum() == pytest.approx(values[:, :50].sum())


def test_the_halves_are_those_drawn_whatever_order_they_are_worked_in():
    """Samples are put in the order of the first expert's confidence within; the halves stay who they are."""
    given, experts = planted(800)
    silent = np.where(np.arange(800) % 7 == 0, np.nan, experts[0].confidence)
    first = replace(experts[0], confidence=silent)
    curves = cascade_curves([first, experts[1]], given, repeats=2)
    halves = np.array_split(np.random.default_rng(0).permutation(800), 2)
    right = np.where(np.isnan(silent), 0, first.predicted == given)
    judged = [right[halves[1]].mean(), right[halves[0]].mean()]  # what one learns on the next judges on
    assert curves.alone[first.name] == pytest.approx(judged, abs=1e-12)
    assert curves.alone[first.name].mean() == pytest.approx(right.mean(), abs=1e-12)


def test_the_first_halves_are_shown_once_and_before_the_others(monkeypatch):
    monkeypatch.setattr(drawn_halves, "cpu_count", lambda: 2)
    given, experts = planted(600)
    seen, shares = [], []
    curves = cascade_curves(
        experts, given, repeats=8, progress=shares.append, first_look=lambda first: seen.append((first, list(shares)))
    )
    ((first, before),) = seen
    assert before == [0.25, 0.5] and shares == [0.25, 0.5, 0.75, 1.0]
    for policy, values in first.accuracy.items():
        np.testing.assert_array_equal(values, curves.accuracy[policy][:4])
    cascade_curves(experts, given, repeats=4, first_look=lambda first: pytest.fail("nothing is still to come"))


def test_places_turned_round_by_hand():
    assert curves._inverse(np.array([2, 0, 3]), 5).tolist() == [1, -1, 0, 2, -1]
