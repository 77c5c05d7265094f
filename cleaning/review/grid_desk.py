"""Many cards at once: the groups of a run and the pages of thumbnails of one of them."""

from functools import partial

import numpy as np

from cleaning.keep.decisions import OPEN
from cleaning.review.desk import ReviewDesk
from cleaning.review.views import View


class GridDesk:
    """The grid of one view of a run."""

    def __init__(self, desk: ReviewDesk, view: View) -> None:
        self.desk, self.view = desk, view

    def page(self, after: int, count: int) -> dict:
        """The next thumbnails. after: place in the whole queue behind which to begin, 0 at first.

        Returns ``cells``, ``next`` (where the page after begins; None at the end) and ``progress``. Places do not
        shift when samples are decided, so no page repeats or skips a sample.
        """
        queue, todo = self.desk.queue(self.view), self.desk.open_cards(self.view)
        waiting = np.zeros(len(self.desk.dataset), bool)
        waiting[todo.rows] = True
        places = np.flatnonzero(waiting[queue.rows[after:]]) + after
        rows = self._free(queue.rows[places], count + 1)
        flagged = self.desk.in_force().flagged
        cells = [self._cell(row, bool(flagged[row])) for row in rows[:count]]
        following = int(places[queue.rows[places] == rows[count]][0]) if len(rows) > count else None
        return {"cells": cells, "next": following, "progress": {"total": len(queue), "left": len(todo)}}

    def _cell(self, row: int, flagged: bool) -> dict:
        """A thumbnail; how suspicious it is does not leave the server while the reviewer is blind."""
        told = self.desk.cards.cell(row) | {"flagged": flagged}
        hidden = set() if self.view.mode == OPEN else {"suspicion"}
        return {name: value for name, value in told.items() if name not in hidden}

    def _free(self, rows: np.ndarray, count: int) -> list[int]:
        """The first ``count`` of some samples that nobody else has before their eyes, leased to this tab."""
        if self.view.filters.status != "open":
            return rows[:count].tolist()
        handed = self.desk.leases.take(self.view.holder, partial(self.desk.offers_of, rows), count)
        return self.desk.facts.rows([lease.sample_id for lease in handed.leases]).tolist()

    def groups(self) -> list[tuple[int, int, int]]:
        """(given, suggested, samples to decide that nobody else has before their eyes), most samples first."""
        desk = self.desk
        rows = np.intersect1d(desk.queue(self.view, audit=False).rows, desk.open_cards(self.view).rows)
        rows = np.setdiff1d(rows, self._held_by_others(rows))
        codes = desk.dataset.given_labels[rows].astype(np.int64) * desk.dataset.class_count + desk.facts.suggested[rows]
        pairs, counts = np.unique(codes, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(*divmod(int(pairs[i]), desk.dataset.class_count), int(counts[i])) for i in order]

    def _held_by_others(self, rows: np.ndarray) -> np.ndarray:
        """Those of some samples that would not be handed to this tab now."""
        leased = np.intersect1d(rows, self.desk.facts.rows(sorted(self.desk.leases.leased())))
        if not len(leased):
            return leased
        refused = self.desk.leases.refused(self.view.holder, self.desk.offers_of(leased))
        return self.desk.facts.rows(refused)
