"""More than two experts, asked in any order: at each step stop, or ask the one with the best expected gain per cost.

A state is which experts were asked and who spoke last. In each quantile bin of the calibrated confidence that stands
there, the share of right answers on the learning half, drawn to the confidence, is the estimate of what stands; what
asking another expert gains is the difference, what may follow included (backward induction over states). A price per
unit of cost decides; falling prices spend more. Chains in every order are among these plans. Of the plans of both rules
("the last answer stands", "the surest stands") those on the upper hull of cost and accuracy on the learning half are
kept. The global map's confidence alone is not enough here: where an expert is asked because another was unsure it
promises too much, and of several promises the most exaggerated one would be taken.

Source of the idea: Dekoninck, Baader, Vechev 2025, "A Unified Approach to Routing and Cascading for LLMs"; states by
bins and the choice between the two rules are ours. Symbols: M experts, n samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.measures.binning import assign_bins, quantile_edges
from cleaning.experts.cascade.expert_answers import AnswerRule

MOST_EXPERTS = 4  # of more the states are too many to learn
PRICES = 30
LEAST_IN_BIN = 200
AS_GOOD_AS = 5_000  # samples at which shares of right answers weigh as much as the confidences themselves
STOP = -1
RULES: tuple[AnswerRule, ...] = ("last", "higher")
State = tuple[int, int]  # bits of the experts asked, the last one


@dataclass(frozen=True)
class FreePlan:
    """first: the expert asked of every sample. ask: by state (its bins,) the next expert or STOP."""

    rule: AnswerRule
    first: int
    ask: dict[State, np.ndarray]


@dataclass(frozen=True)
class _Seen:
    """Samples in every state under a rule, (n,) each: held, the confidence that stands; who said it; cell, its bin."""

    held: dict[State, np.ndarray]
    who: dict[State, np.ndarray]
    cell: dict[State, np.ndarray]


@dataclass(frozen=True)
class FreeRouting:
    """plans: from cheap to costly. edges: by rule and state, of the bins of the confidence that stands there."""

    plans: list[FreePlan]
    edges: dict[AnswerRule, dict[State, np.ndarray]]

    def followed(self, confidence: np.ndarray, right: np.ndarray) -> list[tuple[float, np.ndarray]]:
        """(accuracy, share of the samples about which each expert is asked (M,)) of each plan.

        confidence: (M, n) calibrated. right: (M, n) 0..1.
        """
        seen = {rule: _seen(confidence, rule, own) for rule, own in self.edges.items()}
        return [_followed(plan, seen[plan.rule], right) for plan in self.plans]


def free_routing(confidence: np.ndarray, right: np.ndarray, costs: np.ndarray, bins: int) -> FreeRouting:
    """Plans learned on (M, n) calibrated confidences (NaN: abstained); right: (M, n) 0..1."""
    edges, plans, told = {}, [], []
    for rule in RULES:
        edges[rule] = _edges(confidence, rule, max(2, min(bins, confidence.shape[1] // LEAST_IN_BIN)))
        seen = _seen(confidence, rule, edges[rule])
        for plan in _of_rule(_right_in(seen, right), seen, edges[rule], costs, rule):
            plans.append(plan)
            told.append(_followed(plan, seen, right))
    accuracy, cost = np.array([one for one, _ in told]), np.array([asked @ costs for _, asked in told])
    return FreeRouting([plans[place] for place in upper_hull(cost, accuracy)], edges)


def _right_in(seen: _Seen, right: np.ndarray) -> dict[State, np.ndarray]:
    """(n,) how right the answer that stands in each state is, drawn to its confidence where samples are few."""
    n = right.shape[1]
    weight, line = n / (n + AS_GOOD_AS), np.arange(n)
    return {state: weight * right[who, line] + (1 - weight) * seen.held[state] for state, who in seen.who.items()}


def _edges(confidence: np.ndarray, rule: AnswerRule, bins: int) -> dict[State, np.ndarray]:
    """Of every state but those in which all were asked."""
    full = (1 << len(confidence)) - 1
    states = [state for state in _states(len(confidence)) if state[0] != full]
    return {state: quantile_edges(standing_in(state, confidence, rule)[0], bins) for state in states}


def _seen(confidence: np.ndarray, rule: AnswerRule, edges: dict[State, np.ndarray]) -> _Seen:
    found = {state: standing_in(state, confidence, rule) for state in _states(len(confidence))}
    held, who = ({state: pair[place] for state, pair in found.items()} for place in (0, 1))
    return _Seen(held, who, {state: assign_bins(held[state], own) for state, own in edges.items()})


def _followed(plan: FreePlan, seen: _Seen, right: np.ndarray) -> tuple[float, np.ndarray]:
    experts, n = right.shape
    asked, outcome = np.zeros(experts), np.zeros(n)
    asked[plan.first] = n
    here: dict[State, np.ndarray] = {(1 << plan.first, plan.first): np.arange(n)}
    for _ in range(experts):
        reached: dict[State, list[np.ndarray]] = {}
        for state, rows in here.items():
            then = plan.ask[state][seen.cell[state][rows]] if state in plan.ask else np.full(len(rows), STOP)
            ends = rows[then == STOP]
            outcome[ends] = right[seen.who[state][ends], ends]
            for expert in range(experts):
                going = rows[then == expert]
                if len(going):
                    asked[expert] += len(going)
                    reached.setdefault((state[0] | 1 << expert, expert), []).append(going)
        here = {state: np.concatenate(parts) for state, parts in reached.items()}
    return float(outcome.mean()), asked / n


def standing_in(state: State, confidence: np.ndarray, rule: AnswerRule) -> tuple[np.ndarray, np.ndarray]:
    """(confidence, expert) whose answer stands in a state, (n,) each; abstentions replace nothing, and where all of them
    abstained the confidence is 0."""
    asked, last = state
    inside = np.array([bool(asked >> m & 1) for m in range(len(confidence))])
    among = np.where(inside[:, None] & ~np.isnan(confidence), confidence, -1.0)
    who = among.argmax(axis=0)
    if rule == "last":
        who = np.where(among[last] >= 0, last, who)
    return np.maximum(among[who, np.arange(among.shape[1])], 0.0), who


def _of_rule(
    worth: dict[State, np.ndarray], seen: _Seen, edges: dict[State, np.ndarray], costs: np.ndarray, rule: AnswerRule
) -> Iterator[FreePlan]:
    yield FreePlan(rule, int(costs.argmin()), {})
    for price in np.geomspace(0.5, 1e-4, PRICES) / costs.mean():
        yield _at_price(price, worth, seen, edges, costs, rule)


def _at_price(
    price: float,
    worth: dict[State, np.ndarray],
    seen: _Seen,
    edges: dict[State, np.ndarray],
    costs: np.ndarray,
    rule: AnswerRule,
) -> FreePlan:
    """Backward induction from the states in which everybody was asked."""
    value: dict[State, np.ndarray] = {}
    ask: dict[State, np.ndarray] = {}
    for state, own in worth.items():
        value[state] = own
        if state in edges:
            size = len(edges[state]) + 1
            value[state], ask[state] = _best_next(price, state, value, own, seen.cell[state], size, costs)
    start = [value[1 << m, m].mean() - price * costs[m] for m in range(len(costs))]
    return FreePlan(rule, int(np.argmax(start)), ask)


def _best_next(price: float, state: State, value, held: np.ndarray, cell: np.ndarray, size: int, costs: np.ndarray):
    """(value (n,), next expert by bin) where each bin does what is best on average."""
    best, ask, worth = np.zeros(size), np.full(size, STOP), held
    count = np.maximum(np.bincount(cell, minlength=size), 1)
    for expert in range(len(costs)):
        if state[0] >> expert & 1:
            continue
        after = value[state[0] | 1 << expert, expert] - price * costs[expert]
        gain = np.bincount(cell, after - held, size) / count
        better = gain > best
        best, ask = np.where(better, gain, best), np.where(better, expert, ask)
        worth = np.where(better[cell], after, worth)
    return worth, ask


def _states(experts: int) -> list[State]:
    """All states, those with most experts asked first."""
    found = [(asked, last) for asked in range(1, 1 << experts) for last in range(experts) if asked >> last & 1]
    return sorted(found, key=lambda state: -state[0].bit_count())


def upper_hull(cost: np.ndarray, accuracy: np.ndarray) -> list[int]:
    """Places of the points from the cheapest to the most accurate one that no mixture of others beats."""
    kept: list[int] = []
    for place in np.lexsort((-accuracy, cost)):
        if kept and accuracy[place] <= accuracy[kept[-1]]:
            continue
        while len(kept) > 1 and _below(kept[-2], kept[-1], place, cost, accuracy):
            kept.pop()
        kept.append(int(place))
    return kept


def _below(first: int, middle: int, last: int, cost: np.ndarray, accuracy: np.ndarray) -> bool:
    """Whether the middle point lies on or below the line between the two others."""
    rise = (accuracy[last] - accuracy[first]) * (cost[middle] - cost[first])
    return bool((accuracy[middle] - accuracy[first]) * (cost[last] - cost[first]) <= rise)
