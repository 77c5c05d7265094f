"""Who may be given which card: votes wanted and given, expertise, assignment, and what comes back."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from cleaning.domain.card_kinds import MEASURING
from cleaning.domain.verdicts import BY_NAME, NEEDS_EXPERT
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.keep.leases import Offer
from cleaning.review.chosen import Chosen
from cleaning.review.facts import Facts
from cleaning.review.returns import SOURCES, Known, Return, Source, mixed, returning
from cleaning.review.views import lot
from cleaning.settle.second_look import only_look_that_says_wrong

NO_LIMIT = 1_000_000  # people who may hold a card that measures them
EVERY_CLASS = "*"


class Dealer:
    """What of a queue is for whom. One thread at a time may bring it up to date; any may ask it meanwhile.

    sources: whatever has cards come back.
    """

    def __init__(self, facts: Facts, sources: Sequence[Source] = SOURCES) -> None:
        self.facts, self.sources = facts, sources
        self.votes = np.zeros(len(facts.dataset), np.int32)  # people who answered; "needs an expert" is no answer
        self.referred = np.zeros(len(facts.dataset), bool)  # somebody said that it needs an expert
        self.judged_wrong_once: dict[int, Decision] = {}  # by row, the one look at what was judged wrong
        self._wanted: dict[tuple[float, int], np.ndarray] = {}

    def update(self, current: CurrentDecisions, touched: Iterable[str]) -> None:
        """Counts the votes on some samples anew."""
        ids = list(touched)
        for sample_id, row in zip(ids, self.facts.places(ids)):
            if row >= 0:
                votes = [d for d in current.on(sample_id) if BY_NAME[d.verdict].judges]
                referring = sum(d.verdict == NEEDS_EXPERT for d in votes)
                self.votes[row], self.referred[row] = len(votes) - referring, referring > 0
                self.judged_wrong_once.pop(int(row), None)
                if only_look_that_says_wrong(votes, int(self.facts.dataset.given_labels[row])):
                    self.judged_wrong_once[int(row)] = votes[0]

    def wanted(self, chosen: Chosen) -> np.ndarray:
        """(N,) how many people each sample is for: one, or the overlap for the share drawn for it by lot."""
        key = (chosen.overlap_share, chosen.overlap)
        kept = self._wanted
        if key not in kept:
            self._wanted = kept = {key: self._drawn(*key)}
        return kept[key]

    def _drawn(self, share: float, overlap: int) -> np.ndarray:
        wanted = np.ones(len(self.facts.dataset), np.int32)
        if share > 0 and overlap > 1:
            lots = [lot(f"{self.facts.run.id}|overlap", str(s)) for s in self.facts.dataset.sample_ids]
            wanted[np.array(lots) < share] = overlap
        return wanted

    def closed(self, reviewer: str, chosen: Chosen, audit: np.ndarray) -> np.ndarray:
        """(N,) what is not for this reviewer: answered by enough, for experts, or for others.

        audit: (N,) cards drawn at random; they go to whoever comes next, so that no assignment changes how likely one
        is decided.
        """
        closed = self.votes >= self.wanted(chosen)
        closed |= self.referred & ~self._of_classes(chosen.expertise.get(reviewer, []))
        if chosen.assigned:
            closed |= ~audit & ~self._assigned(reviewer, chosen.assigned)
        return closed

    def _assigned(self, reviewer: str, assigned: dict[str, dict]) -> np.ndarray:
        """(N,) what is for this reviewer: their own part, or what is nobody's."""
        if reviewer in assigned:
            return self._part(assigned[reviewer])
        return ~np.logical_or.reduce([self._part(part) for part in assigned.values()])

    def _part(self, part: dict) -> np.ndarray:
        mine = self._of_classes(part.get("classes", []))
        if self.facts.dataset.group is not None and part.get("groups"):
            mine |= np.isin(self.facts.dataset.group.astype(str), part["groups"])
        return mine

    def _of_classes(self, names: Sequence[str]) -> np.ndarray:
        """(N,) samples whose given label is one of these."""
        if EVERY_CLASS in names:
            return np.ones(len(self.facts.dataset), bool)
        codes = [self._code[name] for name in names if name in self._code]
        return np.isin(self.facts.dataset.given_labels, codes)

    @cached_property
    def _code(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.facts.dataset.class_names)}

    def offers(self, reviewer: str, rows: np.ndarray, held: Sequence[str], known: Known) -> Iterator[Offer]:
        """The cards of a queue (rows, in order) with what comes back to the reviewer among them.

        held: ids of the cards that the reviewer's browser has already.
        """
        back = self._back(reviewer, set(held), rows, known)
        made = len(known.current.history(reviewer)) + len(held)
        for row, kind in mixed(rows.tolist(), back, made):
            yield self.offer(row, kind, known)

    def plain_offers(self, rows: np.ndarray, known: Known) -> Iterator[Offer]:
        """Samples for whoever is wanted for them still."""
        return (self.offer(row, "", known) for row in rows.tolist())

    def offer(self, row: int, kind: str, known: Known) -> Offer:
        """A card with how many people may have it: as many as are wanted, less those who answered."""
        sample_id = str(self.facts.dataset.sample_ids[row])
        if kind in MEASURING:
            return Offer(sample_id, kind, NO_LIMIT)
        if kind:  # whoever gave the first look may still hold its lease
            return Offer(sample_id, kind, 1, frozenset(d.reviewer for d in known.current.on(sample_id)))
        votes, wanted = int(self.votes[row]), int(self.wanted(known.chosen)[row])
        answered = {d.reviewer for d in known.current.on(sample_id)} if votes or self.referred[row] else ()
        return Offer(sample_id, "", wanted - votes, frozenset(answered))

    def _back(self, reviewer: str, held: set[str], rows: np.ndarray, known: Known) -> list[tuple[Return, int]]:
        """What comes back, save what the reviewer is still to decide in the queue: nothing is in a deck twice."""
        found = [one for one in returning(known, reviewer, self.sources) if one.sample_id not in held]
        waits = np.zeros(len(self.facts.dataset), bool)
        waits[rows] = True
        places = self.facts.places([one.sample_id for one in found])
        return [(one, int(row)) for one, row in zip(found, places) if row >= 0 and not waits[row]]
