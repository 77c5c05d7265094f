"""Anchoring: how much seeing the given label sways reviewers towards it.

Some blind cards, drawn by lot, are shown open. The lot makes both kinds alike, so the difference in how often
reviewers agree with the given label is the effect of seeing it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.domain.verdicts import GRADER_WRONG, KEEP, RELABEL, RIGHT_IS, SEVERAL_FIT, UNFIT
from cleaning.keep.decisions import Decision

LEAST_CARDS = 5  # of either kind, before a difference is shown


@dataclass(frozen=True)
class Anchoring:
    """Agreement with the given label. difference: open minus blind, in [-1, 1]; low, high: its 95 % interval."""

    blind_agreeing: int
    blind_cards: int
    open_agreeing: int
    open_cards: int
    difference: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        """Whether there are enough cards of both kinds to speak of a difference."""
        return min(self.blind_cards, self.open_cards) >= LEAST_CARDS


def anchoring(blind_agreeing: int, blind_cards: int, open_agreeing: int, open_cards: int) -> Anchoring:
    """Difference of two proportions with its interval; the whole range where either has no cards.

    Source: Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10
    (two Wilson score intervals, no continuity correction).
    """
    if not blind_cards or not open_cards:
        return Anchoring(blind_agreeing, blind_cards, open_agreeing, open_cards, 0.0, -1.0, 1.0)
    blind, opened = blind_agreeing / blind_cards, open_agreeing / open_cards
    blind_low, blind_high = wilson_interval(blind_agreeing, blind_cards)
    open_low, open_high = wilson_interval(open_agreeing, open_cards)
    difference = opened - blind
    low = difference - hypot(opened - open_low, blind_high - blind)
    high = difference + hypot(open_high - opened, blind - blind_low)
    return Anchoring(blind_agreeing, blind_cards, open_agreeing, open_cards, difference, low, high)


def agrees(decision: Decision, given: int) -> bool | None:
    """Whether a decision says that the given label (class code) fits; None where it does not say."""
    if decision.verdict in (KEEP, RELABEL, SEVERAL_FIT, GRADER_WRONG, RIGHT_IS):
        return given in decision.labels
    return False if decision.verdict in UNFIT else None


def anchoring_of(decisions: Iterable[tuple[Decision, int]]) -> Anchoring:
    """The effect in standing decisions with their samples' given labels (class codes); only cards whose being blind
    or open was drawn by lot belong here."""
    counts = {"blind": [0, 0], "open": [0, 0]}
    for decision, given in decisions:
        agreed = agrees(decision, given)
        if agreed is not None:
            counts[decision.mode][0] += agreed
            counts[decision.mode][1] += 1
    return anchoring(*counts["blind"], *counts["open"])
