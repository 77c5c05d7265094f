"""How often reviewers err: false alarms (a right label judged wrong) and misses (a wrong one judged right).

Two kinds of evidence. Where an answer is known (controls; samples that were adjudicated, or on which at least two others
agree), a judgement against it is an error. Where two looks at one sample differ and nobody knows who is right (repeats,
overlaps), one of the two erred: as a false alarm if the label is right, as a miss if it is wrong. So the first kind gives
shares, the second only what they may be at most: rates come as intervals, each as if all differences were of its kind.
Second looks below the threshold are a third kind: they are asked for only where the first said "wrong". What they do not
confirm was a false alarm at most, among all looks below that said "right" or were not confirmed; or it was missed by the
second look, among the second looks. Errors that two looks share are not seen by either.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.domain.card_kinds import ADJUDICATION, CONFIRMATION
from cleaning.domain.verdicts import BY_NAME, UNDO
from cleaning.keep.decisions import Decision
from cleaning.settle.reviewer_agreement import said_of_given

LEAST_LOOKS = 20  # looks at labels of one kind, before a rate is told
LEAST_AGREEING = 2  # others whose common answer counts as known


@dataclass(frozen=True)
class Rate:
    """An error rate as an interval of 95 %, shares. looks: judgements behind it. known: errors seen for certain."""

    low: float
    high: float
    looks: int
    known: int

    @property
    def enough(self) -> bool:
        return self.looks >= LEAST_LOOKS


@dataclass(frozen=True)
class ErrorRates:
    """Of one reviewer or of all. false_alarm: of looks at right labels; miss: of looks at wrong ones."""

    false_alarm: Rate
    miss: Rate

    @property
    def enough(self) -> bool:
        return self.false_alarm.enough and self.miss.enough


@dataclass
class _Counts:
    """Looks at labels known to be right (column 0) or wrong (1), and errors among them; pairs of looks that agree on
    right or on wrong, and pairs that differ. first: looks below the threshold that said "right" (column 0), and those not
    confirmed (1); second: second looks that confirm (0), and that do not (1)."""

    looks: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    errors: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    agreeing: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    differing: int = 0
    first: np.ndarray = field(default_factory=lambda: np.zeros(2, int))
    second: np.ndarray = field(default_factory=lambda: np.zeros(2, int))

    def rates(self) -> ErrorRates:
        return ErrorRates(self._rate(0), self._rate(1))

    def _rate(self, kind: int) -> Rate:
        looks, errors = int(self.looks[kind]), int(self.errors[kind])
        low = wilson_interval(errors, looks)[0] if looks else 0.0
        asked = (self.first, self.second)[kind]
        most = errors + self.differing + int(asked[1])
        among = looks + 2 * int(self.agreeing[kind] + self.differing) + int(asked.sum())
        high = wilson_interval(most, among)[1] if among else 1.0
        return Rate(float(low), float(high), among, errors)


def error_rates(
    decisions: Iterable[Decision], given: Mapping[str, int], below: Collection[str] = frozenset()
) -> tuple[ErrorRates, dict[str, ErrorRates]]:
    """(of all, by reviewer) from a decision log in order, undos included. given: class code by sample id. below: ids of
    the samples that get a second look wherever the first says "wrong"."""
    every = _Counts()
    by_reviewer: dict[str, _Counts] = {}
    for sample_id, looks in _looks_by_sample(decisions, given).items():
        if _asked_again(looks, every, by_reviewer, sample_id in below):
            continue
        for number, (reviewer, said, card) in enumerate(looks):
            mine = by_reviewer.setdefault(reviewer, _Counts())
            answer = _known_answer(looks, number)
            if card == ADJUDICATION:
                continue
            if answer is not None:
                for counts in (every, mine):
                    counts.looks[answer] += 1
                    counts.errors[answer] += said != answer
        _pair_up(looks, every, by_reviewer)
    return every.rates(), {reviewer: counts.rates() for reviewer, counts in by_reviewer.items()}


Look = tuple[str, int, str]  # who, what was said of the given label (0 right, 1 wrong), Decision.card


def _looks_by_sample(decisions: Iterable[Decision], given: Mapping[str, int]) -> dict[str, list[Look]]:
    """Every judgement that was not undone and says right or wrong, oldest first."""
    log = list(decisions)
    undone = {d.undoes for d in log if d.verdict == UNDO}
    looks: dict[str, list[Look]] = {}
    for d in log:
        if d.verdict != UNDO and d.uuid not in undone and d.sample_id in given and BY_NAME[d.verdict].judges:
            said = said_of_given(d, given[d.sample_id])
            if said in ("right", "wrong"):
                looks.setdefault(d.sample_id, []).append((d.reviewer, int(said == "wrong"), d.card))
    return looks


def _known_answer(looks: Sequence[Look], number: int) -> int | None:
    """What is known of the label without this look: by adjudication, or by what at least two others agree on."""
    ruled = [said for _, said, card in looks if card == ADJUDICATION]
    if ruled:
        return ruled[-1]
    last = {reviewer: said for reviewer, said, _ in looks if reviewer != looks[number][0]}
    said = set(last.values())
    return said.pop() if len(last) >= LEAST_AGREEING and len(said) == 1 else None


def _asked_again(looks: Sequence[Look], every: _Counts, by_reviewer: dict[str, _Counts], below: bool) -> bool:
    """Whether a sample's looks are one below the threshold, or one and the second that it asked for; counts them then."""
    (one, first, card), *others = looks[:2]
    confirmed = len(looks) == 2 and first == 1 and others[0][2] == CONFIRMATION
    if card == ADJUDICATION or not (confirmed or (below and len(looks) == 1)):
        return False
    for counts in (every, by_reviewer.setdefault(one, _Counts())):
        if not confirmed:
            counts.first[0] += first == 0
        elif others[0][1] == 0:
            counts.first[1] += 1
    if confirmed:
        for counts in (every, by_reviewer.setdefault(others[0][0], _Counts())):
            counts.second[1 - others[0][1]] += 1
    return True


def _pair_up(looks: Sequence[Look], every: _Counts, by_reviewer: dict[str, _Counts]) -> None:
    """The first two looks at a sample of which no answer is known otherwise."""
    unknown = [look for n, look in enumerate(looks) if look[2] != ADJUDICATION and _known_answer(looks, n) is None]
    if len(unknown) < 2 or len(unknown) < len(looks):
        return
    (one, first, _), (other, second, _) = unknown[:2]
    for counts in (every, *(by_reviewer[name] for name in {one, other})):
        if first == second:
            counts.agreeing[first] += 1
        else:
            counts.differing += 1
