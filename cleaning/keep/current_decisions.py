"""What stands of a log of decisions: the last one of each reviewer on each sample that was not undone."""

import threading
from collections.abc import Iterable
from dataclasses import replace

from cleaning.domain.card_kinds import MEASURING
from cleaning.domain.verdicts import LATER, UNDO
from cleaning.keep.decisions import BLIND, SEEN, Decision


class CurrentDecisions:
    """What stands of a log: for every reviewer and sample the last decision that was not undone.

    Repeats and controls (``cleaning.domain.card_kinds.MEASURING``) stand in a reviewer's history and are never a vote.
    Fed with the log piece by piece (``update``), so that a running server never reads it twice. Safe to share between
    threads.
    """

    def __init__(self) -> None:
        self.last_seq = 0
        self._lock = threading.RLock()
        self._samples: dict[str, dict[str, list[Decision]]] = {}  # by sample and reviewer, in order
        self._by_uuid: dict[str, Decision] = {}
        self._told: dict[tuple[str, str], Decision] = {}  # by reviewer and sample the first one, after which votes show
        self._order: dict[str, dict[str, Decision]] = {}  # each reviewer's standing decisions by uuid, oldest first

    def update(self, decisions: Iterable[Decision]) -> set[str]:
        """Adds what was logged since; ids of the samples that it is about."""
        with self._lock:
            return set().union(*map(self._add, decisions))

    def _add(self, decision: Decision) -> set[str]:
        self.last_seq = max(self.last_seq, decision.seq)
        if decision.verdict == UNDO:
            return {decision.sample_id} | self._take_back(decision)
        self._by_uuid[decision.uuid] = decision
        if decision.card not in MEASURING:
            self._samples.setdefault(decision.sample_id, {}).setdefault(decision.reviewer, []).append(decision)
        self._order.setdefault(decision.reviewer, {})[decision.uuid] = decision
        if decision.verdict != LATER:
            self._told.setdefault((decision.reviewer, decision.sample_id), decision)
        return {decision.sample_id}

    def _take_back(self, undo: Decision) -> set[str]:
        target = self._by_uuid.get(undo.undoes or "")
        if target is None or target.reviewer != undo.reviewer:
            return set()
        by_reviewer = self._samples.get(target.sample_id, {})
        if target.reviewer in by_reviewer:
            by_reviewer[target.reviewer] = [d for d in by_reviewer[target.reviewer] if d.uuid != target.uuid]
        self._order[target.reviewer].pop(target.uuid, None)
        return {target.sample_id}

    def of(self, reviewer: str) -> dict[str, Decision]:
        """What a reviewer's decisions amount to: the standing decision by sample id, repeats and controls included."""
        return {d.sample_id: d for d in self.history(reviewer)[::-1]}

    def has_been_told(self, reviewer: str, sample_id: str) -> bool:
        """Whether a decision, undone or not, has shown the reviewer what was hidden of a sample."""
        return (reviewer, sample_id) in self._told

    def on(self, sample_id: str) -> list[Decision]:
        """The standing decision of every reviewer on a sample."""
        with self._lock:
            return [found[-1] for found in self._samples.get(sample_id, {}).values() if found]

    def decided(self) -> list[str]:
        """Ids of the samples with a standing vote."""
        with self._lock:
            return [sample_id for sample_id, found in self._samples.items() if any(found.values())]

    def reviewers(self) -> list[str]:
        """Everybody with a standing decision, in the order in which they began."""
        with self._lock:
            return [reviewer for reviewer, made in self._order.items() if made]

    def history(self, reviewer: str) -> list[Decision]:
        """A reviewer's decisions that were not undone, latest first."""
        with self._lock:
            return list(self._order.get(reviewer, {}).values())[::-1]

    def standing(self) -> list[Decision]:
        """One decision per (reviewer, sample), in the order of the log."""
        with self._lock:
            last = [found[-1] for one in self._samples.values() for found in one.values() if found]
        return sorted(last, key=lambda d: d.seq)

    def first_looks(self) -> list[Decision]:
        """``standing`` as it was said before any vote was seen: a verdict that was changed after the votes were shown
        may follow them and would flatter the experts, so its reviewer's first blind one, taken back or not, stands
        in its place. Final labels take the changed verdict, estimates this one."""
        return [self._as_first_said(decision) for decision in self.standing()]

    def _as_first_said(self, standing: Decision) -> Decision:
        first = self._told.get((standing.reviewer, standing.sample_id), standing)
        if standing.mode != SEEN or first.mode != BLIND:
            return standing
        return replace(standing, verdict=first.verdict, labels=first.labels, mode=BLIND)
