"""The most wrong labels that are left after the corrections, with so much confidence, however often one looks."""

from dataclasses import dataclass
from math import ceil

from cleaning.certify.judged_log import CardsByRank, Judgement
from cleaning.certify.most_wrong import most_wrong
from cleaning.certify.reviewer_mistakes import NO_MISTAKES, ReviewerMistakes, most_behind, most_false_alarms

OWN_SHARE = 0.8  # of the doubt, for the strata behind what the run flagged; the rest for the dataset as a whole


@dataclass(frozen=True)
class WrongLeft:
    """most: labels. labels: exported. cards: random cards behind it. first_rank: where they begin to count."""

    most: int
    labels: int
    cards: int
    first_rank: int

    @property
    def share(self) -> float:
        return self.most / self.labels if self.labels else 0.0

    def within(self, at_most: float) -> bool:
        """Whether no more than this share of the labels is wrong."""
        return self.most <= int(at_most * self.labels + 1e-9)


def wrong_left(
    told: Judgement, cards: CardsByRank, confidence: float = 0.95, mistakes: ReviewerMistakes = NO_MISTAKES
) -> WrongLeft:
    """The bound from what the reviews tell. Fully reviewed strata are exact; behind them random cards speak.

    Random cards may begin to count at two places only, both settled before any review: at the first stratum, or at the
    first behind what the run flagged, once all before are reviewed. The doubt is divided between the two, so that
    nobody can pick the luckier; samples reviewed elsewhere are known and narrow what the strata can hold.
    """
    for_cards, for_each = mistakes.doubts(1 - confidence)
    bounds = [_behind(told, start, for_cards * share) for start, share in _starts(told, cards)]
    bad, start = min(bounds)
    most = _with_mistakes(told, bad, mistakes, for_each)
    first = int(cards.audit.starts[start])
    return WrongLeft(min(most, told.labels), told.labels, int(told.strata.cards[start:].sum()), first)


def _starts(told: Judgement, cards: CardsByRank) -> list[tuple[int, float]]:
    """Strata from which random cards may count now, with their shares of the doubt."""
    own = cards.own_start
    if own == 0:
        return [(0, 1.0)]
    whole = (0, 1 - OWN_SHARE)
    return [whole, (own, OWN_SHARE)] if told.known_strata >= own else [whole]


def _behind(told: Judgement, start: int, alpha: float) -> tuple[int, int]:
    """Most bad samples in the dataset by the cards from one stratum on, and that stratum."""
    before = round(float(told.strata.found[:start].sum()))
    rest = told.strata.behind(start)
    return before + (most_wrong(rest, alpha) if rest.size.size else 0), start


def _with_mistakes(told: Judgement, bad: int, mistakes: ReviewerMistakes, alpha: float) -> int:
    """Wrong labels left where so many are bad: those not mended, those missed, and right ones that were changed.

    A right label judged wrong and changed is one wrong label more, and mends none of the others.
    """
    alarms = min(most_false_alarms(told.reviewed, mistakes.false_alarms, alpha), told.mended)
    really = most_behind(bad - alarms, mistakes.misses, alpha, round(float(told.strata.size.sum())))
    return max(really - (told.mended - alarms) + alarms, bad - told.mended)


def upper_percent(share: float) -> str:
    """A bound in words, rounded up to a tenth: ``2 %``, ``1.7 %``."""
    return f"{ceil(1000 * share - 1e-6) / 10:g} %"
