"""What verdicts so far teach of the open cards: P(given label wrong) by Gaussian-process logistic regression.

logit P = a line in logit(suspicion) + an effect each of given class, suggested class, their pair and the metadata group
+ a smooth function of what the experts say. All priors are Gaussian and weak (Rasmussen and Williams 2006, chapter 3,
the posterior's mode); the smooth part's kernel, a squared exponential, goes by 64 landmarks (Nystrom: Williams and
Seeger 2001), so that a fit takes Newton steps by conjugate gradients in a few hundred numbers. The line's prior is that
of recalibrated suspicion. Guarded: it speaks only while it foretells verdicts held out better than the line alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cleaning.estimate.recalibration import PRIOR_MEAN, PRIOR_SD
from cleaning.review.facts import Facts
from cleaning.suspect.ranking import logit

SPREADS = {"given": 0.5, "suggested": 0.5, "pair": 0.7, "group": 0.7}  # of the effects, in logits, before verdicts
EXPERTS_SPREAD = 0.7
LANDMARKS = 64
MOST_ROWS = 50_000  # the most suspicious; effects and experts' space are asked for these alone
LEAST_OF_EACH = 10  # verdicts "right" and "wrong"; with fewer there is nothing to learn from
HELD_OUT_PARTS = 5
LEAST_GAIN = 0.5  # nats by which verdicts held out must be foretold better than by the line alone
NEWTON_STEPS, CONJUGATE_STEPS, ENOUGH = 12, 40, 1e-2


@dataclass(frozen=True)
class Inputs:
    """What the model is told of some samples. base: (n,) prior mean in logits. dense: (n, D) the line's two columns,
    then the experts' space, each times its prior spread. codes: one (n,) array of categories for each effect."""

    base: np.ndarray
    dense: np.ndarray
    codes: dict[str, np.ndarray]

    def line_alone(self) -> "Inputs":
        return Inputs(self.base, self.dense[:, :2], {})

    def at(self, which: np.ndarray) -> "Inputs":
        return Inputs(self.base[which], self.dense[which], {name: code[which] for name, code in self.codes.items()})


@dataclass(frozen=True)
class Fitted:
    """The posterior's mode. dense: (D,). effects: by name the categories met, sorted, and the effect of each."""

    dense: np.ndarray
    effects: dict[str, tuple[np.ndarray, np.ndarray]]

    def logits(self, told: Inputs) -> np.ndarray:
        """(n,) of other samples; a category not met yet has no effect."""
        total = told.base + told.dense[:, : len(self.dense)] @ self.dense
        for name, (met, effect) in self.effects.items():
            place = np.minimum(np.searchsorted(met, told.codes[name]), len(met) - 1)
            total = total + np.where(met[place] == told.codes[name], effect[place], 0.0)
        return total


@dataclass(frozen=True)
class SeenSamples:
    """What the model may see of a run's N samples. rows: (N,) most suspicious first. suspicion, given, suggested: (N,).
    group: (N,) or None. predicted, confidence: (N, M) of the experts, calibrated."""

    rows: np.ndarray
    suspicion: np.ndarray
    given: np.ndarray
    suggested: np.ndarray
    class_count: int
    group: np.ndarray | None
    predicted: np.ndarray
    confidence: np.ndarray

    @classmethod
    def of(cls, facts: Facts) -> "SeenSamples":
        dataset, run = facts.dataset, facts.run
        labels = (dataset.given_labels, facts.suggested, dataset.class_count, dataset.group)
        return cls(facts.ranked.ranking.rows, facts.suspicion, *labels, run.predicted, run.confidence)


class ChanceModel:
    """Learns from verdicts on a run's samples. Keeps nothing of them."""

    def __init__(self, seen: Callable[[], SeenSamples]) -> None:
        self._ask = seen

    @cached_property
    def seen(self) -> SeenSamples:
        return self._ask()

    def learn(self, rows: np.ndarray, wrong: np.ndarray) -> np.ndarray | None:
        """(N,) logits of P(given label wrong), or None where nothing better than the plain order was learned.

        rows: (n,) judged samples in the order of the log. wrong: (n,) 1.0 where the given label was judged wrong.
        """
        if min(wrong.sum(), (1 - wrong).sum()) < LEAST_OF_EACH:
            return None
        told = self._inputs(rows)
        if _gain(told, wrong) < LEAST_GAIN:
            return None
        fitted = fit(told, wrong)
        logits = PRIOR_MEAN[0] + PRIOR_MEAN[1] * self._x
        logits = logits + fitted.dense[0] * PRIOR_SD[0] + fitted.dense[1] * PRIOR_SD[1] * self._x
        logits[self._likely] = fitted.logits(self._likely_inputs)
        return logits

    def _inputs(self, rows: np.ndarray) -> Inputs:
        x = self._x[rows]
        line = np.column_stack([np.full(len(rows), PRIOR_SD[0]), PRIOR_SD[1] * x])
        dense = np.hstack([line, EXPERTS_SPREAD * self._space(rows)])
        codes = {name: code[rows] for name, code in self._codes.items()}
        return Inputs(PRIOR_MEAN[0] + PRIOR_MEAN[1] * x, dense, codes)

    @cached_property
    def _x(self) -> np.ndarray:
        return logit(self.seen.suspicion)

    @cached_property
    def _likely(self) -> np.ndarray:
        """The most suspicious rows, at most MOST_ROWS."""
        return self.seen.rows[:MOST_ROWS]

    @cached_property
    def _likely_inputs(self) -> Inputs:
        return self._inputs(self._likely)

    @cached_property
    def _codes(self) -> dict[str, np.ndarray]:
        given, suggested = (labels.astype(np.int64) for labels in (self.seen.given, self.seen.suggested))
        codes = {"given": given, "suggested": suggested, "pair": given * self.seen.class_count + suggested}
        if self.seen.group is not None:
            codes["group"] = pd.factorize(np.asarray(self.seen.group, object))[0]
        return codes

    def _opinions(self, rows: np.ndarray) -> np.ndarray:
        """(n, 2M) how sure each expert is of the given and of the suggested label."""
        seen = self.seen
        predicted, sure = np.asarray(seen.predicted[rows]), np.nan_to_num(np.asarray(seen.confidence[rows], np.float64))
        sides = [np.where(predicted == labels[rows, None], sure, 0.0) for labels in (seen.given, seen.suggested)]
        return np.hstack(sides) / np.sqrt(predicted.shape[1])

    @cached_property
    def _landmarks(self) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
        """Points, squared width, what turns kernel values into features, and the mean feature."""
        upper = self.seen.rows[: max(LANDMARKS, min(len(self.seen.rows) // 3, MOST_ROWS))]
        points = self._opinions(upper[np.linspace(0, len(upper) - 1, LANDMARKS).astype(int)])
        apart = _squares(points, points)
        width = float(np.median(apart[apart > 1e-6])) if (apart > 1e-6).any() else 1.0
        values, vectors = np.linalg.eigh(np.exp(-apart / (2 * width)) + 1e-4 * np.eye(len(points)))
        turn = vectors / np.sqrt(np.maximum(values, 1e-4))
        mean = (np.exp(-_squares(self._opinions(upper), points) / (2 * width)) @ turn).mean(0)
        return points, width, turn, mean

    def _space(self, rows: np.ndarray) -> np.ndarray:
        """(n, LANDMARKS) features whose products are the kernel, about their mean."""
        points, width, turn, mean = self._landmarks
        return np.exp(-_squares(self._opinions(rows), points) / (2 * width)) @ turn - mean


def _squares(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n, m) squared distances."""
    return np.maximum((one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T, 0)


def _gain(told: Inputs, wrong: np.ndarray) -> float:
    """Nats by which the model foretells verdicts held out better than the line alone does, over all parts."""
    part, gain = np.arange(len(wrong)) % HELD_OUT_PARTS, 0.0
    for held in range(HELD_OUT_PARTS):
        known, asked = part != held, part == held
        for sign, inputs in ((1, told), (-1, told.line_alone())):
            fitted = fit(inputs.at(known), wrong[known])
            gain += sign * _log_likelihood(fitted.logits(inputs.at(asked)), wrong[asked])
    return gain


def _log_likelihood(logits: np.ndarray, wrong: np.ndarray) -> float:
    return float((wrong * logits - np.logaddexp(0, logits)).sum())


def fit(told: Inputs, wrong: np.ndarray) -> Fitted:
    """The posterior's mode, all weights being standard normal before: Newton steps, none of more than 3 logits."""
    width = told.dense.shape[1]
    met = {name: np.unique(code, return_inverse=True) for name, code in told.codes.items()}
    ends = np.cumsum([width, *(len(categories) for categories, _ in met.values())])
    blocks = [(place, SPREADS[name], a, b) for (name, (_, place)), a, b in zip(met.items(), ends[:-1], ends[1:])]

    def forward(weights: np.ndarray) -> np.ndarray:
        total = told.dense @ weights[:width]
        for place, spread, a, b in blocks:
            total = total + spread * weights[a:b][place]
        return total

    def backward(values: np.ndarray) -> np.ndarray:
        of_blocks = [spread * np.bincount(place, values, b - a) for place, spread, a, b in blocks]
        return np.concatenate([told.dense.T @ values, *of_blocks])

    weights = np.zeros(ends[-1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(told.base + forward(weights), -30, 30)))
        step = _solve(forward, backward, chance * (1 - chance), backward(wrong - chance) - weights)
        weights = weights + step * min(1.0, 3 / max(np.abs(forward(step)).max(), 1e-9))
        if np.abs(step).max() < ENOUGH:
            break
    effects = {
        name: (categories, SPREADS[name] * weights[a:b])
        for (name, (categories, _)), a, b in zip(met.items(), ends[:-1], ends[1:])
    }
    return Fitted(weights[:width], effects)


def _solve(forward, backward, curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Conjugate gradients for (1 + Z' W Z) step = gradient."""
    step, rest = np.zeros_like(gradient), gradient.copy()
    direction, size = rest.copy(), float(rest @ rest)
    least = 1e-4 * size
    for _ in range(CONJUGATE_STEPS):
        if size <= least:
            break
        turned = direction + backward(curvature * forward(direction))
        length = size / float(direction @ turned)
        step, rest = step + length * direction, rest - length * turned
        before, size = size, float(rest @ rest)
        direction = rest + size / before * direction
    return step
