"""What several reviewers amount to when each errs in a way of their own: Dawid and Skene's model beside the majority.

Only people's votes go in; the experts are kept out, since corrections that follow them would favour them.
Source: Dawid and Skene 1979, "Maximum likelihood estimation of observer error-rates using the EM algorithm".
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS, TOLERANCE = 200, 1e-10
_TINY = 1e-10  # a probability that never becomes 0


@dataclass(frozen=True)
class Votes:
    """One vote a line. item, reviewer, value: (V,) codes into the lists of the same names in the plural."""

    items: Sequence[Hashable]
    reviewers: Sequence[str]
    values: Sequence[Hashable]
    item: np.ndarray
    reviewer: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Consensus:
    """probability: (I, C) of each value, by item. errors: (R, C, C) reviewer r says column j where i is true."""

    votes: Votes
    probability: np.ndarray
    errors: np.ndarray

    def best(self) -> dict[Hashable, tuple[Hashable, float]]:
        """By item the likeliest value and its probability."""
        places = self.probability.argmax(axis=1)
        return {
            item: (self.votes.values[place], float(row[place]))
            for item, place, row in zip(self.votes.items, places, self.probability)
        }


def votes_of(said: Sequence[tuple[Hashable, str, Hashable]]) -> Votes:
    """said: (item, reviewer, value) of each vote."""
    lists = [list(dict.fromkeys(one[side] for one in said)) for side in range(3)]
    codes = [{name: code for code, name in enumerate(names)} for names in lists]
    places = np.array([[codes[side][one[side]] for side in range(3)] for one in said], np.int64).reshape(-1, 3)
    return Votes(lists[0], lists[1], lists[2], *places.T)  # type: ignore[arg-type]


def majority(votes: Votes) -> np.ndarray:
    """(I, C) the part of an item's votes that each value has."""
    found = np.zeros((len(votes.items), len(votes.values)))
    np.add.at(found, (votes.item, votes.value), 1.0)
    return found / found.sum(axis=1, keepdims=True)


def dawid_skene(votes: Votes, rounds: int = ROUNDS, tolerance: float = TOLERANCE) -> Consensus:
    """From the majority on, errors and truths in turn until neither moves."""
    truth, errors = majority(votes), np.empty(0)
    for _ in range(rounds):
        errors = _errors(votes, truth)
        following = _truths(votes, truth.mean(axis=0), errors)
        moved, truth = float(np.abs(following - truth).max(initial=0.0)), following
        if moved < tolerance:
            break
    return Consensus(votes, truth, errors)


def _errors(votes: Votes, truth: np.ndarray) -> np.ndarray:
    """(R, C, C) how often each reviewer says j where the truth is i."""
    counts = np.zeros((len(votes.reviewers), len(votes.values), len(votes.values)))
    for true in range(len(votes.values)):
        np.add.at(counts[:, true], (votes.reviewer, votes.value), truth[votes.item, true])
    counts = np.maximum(counts, _TINY)
    return counts / counts.sum(axis=2, keepdims=True)


def _truths(votes: Votes, prior: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """(I, C) how likely each value is the truth of each item."""
    log = np.tile(np.log(np.maximum(prior, _TINY)), (len(votes.items), 1))
    np.add.at(log, votes.item, np.log(errors[votes.reviewer, :, votes.value]))
    likely = np.exp(log - log.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class BothWays:
    """One item by majority (None where values tie) and by Dawid and Skene's model. share: of the votes, by the majority.
    probability: of the model's value."""

    item: Hashable
    votes: int
    majority: Hashable | None
    share: float
    modelled: Hashable
    probability: float

    @property
    def differ(self) -> bool:
        return self.majority != self.modelled


def both_ways(votes: Votes) -> list[BothWays]:
    """Each item by both, those on which they differ first, then the least sure of the model."""
    if not votes.items:
        return []
    parts, best = majority(votes), dawid_skene(votes).best()
    times = np.bincount(votes.item, minlength=len(votes.items))
    found = []
    for place, item in enumerate(votes.items):
        leading = np.flatnonzero(parts[place] == parts[place].max())
        first = votes.values[leading[0]] if len(leading) == 1 else None
        found.append(BothWays(item, int(times[place]), first, float(parts[place].max()), *best[item]))
    return sorted(found, key=lambda one: (not one.differ, one.probability))
