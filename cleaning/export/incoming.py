"""Decisions on their way in: what a file says, what of it cannot be read, and what it would change in the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
class Incoming:
    """What a file holds. decisions: in the order in which they were made. is_log: a log of ours, undos included.

    authors_lost: the file tells who sent it in, not who decided; what somebody said already is then not said again.
    """

    decisions: tuple[Decision, ...]
    left_out: tuple[LeftOut, ...] = ()
    is_log: bool = False
    authors_lost: bool = False

    def __len__(self) -> int:
        return len(self.decisions)


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
    uuids, current = {d.uuid for d in log}, CurrentDecisions()
    current.update(log)
    standing = {(d.reviewer, d.sample_id): d for d in current.standing()}
    said = {(d.sample_id, _said(d)) for d in standing.values()} if incoming.authors_lost else set()
    new, changed, known, order = [], [], [], []
    for decision in incoming.decisions:
        key = (decision.reviewer, decision.sample_id)
        before = standing.get(key)
        same = before is not None and _said(before) == _said(decision) and not incoming.is_log
        if decision.uuid in uuids or same or (decision.sample_id, _said(decision)) in said:
            known.append(decision)
            continue
        if before is None or decision.verdict == UNDO or _said(before) == _said(decision):
            new.append(decision)
        else:
            changed.append((before, decision))
        standing[key] = decision
        order.append(decision)
    return Arrival(tuple(new), tuple(changed), tuple(known), incoming.left_out, tuple(order))


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
