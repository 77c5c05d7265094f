"""What each way to ask gives on a judged half: accuracy and who is asked how often, on one grid of costs.

Symbols: M experts, n samples, G fractions of the possible extra cost.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cleaning.experts.cascade.expert_answers import AnswerRule, standing
from cleaning.experts.cascade.free_routing import free_routing
from cleaning.experts.cascade.learning import (
    BinSums,
    Decisions,
    asked_shares,
    decisions_at,
    judged,
    prices,
    stage_edges,
    summed,
    threshold_decisions,
)

THRESHOLD_BINS = 200
FRACTIONS = np.linspace(0, 1, 101)


class Traced(NamedTuple):
    """accuracy (G,) 0..1. asked (M, G): share of the samples about which each expert is asked, 0..1."""

    accuracy: np.ndarray
    asked: np.ndarray


class Followed(NamedTuple):
    """One plan on the judged half: accuracy 0..1 and, of each expert (M,), the share of the samples it is asked about."""

    accuracy: float
    asked: np.ndarray


def routed(
    learn: np.ndarray, judge: np.ndarray, right: np.ndarray, costs: np.ndarray, bins: int, rule: AnswerRule
) -> Traced:
    """Decisions learned on one half, on the other.

    learn, judge: (M, n) confidences of the two halves. right: (M, n) 0..1 of the judged one.
    """
    held, _ = standing(learn, learn, rule)
    edges = stage_edges(held, bins)
    lessons = summed(edges, held, held)
    tests = summed(edges, *standing(judge, right, rule))
    return on_grid(
        [_followed(decisions_at(p, lessons, edges, costs), tests) for p in prices(lessons, edges, costs)], costs
    )


def _followed(decisions: Decisions, tests: BinSums) -> Followed:
    return Followed(judged(decisions, tests), asked_shares(decisions, tests))


def by_threshold(learn: np.ndarray, judge: np.ndarray, right: np.ndarray, costs: np.ndarray) -> Traced:
    """Passing on below a raw confidence; the same quantile at every stage of a chain."""
    edges = stage_edges(standing(learn, learn, "last")[0], THRESHOLD_BINS)
    tests = summed(edges, *standing(judge, right, "last"))
    return on_grid([_followed(d, tests) for d in threshold_decisions(edges)], costs)


def by_free_routing(
    learn: np.ndarray, learned: np.ndarray, judge: np.ndarray, right: np.ndarray, costs: np.ndarray, bins: int
) -> Traced:
    """Any order, for three or four experts. learned: (M, n) 0..1, right or wrong on the learning half."""
    found = free_routing(learn, learned, costs, bins).followed(judge, right)
    return on_grid([Followed(accuracy, asked) for accuracy, asked in found], costs)


def by_single(learned: np.ndarray, right: np.ndarray, costs: np.ndarray) -> Traced:
    """The expert that was most accurate on the learning half among those that cost no more, asked alone.

    learned, right: (M, n) 0..1 on the learning and on the judged half. What costs less than the first expert alone is
    there from the start. An expert counts from the step of the grid before its cost, so that a straight line between
    steps gives its whole accuracy at exactly its cost.
    """
    merit, accuracy = learned.mean(axis=1), right.mean(axis=1)
    budget = costs[0] + (FRACTIONS + FRACTIONS[1]) * costs[1:].sum()
    affordable = costs[:, None] <= budget * (1 + 1e-12)
    best = np.where(affordable, merit[:, None], -1.0).argmax(axis=0)
    return Traced(accuracy[best], (np.arange(len(costs))[:, None] == best).astype(float))


def by_chance(judge: np.ndarray, right: np.ndarray) -> Traced:
    """What is expected of sending samples at random from the first expert to all of them."""
    last = standing(judge, right, "last")[1].mean(axis=1)
    asked = np.stack([np.ones(len(FRACTIONS)), *[FRACTIONS] * (len(right) - 1)])
    return Traced(last[0] + FRACTIONS * (last[-1] - last[0]), asked)


def by_oracle(right: np.ndarray, costs: np.ndarray) -> Traced:
    """Best anyone could reach who asks in this order: answers that others better go, most gained per cost first, just
    as far as the first expert that is best. right: (M, n) 0..1."""
    gain = right.max(axis=0) - right[0]
    gained = np.flatnonzero(gain > 0)
    until = right[1:, gained].argmax(axis=0)
    extra = np.cumsum(costs[1:])[until]
    order = np.argsort(-gain[gained] / extra, kind="stable")
    n = right.shape[1]
    spent, accuracy = (_running(values[order], n) for values in (extra, gain[gained]))
    asked = [_running((until >= later)[order].astype(float), n) for later in range(len(costs) - 1)]
    at = FRACTIONS * costs[1:].sum()
    shares = [np.ones(len(at)), *[np.interp(at, spent, own) for own in asked]]
    return Traced(right[0].mean() + np.interp(at, spent, accuracy), np.stack(shares))


def _running(values: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(values)]) / n


def on_grid(found: Sequence[Followed], costs: np.ndarray) -> Traced:
    """At each fraction, from plans of any cost; between two of them a share of the samples in the bins that differ is
    sent, which gives the straight line."""
    asked = np.array([one.asked for one in found])
    spent = asked @ costs - costs[0]
    order = np.argsort(spent, kind="stable")
    spent, asked = spent[order] / costs[1:].sum(), asked[order]
    accuracy = np.array([one.accuracy for one in found])[order]
    return Traced(
        np.interp(FRACTIONS, spent, accuracy), np.stack([np.interp(FRACTIONS, spent, own) for own in asked.T])
    )
