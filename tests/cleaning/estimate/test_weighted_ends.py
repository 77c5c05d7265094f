"""Ends of weighted sums of wrong cards: against Clopper and Pearson, Fay and Feuer, and by simulated coverage."""

import numpy as np
import pytest
from scipy.special import betainccinv
from scipy.stats import binomtest, gamma

from cleaning.estimate import weighted_ends as module
from cleaning.estimate.intervals import normal_multiplier
from cleaning.estimate.split import Cells
from cleaning.estimate.weighted_ends import weighted_ends

LEVEL = normal_multiplier(0.95)


def cells_of(size, cards, wrong, curve=0.0) -> Cells:
    """One part, (T, H) or (H,) of each; the curve says nothing unless told."""
    shape = np.broadcast_shapes(np.shape(size), np.shape(wrong))
    size, cards, wrong = (np.broadcast_to(np.asarray(v, float), shape) for v in (size, cards, wrong))
    size, cards, wrong = (v.reshape(-1, 1, v.shape[-1]) for v in (size, cards, wrong))
    return Cells(size, cards, np.full_like(size, curve), wrong)


def ends_of(cells: Cells, multiplier: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """(T,) ends, at 95 % unless told."""
    share = cells.wrong / np.maximum(cells.cards, 1)
    low, high = weighted_ends(cells, share, np.full(share.shape[:2], multiplier))
    return low[:, 0], high[:, 0]


@pytest.fixture
def exact(monkeypatch):
    """The ends as the sources have them: a whole card more, of the heaviest cell, and no guess in the variance."""
    for name, value in {"TOWARDS_JEFFREYS": 0, "HEAVIEST": 1, "SEEN": 0, "STEADYING_CARDS": 1e-12}.items():
        monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize(("wrong", "cards"), [(0, 30), (1, 30), (7, 30), (29, 30), (30, 30), (3, 200)])
def test_a_single_cell_gives_clopper_and_pearsons_ends(exact, wrong, cards):
    size = 1e9  # so large that the cards take nothing from it
    reference = binomtest(wrong, cards).proportion_ci(0.95, method="exact")
    low, high = ends_of(cells_of([size], [cards], [wrong]))
    np.testing.assert_allclose([low[0] / size, high[0] / size], [reference.low, reference.high], rtol=1e-4, atol=1e-6)


def test_rare_errors_give_fay_and_feuers_gamma_ends(exact):
    size, cards, wrong = np.array([1e6, 4e6, 1e7]), np.array([20_000, 20_000, 10_000]), np.array([5, 2, 1])
    weight = size / cards
    count, variance = (weight * wrong).sum(), (weight**2 * wrong).sum()
    low, high = ends_of(cells_of(size, cards, wrong))
    lower = gamma.ppf(0.025, count**2 / variance, scale=variance / count)
    count, variance = count + weight.max(), variance + weight.max() ** 2
    upper = gamma.ppf(0.975, count**2 / variance, scale=variance / count)
    np.testing.assert_allclose([low[0], high[0]], [lower, upper], rtol=0.02)


@pytest.mark.parametrize(("wrong", "curve"), [(0, 0.0), (0, 0.05), (50, 0.9), (10, 0.3)])
def test_cells_sampled_alike_say_what_one_plain_stratum_says(wrong, curve):
    """Also where all cards agree: per-cell distances in squares would reach 1.4 times as far."""
    whole = ends_of(cells_of([10_000], [100], [2 * wrong], curve))
    halves = ends_of(cells_of([5_000, 5_000], [50, 50], [wrong, wrong], curve))
    np.testing.assert_allclose(halves, whole, rtol=1e-6)


def test_an_unseen_error_weighs_a_whole_card_where_the_curve_rules_errors_out():
    ruled_out, unlikely = (ends_of(cells_of([1_250], [60], [0], curve)) for curve in (0.0, 1e-6))
    np.testing.assert_allclose(ruled_out, unlikely, rtol=1e-3)


def test_counting_right_labels_mirrors_the_ends():
    size, cards, wrong = np.array([300.0, 4_000]), np.array([40.0, 60]), np.array([31.0, 4])
    low, high = ends_of(cells_of(size, cards, wrong, 0.3))
    mirrored_low, mirrored_high = ends_of(cells_of(size, cards, cards - wrong, 0.7))
    np.testing.assert_allclose([low, high], [size.sum() - mirrored_high, size.sum() - mirrored_low])


def test_no_wrong_card_leaves_nothing_below_and_no_right_card_nothing_above():
    low, high = ends_of(cells_of([500, 900], [20, 30], [[0, 0], [20, 30]]))
    assert low[0] == 0 and high[0] > 20 and high[1] == 1_400 and low[1] < 1_380


def test_what_is_left_of_a_cell_decides_how_wide_the_ends_are():
    """Four fifths seen: as wide as a fifth of the variance makes it (finite-population correction)."""
    few, many = (np.diff(ends_of(cells_of([size], [80], [40])), axis=0)[0, 0] / size for size in (100, 1e9))
    assert few / many == pytest.approx(np.sqrt(0.2), rel=0.03)


def test_a_variance_that_hangs_on_few_cards_counts_for_more(monkeypatch):
    """By hand: nearly all of the variance comes from 10 of 60 cards, and Student's quantile replaces the normal's."""
    cells = cells_of([100, 1_000], [50, 10], [25, 5], 0.5)
    first, second = 100**2 * 0.25 * 0.5 / 50, 1_000**2 * 0.25 * 0.99 / 10
    freedom = (first + second) ** 2 / (first**2 / 50 + second**2 / 10)
    first_term = (1.96**2 + 1) / 4
    expected = (first + second) * ((1 + first_term / freedom) / (1 + first_term / 60)) ** 2
    seen = []
    variance = module._variance
    monkeypatch.setattr(
        module, "_variance", lambda side, multiplier: seen.append(variance(side, multiplier)) or seen[-1]
    )
    ends_of(cells)
    np.testing.assert_allclose(seen[0], expected, rtol=1e-3)


@pytest.mark.parametrize("cards", [0, 1, 3])
def test_a_cell_with_few_cards_adds_no_more_than_it_holds(cards):
    """A sliver of 1,000 samples beside 4,000 well-known ones, as a threshold just past a stratum's end cuts it."""
    known = ends_of(cells_of([4_000], [80], [70], 0.8), 3.0)
    both = ends_of(cells_of([4_000, 1_000], [80, cards], [70, cards // 2], 0.8), 3.0)
    assert both[0][0] >= known[0][0] - 1 and both[1][0] <= known[1][0] + 1_000


@pytest.mark.parametrize(
    "shares",
    [(0.6, 0.3, 0.01), (0.99, 0.7, 0.0005), (0.02, 0.006, 0.006), (0.4, 0.4, 0.4), (0.3, 0.02, 0.02)],
    ids=["mixed", "nearly all right flags", "rare", "all alike", "hidden in the heaviest"],
)
def test_the_truth_lies_within_in_at_least_93_of_100(shares):
    size, cards = np.array([1_000, 3_000, 16_000]), np.array([40, 40, 60])
    bad = np.round(size * np.array(shares)).astype(int)
    wrong = np.random.default_rng(3).hypergeometric(bad, size - bad, cards, size=(4_000, 3))
    low, high = ends_of(cells_of(size, cards, wrong, 0.05))
    inside = (low - 1e-9 <= bad.sum()) & (bad.sum() <= high + 1e-9)
    assert inside.mean() >= 0.93


def test_where_all_is_seen_no_quantile_is_looked_for(monkeypatch):
    """Beta distributions as narrow as that take a thousand times as long, for a number that is not used."""
    asked = []

    def quantile(a, b, tail):
        asked.append(max(np.max(a), np.max(b)))
        return betainccinv(a, b, tail)

    monkeypatch.setattr(module, "betainccinv", quantile)
    low, high = ends_of(cells_of([40, 60], [40, 60], [3, 5]))
    assert (low[0], high[0]) == (8, 8) and asked and max(asked) < 1_000
