"""From what a reviewer did to a decision on a sample of one run. Who takes it from a browser checks its types first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import NotRequired, TypedDict

import numpy as np

from cleaning.domain.card_kinds import AUDIT, GRID, SUSPICIOUS
from cleaning.domain.verdicts import OF_OPEN_ANSWERS, RIGHT_IS, UNDO, check_labels, verdict_for_picked
from cleaning.errors import InputError, WorkspaceError
from cleaning.keep.decisions import BLIND, SEEN, Decision, ReviewStore
from cleaning.keep.leases import Lease
from cleaning.keep.stored import now
from cleaning.review.facts import Facts

PICKED = "picked"  # what a browser sends for "these classes fit": the verdict follows from the given label
MOST_DECISIONS = 500
LONGEST_NOTE, LONGEST_LOOK = 2_000, 1_800.0
LONGEST_AGO = 30 * 24 * 3600_000.0  # milliseconds: how long a decision may have waited in a browser


class Sent(TypedDict):
    """What a reviewer did with one card.

    verdict: one of ``VERDICTS`` or PICKED. labels: class codes. seconds: how long it was looked at. at: milliseconds
    of the clock that ``sent_at`` is read from. card: "grid" for one of many decided together. ticket: what the card
    bore. undoes: the uuid of the decision that an undo takes back.
    """

    uuid: str
    sample_id: str
    verdict: str
    labels: NotRequired[list[int]]
    note: NotRequired[str]
    seconds: float
    mode: NotRequired[str]
    card: NotRequired[str]
    ticket: NotRequired[str]
    at: float
    undoes: NotRequired[str | None]


@dataclass(frozen=True)
class Outcome:
    """What became of a batch. saved: uuids now durable. refused: (uuid, sentence). reveals: by uuid. later: uuids whose
    reveal takes longer than "saved" may wait."""

    saved: list[str]
    refused: list[tuple[str, str]]
    reveals: dict[str, dict]
    later: list[str]


class Recorder:
    """Makes decisions of what a browser sends about one run.

    audit: (N,) bool, the rows that were drawn at random. told: whether the reviewer has been told a sample's votes.
    leases: what the cards' tickets stand for.
    """

    def __init__(
        self,
        facts: Facts,
        audit: np.ndarray,
        told: Callable[[str], bool] = lambda sample_id: False,
        leases: Mapping[str, Lease] = MappingProxyType({}),
    ) -> None:
        self.facts, self.audit, self.told, self.leases = facts, audit, told, leases

    def read(
        self, items: Sequence[Sent], reviewer: str, sent_at: float
    ) -> tuple[list[Decision], list[tuple[str, str]]]:
        """Decisions, and (uuid, sentence) of each item that is none. One bad item does not hold up the others."""
        good: list[Decision] = []
        refused: list[tuple[str, str]] = []
        for item in items:
            try:
                good.append(self._decision_of_item(item, reviewer, sent_at))
            except InputError as problem:
                refused.append((item["uuid"], str(problem)))
        return good, refused

    def _decision_of_item(self, item: Sent, reviewer: str, sent_at: float) -> Decision:
        rows = self.facts.rows([item["sample_id"]])
        if not len(rows):
            raise InputError("This sample is not in the dataset. Reload the page.")
        row = int(rows[0])
        verdict, labels = self._verdict(row, item["verdict"], item.get("labels", []), item.get("note", ""))
        return Decision(
            uuid=item["uuid"],
            run_id=self.facts.run.id,
            sample_id=str(self.facts.dataset.sample_ids[row]),
            reviewer=reviewer,
            verdict=verdict,
            labels=tuple(labels),
            note=item.get("note", ""),
            seconds=round(min(max(item["seconds"], 0.0), LONGEST_LOOK), 3),
            mode=self._mode(item),
            card=self._kind(row, item),
            decided_at=_moment(sent_at - item["at"]),
            undoes=_undone(item) if verdict == UNDO else None,
        )

    def _mode(self, item: Sent) -> str:
        """As the browser says; but a card is not blind to whom an earlier decision has shown its votes."""
        mode = item.get("mode", BLIND)
        return SEEN if mode == BLIND and item["verdict"] != UNDO and self.told(item["sample_id"]) else mode

    def _kind(self, row: int, item: Sent) -> str:
        """Why the card was shown."""
        lease = self.leases.get(item.get("ticket", ""))
        if lease is not None and lease.kind and lease.sample_id == item["sample_id"]:
            return lease.kind
        return GRID if item.get("card") == GRID else AUDIT if self.audit[row] else SUSPICIOUS

    def _verdict(self, row: int, verdict: str, labels: Sequence[int], note: str) -> tuple[str, list[int]]:
        """A pick becomes keep, relabel or several fit; a verdict that was named is checked."""
        given = int(self.facts.dataset.given_labels[row])
        picked = sorted(set(labels))
        if verdict in OF_OPEN_ANSWERS and not self.facts.dataset.open_answers:
            raise InputError("This verdict is for answers without options. Reload the page.")
        if verdict == RIGHT_IS:
            verdict, picked = self._written(row, note)
        if verdict == PICKED and picked:
            verdict = verdict_for_picked(picked, given)
        check_labels(verdict, picked, given, int(self.facts.options[row]))
        return verdict, picked

    def _written(self, row: int, note: str) -> tuple[str, list[int]]:
        """The right answer in words: a pick where it says what one of those shown says, else the last option."""
        if not note.strip():
            raise InputError("The right answer is missing. Write it, then press Enter.")
        shown = self.facts.shown_as(row, note)
        return (RIGHT_IS, [int(self.facts.options[row]) - 1]) if shown is None else (PICKED, [shown])


def append_each(store: ReviewStore, good: list[Decision], refused: list[tuple[str, str]]) -> dict[str, None]:
    """Makes decisions durable, together or, if one of them is refused, each for itself; uuids now durable."""
    try:
        return dict.fromkeys(store.append(good))
    except WorkspaceError:
        raise
    except InputError:
        saved: dict[str, None] = {}
        for decision in good:
            try:
                saved |= dict.fromkeys(store.append([decision]))
            except WorkspaceError:
                raise
            except InputError as problem:
                refused.append((decision.uuid, str(problem)))
        return saved


def _undone(item: Sent) -> str:
    undone = item.get("undoes")
    if undone is None:
        raise InputError("This undo does not say which decision it takes back. Undo from the history.")
    return undone


def _moment(milliseconds_ago: float) -> str:
    ago = timedelta(milliseconds=min(max(milliseconds_ago, 0.0), LONGEST_AGO))
    return now(ago)
