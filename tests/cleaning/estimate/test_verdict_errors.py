"""Where reviewers err at a known rate, what is reviewed to the end is known but for chance."""

import numpy as np
import pytest

from cleaning.estimate import count_verdicts, estimate
from cleaning.estimate.totals import VerdictErrors
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion

FLAGGED, CARDS, SIMULATIONS = 300, 150, 150


@pytest.mark.parametrize(("alarm", "miss"), [(0.05, 0.05), (0.15, 0.0), (0.0, 0.1)])
def test_the_band_of_a_part_that_is_all_reviewed_covers(alarm, miss):
    rng = np.random.default_rng(3)
    suspicion = rng.beta(0.4, 2.0, 4_000)
    wrong = (rng.random(4_000) < 0.8 * suspicion).astype(float)
    ranking = rank_suspicion(suspicion)
    above = ranking.rank < FLAGGED
    threshold = float(np.sort(suspicion)[-FLAGGED])
    errors = VerdictErrors.of((alarm, alarm), (miss, miss), None)
    covered = np.zeros(2)
    for seed in range(SIMULATIONS):
        audit, chance = draw_audit(ranking, threshold, seed), np.random.default_rng(seed)
        reviewed = above.copy()
        reviewed[audit.rows[:CARDS]] = True
        erred = chance.random(4_000) < np.where(wrong > 0, miss, alarm)
        codes = np.where(reviewed, np.where(erred, 1 - wrong, wrong), np.nan)
        counted = count_verdicts(audit, codes, ranking, shown_here=np.isin(np.arange(4_000), audit.rows[:CARDS]))
        told = estimate(audit, codes, ranking, threshold, counted=counted, errors=errors)
        truth = wrong[above].mean(), wrong[above].sum() / wrong.sum()
        bands = (told.precision, told.detection_rate)
        covered += [band.low <= real <= band.high for band, real in zip(bands, truth)]
        assert told.precision.half_width < 0.08, "and is no guess"
    assert (covered / SIMULATIONS >= 0.92).all(), covered / SIMULATIONS
