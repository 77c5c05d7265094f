"""Decisions on their way in: what a file says, what of it cannot be read, and what it would change in the log."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleaning.domain.verdicts import UNDO
from cleaning.errors import InputError, counted, first_five
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision


@dataclass(frozen=True)
class LeftOut:
    """Something in a file that is no decision. where: "task 57". why: a clause for people."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(frozen=True)
class Again:
    """own: what the other program calls the place where something is said, an annotation. decision: said there anew."""

    own: str
    decision: Decision


@dataclass(frozen=True)
class Incoming:
    """What a file holds. decisions: in the order in which they were made. is_log: a log of ours, undos included.

    authors_lost: the file tells who sent it in, not who decided; what somebody said already is then not said again.
    made_from: {uuid of a decision: of the one of ours that it is, or that was changed to it}; its reviewer is the log's.
    again: {uuid of a decision of ours: what it is where it was changed there, imported, and changed back}.
    """

    decisions: tuple[Decision, ...]
    left_out: tuple[LeftOut, ...] = ()
    is_log: bool = False
    authors_lost: bool = False
    made_from: Mapping[str, str] = field(default_factory=dict)
    again: Mapping[str, Again] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.decisions)


def uuid_there(own: str, verdict: str, labels: Sequence[int], note: str, at: str = "") -> str:
    """The uuid of what was said in another program: the same place, words and time give the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{own} {verdict} {list(labels)} {note} {at}"))


@dataclass(frozen=True)
class Arrival:
    """What an import would do. new: of reviewers who have not decided these samples. changed: of reviewers whose
    standing decision says something else, with that. known: in the log already, or saying the same as what stands."""

    new: tuple[Decision, ...]
    changed: tuple[tuple[Decision, Decision], ...]
    known: tuple[Decision, ...]
    left_out: tuple[LeftOut, ...]
    order: tuple[Decision, ...]

    def words(self) -> str:
        """``12 decisions read, 3 new, 1 changed, 2 left out``"""
        read = len(self.new) + len(self.changed) + len(self.known)
        changed = f", {len(self.changed):,} changed" if self.changed else ""
        left = f", {len(self.left_out):,} left out" if self.left_out else ""
        return f"{counted(read, 'decision')} read, {len(self.new):,} new{changed}{left}"


def arrival_of(incoming: Incoming, log: Iterable[Decision]) -> Arrival:
    """What of a file is new to a log and what changes it. ``order`` is all that is to be appended, in order."""
    log = list(log)
    by_uuid, current = {d.uuid: d for d in log}, CurrentDecisions()
    current.update(log)
    standing = {(d.reviewer, d.sample_id): d for d in current.standing()}
    said = {(d.sample_id, _said(d)) for d in standing.values()} if incoming.authors_lost else set()
    new, changed, known, order = [], [], [], []
    for told in incoming.decisions:
        ours = by_uuid.get(incoming.made_from.get(told.uuid, ""))
        decision = replace(told, reviewer=ours.reviewer) if ours else told
        key = (decision.reviewer, decision.sample_id)
        before = standing.get(key)
        same = before is not None and _said(before) == _said(decision) and not incoming.is_log
        if before and decision.uuid in by_uuid and not (same or incoming.is_log):
            decision = _said_again(decision, before, incoming.again.get(told.uuid))
        if decision.uuid in by_uuid or same or (decision.sample_id, _said(decision)) in said:
            known.append(decision)
            continue
        if before is None or decision.verdict == UNDO or _said(before) == _said(decision):
            new.append(decision)
        else:
            changed.append((before, decision))
        standing[key] = decision
        order.append(decision)
    return Arrival(tuple(new), tuple(changed), tuple(known), incoming.left_out, tuple(order))


def _said_again(decision: Decision, before: Decision, again: Again | None) -> Decision:
    """What was said, then changed in another program to what stands, and is said once more; else the same.

    What stands was changed there where it is of the same place, or has no time, as files of some programs tell none.
    What was decided here no older file takes back.
    """
    if not before.decided_at:
        name = f"{decision.uuid} after {before.uuid}"
        return replace(decision, uuid=str(uuid.uuid5(uuid.NAMESPACE_URL, name)), decided_at="")
    if again is None:
        return decision
    there = uuid_there(again.own, before.verdict, before.labels, before.note, before.decided_at)
    return again.decision if before.uuid == there else decision


def _said(decision: Decision) -> tuple:
    return decision.verdict, frozenset(decision.labels), decision.note.strip()


def refuse_if_nothing(incoming: Incoming, what: str, needed: str) -> Incoming:
    """The same, or an InputError where a file holds nothing but what cannot be read. needed: what each has to have."""
    if incoming.left_out and not incoming.decisions:
        raise InputError(
            f"Nothing in the {what} fits this dataset. {first_five(incoming.left_out)}. {needed}",
        )
    return incoming


def told_left_out(left_out: Sequence[LeftOut]) -> str:
    """``2 left out: task 57: 'walrus' is no class of this dataset, task 60: ...``; "" where all was read."""
    return f"{len(left_out):,} left out: {first_five(left_out)}" if left_out else ""
