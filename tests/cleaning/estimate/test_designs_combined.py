"""Random cards of several runs count together, each with its own probability."""

import numpy as np
import pytest

from cleaning.estimate import count_verdicts, estimate
from cleaning.estimate.counted_verdicts import OtherDesign
from cleaning.suspect.audit import AuditDesign, draw_audit
from cleaning.suspect.ranking import rank_suspicion

SHARES, EVERY = np.array([0.5, 0.5]), np.ones(40, bool)
RANKING = rank_suspicion(np.linspace(1, 0, 40))
FIRST = AuditDesign(np.array([3, 20, 5, 30]), np.array([0, 1, 0, 1]), np.array([0, 10, 40]), SHARES, 0.5, 1)
SECOND = AuditDesign(np.array([3, 25, 15, 35]), np.array([0, 1, 0, 1]), np.array([0, 20, 40]), SHARES, 0.5, 2)


def said(*rows, code=0.0) -> np.ndarray:
    codes = np.full(40, np.nan)
    codes[list(rows)] = code
    return codes


def test_a_card_stands_for_one_over_the_chance_that_any_lot_fell_on_it():
    codes = said(3, 20, 5, 30, 25, 15, 35)
    other = OtherDesign(SECOND, RANKING, EVERY)
    counted = count_verdicts(FIRST, codes, RANKING, others=[other])
    assert counted.drawn.tolist() == [3, 5, 15, 20, 25, 30, 35], "a sample that both drew counts once"
    top, middle, bottom = (
        1 / (1 - (1 - a) * (1 - b)) for a, b in ((2 / 10, 2 / 20), (2 / 30, 2 / 20), (2 / 30, 2 / 20))
    )
    assert counted.drawn_weight == pytest.approx([top, top, middle, bottom, bottom, bottom, bottom])
    alone = count_verdicts(FIRST, codes, RANKING)
    assert alone.drawn.tolist() == [3, 5, 20, 30] and alone.drawn_weight == pytest.approx([5, 5, 15, 15])


def test_another_run_counts_no_further_than_what_it_showed_itself():
    codes, shown = said(3, 20, 5, 30, 25, 15, 35), np.zeros(40, bool)
    shown[[3, 25]] = True
    counted = count_verdicts(FIRST, codes, RANKING, others=[OtherDesign(SECOND, RANKING, shown)])
    assert counted.drawn.tolist() == [3, 5, 20, 25, 30]


def test_what_another_run_reviewed_without_a_gap_is_known():
    other_way = rank_suspicion(np.linspace(0, 1, 40))
    codes = said(39, 38, 37, 3, code=1.0)
    counted = count_verdicts(FIRST, codes, RANKING, others=[OtherDesign(SECOND, other_way, ~EVERY)])
    assert counted.known_rank.tolist() == [37, 38, 39] and counted.rest.sum() == 37
    assert count_verdicts(FIRST, codes, RANKING).known_rank.tolist() == []


def test_samples_that_cannot_be_shown_are_no_part_of_what_is_estimated():
    audited = np.arange(40) % 2 == 1  # rows 20 and 30, both drawn below, have no picture
    audit = AuditDesign(np.array([3, 20, 5, 35, 30, 25]), np.array([0, 1, 0, 1, 1, 1]), FIRST.starts, SHARES, 0.5, 1)
    counted = count_verdicts(audit, said(3, 5, 35, 25), RANKING, audited=audited)
    assert counted.drawn.tolist() == [3, 5, 25, 35], "what has no picture is passed over and ends no stratum"
    assert counted.drawn_weight == pytest.approx([5 / 2, 5 / 2, 15 / 2, 15 / 2])
    assert counted.rest.sum() == 20
    told = estimate(audit, said(*range(1, 40, 2), code=1.0), RANKING, RANKING.suspicion[9], counted=None)
    whole = count_verdicts(audit, said(*range(1, 40, 2), code=1.0), RANKING, audited=audited)
    known = estimate(audit, said(), RANKING, RANKING.suspicion[9], counted=whole)
    assert known.flagged == 10 and known.judged == 5 and known.precision.low == 1 and known.wrong_total.high == 20
    assert told.judged == 10 and told.precision.low < 1


def two_runs(seed: int, cards: int = 60):
    """(wrong, suspicion, audit, codes, shown) of the second of two runs, and what the first drew: each decided its flags
    and ``cards`` random cards."""
    rng = np.random.default_rng(seed)
    wrong = (rng.random(4_000) < 0.08).astype(float)
    noise, codes, made = rng.normal(0, 1, 4_000), np.full(4_000, np.nan), []
    for run in range(2):
        suspicion = 1 / (1 + np.exp(-(noise + rng.normal(0, 0.7, 4_000) + 2.5 * wrong - 3)))
        ranking, shown = rank_suspicion(suspicion), np.zeros(4_000, bool)
        audit = draw_audit(ranking, 0.5, 2 * seed + run)
        shown[audit.rows[:cards]] = True
        decided = shown | (suspicion >= 0.5)
        codes[decided] = wrong[decided]
        made.append((ranking, audit, shown))
    return wrong, codes, made


def test_a_second_run_is_at_least_as_narrow_and_covers():
    together, first_only, covered, bias = [], [], [], []
    for seed in range(60):
        wrong, codes, ((ranking, audit, shown), (second, second_audit, second_shown)) = two_runs(seed)
        early = count_verdicts(
            audit, np.where(shown | (ranking.suspicion[ranking.rank] >= 0.5), wrong, np.nan), ranking
        )
        first_only.append(estimate(audit, codes, ranking, 0.5, counted=early, anytime=False).detection_rate.half_width)
        others = [OtherDesign(audit, ranking, shown)]
        counted = count_verdicts(second_audit, codes, second, shown_here=second_shown, others=others)
        told = estimate(second_audit, codes, second, 0.5, counted=counted, anytime=False)
        together.append(told.detection_rate.half_width)
        real = wrong[second.rank < told.flagged].sum() / wrong.sum()
        covered.append(told.detection_rate.low <= real <= told.detection_rate.high)
        bias.append(told.wrong_total.point / wrong.sum() - 1)
    assert np.mean(together) < 0.85 * np.mean(first_only)
    assert np.mean(covered) >= 0.9
    assert abs(np.mean(bias)) < 3 * np.std(bias) / np.sqrt(len(bias)) + 0.02
