"""What a reviewer did in one sitting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cleaning.domain.verdicts import LATER
from cleaning.keep.decisions import Decision

PAUSE_SECONDS = 1_800  # a longer pause begins a new sitting


@dataclass(frozen=True)
class Session:
    """cards: decided and not undone. seconds: looked at them altogether. verdicts: name -> count, most first."""

    cards: int
    seconds: float
    verdicts: dict[str, int]

    @property
    def cards_per_minute(self) -> float:
        """By the time spent looking; 0 where none was measured."""
        return 60 * self.cards / self.seconds if self.seconds > 0 else 0.0


def last_session(latest_first: Iterable[Decision], pause: float = PAUSE_SECONDS) -> Session:
    """The last sitting in a reviewer's standing decisions, back to the first pause longer than ``pause`` seconds.

    A card put off for later counts as not yet decided. Of the cards of the grid no time is known per card; they carry
    the time of their step in equal parts.
    """
    verdicts: Counter[str] = Counter()
    seconds, cards, after = 0.0, 0, None
    for decision in latest_first:
        at = datetime.fromisoformat(decision.decided_at).timestamp() if decision.decided_at else after
        if after is not None and at is not None and after - at > pause:
            break
        after = at
        if decision.verdict != LATER:
            cards, seconds = cards + 1, seconds + decision.seconds
            verdicts[decision.verdict] += 1
    return Session(cards, seconds, dict(verdicts.most_common()))
