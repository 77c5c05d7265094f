"""One run under review, shared by all sessions and requests of the process."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

import numpy as np

from cleaning.domain.card_kinds import RETURNING
from cleaning.domain.verdicts import LATER, UNDO
from cleaning.errors import InputError
from cleaning.estimate import Recalibration
from cleaning.keep import card_messages
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import BLIND, Decision, shared_store
from cleaning.keep.leases import Handed, Lease, Leases, Offer
from cleaning.keep.runs import Run
from cleaning.keep.said_confidence import LastSaid, folds_of
from cleaning.keep.versions.carried_workspaces import changed_upstream
from cleaning.keep.workspaces import Workspace
from cleaning.review import finds, history
from cleaning.review import queue as review_queue
from cleaning.review.card_maker import CardMaker
from cleaning.review.dealing import Dealer
from cleaning.review.facts import Facts
from cleaning.review.in_force import InForce, in_force
from cleaning.review.learning.taught import NOTHING_TAUGHT, Learning
from cleaning.review.queue import LEARNING, Queue
from cleaning.review.queues import KeptQueues
from cleaning.review.recording import Outcome, Recorder, Sent, append_each
from cleaning.review.returns import Known, beside_the_queue
from cleaning.review.reveals import Reveals
from cleaning.review.row_opinions import RowOpinions
from cleaning.review.session import last_session
from cleaning.review.told import changes_told
from cleaning.review.views import View, mode_of

MOST_CARDS = 60
MOST_CELLS = 120
_log = logging.getLogger("second_opinion")


class ReviewDesk:
    """Hands out cards and takes decisions. Safe to share between threads.

    make_cards: gives the maker of the run's cards from what is known of its samples and from a function that gives
    the experts' opinions on single samples, or None where they cannot be asked.
    """

    def __init__(
        self,
        workspace: Workspace,
        run: Run,
        make_cards: Callable[[Facts, Callable[[], RowOpinions | None]], CardMaker],
    ) -> None:
        self.workspace, self.run = workspace, run
        self.dataset = workspace.dataset()
        self.store = shared_store(workspace.decisions_url, workspace.id)
        self.facts = Facts(self.dataset, run, changed_upstream(workspace), self._said_of)
        self.cards = make_cards(self.facts, lambda: self.opinions)
        self.leases = Leases(self.store)
        self._said = LastSaid(workspace, run)
        self._lock = threading.RLock()
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Forgets what was read of the log."""
        self._generation = self.store.generation
        self._current = CurrentDecisions()
        self._in_force: tuple[int, InForce] | None = None
        self._audit: tuple[InForce, np.ndarray] | None = None
        self._learning = Learning(self.facts, self._lock)
        self._dealer = Dealer(self.facts)
        self._queues = KeptQueues(self.facts)

    @cached_property
    def opinions(self) -> RowOpinions | None:
        """What the experts say about single samples; None where their files are gone or changed."""
        with self._lock:
            try:
                folds = folds_of(self.workspace, self.run.settings.seed)
                return RowOpinions(self.dataset, self.run, self.workspace.experts_of(self.run), folds)
            except (InputError, OSError):
                return None

    def _said_of(self, rows: np.ndarray) -> np.ndarray:
        now = self._in_force[1] if self._in_force else self.in_force()  # whoever asks has looked by now
        return self._said.of_rows(rows, now.chosen.calibration_methods)

    def in_force(self) -> InForce:
        """Threshold, flags, shares and mode as they were last chosen; read again only after another choice."""
        chosen = self.store.version()[1]
        with self._lock:
            if self._in_force is None or self._in_force[0] != chosen:
                now = in_force(self.workspace, self.run, (), self.store.choices(), ranked=self.facts.ranked)
                self._in_force = chosen, now
            return self._in_force[1]

    def current(self) -> CurrentDecisions:
        """What stands of the log right now."""
        with self._lock:
            if self._generation != self.store.generation:
                self._begin_anew()
            touched = self._current.update(self.store.decisions(since_seq=self._current.last_seq))
            self._dealer.update(self._current, touched)
            return self._current

    def queue(self, view: View, audit: bool = True, now: InForce | None = None) -> Queue:
        """All cards of a view in order, decided or not; with or without the audit cards. now: if just looked up."""
        now = now or self.in_force()
        with self._lock:
            taught = self._learning.taught(self.current()) if view.order == LEARNING else NOTHING_TAUGHT
            return self._queues.of(view, now, audit, taught)

    def learned(self) -> int:
        """How many judged samples there are to learn from, in steps; 0 while there is nothing to go by."""
        current = self.current()
        with self._lock:
            return self._learning.count(current)

    def recalibrated(self) -> Recalibration | None:
        """Suspicion as a probability once enough audit cards are judged; learns in the same steps as the order."""
        with self._lock:
            self.learned()
            return self._learning.recalibration()

    def open_cards(self, view: View, now: InForce | None = None) -> Queue:
        """What the view asks for: by default all that the reviewer has still to decide, put-off cards last."""
        now = now or self.in_force()
        mine = self.current().of(view.reviewer)
        gone = np.zeros(len(self.dataset), bool)
        if view.filters.status != "open":
            wanted = [
                s for s, d in mine.items() if d.verdict != LATER and view.filters.status in ("decided", d.verdict)
            ]
            gone[:] = True
            gone[self.facts.rows(wanted)] = False
            return review_queue.remaining(self.queue(view, now=now), gone)
        with self._lock:
            gone |= self._dealer.closed(view.reviewer, now.chosen, self.facts.drawn)
        gone[self.facts.rows([s for s, d in mine.items() if d.verdict != LATER])] = True
        later = self.facts.rows([s for s, d in mine.items() if d.verdict == LATER])
        return review_queue.remaining(self.queue(view, now=now), gone, later)

    def window(self, view: View, held: Sequence[str], count: int) -> dict:
        """The next cards after those the browser holds or has decided, with the state of the queue.

        Each is leased to this tab meanwhile, and so are those held. ``counted``: ids of ``held`` that ``progress`` counts
        as left, for who decided them has perhaps not been heard yet. ``other_tabs``: the reviewer has another one open.
        """
        now = self.in_force()
        self._said.begin(now.chosen.calibration_methods)  # the first decision's reveal needs it
        todo = self.open_cards(view, now)
        rows = todo.rows[~np.isin(todo.rows, self.facts.rows(held))]
        told: dict[str, object] = {"news": self._news(view, now), "other_tabs": False, "counted": []}
        if view.filters.status != "open":
            cards = [self.card(int(row), view) for row in rows[:count]]
            return told | {"cards": cards, "progress": {"total": len(todo), "left": len(todo)}}
        holds = self.leases.held(view.holder)
        told |= self._counts(view, todo, held, holds, log := self._known(now))
        handed = self._hand_out(view, rows, held, holds, count, log)  # waits for whoever writes: the log is longer then
        current = self.current()
        cards = [self._leased(lease, view, current) for lease in handed.leases]
        return told | {"cards": cards, "other_tabs": handed.other_tabs}

    def _counts(self, view: View, todo: Queue, held: Sequence[str], holds: set[tuple[str, str]], log: Known) -> dict:
        """``progress`` and ``counted`` of a window, by the log as it is while the cards to do are told."""
        places = self.facts.places(held)
        first = {d.sample_id for d in log.current.history(view.reviewer) if d.card not in RETURNING}
        done = [s for s, d in log.current.of(view.reviewer).items() if d.verdict != LATER and s in first]
        beside = beside_the_queue(log, view.reviewer, todo.rows, holds)
        left = len(todo) + len(beside.coming)
        total = left + beside.given + int(np.isin(self.queue(view).rows, self.facts.rows(done)).sum())
        counted = [s for s, here in zip(held, np.isin(places, todo.rows)) if here or s in beside.at_hand]
        return {"progress": {"total": total, "left": left}, "counted": counted}

    def _news(self, view: View, now: InForce) -> dict | None:
        """The last setting that somebody else changed, in words; None where the reviewer made the last change."""
        return changes_told.news(now.chosen.changes, view.reviewer, int(self.facts.ranked.as_made.sum()))

    def _hand_out(self, view: View, rows: np.ndarray, held: Sequence[str], holds, count: int, log: Known) -> Handed:
        again = {sample_id for sample_id, _ in holds} - set(log.current.of(view.reviewer))  # put-off ones stay last
        here = np.isin(rows, self.facts.rows(sorted(again)))
        rows = rows[np.argsort(~here, kind="stable")]  # a reload comes back to what it showed
        offered = partial(self._dealer.offers, view.reviewer, rows, held, log)
        return self.leases.take(view.holder, offered, count, held)

    def offers_of(self, rows: np.ndarray) -> Iterator[Offer]:
        """Samples for whoever is wanted for them still."""
        return self._dealer.plain_offers(rows, self._known())

    def _known(self, now: InForce | None = None) -> Known:
        now, current = now or self.in_force(), self.current()
        with self._lock:  # nobody brings the dealer up to date meanwhile
            return Known(current, now.chosen, self.facts, now.flagged, dict(self._dealer.judged_wrong_once))

    def _leased(self, lease: Lease, view: View, current: CurrentDecisions) -> dict:
        """A card under its ticket; one that comes back looks as one that was never decided."""
        card = self.card(int(self.facts.rows([lease.sample_id])[0]), view, current)
        card.pop("decided", None)
        return card | {"ticket": lease.ticket, "told": False}

    def leave(self, view: View) -> None:
        self.leases.leave(view.holder)

    def read_ahead(self) -> None:
        """Makes a first card, and what telling of the experts begins with."""
        for row in self.open_cards(View("")).rows[:1]:
            self.card(int(row), View(""))
        folds_of(self.workspace, self.run.settings.seed)

    def cards_of(self, view: View, sample_ids: Sequence[str]) -> list[dict]:
        """Cards by sample id, for going back."""
        return [self.card(int(row), view) for row in self.facts.rows(sample_ids)]

    def card(self, row: int, view: View, current: CurrentDecisions | None = None) -> dict:
        """A card with the reviewer's own standing decision, if there is one. current: the log, if just read."""
        sample_id = str(self.dataset.sample_ids[row])
        card = self.cards.card(row, mode_of(view, self.run.id, sample_id))
        if "open" in card:
            card["open"]["flagged"] = bool(self.in_force().flagged[row])  # only then is another label suggested
        current = current or self.current()
        card["told"] = card["mode"] == BLIND and current.has_been_told(view.reviewer, sample_id)
        mine = current.of(view.reviewer).get(sample_id)
        if mine is not None and mine.verdict != LATER:
            card["decided"] = history.told(mine, self.facts, self.cards)
        return card

    def here(self, view: View, held: Sequence[str]) -> None:
        """The tab is still open: what it holds stays its own."""
        self.leases.take(view.holder, tuple, 0, held)

    def history(self, view: View, count: int, before: int | None = None) -> list[dict]:
        """The reviewer's own standing decisions, latest first; a step of the grid counts as one."""
        found = (d for d in self.current().history(view.reviewer) if before is None or d.seq < before)
        return history.steps(found, count, self.facts, self.cards)

    def session(self, view: View) -> dict:
        """The reviewer's sitting, and the anchoring effect over all reviewers and runs."""
        sitting = last_session(self.current().history(view.reviewer))
        effect = self.in_force().anchoring_in(self.current().standing())
        return {
            "order": self._learning.said(view.order),
            "cards": sitting.cards,
            "seconds": sitting.seconds,
            "cards_per_minute": sitting.cards_per_minute,
            "verdicts": [[name, count] for name, count in sitting.verdicts.items()],
            "anchoring": effect.__dict__ | {"enough": effect.enough},
            "expected": finds.ahead(self.recalibrated(), self.facts.suspicion[self.open_cards(view).rows]),
        }

    def record(self, view: View, items: Sequence[Sent], sent_at: float, patience: float | None = None) -> Outcome:
        """Checks a batch, makes it durable, and reveals the cards it decided.

        items: in the order they were made, with ``at`` and ``sent_at`` in milliseconds of the browser's clock. One bad
        item does not hold up the others. What is durable is told as saved even where it cannot be revealed within
        ``patience`` seconds (None: waits).
        """
        told, now = partial(self.current().has_been_told, view.reviewer), self.in_force()
        leases = self.leases.of([i["ticket"] for i in items if i.get("ticket")], view.reviewer)
        recorder = Recorder(self.facts, self._audit_rows(view.reviewer, now), told, leases)
        good, refused = recorder.read(items, view.reviewer, sent_at)
        saved = append_each(self.store, good, refused)
        current = self.current()
        self._learning.catch_up(current, view.order)
        shown = [d for d in good if d.uuid in saved and d.verdict not in (UNDO, LATER) and d.card != "grid"]
        reveals = self._reveals(shown, view, current, now, patience)
        return Outcome(list(saved), refused, reveals or {}, [d.uuid for d in shown] if reveals is None else [])

    def reveals(self, view: View, uuids: Sequence[str]) -> dict[str, dict]:
        """The reveals of decisions that stand, of this reviewer alone; waits until they can be told."""
        current = self.current()
        mine = [d for d in current.history(view.reviewer)[::-1] if d.uuid in uuids]
        return self._reveals(mine, view, current, self.in_force(), None) or {}

    def _reveals(
        self, shown: Sequence[Decision], view: View, current: CurrentDecisions, now: InForce, patience: float | None
    ) -> dict[str, dict] | None:
        """By uuid; None where they are not there in time."""
        try:  # the decisions are durable by now, so what fails here is for the server's log alone
            if shown and not self._said.ready(now.chosen.calibration_methods, patience):
                return None
            why = partial(self._learning.why, view.order)
            return Reveals(
                self.facts, self.cards, now.flagged, current, why, partial(card_messages.told, self.store)
            ).of(shown)
        except Exception:
            _log.warning("saved decisions could not be revealed", exc_info=True)
            return {}

    def _audit_rows(self, reviewer: str, now: InForce) -> np.ndarray:
        """(N,) which samples are among the audit cards that go with this threshold, flagged ones included."""
        if self._audit is None or self._audit[0] is not now:
            flagged = len(self.queue(View(reviewer), audit=False, now=now))
            count = review_queue.audit_card_count(flagged, now.chosen.audit_share, now.chosen.random_cards)
            audit = np.zeros(len(self.dataset), bool)
            audit[review_queue.audit_rows(self.run.scores, self.facts.shown_audit)[:count]] = True
            self._audit = now, audit
        return self._audit[1]
