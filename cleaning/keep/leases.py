"""Leases: which cards are before whose eyes, so that no card is handed to more people than are wanted.

A lease ends by itself, so a crash or a closed tab frees its cards. The ticket that a card carries is the lease's name;
it says to the server alone why the card was shown.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sql

from cleaning.keep.decisions import ReviewStore
from cleaning.keep.store_tables import LEASES

LEASE_SECONDS = 180.0  # a browser renews every minute
LEAVING_SECONDS = 10.0  # a reload leaves too, and is back by then
KEPT_SECONDS = 30 * 24 * 3600.0  # how long a ticket is known: a decision may wait so long in a browser

_BY_TICKET = sql.select(LEASES).where(
    LEASES.c.ticket.in_(sql.bindparam("tickets", expanding=True)), LEASES.c.reviewer == sql.bindparam("reviewer")
)


class Holder(NamedTuple):
    """Who holds cards. tab: one window of a reviewer's browser."""

    reviewer: str
    tab: str


class Offer(NamedTuple):
    """A card that may be handed out.

    kind: why, "" in the queue's order. seats: people who may hold it at once, not counting those in ``answered``, whose
    leases outlive their answers for a while (so that an answer that one does not know of yet still keeps the card).
    """

    sample_id: str
    kind: str = ""
    seats: int = 1
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lease:
    """A card in somebody's hands. ticket: its name."""

    ticket: str
    sample_id: str
    kind: str


@dataclass(frozen=True)
class Handed:
    """What was handed out. leases: in the order of the offers. other_tabs: the holder's reviewer has another tab open."""

    leases: list[Lease]
    other_tabs: bool


class _Held:
    """What living leases (rows) leave to one holder."""

    def __init__(self, living: list, holder: Holder) -> None:
        self.mine = {(row.sample_id, row.kind): row for row in living if (row.reviewer, row.tab) == holder}
        self.elsewhere = {row.sample_id for row in living if row.reviewer == holder.reviewer and row.tab != holder.tab}
        self._others: dict[str, set[str]] = {}
        for row in living:
            if row.reviewer != holder.reviewer:
                self._others.setdefault(row.sample_id, set()).add(row.reviewer)

    def leaves(self, offer: Offer) -> bool:
        """Whether a card can go to the holder."""
        holding = self._others.get(offer.sample_id, set()) - offer.answered
        return offer.sample_id not in self.elsewhere and len(holding) < offer.seats


class Leases:
    """The leases of one workspace, kept with its decisions. clock: seconds since 1970."""

    def __init__(self, store: ReviewStore, clock: Callable[[], float] = time.time) -> None:
        self.store, self.clock = store, clock

    def take(
        self, holder: Holder, offers: Callable[[], Iterable[Offer]], count: int, held: Sequence[str] = ()
    ) -> Handed:
        """Hands out at most ``count`` of the offered cards, and renews those of ``held`` (sample ids).

        offers: gives them in order, anew at each call. What the tab holds already comes again under the same ticket;
        what another tab of the same reviewer holds does not. Raises WorkspaceError when it cannot be written.
        """
        found: list[Handed] = []
        self.store.write(
            lambda connection: found.append(self._hand_out(connection, holder, offers(), count, set(held)))
        )
        return found[-1]

    def _hand_out(self, connection, holder: Holder, offers: Iterable[Offer], count: int, held: set[str]) -> Handed:
        now = self.clock()
        self._sweep(connection, now)
        held_now = _Held(self._living(connection, now), holder)
        taken: list[Lease] = []
        new: list[Lease] = []
        for offer in offers:
            if len(taken) == count:
                break
            if not held_now.leaves(offer):
                continue
            kept = held_now.mine.get((offer.sample_id, offer.kind))
            lease = Lease(kept.ticket if kept else str(uuid.uuid4()), offer.sample_id, offer.kind)
            taken.append(lease)
            new += [] if kept else [lease]
        tickets = {lease.ticket for lease in taken}
        again = [row.ticket for row in held_now.mine.values() if row.sample_id in held or row.ticket in tickets]
        self._keep(connection, holder, new, again, now + LEASE_SECONDS)
        return Handed(taken, bool(held_now.elsewhere))

    def _living(self, connection, now: float) -> list:
        return list(connection.execute(self._still_held(now)))

    def _still_held(self, now: float) -> sql.Select:
        """Leases that hold; one that would outlive a lease's length was given before the clock was set back."""
        t = LEASES
        wanted = (t.c.workspace_id == self.store.workspace_id, t.c.until > now, t.c.until <= now + LEASE_SECONDS)
        return sql.select(t).where(*wanted)

    def leased(self) -> set[str]:
        """Ids of the samples that anybody holds."""
        return {row.sample_id for row in self.store.read(self._still_held(self.clock()))}

    def refused(self, holder: Holder, offers: Iterable[Offer]) -> list[str]:
        """Ids of the offered samples that would not be handed to a tab now; to any of the reviewer's where it is ""."""
        living = self.store.read(self._still_held(self.clock()))
        if not holder.tab:
            living = [row for row in living if row.reviewer != holder.reviewer]
        held_now = _Held(living, holder)
        return [offer.sample_id for offer in offers if not held_now.leaves(offer)]

    def _sweep(self, connection, now: float) -> None:
        t = LEASES
        mine = t.c.workspace_id == self.store.workspace_id
        old = sql.or_(t.c.until < now - KEPT_SECONDS, sql.and_(t.c.until < now - LEASE_SECONDS, t.c.kind == ""))
        connection.execute(sql.delete(t).where(mine, old))

    def _keep(self, connection, holder: Holder, new: list[Lease], again: list[str], until: float) -> None:
        if again:
            connection.execute(sql.update(LEASES).where(LEASES.c.ticket.in_(again)).values(until=until))
        common = {"workspace_id": self.store.workspace_id, "until": until} | holder._asdict()
        if new:
            rows = [common | {"ticket": x.ticket, "sample_id": x.sample_id, "kind": x.kind} for x in new]
            connection.execute(sql.insert(LEASES), rows)

    def leave(self, holder: Holder) -> None:
        """Frees what a tab holds, after a moment in which a reload is back."""
        t = LEASES
        whose = (t.c.workspace_id == self.store.workspace_id, t.c.reviewer == holder.reviewer, t.c.tab == holder.tab)
        mine = (*whose, t.c.until > self.clock())
        self.store.write(
            lambda connection: connection.execute(
                sql.update(t).where(*mine).values(until=self.clock() + LEAVING_SECONDS)
            )
        )

    def held(self, holder: Holder) -> set[tuple[str, str]]:
        """(sample id, kind) of the cards that a tab holds."""
        t, now = LEASES, self.clock()
        mine = (t.c.workspace_id == self.store.workspace_id, t.c.reviewer == holder.reviewer, t.c.tab == holder.tab)
        found = self.store.read(sql.select(t.c.sample_id, t.c.kind).where(*mine, t.c.until > now))
        return {(row.sample_id, row.kind) for row in found}

    def of(self, tickets: Sequence[str], reviewer: str) -> dict[str, Lease]:
        """This reviewer's leases by ticket, ended ones too; unknown tickets are left out."""
        if not tickets:
            return {}
        found = self.store.read(_BY_TICKET, tickets=list(tickets), reviewer=reviewer)
        return {row.ticket: Lease(row.ticket, row.sample_id, row.kind) for row in found}
