"""What a decision opens: the hidden labels and votes, and what colleagues said of the same sample."""

import logging
from collections.abc import Callable, Sequence

import numpy as np

from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.review.card_maker import CardMaker
from cleaning.review.facts import Facts

_log = logging.getLogger("second_opinion")


class Reveals:
    """facts and cards: of the run. flagged: (N,) bool in force. current: what stands of the log. why: by row, what was
    learned of samples alike, in words. messages: what was written on a sample's card."""

    def __init__(
        self,
        facts: Facts,
        cards: CardMaker,
        flagged: np.ndarray,
        current: CurrentDecisions,
        why: Callable[[int], str],
        messages: Callable[[str], list[dict]],
    ) -> None:
        self.facts, self.cards, self.flagged, self.current, self.why = facts, cards, flagged, current, why
        self.messages = messages

    def of(self, shown: Sequence[Decision]) -> dict[str, dict]:
        """By uuid. The decisions are durable by now, so what fails here is for the server's log alone."""
        reveals: dict[str, dict] = {}
        for decision in shown:
            try:
                row = int(self.facts.rows([decision.sample_id])[0])
                reveals[decision.uuid] = self._revealed(decision, row)
                if decision is shown[-1]:  # only the last of a batch is still before anybody's eyes
                    reveals[decision.uuid] |= self.cards.details(row)
            except Exception:
                _log.warning("a saved decision's card could not be revealed", exc_info=True)
        return reveals

    def _revealed(self, decision: Decision, row: int) -> dict:
        others = [
            {"verdict": d.verdict, "labels": [self.facts.named(c) for c in d.labels], "note": d.note}
            for d in self._others(decision)
        ]
        return self.cards.reveal(row) | {
            "flagged": bool(self.flagged[row]),
            "verdict": decision.verdict,
            "sample_id": decision.sample_id,
            "picked": [self.facts.named(c) for c in decision.labels],
            "colleagues": others,
            "why": self.why(row),
            "messages": self.messages(decision.sample_id),
        }

    def _others(self, decision: Decision) -> list[Decision]:
        votes = self.current.on(decision.sample_id)
        return [d for d in votes if d.reviewer != decision.reviewer and BY_NAME[d.verdict].judges]
