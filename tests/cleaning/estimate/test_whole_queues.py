"""Estimates along the whole queue: they come once and stay, and say what is left to know."""

import numpy as np
import pytest

from cleaning.estimate import cards_to_halve, count_verdicts, estimate
from cleaning.estimate.intervals import anytime_multiplier
from cleaning.review.queue import audit_card_count, interleave
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion


class Walk:
    """A planted set and its queue: flagged samples from the top with random cards among them."""

    def __init__(self, seed: int, share: float = 0.2, size: int = 2_000) -> None:
        rng = np.random.default_rng(seed)
        suspicion = 1 / (1 + np.exp(-(rng.normal(0, 1.5, size) - 2.5)))
        self.wrong = (rng.random(size) < 0.02 + 0.6 * suspicion).astype(float)
        self.ranking = rank_suspicion(suspicion)
        self.audit = draw_audit(self.ranking, 0.5, seed)
        self.flagged = int((suspicion >= 0.5).sum())
        self.drawn = self.audit.rows[: audit_card_count(self.flagged, share)]
        self.queue = interleave(self.ranking.rows[: self.flagged], self.drawn, share).rows

    def after(self, cards: int):
        """(estimate, what counts) once so many cards of the queue are decided."""
        codes, shown = np.full(len(self.wrong), np.nan), np.zeros(len(self.wrong), bool)
        decided = self.queue[:cards]
        codes[decided] = self.wrong[decided]
        shown[np.intersect1d(decided, self.drawn)] = True
        counted = count_verdicts(self.audit, codes, self.ranking, shown_here=shown)
        return estimate(self.audit, codes, self.ranking, 0.5, counted=counted), counted


@pytest.mark.parametrize("seed", range(6))
def test_no_further_card_takes_an_estimate_away(seed):
    walk, seen = Walk(seed), [False, False]
    for cards in [*range(10, len(walk.queue), 10), len(walk.queue)]:
        now, _ = walk.after(cards)
        for place, enough in enumerate((now.precision_enough, now.enough)):
            assert enough or not seen[place], f"gone after {cards} of {len(walk.queue)} cards"
            seen[place] = enough
        for band in (now.precision, now.detection_rate, now.wrong_total):
            assert band.low <= band.point <= band.high
    assert all(seen) and now.precision.half_width == 0
    assert now.card_count == len(walk.drawn), "cards drawn at random, however many others were reviewed"


def test_all_flagged_reviewed_and_no_random_card_tells_the_precision_exactly():
    walk = Walk(1, share=0.0)
    now, counted = walk.after(walk.flagged)
    real = walk.wrong[walk.ranking.rows[: walk.flagged]].mean()
    assert now.precision_enough and not now.enough and now.card_count == 0 and now.known_count == walk.flagged
    assert (now.precision.low, now.precision.point, now.precision.high) == pytest.approx((real,) * 3)
    assert now.detection_rate.low < 0.5 and now.detection_rate.high == 1
    assert cards_to_halve(walk.audit, walk.ranking, now, counted).precision == 0, "nothing is left to halve"


def test_what_halves_a_band_halves_it_and_is_none_only_where_there_is_none():
    ratios = []
    for seed in range(8):
        walk = Walk(seed)
        now, counted = walk.after(len(walk.queue))
        more = cards_to_halve(walk.audit, walk.ranking, now, counted)
        assert more.precision == 0 and now.precision.half_width == 0
        further = walk.audit.rows[~np.isin(walk.audit.rows, walk.queue)][: more.detection_rate]
        decided = np.union1d(walk.queue, further)
        codes = np.full(len(walk.wrong), np.nan)
        codes[decided] = walk.wrong[decided]
        then = estimate(walk.audit, codes, walk.ranking, 0.5)
        ratios.append(then.detection_rate.half_width / now.detection_rate.half_width)
    assert np.mean(ratios) == pytest.approx(0.5, abs=0.1)


def test_bands_at_ten_standard_errors_are_numbers():
    walk = Walk(3)
    assert anytime_multiplier(np.array(1e-6), 0.95) > 10
    for cards in range(1, 60):
        _, counted = walk.after(cards)
        for level in (0.95, 1 - 1e-12):
            told = estimate(walk.audit, np.full(2_000, np.nan), walk.ranking, 0.5, level=level, counted=counted)
            for band in (told.precision, told.detection_rate, told.wrong_total):
                assert band.low <= band.high, f"after {cards} cards"
