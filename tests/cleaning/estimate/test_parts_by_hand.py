"""Parts of an estimate worked out by hand: one card, cells without cards, mistakes looked at twice, words."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.domain.judgements import UNSURE
from cleaning.estimate import count_verdicts, estimate
from cleaning.estimate.answers import in_words
from cleaning.estimate.intervals import Interval
from cleaning.estimate.parts import estimate_parts
from cleaning.estimate.planning import _rounded_band
from cleaning.estimate.split import Cells
from cleaning.estimate.totals import VerdictErrors
from cleaning.estimate.unsure_cards import _settled, worth_settling
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion


def cells(size, cards, wrong, curve=0.3) -> Cells:
    """One threshold and part, a number for each stratum; the other part is the same."""
    both = [np.tile(np.array(v, float), (1, 2, 1)) for v in (size, cards, wrong)]
    return Cells(both[0], both[1], np.full_like(both[0], curve), both[2])


def plain_ends(low: float, high: float):
    return lambda cells, multiplier: tuple(np.full((1, 2), end) for end in (50.0, low, high))


def test_one_card_is_enough_to_speak_and_none_is_not():
    one = estimate_parts(cells([100], [1], [1]), np.full((1, 2), 1.96), plain_ends(20, 90))
    assert one.low[0, 0] == 20 and one.high[0, 0] == 90
    none = estimate_parts(cells([100], [0], [0]), np.full((1, 2), 1.96), plain_ends(20, 90))
    assert none.low[0, 0] == 0 and none.high[0, 0] == 100


def test_a_cell_without_cards_makes_the_others_worth_no_less():
    """Ten right cards of 100 samples: as often as not there are no more wrong than 90 (1 - 0.5^(1/10))."""
    ends = plain_ends(0, 100)
    alone = estimate_parts(cells([100], [10], [0]), np.full((1, 2), 1.96), ends)
    beside = estimate_parts(cells([100, 40], [10, 0], [0, 0]), np.full((1, 2), 1.96), ends)
    assert alone.best[0, 0] == pytest.approx(50 + 90 * (1 - 0.5**0.1))
    assert beside.best[0, 0] == pytest.approx(50 + 130 * (1 - 0.5**0.1))


def test_a_second_look_multiplies_false_alarms_and_adds_misses_below_the_line_alone():
    errors = VerdictErrors.of((0.02, 0.05), (0.1, 0.2), repeated=0.3)
    assert errors.false_alarm == pytest.approx(np.array([[0.02, 0.0004], [0.05, 0.05 * 0.3]]))
    assert errors.miss == pytest.approx(np.array([[0.1, 0.19], [0.2, 0.36]]))
    often = VerdictErrors.of((0.4, 0.5), (0, 0), repeated=0.3)
    assert often.false_alarm[1] == pytest.approx([0.5, 0.25]), "never less than chance alone repeats"
    once = VerdictErrors.of((0.02, 0.05), (0.1, 0.2), repeated=None)
    assert once.false_alarm.tolist() == [[0.02, 0.02], [0.05, 0.05]] and once.miss.tolist() == [[0.1, 0.1], [0.2, 0.2]]


@pytest.mark.parametrize(
    ("interval", "enough", "words"),
    [
        (Interval(0.5, 0.4, 0.6), True, "50.0 %, between 40.0 % and 60.0 %"),
        (Interval(np.nan, 0.4, 0.6), True, "between 40.0 % and 60.0 %; too few random cards for a best value"),
        (Interval(0.5, 0.4, 0.6), False, "between 40.0 % and 60.0 %; too few random cards for a best value"),
        (Interval(0.9, 0.5, 1.0), True, "at least 50.0 %; best value 90.0 %"),
        (Interval(0.1, 0.0, 0.3), True, "at most 30.0 %; best value 10.0 %"),
        (Interval(0.25, 0.25, 0.25), True, "25.0 %, known exactly"),
    ],
)
def test_a_share_in_words(interval, enough, words):
    assert in_words(interval, enough) == words


def test_settling_unsure_cards_is_told_by_what_the_reviewed_cards_say():
    rng = np.random.default_rng(2)
    suspicion = rng.beta(0.5, 2.0, 3_000)
    wrong = (rng.random(3_000) < suspicion).astype(float)
    ranking = rank_suspicion(suspicion)
    audit = draw_audit(ranking, 0.5, seed=0)
    codes = np.full(3_000, np.nan)
    codes[audit.rows[:300]] = wrong[audit.rows[:300]]
    codes[audit.rows[:300:10]] = UNSURE
    counted = count_verdicts(audit, codes, ranking)
    now = estimate(audit, codes, ranking, 0.5)
    told = worth_settling(audit, ranking, now, counted)
    assert told is not None and told.before == pytest.approx(now.detection_rate.half_width)
    codes[audit.rows[:300:10]] = wrong[audit.rows[:300:10]]
    settled = estimate(audit, codes, ranking, 0.5).detection_rate.half_width
    both = replace(counted, known_code=np.full(10, UNSURE), known_rank=np.arange(10))
    after = _settled(both, ranking, 33)
    assert not (after.code == UNSURE).any() and (after.known_code == UNSURE).sum() == 7, "33 of 40, cards first"
    assert 1 <= told.cards <= now.unsure_count == 30
    assert settled < told.after + 0.03 and told.after < told.before


def test_a_guess_is_the_middle_nine_tenths_pushed_outwards():
    values = np.linspace(0, 1, 101)[::-1]
    assert _rounded_band(values, np.full(101, 1 / 101)) == Interval(pytest.approx(0.5), 0.0, 1.0)
    assert _rounded_band(0.2 + values / 2, np.full(101, 1 / 101)) == Interval(pytest.approx(0.45), 0.2, 0.7)
    assert _rounded_band(0.205 + values / 5, np.full(101, 1 / 101)) == Interval(pytest.approx(0.305), 0.2, 0.4)
