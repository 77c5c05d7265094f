"""K and tau by cross-validation: found where they are planted, judged where they were not chosen."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.estimate.flag_counts import TAU_GRID
from cleaning.experts.chosen_agreement import CHOSEN, FOLDS, chosen_agreement


def planted(best: int, tau: float, n: int = 4000, experts: int = 6, seed: int = 0):
    """Labels are wrong mostly where at least ``best`` experts agree, each at least tau sure; hardly elsewhere."""
    rng = np.random.default_rng(seed)
    count, weakest = rng.integers(0, experts + 1, n), rng.random(n)
    wrong = rng.random(n) < np.where((count >= best) & (weakest >= tau), 0.9, 0.02)
    return count, weakest, wrong


@pytest.mark.parametrize(("best", "tau"), [(1, 0.3), (3, 0.0), (5, 0.6)])
def test_what_is_planted_is_chosen(best, tau):
    found = chosen_agreement(*planted(best, tau), experts=6, usual=4)
    assert found.agree == best and found.tau == pytest.approx(tau, abs=0.03)
    table = found.table.set_index("agree")
    assert table.loc[str(best), "chosen"] == 1 and table.loc[CHOSEN, "f1"] == table.loc[str(best), "f1"]
    assert table.loc[CHOSEN, "gain_low"] > 0 and "beyond chance" in found.sentence()
    assert table.loc["4", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]


def test_figures_are_those_of_the_flags_counted_by_hand():
    count, weakest, wrong = planted(3, 0.5, n=500)
    found = chosen_agreement(count, weakest, wrong, experts=6, usual=4)
    best = max(
        2 * (wrong & flags).sum() / (flags.sum() + wrong.sum())
        for k in range(1, 7)
        for t in TAU_GRID
        for flags in [(count >= k) & (weakest >= t)]
    )
    flags = (count >= found.agree) & (weakest >= found.tau)
    assert 2 * (wrong & flags).sum() / (flags.sum() + wrong.sum()) == pytest.approx(best)


def test_nothing_to_choose_gains_nothing_on_what_was_left_out():
    """Wrong labels that have nothing to do with the experts: no rule is better than flagging everything, on average."""
    rng, scores = np.random.default_rng(1), []
    for seed in range(30):
        count, weakest, wrong = rng.integers(0, 7, 300), rng.random(300), rng.random(300) < 0.2
        row = chosen_agreement(count, weakest, wrong, 6, 4, seed).table.set_index("agree").loc[CHOSEN]
        scores.append(row.f1 - 2 * wrong.mean() / (1 + wrong.mean()))
    assert np.mean(scores) < 0.01


def test_every_sample_is_flagged_by_folds_that_did_not_see_it():
    count, weakest, wrong = planted(2, 0.4, n=1000)
    before = chosen_agreement(count, weakest, wrong, 6, 4)
    shares = before.table["chosen"].to_numpy()[:-1] * FOLDS
    assert shares.sum() == FOLDS and np.array_equal(shares, shares.round())


def test_too_little_is_known():
    with pytest.raises(InputError, match=r"chosen from 10 or more"):
        chosen_agreement(np.ones(50, int), np.ones(50), np.arange(50) < 4, 3, 2)
