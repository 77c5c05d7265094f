"""Settling what reviewers left contested: their answers side by side, and a decision that overrules them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.card_kinds import ADJUDICATION
from cleaning.domain.verdicts import BY_NAME, NEEDS_EXPERT
from cleaning.errors import InputError
from cleaning.keep import card_messages
from cleaning.keep.card_messages import Kind, Message
from cleaning.keep.decisions import Decision
from cleaning.review.desk import ReviewDesk
from cleaning.review.recording import Recorder, Sent
from cleaning.review.team.permissions import SETTLE, may, permit
from cleaning.review.views import View
from cleaning.settle.final_labels import CONTESTED, OPEN, SETTLED, outcome_of
from cleaning.settle.policy import DEFAULT_POLICY


@dataclass(frozen=True)
class Answer:
    """What one reviewer said of a card. who: the name, or "Reviewer A" while names are not asked for."""

    who: str
    verdict: str
    labels: tuple[int, ...]
    note: str
    seconds: float


@dataclass(frozen=True)
class Contested:
    """A card to settle. why: "they differ" or "needs an expert" or "nobody was sure"."""

    row: int
    sample_id: str
    why: str
    answers: list[Answer]
    messages: list[Message]


@dataclass(frozen=True)
class Placed:
    """A card that somebody decided, and how far it is. state: "to settle", "settled", or "undecided" where nobody was sure.
    ruling: what settled it, where that was a ruling."""

    decision: Decision
    state: str
    ruling: Decision | None


class SettleDesk:
    """The contested cards of a run's dataset, for one who settles."""

    def __init__(self, desk: ReviewDesk, view: View) -> None:
        self.desk, self.view = desk, view

    def to_settle(self) -> list[str]:
        """Sample ids: where reviewers differ first, then what needs an expert, then where nobody was sure; each in the
        order of the log."""
        found: dict[str, list[str]] = {why: [] for why in _WHY}
        current = self.desk.current()
        for sample_id in current.decided():
            why = _why([d for d in current.on(sample_id) if BY_NAME[d.verdict].judges])
            if why:
                found[why].append(sample_id)
        known = set(map(str, self.desk.dataset.sample_ids)) if any(found.values()) else set()
        return [sample_id for those in found.values() for sample_id in those if sample_id in known]

    def settled(self) -> list[Decision]:
        """What was settled by a ruling, latest first."""
        return [d for d in self.desk.current().standing()[::-1] if d.card == ADJUDICATION]

    def may_settle(self) -> bool:
        """Only who settles may read what was said of cards they have not decided: contested ones may still come to
        others, and settled ones come back unmarked as controls."""
        return may(self.desk.store, self.view.reviewer, SETTLE)

    def mine(self) -> list[Placed]:
        """The cards this person judged, latest first."""
        current = self.desk.current()
        judged = [d for d in current.history(self.view.reviewer) if BY_NAME[d.verdict].judges]
        return [self._placed(d, current.on(d.sample_id)) for d in judged if d.card != ADJUDICATION]

    @staticmethod
    def _placed(decision: Decision, on_it: Sequence[Decision]) -> Placed:
        votes = [d for d in on_it if BY_NAME[d.verdict].judges]
        status = outcome_of(votes, DEFAULT_POLICY).status
        rulings = [d for d in votes if d.card == ADJUDICATION]
        place = "to settle" if _why(votes) else "settled" if status == SETTLED else "undecided"
        return Placed(decision, place, rulings[-1] if rulings else None)

    def card(self, sample_id: str, named: bool = False) -> Contested:
        """A card with its answers; named: with the reviewers' names. Nothing tells the experts' votes. Raises InputError."""
        permit(self.desk.store, self.view.reviewer, SETTLE)
        rows = self.desk.facts.rows([sample_id])
        if not len(rows):
            raise InputError("This sample is not in the dataset. Reload the page.")
        votes = [d for d in self.desk.current().on(sample_id) if BY_NAME[d.verdict].judges]
        answers = [
            Answer(d.reviewer if named else f"Reviewer {_letter(place)}", d.verdict, d.labels, d.note, d.seconds)
            for place, d in enumerate(_shuffled(votes, sample_id))
        ]
        told = card_messages.messages(self.desk.store, sample_id)
        if not named:
            told = [replace(one, author="a colleague") for one in told]
        return Contested(int(rows[0]), sample_id, _why(votes), answers, told)

    def decide(self, sample_id: str, verdict: str, labels: Sequence[int], note: str = "", seconds: float = 0.0) -> dict:
        """Settles a card; returns its reveal, with the experts' votes. Raises InputError."""
        permit(self.desk.store, self.view.reviewer, SETTLE)
        item = Sent(uuid=str(uuid.uuid4()), sample_id=sample_id, verdict=verdict, labels=list(labels), note=note,
                    seconds=seconds, at=0.0)  # fmt: skip
        nothing_drawn = np.zeros(len(self.desk.dataset), bool)
        good, refused = Recorder(self.desk.facts, nothing_drawn).read([item], self.view.reviewer, 0.0)
        if refused:
            raise InputError(refused[0][1])
        self.desk.store.append([replace(good[0], card=ADJUDICATION)])
        return self.desk.cards.reveal(int(self.desk.facts.rows([sample_id])[0]))

    def ask(self, sample_id: str, text: str) -> None:
        """Asks those who decided a card; they find it under what is asked of them. Raises InputError."""
        self._write(sample_id, "question", text)

    def answer(self, sample_id: str, text: str) -> None:
        """Raises InputError."""
        self._write(sample_id, "answer", text)

    def _write(self, sample_id: str, kind: Kind, text: str) -> None:
        if not self.may_settle():
            require_decided(self.desk, self.view.reviewer, sample_id)
        card_messages.write(self.desk.store, sample_id, kind, self.view.reviewer, text)

    def asked_of_me(self) -> list[Message]:
        """Questions on cards that this person decided and has not answered since, oldest first."""
        mine = self.desk.current().of(self.view.reviewer)
        waiting: dict[str, Message] = {}
        for message in card_messages.messages(self.desk.store):
            if message.author == self.view.reviewer:
                waiting.pop(message.sample_id, None)
            elif message.kind == "question" and message.sample_id in mine:
                waiting[message.sample_id] = message
        return list(waiting.values())


def require_decided(desk: ReviewDesk, reviewer: str, sample_id: str) -> None:
    """Raises InputError unless this person decided the card, and so has read what others wrote on it."""
    if not desk.current().has_been_told(reviewer, sample_id):
        raise InputError("Decide this card first; then you can write to your colleagues about it.")


_DIFFER, _EXPERT, _UNSURE = "they differ", "needs an expert", "nobody was sure"
_WHY = (_DIFFER, _EXPERT, _UNSURE)


def _why(votes: Sequence[Decision]) -> str:
    """Why a card waits to be settled; "" where it does not."""
    outcome = outcome_of(votes, DEFAULT_POLICY)
    if not votes or outcome.status == SETTLED:
        return ""
    if outcome.status == CONTESTED:
        return _DIFFER
    referred = any(d.verdict == NEEDS_EXPERT for d in votes)
    return (_EXPERT if referred else _UNSURE) if outcome.status == OPEN else ""


def _shuffled(votes: Sequence[Decision], sample_id: str) -> list[Decision]:
    """In an order of the card's own, so that "Reviewer A" is not always the same person."""
    rng = np.random.default_rng(list(sample_id.encode())[:32])
    return [votes[place] for place in rng.permutation(len(votes))]


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)
