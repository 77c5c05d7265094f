"""What a queue brought, told at its end: wrong labels found, how right the flags were, and what is left."""

from typing import TypedDict

from cleaning.domain.judgements import RIGHT, WRONG
from cleaning.estimate.intervals import Interval
from cleaning.estimate.outlook import FLAGGED, Stretch
from cleaning.review.in_force import InForce


class Band(TypedDict):
    point: float
    low: float
    high: float


class Onward(TypedDict):
    """Cards beyond the queue: wrong labels expected among them, and the seconds they take."""

    cards: int
    finds: Band
    seconds: float


class Closing(TypedDict):
    """found, confirmed: samples whose given label all reviews together call wrong, and right. precision: of the flags,
    a share. left: wrong labels not found yet. onward: None where it cannot be told yet."""

    found: int
    confirmed: int
    precision: Band | None
    left: Band | None
    onward: Onward | None


def closing(now: InForce) -> Closing:
    """The figures of a run with its whole log."""
    found, estimate = int((now.codes == WRONG).sum()), now.estimate
    return {
        "found": found,
        "confirmed": int((now.codes == RIGHT).sum()),
        "precision": _band(estimate.precision) if estimate.enough else None,
        "left": _band(estimate.wrong_total, found) if estimate.enough else None,
        "onward": _onward(now),
    }


def _onward(now: InForce) -> Onward | None:
    beyond: list[Stretch] = [stretch for stretch in now.outlook if stretch.which != FLAGGED]
    if not beyond:
        return None
    first = beyond[-1]
    return {"cards": first.cards, "finds": _band(first.finds), "seconds": first.cards * now.pace.seconds}


def _band(interval: Interval, less: int = 0) -> Band:
    """An interval of what is left beside ``less`` that is known; never below nothing."""
    point, low, high = (max(0.0, float(end) - less) for end in (interval.point, interval.low, interval.high))
    return {"point": point, "low": low, "high": high}
