"""Which card comes next: a fixed order of samples, from which whatever a reviewer has decided drops out.

The order depends only on the run, the threshold and the reviewer's wishes, never on the clock, so that a reload or a
restart comes back to the same card. Making it takes 0.2 to 0.7 s for 1.28 million cards and 5 to 16 ms for 50,000
(2 shared cores); it is then kept, and stepping through it costs a mask: 15 ms and 0.3 ms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
import pandas as pd

from cleaning.errors import InputError, one_of
from cleaning.estimate.flag_counts import ThresholdCurve
from cleaning.review.chosen import USUAL_AUDIT_SHARE

LEARNING = "learning"
ORDERS = ("suspicion", "class", "pair", "group", LEARNING)
STATUSES = ("open", "decided", "unsure", "needs_expert", "unclear_item", "unclear_options", "skip")
LEAST_AUDIT = 100  # about what a first estimate of precision needs
Order = Literal["suspicion", "class", "pair", "group", "learning"]


@dataclass(frozen=True)
class Filters:
    """Which samples a queue is about; the empty filter is every flagged sample.

    given, suggested: class codes (both: a confusion pair). group: value of the metadata group.
    least_disagreement: at least this many experts vote another class than the given one.
    flagged_only: False also takes samples below the threshold. status: of the reviewer's own decisions, one of
    STATUSES; whoever knows the decisions applies it. random_only: nothing but cards drawn at random.
    """

    given: int | None = None
    suggested: int | None = None
    group: str | None = None
    least_disagreement: int = 0
    flagged_only: bool = True
    status: str = "open"
    random_only: bool = False


@dataclass(frozen=True)
class Queue:
    """An order of cards. rows: (Q,) int64 places in the dataset. audit: (Q,) bool, drawn at random (never shown)."""

    rows: np.ndarray
    audit: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


def build_queue(
    scores: pd.DataFrame,
    audit: pd.DataFrame | None,
    decided: Iterable[str] = (),
    *,
    flagged: np.ndarray,
    audit_share: float = USUAL_AUDIT_SHARE,
    order: Order = "suspicion",
    filters: Filters = Filters(),
    group: np.ndarray | None = None,
    disagreement: np.ndarray | None = None,
    chance: np.ndarray | None = None,
    random_cards: int = 0,
) -> Queue:
    """The cards still to decide, in order.

    scores: a run's table, most suspicious first. audit: its audit cards in drawn order, or None. decided: sample ids
    that are done. flagged: (N,) bool in the dataset's order. audit_share: one card in ``1 / audit_share`` is an audit
    card, and at least LEAST_AUDIT of them come even where little is flagged; only the plain queue (no filter on class,
    group or disagreement) carries the audit.
    group, disagreement: (N,) in the dataset's order, for orders and filters that need them.
    random_cards: so many of the cards drawn at random come at least. chance: (N,) in the dataset's order, for order
    "learning": how likely the given label is wrong by all that verdicts so far have taught; None while they have taught
    nothing better than suspicion.
    """
    if order not in ORDERS:
        raise InputError(f"'{order[:40]}' is not an order of the queue; expected {one_of(ORDERS)}.")
    rows = _ordered(scores, _wanted(scores, flagged, filters, group, disagreement), order, group, chance)
    drawn = audit_rows(scores, audit) if _is_plain_queue(filters) else np.empty(0, np.int64)
    drawn = drawn[: audit_card_count(len(rows), audit_share, random_cards)]
    queue = Queue(drawn, np.ones(len(drawn), bool)) if filters.random_only else interleave(rows, drawn, audit_share)
    gone = np.zeros(len(scores), bool)
    gone[rows_of(scores, decided)] = True
    return remaining(queue, gone)


@dataclass(frozen=True)
class QueueAhead:
    """What the plain queue holds at any threshold. drawn: (n,) suspicion of the random cards in their drawn order, -1
    where no threshold flags them. left: places among them of those that nobody decided. share, asked: as chosen."""

    curve: ThresholdCurve
    drawn: np.ndarray
    left: np.ndarray
    share: float
    asked: int

    def cards_at(self, thresholds: np.ndarray) -> np.ndarray:
        """(T,) cards of the queue at each threshold: flagged ones, and random ones that are not flagged."""
        flagged = [self.curve.flagged_at(threshold) for threshold in thresholds]
        drawn = (audit_card_count(count, self.share, self.asked) for count in flagged)
        others = [(self.drawn[:count] < threshold).sum() for count, threshold in zip(drawn, thresholds)]
        return np.array(flagged) + np.array(others, int)

    def budget_for(self, cards: int) -> int:
        """Most flagged samples whose whole queue is no longer than ``cards``; where not even the least of random cards
        fits, as many as are flagged among the first ``cards``."""
        few, many = 0, min(cards, len(self.curve.ordered)) + 1
        while many - few > 1:
            middle = (few + many) // 2
            fits = self.cards_at(np.array([self.curve.for_budget(middle)]))[0] <= cards
            few, many = (middle, many) if fits else (few, middle)
        return few or int(cards * (1 - self.share))

    def places_for(self, cards: int) -> int:
        """How many random cards are to come in all, in their drawn order, so that so many undecided ones come."""
        wanted = self.left[:cards]
        return int(wanted[-1]) + 1 if len(wanted) else 0


def audit_card_count(flagged: int, share: float, asked: int = 0) -> int:
    """How many random cards go with so many flagged ones, so that the queue comes to an end with them.

    asked: so many somebody wanted at least; with a share of 0 they come only where nothing but them is shown.
    """
    return max(LEAST_AUDIT, ceil(flagged * share / (1 - share)), asked) if 0 < share < 1 else asked


def interleave(rows: np.ndarray, drawn: np.ndarray, share: float) -> Queue:
    """Mixes audit cards in their drawn order into the others, evenly; a sample that is in both comes once, earlier.

    When either side runs out the other goes on alone.
    """
    if not 0 <= share < 1:
        raise InputError(f"The audit share is {share:g}; expected a number from 0 to below 1.")
    if share == 0:
        drawn = drawn[:0]
    places = np.r_[np.arange(len(rows)) * share, (np.arange(len(drawn)) + 0.5) * (1 - share)]  # times share (1 - share)
    order = np.argsort(places, kind="stable")
    mixed = np.r_[rows, drawn][order]
    is_audit = order >= len(rows)
    first = np.sort(np.unique(mixed, return_index=True)[1])
    return Queue(mixed[first], is_audit[first])


def remaining(queue: Queue, gone: np.ndarray, later: np.ndarray | None = None) -> Queue:
    """The queue without the rows in ``gone`` ((N,) bool); rows in ``later`` come last, in the order they are given."""
    later = np.empty(0, np.int64) if later is None else np.asarray(later, np.int64)
    put_off = np.zeros(len(gone), bool)
    put_off[later] = True
    stay = ~gone[queue.rows] & ~put_off[queue.rows]
    here = np.zeros(len(gone), bool)
    here[queue.rows] = True
    last = later[here[later] & ~gone[later]] if len(later) else later
    audit = np.zeros(len(gone), bool)
    audit[queue.rows[queue.audit]] = True
    return Queue(np.r_[queue.rows[stay], last], np.r_[queue.audit[stay], audit[last]])


def rows_of(scores: pd.DataFrame, sample_ids: Iterable[str]) -> np.ndarray:
    """Places in the dataset of some sample ids; ids that are not in the run are left out."""
    wanted = list(sample_ids)
    if not wanted:
        return np.empty(0, np.int64)
    found = scores["sample_id"].isin(wanted).to_numpy()
    return scores["row"].to_numpy(np.int64)[found]


def audit_rows(scores: pd.DataFrame, audit: pd.DataFrame | None) -> np.ndarray:
    """Places in the dataset of the audit cards, in their drawn order."""
    if audit is None or not len(audit):
        return np.empty(0, np.int64)
    if "row" in audit:
        return audit["row"].to_numpy(np.int64)
    rows = pd.Series(scores["row"].to_numpy(np.int64), index=scores["sample_id"].to_numpy())
    return rows.reindex(audit["sample_id"]).dropna().to_numpy(np.int64)


def _is_plain_queue(filters: Filters) -> bool:
    return (filters.given, filters.suggested, filters.group, filters.least_disagreement) == (None, None, None, 0)


def _wanted(scores, flagged, filters: Filters, group, disagreement) -> np.ndarray:
    """(N,) bool over the rows of ``scores``."""
    keep = np.ones(len(scores), bool)
    place = scores["row"].to_numpy(np.int64)
    if filters.flagged_only:
        keep &= np.asarray(flagged)[place]
    for column, code in (("given", filters.given), ("suggested", filters.suggested)):
        if code is not None:
            keep &= scores[column].to_numpy() == code
    if filters.group is not None and group is not None:
        keep &= np.asarray(group)[place] == filters.group
    if filters.least_disagreement and disagreement is not None:
        keep &= disagreement[place] >= filters.least_disagreement
    return keep


def _ordered(scores, keep: np.ndarray, order: str, group, chance) -> np.ndarray:
    rows = scores["row"].to_numpy(np.int64)[keep]
    if order == "suspicion" or (order == LEARNING and chance is None):
        return rows
    if order == LEARNING:
        return rows[np.argsort(-np.asarray(chance)[rows], kind="stable")]
    given, suggested = (scores[c].to_numpy(np.int64)[keep] for c in ("given", "suggested"))
    if order == "class":
        return rows[np.argsort(given, kind="stable")]
    if order == "group":
        if group is None:
            raise InputError("This dataset has no metadata group; choose another order of the queue.")
        return rows[_largest_block_first(pd.factorize(np.asarray(group, object)[rows])[0])]
    pairs = pd.factorize(given * (int(max(given.max(initial=0), suggested.max(initial=0))) + 1) + suggested)[0]
    return rows[_largest_block_first(pairs)]


def _largest_block_first(block: np.ndarray) -> np.ndarray:
    """Blocks by size, largest first; within a block the order stays."""
    sizes = np.bincount(block) if len(block) else np.empty(0, int)
    rank = np.empty(len(sizes), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.argsort(rank[block], kind="stable")
