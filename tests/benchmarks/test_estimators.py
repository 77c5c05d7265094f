"""The estimators that the product is measured against come near the truth, too, when cards are many."""

import numpy as np
import pytest
from scipy.special import expit

from benchmarks.estimators import OTHERS, answer
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.ranking import rank_suspicion


@pytest.mark.parametrize("name", OTHERS)
def test_each_comes_near_the_truth_with_many_cards(name):
    rng = np.random.default_rng(0)
    z = rng.logistic(size=3_000) * 1.5 - 3
    ranking, wrong = rank_suspicion(expit(z)), (rng.random(3_000) < expit(-0.7 + 0.8 * z)).astype(float)
    audit, verdicts = draw_audit(ranking, 0.3, 0), np.full(3_000, np.nan)
    verdicts[audit.rows[:1_500]] = wrong[audit.rows[:1_500]]
    told, flagged = answer(name, audit, verdicts, ranking, np.array([0.3])), expit(z) >= 0.3
    precision, found = told.precision.at(0), told.detection_rate.at(0)
    assert precision.point == pytest.approx(wrong[flagged].mean(), abs=0.05)
    assert found.point == pytest.approx(wrong[flagged].sum() / wrong.sum(), abs=0.05)
    assert precision.low < precision.point < precision.high and found.low < found.point < found.high
