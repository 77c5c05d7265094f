"""The queues of a run, kept while nothing that they depend on changes. Not shared between threads."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np

from cleaning.review import queue as review_queue
from cleaning.review.facts import Facts
from cleaning.review.in_force import InForce
from cleaning.review.learning.taught import Taught
from cleaning.review.queue import Filters, Queue
from cleaning.review.views import View

MOST_QUEUES = 12


class KeptQueues:
    """All cards of a view in order, decided or not."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._kept: OrderedDict[tuple, Queue] = OrderedDict()

    def of(self, view: View, now: InForce, audit: bool, taught: Taught) -> Queue:
        """taught: what the order "learning" goes by; NOTHING_TAUGHT for other orders."""
        share = now.chosen.audit_share if audit else 0.0
        filters = view.filters if view.filters.status == "open" else replace(view.filters, flagged_only=False)
        filters = replace(filters, status="open")
        asked = now.chosen.random_cards if audit else 0
        key = (now.threshold, now.as_made, share, asked, view.order, filters, taught.count)
        if key not in self._kept:
            self._kept[key] = self._build(now.flagged, share, asked, view.order, filters, taught.logits)
            while len(self._kept) > MOST_QUEUES:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _build(
        self,
        flagged: np.ndarray,
        share: float,
        asked: int,
        order: str,
        filters: Filters,
        chance: np.ndarray | None,
    ) -> Queue:
        queue = review_queue.build_queue(
            self.facts.run.scores,
            self.facts.shown_audit,
            flagged=flagged | self.facts.requeued,
            audit_share=share,
            random_cards=asked,
            order=order,  # type: ignore[arg-type]
            filters=filters,
            group=self.facts.dataset.group,
            disagreement=self.facts.disagreement if filters.least_disagreement else None,
            chance=chance,
        )
        return review_queue.remaining(queue, ~self.facts.showable)
