"""Cards that an earlier run had decided, many because they were suspicious there, must not bend a later run's estimate."""

import numpy as np
import pytest

from cleaning.estimate import estimate
from cleaning.estimate.counted_verdicts import count_verdicts, counted_cards
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

N, THRESHOLD, REPEATS = 1_200, 0.5, 150


def two_runs(seed: int):
    """(wrong, second suspicion, its audit, verdicts so far, shown by the second run): the first run's flags and 60 of
    its cards were decided, then 40 open cards of the second."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(N) < 0.15
    first, second = (1 / (1 + np.exp(-(rng.normal(0, 1.5, N) + 3.0 * wrong - 2.5))) for _ in range(2))
    decided = first >= THRESHOLD
    decided[draw_audit(first, THRESHOLD, seed).rows[:60]] = True
    audit = draw_audit(second, THRESHOLD, seed + 10_000)
    here = np.zeros(N, bool)
    here[[row for row in audit.rows if not decided[row]][:40]] = True
    verdicts = np.where(decided | here, wrong.astype(float), np.nan)
    return wrong, second, audit, verdicts, here


def precision_below(wrong, second, audit, verdicts, shown_here) -> float:
    """Estimated share of wrong labels below the threshold, less the true share."""
    counted = count_verdicts(audit, verdicts, rank_suspicion(second), shown_here=shown_here)
    told = estimate(audit, verdicts, second, THRESHOLD, counted=counted, anytime=False)
    flagged = second >= THRESHOLD
    missed = told.wrong_total.point - told.precision.point * flagged.sum()
    return missed / (~flagged).sum() - wrong[~flagged].mean()


def test_earlier_decisions_do_not_bend_the_estimate():
    mended, plain = [], []
    for seed in range(REPEATS):
        scene = two_runs(seed)
        mended.append(precision_below(*scene))
        plain.append(precision_below(*scene[:4], None))
    noise = np.std(mended) / np.sqrt(REPEATS)
    assert abs(np.mean(mended)) < 3 * noise
    assert np.mean(plain) > np.mean(mended), "what was decided on suspicion shows up behind the last card shown here"


def test_the_intervals_cover_after_a_second_run():
    covered = []
    for seed in range(REPEATS):
        wrong, second, audit, verdicts, here = two_runs(seed)
        counted = count_verdicts(audit, verdicts, rank_suspicion(second), shown_here=here)
        told = estimate(audit, verdicts, second, THRESHOLD, counted=counted)
        flagged = second >= THRESHOLD
        covered.append(told.precision.low <= wrong[flagged].mean() <= told.precision.high)
        covered.append(told.detection_rate.low <= flagged[wrong].mean() <= told.detection_rate.high)
    assert np.mean(covered) >= 0.95


def test_cards_count_up_to_the_last_one_shown_by_the_run_itself():
    audit = draw_audit(np.linspace(0, 1, 40), 0.5, 0)
    verdicts, here = np.full(40, np.nan), np.zeros(40, bool)
    last = audit.stratum == audit.stratum.max()
    rows = audit.rows[last]
    verdicts[rows[:4]], here[rows[1]] = 0.0, True
    assert counted_cards(audit, verdicts, here)[last].tolist() == [True, True] + [False] * (len(rows) - 2)
    assert counted_cards(audit, verdicts)[last][:5].tolist() == [True] * 4 + [False]
    with pytest.raises(ValueError, match="suspicions"):
        estimate(audit, verdicts[:-1], rank_suspicion(np.linspace(0, 1, 40)), 0.5)
