"""What makes a cascade of millions of samples quick changes none of its numbers."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.experts.cascade import cascade_curves, learning
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
    rng = np.random.default_rng(0)
    for repeat in range(2):
        judge = np.array_split(rng.permutation(800), 2)[1]
        right = np.where(np.isnan(silent[judge]), 0, first.predicted[judge] == given[judge])
        assert curves.alone[first.name][repeat] == pytest.approx(right.mean(), abs=1e-12)
