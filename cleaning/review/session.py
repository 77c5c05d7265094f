"""What a reviewer did in one sitting, and what a queue brought by its end: wrong labels found, how right the flags were,
and what is left."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from cleaning.domain.card_kinds import RETURNING
from cleaning.domain.judgements import RIGHT, WRONG
from cleaning.domain.verdicts import LATER
from cleaning.errors import InputError
from cleaning.estimate.intervals import Interval
from cleaning.estimate.outlook import FLAGGED, Stretch
from cleaning.keep.decisions import Decision
from cleaning.review.in_force import InForce

MORE_RANDOM = 20  # cards that are asked for at once
PAUSE_SECONDS = 1_800  # a longer pause begins a new sitting


@dataclass(frozen=True)
class Session:
    """cards: decided and not undone. seconds: looked at them altogether. verdicts: name -> count, most first."""

    cards: int
    seconds: float
    verdicts: dict[str, int]

    @property
    def cards_per_minute(self) -> float:
        """By the time spent looking; 0 where none was measured."""
        return 60 * self.cards / self.seconds if self.seconds > 0 else 0.0


def last_session(latest_first: Iterable[Decision], pause: float = PAUSE_SECONDS) -> Session:
    """The last sitting in a reviewer's standing decisions, back to the first pause longer than ``pause`` seconds.

    A card put off for later counts as not yet decided, and one decided anew once, by what stands. Of the cards of the
    grid no time is known per card; they carry the time of their step in equal parts.
    """
    verdicts: Counter[str] = Counter()
    seconds, after = 0.0, None
    seen: set[tuple[str, str]] = set()
    for decision in latest_first:
        at = datetime.fromisoformat(decision.decided_at).timestamp() if decision.decided_at else after
        if after is not None and at is not None and after - at > pause:
            break
        after = at
        if decision.verdict != LATER:
            seconds += decision.seconds
            card = (decision.sample_id, decision.card if decision.card in RETURNING else "")
            verdicts[decision.verdict] += card not in seen
            seen.add(card)
    return Session(len(seen), seconds, dict((+verdicts).most_common()))


class FigureBand(TypedDict):
    point: float
    low: float
    high: float


class Onward(TypedDict):
    """Cards beyond the queue: wrong labels expected among them, and the seconds they take."""

    cards: int
    finds: FigureBand
    seconds: float


class Closing(TypedDict):
    """found, confirmed: samples whose given label all reviews together call wrong, and right. waiting: called wrong below
    the threshold, which counts only once a second look says so too. precision: of the flags,
    a share. left: wrong labels not found yet. onward: None where it cannot be told yet. random: further random cards
    that can be had, as far as they are asked for at once."""

    found: int
    confirmed: int
    waiting: int
    precision: FigureBand | None
    left: FigureBand | None
    onward: Onward | None
    random: int


def closing(now: InForce) -> Closing:
    """The figures of a run with its whole log."""
    found, estimate = int((now.codes == WRONG).sum()), now.estimate
    return {
        "found": found,
        "confirmed": int((now.codes == RIGHT).sum()),
        "waiting": now.waiting_for_a_second_look,
        "precision": _band(estimate.precision) if estimate.enough else None,
        "left": _band(estimate.wrong_total, found) if estimate.enough else None,
        "onward": _onward(now),
        "random": min(MORE_RANDOM, len(now.queue_ahead.left)),
    }


def more_random_cards(now: InForce) -> int:
    """How many random cards are to come in all so that some come that nobody decided. Raises InputError where none is
    left."""
    if not len(now.queue_ahead.left):
        raise InputError("Every random card that was drawn is decided. Go on with unflagged cards, or export.")
    return now.queue_ahead.places_for(MORE_RANDOM)


def _onward(now: InForce) -> Onward | None:
    beyond: list[Stretch] = [stretch for stretch in now.outlook if stretch.which != FLAGGED]
    if not beyond:
        return None
    first = beyond[-1]
    return {"cards": first.cards, "finds": _band(first.finds), "seconds": first.cards * now.pace.seconds}


def _band(interval: Interval, less: int = 0) -> FigureBand:
    """An interval of what is left beside ``less`` that is known; never below nothing."""
    point, low, high = (max(0.0, float(end) - less) for end in (interval.point, interval.low, interval.high))
    return {"point": point, "low": low, "high": high}
