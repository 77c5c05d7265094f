"""How many more random cards a certificate is expected to need, or what is in reach where it is out of reach."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import expit

from cleaning.certify.judged_log import CardsByRank, Judgement, ReviewedSamples, judge
from cleaning.certify.reviewer_mistakes import NO_MISTAKES, ReviewerMistakes
from cleaning.certify.wrong_left import WrongLeft, upper_percent, wrong_left
from cleaning.errors import counted
from cleaning.estimate.answers import IF_RIGHT
from cleaning.review.in_force import InForce
from cleaning.suspect.audit import GUESS_INTERCEPT, GUESS_SLOPE

GUESS_WORTH = 2.0  # cards that the guess counts for
ALL_BUT = 0.995  # from there on a bound says nothing
GLANCE = 500  # further cards for which it is told what is in reach


@dataclass(frozen=True)
class FurtherCards:
    """first: cards of the flagged part still to review before. cards: expected random cards then; None where the goal
    is out of reach. in_reach: the share that so many (``glance``) further random cards are expected to show."""

    first: int
    cards: int | None
    glance: int
    in_reach: float

    def in_words(self, at_most: float) -> str:
        """What is to be done, in a sentence or two."""
        start = f"First review the {counted(self.first, 'flagged card')} left. " if self.first else ""
        if self.cards is not None:
            about = "Then about" if self.first else "About"
            cards = counted(self.cards, "more random card")
            return f"{start}{about} {cards} will show that at most {at_most * 100:g} % are wrong."
        return (
            f"{start}At most {at_most * 100:g} % is out of reach at this threshold: more labels than that seem to be "
            f"wrong below it. In reach is about {upper_percent(self.in_reach)}, with "
            f"{counted(self.glance, 'more random card')}; reviewing further down the list brings more."
        )


def cards_ahead(
    now: InForce, at_most: float, confidence: float = 0.95, mistakes: ReviewerMistakes = NO_MISTAKES
) -> FurtherCards:
    """What a run in force still needs, by the rule that settles its corrections."""
    return _ahead(now, *_judged(now), at_most, confidence, mistakes)


def _judged(now: InForce) -> tuple[Judgement, CardsByRank]:
    cards, samples = CardsByRank.of(now.ranked), ReviewedSamples.of(now)
    return judge(cards, samples, now.decisions, now.run.id, now.policy), cards


def _ahead(
    now: InForce,
    told: Judgement,
    cards: CardsByRank,
    at_most: float,
    confidence: float = 0.95,
    mistakes: ReviewerMistakes = NO_MISTAKES,
) -> FurtherCards:
    undecided = np.isnan(now.codes[now.ranked.ranking.rows])
    return further_cards(told, cards, undecided, at_most, confidence, mistakes)


def left_as_measured(now: InForce, confidence: float = 0.95) -> tuple[ReviewerMistakes, WrongLeft] | None:
    """What is left at most with reviewers' errors as repeats, overlaps and controls have shown them so far; None while
    they are not known."""
    mistakes = ReviewerMistakes.measured(now.error_rates[0])
    return None if mistakes is None else (mistakes, wrong_left(*_judged(now), confidence, mistakes))


@dataclass(frozen=True)
class Certified:
    """left: as it stands. ahead: what the claim still needs; None where it is reached. measured: what is left with
    reviewers' errors as measured; None while they are not known."""

    left: WrongLeft
    at_most: float
    ahead: FurtherCards | None
    measured: WrongLeft | None = None

    def in_words(self) -> str:
        """In a sentence or two, for a page."""
        if self.ahead is not None and self.left.share > ALL_BUT:
            return f"Nothing can be claimed yet (95 % confidence, {IF_RIGHT}). {self.ahead.in_words(self.at_most)}"
        share = f"{self.at_most * 100:g} %" if self.left.within(self.at_most) else upper_percent(self.left.share)
        claim = f"At most {share} of the labels are wrong after review: 95 % confidence, {IF_RIGHT}."
        if self.measured is not None:
            claim += f" With reviewers' errors as measured: at most {upper_percent(self.measured.share)}."
        return claim if self.ahead is None else f"{claim} {self.ahead.in_words(self.at_most)}"


def certified_now(now: InForce) -> Certified:
    """What can be certified of a run in force, with the share that was chosen to be claimed."""
    told, cards = _judged(now)
    left, at_most = wrong_left(told, cards), now.chosen.at_most
    mistakes = ReviewerMistakes.measured(now.error_rates[0])
    measured = None if mistakes is None else wrong_left(told, cards, mistakes=mistakes)
    return Certified(left, at_most, None if left.within(at_most) else _ahead(now, told, cards, at_most), measured)


def further_cards(
    told: Judgement,
    cards: CardsByRank,
    undecided: np.ndarray,
    at_most: float,
    confidence: float = 0.95,
    mistakes: ReviewerMistakes = NO_MISTAKES,
) -> FurtherCards:
    """The middle way on: every stratum goes on as its cards so far and the suspicion say.

    undecided: (N,) bool by rank, samples without a decision. What the run flagged is reviewed first.
    """
    rates = _rates(told)
    first = int(undecided[: cards.flagged].sum())
    behind = _flagged_reviewed(told, cards, rates)
    drawn = cards.audit.rows >= cards.flagged
    coming = cards.audit.stratum[drawn & undecided[cards.audit.rows]]
    after = partial(_after, behind, cards, rates, coming, confidence, mistakes)
    glance = min(GLANCE, len(coming))
    if not after(len(coming)).within(at_most):
        return FurtherCards(first, None, glance, after(glance).share)
    low, high = 0, len(coming)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if after(middle).within(at_most) else (middle + 1, high)
    return FurtherCards(first, low, glance, after(glance).share)


def _rates(told: Judgement) -> np.ndarray:
    """(H,) share of bad samples in each stratum, the guess counting for a few cards."""
    guess = expit(GUESS_INTERCEPT + GUESS_SLOPE * told.strata.logit)
    return (told.strata.bad + GUESS_WORTH * guess) / (told.strata.cards + GUESS_WORTH)


def _flagged_reviewed(told: Judgement, cards: CardsByRank, rates: np.ndarray) -> Judgement:
    """As if the rest of the flagged part were reviewed."""
    strata, inside = told.strata, cards.audit.starts[1:] <= cards.flagged
    more = np.where(inside, rates * strata.open, 0.0)
    known = replace(strata, found=strata.found + more, open=np.where(inside, 0.0, strata.open))
    return replace(told, strata=known, mended=told.mended + int(more.sum()))


def _after(
    told: Judgement,
    cards: CardsByRank,
    rates: np.ndarray,
    coming: np.ndarray,
    confidence: float,
    mistakes: ReviewerMistakes,
    count: int,
) -> WrongLeft:
    """The bound after the next ``count`` random cards."""
    strata = told.strata
    more = np.minimum(np.bincount(coming[:count], minlength=len(rates)), strata.open)
    found = rates * more
    ahead = replace(
        strata, cards=strata.cards + more, bad=strata.bad + found, found=strata.found + found, open=strata.open - more
    )
    later = replace(told, strata=ahead, mended=told.mended + int(found.sum()), reviewed=told.reviewed + int(more.sum()))
    return wrong_left(later, cards, confidence, mistakes)
