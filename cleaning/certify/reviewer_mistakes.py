"""What reviewers' own mistakes may add to the wrong labels left: missed ones, and right labels that they changed."""

from dataclasses import dataclass

from scipy.special import bdtr

from cleaning.errors import InputError
from cleaning.estimate.answers import IF_RIGHT
from cleaning.settle.error_rates import ErrorRates

SHARE = 0.2  # of the doubt that a certificate allows, for chance in these mistakes; the rest is for the cards
LARGEST = 0.5  # a verdict that errs more often says nothing


@dataclass(frozen=True)
class ReviewerMistakes:
    """How often verdicts err at most. false_alarms: share of the right labels that are judged wrong. misses: share of
    the wrong labels that are judged right. Both 0: "if the verdicts are right"."""

    false_alarms: float = 0.0
    misses: float = 0.0

    def __post_init__(self) -> None:
        for name, rate in (("false alarms", self.false_alarms), ("misses", self.misses)):
            if not 0 <= rate < LARGEST:
                raise InputError(f"The rate of {name} is {rate:g}; expected a share from 0 to below {LARGEST:g}.")

    @classmethod
    def measured(cls, rates: ErrorRates) -> "ReviewerMistakes | None":
        """The most that the measured rates allow; None while they are not known, or say nothing."""
        most = rates.false_alarm.high, rates.miss.high
        return cls(*most) if rates.enough and max(most) < LARGEST else None

    @property
    def none(self) -> bool:
        return not (self.false_alarms or self.misses)

    def doubts(self, alpha: float) -> tuple[float, float]:
        """alpha divided: for the cards, and for each of the two kinds of mistakes."""
        return (alpha, 0.0) if self.none else (alpha * (1 - SHARE), alpha * SHARE / 2)

    def in_words(self) -> str:
        """The condition under which the certificate holds."""
        if self.none:
            return IF_RIGHT
        return (
            f"if reviewers judge at most {self.false_alarms * 100:g} % of the right labels wrong and at most "
            f"{self.misses * 100:g} % of the wrong labels right"
        )


NO_MISTAKES = ReviewerMistakes()


def most_false_alarms(reviewed: int, rate: float, alpha: float) -> int:
    """So many of ``reviewed`` right labels, or fewer, are judged wrong with probability 1 - alpha."""
    return 0 if rate == 0 else _first(reviewed, lambda count: bdtr(count, reviewed, rate) >= 1 - alpha)


def most_behind(judged_wrong: int, rate: float, alpha: float, samples: int) -> int:
    """Most wrong labels of which only ``judged_wrong`` are judged wrong, where ``rate`` of them are missed."""
    if rate == 0 or judged_wrong >= samples:
        return judged_wrong
    beyond = samples - judged_wrong
    return judged_wrong + _first(beyond, lambda more: bdtr(judged_wrong, judged_wrong + more + 1, 1 - rate) < alpha)


def _first(most: int, holds) -> int:
    """Lowest number from 0 to ``most`` for which a rising condition holds; ``most`` where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
