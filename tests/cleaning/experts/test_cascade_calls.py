"""Fewer calls for cleaning: by hand and on planted experts."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.experts.cascade import calls_by_suspicion, calls_sentence, fewest_calls, save_calls
from tests.cleaning.experts.cascade_cases import planted

GIVEN = np.array([0, 0, 0, 0, 0])
OTHERS = {
    "a": np.array([0, 1, 1, -1, -1]),
    "b": np.array([0, 1, 0, -1, 0]),
}


def test_where_to_call_by_hand():
    table = save_calls(OTHERS, GIVEN, lambda called: called.astype(float), budget=2).set_index("rule")
    assert table["calls"].to_dict() == {
        "nowhere": 0,
        "where the others differ among themselves": 2,  # sample 2, and sample 3 where nobody answers
        "where another disagrees with the given label": 3,  # samples 1, 2 and 3
        "everywhere": 5,
    }
    assert table["calls_saved"].tolist() == pytest.approx([1.0, 0.6, 0.4, 0.0])


def test_overlap_and_finds_by_hand():
    full = np.array([0.9, 0.8, 0.1, 0.0, 0.2])
    wrong = np.array([True, True, True, False, False])

    def rescore(called):
        return np.where(called, full, [0.0, 0.8, 0.1, 0.3, 0.2])

    table = save_calls(OTHERS, GIVEN, rescore, budget=2, wrong=wrong).set_index("rule")
    assert table["overlap"].tolist() == [0.5, 0.5, 0.5, 1.0]
    assert table["finds"].tolist() == [1, 1, 1, 2]
    assert table["finds_kept"].tolist() == [0.5, 0.5, 0.5, 1.0]


def mean_vote(labels, experts):
    """Suspicion = mean confidence-weighted vote against the given label among the experts called."""
    against = np.stack([np.where(e.predicted == labels, 1 - e.confidence, e.confidence) for e in experts])

    def rescore(called):
        weight = np.ones_like(against)
        weight[-1] = called
        return (weight * against).sum(0) / weight.sum(0)

    return rescore


def test_calling_on_the_suspicious_keeps_the_flags_for_a_part_of_the_calls():
    labels, experts = planted(4000, (0.8, 1.0, 1.2, 1.6), (1, 1, 1, 4))
    given = labels.copy()
    given[:200] = (given[:200] + 1) % 10
    rescore = mean_vote(given, experts)
    table = calls_by_suspicion(rescore(np.zeros(4000, bool)), rescore, budget=200, wrong=np.arange(4000) < 200)
    assert (np.diff(table["calls"]) > 0).all() and table["overlap"].iloc[-1] == 1.0
    assert table["overlap"].iloc[0] < 0.95
    row = fewest_calls(table, 0.95)
    assert row["calls_saved"] >= 0.5 and row["finds_kept"] >= 0.95
    assert f"{100 * row['calls_saved']:.0f} % fewer calls" in calls_sentence(row, "vit")


def test_sentence_and_goal_by_hand():
    table = save_calls(OTHERS, GIVEN, lambda called: np.arange(5.0), budget=2)
    row = fewest_calls(table)
    assert row["rule"] == "nowhere" and row["overlap"] == 1.0
    assert calls_sentence(row, "vit") == (
        "Calling vit changes little: without it 100 % of the flags stay, 100 % fewer calls."
    )
    assert calls_sentence(table.iloc[3], "vit") == (
        "Call vit everywhere: with fewer calls too many flags would be lost."
    )
    disagreeing = table.iloc[2]
    assert calls_sentence(disagreeing, "vit") == (
        "Call vit only where another disagrees with the given label: 100 % of the flags stay, 40 % fewer calls."
    )
    with pytest.raises(InputError, match="keeps 99 %"):
        fewest_calls(table.assign(overlap=0.5))


@pytest.mark.parametrize("budget", [0, 6])
def test_a_budget_that_does_not_fit_is_told_in_words(budget):
    with pytest.raises(InputError, match="between 1 and 5"):
        save_calls(OTHERS, GIVEN, lambda called: called.astype(float), budget)
