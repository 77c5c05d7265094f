"""Cards that come back, unmarked, among the others: repeats, controls, confirmations.

A source says for one reviewer which cards come back and when, from the log alone, so that it says the same after a
restart and in every process. Whoever has another reason to show a card again adds a source to ``SOURCES``.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cleaning.domain.card_kinds import ADJUDICATION, CONFIRMATION, CONTROL, MEASURING, REPEAT, RETURNING
from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.review.chosen import Chosen
from cleaning.review.facts import Facts
from cleaning.settle.final_labels import SETTLED, outcome_of
from cleaning.settle.policy import DEFAULT_POLICY

SPACING = 4  # ordinary cards between two that come back, so that nobody knows them by their crowding
SOONEST, LATEST = 25, 60  # decisions between a card and its repeat: more than a browser holds at once
PATIENCE = 5  # times that, where somebody else could give the second look
LEAST_AGREEING = 2  # votes that make a card's answer known well enough to measure others by


@dataclass(frozen=True)
class Return:
    """A card that comes back to one reviewer.

    kind: one of ``cleaning.domain.card_kinds.RETURNING``; what the decision's ``card`` will say. due: it comes once
    the reviewer has made so many decisions (0: as soon as may be). at_end: it comes before the queue ends, due or not.
    """

    kind: str
    sample_id: str
    due: int = 0
    at_end: bool = False


@dataclass(frozen=True)
class Known:
    """What a source may look at. current: the log as it stands. chosen: the run's settings. facts: of the samples.
    flagged: (N,) bool. judged_wrong_once: by row, the only look at what was judged wrong."""

    current: CurrentDecisions
    chosen: Chosen
    facts: Facts
    flagged: np.ndarray
    judged_wrong_once: Mapping[int, Decision]


Source = Callable[[Known, str], Iterable[Return]]  # what comes back to the reviewer of this name


class Upcoming(NamedTuple):
    """A card to be handed out: its place in the dataset, and why it is shown ("" for a card of the queue)."""

    row: int
    kind: str


def repeats(known: Known, reviewer: str) -> list[Return]:
    """A set share of the reviewer's own first decisions, each once again after some others."""
    share = known.chosen.repeat_share
    if not share:
        return []
    own = known.current.history(reviewer)[::-1]
    again = {d.sample_id for d in own if d.card == REPEAT}
    return [
        Return(REPEAT, d.sample_id, _due_again(place, reviewer, d, 1))
        for place, d in enumerate(own, 1)
        if BY_NAME[d.verdict].judges
        and d.card not in RETURNING
        and d.sample_id not in again
        and _lot(reviewer, d.sample_id, REPEAT) < share
    ]


def controls(known: Known, reviewer: str) -> list[Return]:
    """So many settled cards that the reviewer has not met as make a set share of all that they decide."""
    share = known.chosen.control_share
    if not share:
        return []
    met = known.current.of(reviewer)
    every = 1 / share
    had = sum(d.card == CONTROL for d in known.current.history(reviewer))
    settled = sorted((s for s in settled_well(known) if s not in met), key=lambda s: _lot(reviewer, s, CONTROL))
    return [
        Return(CONTROL, s, int((had + place + _lot(reviewer, s, "place")) * every)) for place, s in enumerate(settled)
    ]


def confirmations(known: Known, reviewer: str) -> list[Return]:
    """What was judged wrong below the threshold comes back once: to somebody else where there is anybody, or to the same
    person after some others, at the latest with the queue's end; where nobody else takes it up, to the same person after
    many others."""
    if not known.chosen.second_look:
        return []
    waiting = {row: d for row, d in known.judged_wrong_once.items() if not known.flagged[row]}
    if not waiting:
        return []
    place = {d.uuid: at for at, d in enumerate(known.current.history(reviewer)[::-1], 1)}
    alone = len(known.current.reviewers()) == 1
    patience = 1 if alone else PATIENCE
    return [
        Return(CONFIRMATION, d.sample_id, _due_again(place[d.uuid], reviewer, d, patience), alone)
        if d.uuid in place
        else Return(CONFIRMATION, d.sample_id)
        for d in waiting.values()
    ]


class Beside(NamedTuple):
    """Cards beside the queue, counted with it: else it would be longer than it says, and who watches the count would know
    the cards that come back. coming: to be decided still. at_hand: those of them that the browser may hold. given: decided.
    """

    coming: list[str]
    at_hand: set[str]
    given: int


def beside_the_queue(known: Known, reviewer: str, todo: np.ndarray, holds: set[tuple[str, str]]) -> Beside:
    """todo: (n,) rows of the queue left to the reviewer. holds: (sample id, kind) of what their browser holds. A second look
    counts as soon as it comes within the cards left (what waits for somebody else is theirs), others once they are held."""
    history = known.current.history(reviewer)
    answered = {(d.sample_id, d.card) for d in history}
    measuring = {sample_id for sample_id, kind in holds - answered if kind in MEASURING}
    looks = [one for one in confirmations(known, reviewer) if one.at_end or one.due <= len(history) + len(todo)]
    open_too = np.isin(known.facts.places([one.sample_id for one in looks]), todo)
    looks = [one for one, is_open in zip(looks, open_too) if not is_open]
    made = len(history) if len(todo) else np.inf
    due = {one.sample_id for one in looks if one.due <= made}  # not what was given its first look just now
    coming = list(dict.fromkeys([*measuring, *(one.sample_id for one in looks)]))
    return Beside(coming, measuring | due, sum(d.card in RETURNING for d in history))


def _due_again(place: int, reviewer: str, decision: Decision, patience: int) -> int:
    gap = SOONEST + int(_lot(reviewer, decision.sample_id, "gap") * (LATEST - SOONEST))
    return place + patience * gap


def settled_well(known: Known) -> list[str]:
    """Samples whose answer is known: adjudicated, or agreed upon by at least two."""
    found = []
    for sample_id in known.current.decided():
        votes = [d for d in known.current.on(sample_id) if BY_NAME[d.verdict].judges]
        outcome = outcome_of(votes, DEFAULT_POLICY)
        ruled = any(d.card == ADJUDICATION for d in votes)
        if outcome.status == SETTLED and (ruled or outcome.agreeing >= LEAST_AGREEING):
            found.append(sample_id)
    return found


SOURCES: list[Source] = [repeats, controls, confirmations]


def returning(known: Known, reviewer: str, sources: Sequence[Source]) -> list[Return]:
    """What comes back to a reviewer, by when it is due; a sample for one reason at a time."""
    found: dict[str, Return] = {}
    for source in sources:
        for one in source(known, reviewer):
            found.setdefault(one.sample_id, one)
    return sorted(found.values(), key=lambda one: one.due)


def mixed(rows: Iterable[int], back: Iterable[tuple[Return, int]], made: int) -> Iterable[Upcoming]:
    """The queue's cards with those that come back among them.

    rows: places in the dataset, in order. back: (return, row), by when they are due. made: decisions so far, cards
    held by the browser included.
    """
    waiting = list(back)[::-1]
    since = SPACING
    for place, row in enumerate(rows, made):
        if waiting and waiting[-1][0].due <= place and since >= SPACING:
            one, again = waiting.pop()
            yield Upcoming(again, one.kind)
            since = 0
        yield Upcoming(row, "")
        since += 1
    yield from (Upcoming(row, one.kind) for one, row in waiting[::-1] if one.at_end or one.due <= made)


def _lot(*words: str) -> float:
    """In [0, 1), the same for the same words."""
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:6], "big") / 2**48
