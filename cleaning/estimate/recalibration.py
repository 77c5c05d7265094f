"""Recalibrated suspicion: a rising two-parameter logistic curve turns suspicion into P(given label wrong).

logit P(wrong) = intercept + slope * logit(suspicion), slope >= 0, fitted on random cards weighted by one over their
sampling probabilities. A wide prior (suspicion overstates: ten real sets, method.md section 4) steadies small samples.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.intervals import Interval, normal_multiplier
from cleaning.suspect.ranking import Ranking, logit

PRIOR_MEAN = np.array([-0.7, 0.8])
PRIOR_SD = np.array([2.0, 0.7])
BOUNDS = np.array([[-12.0, 0.0], [12.0, 4.0]])
LEAST_CARDS = 40  # mean gap of predicted to real precision over ten sets: about 6 points at 50 cards (method.md)
LEAST_OF_EACH = 5  # with fewer right or wrong labels the prior, not the cards, would set the slope


@dataclass(frozen=True)
class Recalibration:
    """Curve from suspicion to P(given label wrong).

    parameters: (2,) intercept, slope. covariance: (2, 2) of them, allowing for the cards' unequal weights.
    card_count: cards behind it.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    card_count: int

    def probability(self, suspicion: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """P(given label wrong) for suspicions of any shape: point, lower and upper end of its band."""
        x = logit(suspicion)
        centre = self.parameters[0] + self.parameters[1] * x
        variance = self.covariance[0, 0] + 2 * x * self.covariance[0, 1] + x * x * self.covariance[1, 1]
        reach = normal_multiplier(level) * np.sqrt(np.maximum(variance, 0))
        return expit(centre), expit(centre - reach), expit(centre + reach)


def recalibrate(counted_verdicts: CountedVerdicts, ranking: Ranking) -> Recalibration | None:
    """Curve fitted on all random cards that count, or None with fewer than 40 of them, 5 of each verdict.

    Unsure cards say nothing of the curve and are left out.
    """
    code = counted_verdicts.drawn_code
    wrong, right = int((code == WRONG).sum()), int((code == RIGHT).sum())
    if wrong + right < LEAST_CARDS or min(wrong, right) < LEAST_OF_EACH:
        return None
    return fit_curve(ranking.suspicion[counted_verdicts.drawn], code, counted_verdicts.drawn_weight)


def fit_curve(suspicion: np.ndarray, code: np.ndarray, weight: np.ndarray) -> Recalibration:
    """The curve whatever the number of cards; with none it is the prior. weight: (n,) of the cards; one over their
    sampling probabilities fits the whole dataset best."""
    sure = code != UNSURE
    x, target, weight = logit(suspicion[sure]), code[sure], weight[sure]
    weight = weight / weight.mean() if len(weight) else weight
    parameters, hessian = _climb(x, target, weight)
    score = (weight * (target - expit(parameters[0] + parameters[1] * x)))[:, None] * np.column_stack(
        [np.ones_like(x), x]
    )
    inverse = np.linalg.inv(hessian)
    covariance = inverse @ (score.T @ score + np.diag(PRIOR_SD**-2)) @ inverse
    return Recalibration(parameters, covariance, len(x))


def _climb(x: np.ndarray, target: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton steps to the posterior mode, each at most 2 long; returns parameters and negative Hessian."""
    design = np.column_stack([np.ones_like(x), x])
    parameters = PRIOR_MEAN.copy()
    for _ in range(25):
        chance = expit(design @ parameters)
        gradient = design.T @ (weight * (target - chance)) - (parameters - PRIOR_MEAN) / PRIOR_SD**2
        hessian = (design.T * (weight * chance * (1 - chance))) @ design + np.diag(PRIOR_SD**-2)
        step = np.clip(np.linalg.solve(hessian, gradient), -2, 2)
        moved = np.clip(parameters + step, *BOUNDS)
        if np.abs(moved - parameters).max() < 1e-6:
            break
        parameters = moved
    return parameters, hessian


def expected_finds(recalibration: Recalibration, suspicion: np.ndarray, level: float = 0.95) -> Interval:
    """Wrong labels among the next cards, given their suspicions (B,): count with prediction interval.

    Allows for chance among the cards (Poisson-binomial) and for the curve's own uncertainty (delta method).
    """
    x = logit(suspicion)
    chance = expit(recalibration.parameters[0] + recalibration.parameters[1] * x)
    spread = chance * (1 - chance)
    gradient = np.array([spread.sum(), (spread * x).sum()])
    variance = spread.sum() + gradient @ recalibration.covariance @ gradient
    reach = normal_multiplier(level) * np.sqrt(variance)
    point = float(chance.sum())
    return Interval(point, float(max(0.0, point - reach)), float(min(len(x), point + reach)))
