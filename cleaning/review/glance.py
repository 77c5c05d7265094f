"""A workspace at a glance: how far its review is, and how long the rest takes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cleaning.domain.verdicts import LATER
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import shared_store
from cleaning.keep.workspaces import Workspace
from cleaning.review import queue
from cleaning.review.dealing import Dealer
from cleaning.review.facts import Facts
from cleaning.review.in_force import in_force

PICTURES = 4


@dataclass(frozen=True)
class Glance:
    """cards: of the plain queue, decided ones among them. seconds: that the cards left take at the usual pace.

    rows: places of the most suspicious samples that can be shown.
    """

    cards: int
    decided: int
    seconds: float
    rows: tuple[int, ...]

    @property
    def left(self) -> int:
        return self.cards - self.decided

    @property
    def share(self) -> float:
        """Of the cards, decided; 1 where there are none."""
        return self.decided / self.cards if self.cards else 1.0


def glance(workspace: Workspace, run_id: str, reviewer: str = "") -> Glance:
    """How far a reviewer is in a run; without a name, how far all of them are together."""
    dataset, run = workspace.dataset(), workspace.run(run_id)
    store, facts = shared_store(workspace.decisions_url, workspace.id), Facts(dataset, run)
    log = store.decisions()
    now = in_force(workspace, run, log, store.choices(), ranked=facts.ranked)
    share, asked = now.chosen.audit_share, now.chosen.random_cards
    cards = queue.build_queue(run.scores, facts.shown_audit, flagged=now.flagged, audit_share=share, random_cards=asked)
    cards = queue.remaining(cards, ~facts.showable)
    current = CurrentDecisions()
    current.update(log)
    standing = list(current.standing())
    mine = current.of(reviewer).values() if reviewer else standing
    done = np.zeros(len(dataset), bool)
    done[facts.rows([d.sample_id for d in mine if d.verdict != LATER])] = True
    closed = done.copy()
    if reviewer:
        dealer = Dealer(facts)
        dealer.update(current, {d.sample_id for d in standing})
        closed |= dealer.closed(reviewer, now.chosen, facts.drawn)
    decided, left = int(done[cards.rows].sum()), int((~closed[cards.rows]).sum())
    first = run.scores["row"].to_numpy()[: 50 * PICTURES]
    shown = tuple(int(row) for row in first[facts.showable[first]][:PICTURES])
    return Glance(decided + left, decided, left * now.pace.seconds, shown)


def last_used(workspace: Workspace) -> datetime:
    """When somebody decided, chose or scored last."""
    places = [
        workspace.folder / name for name in ("workspace.json", "decisions.sqlite", "decisions.sqlite-wal", "runs")
    ]
    return datetime.fromtimestamp(max(map(_changed, places)), UTC)


def _changed(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:
        return 0.0
