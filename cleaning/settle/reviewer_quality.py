"""Each reviewer on controls, repeats and pace; and how far reviewers agree in all, by pair, class and verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from cleaning.domain.card_kinds import CONTROL, REPEAT, RETURNING
from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.settle.chance_corrected import BeyondChance, beyond_chance, cohen, said
from cleaning.settle.final_labels import SETTLED, outcome_of
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.settle.reviewer_agreement import NO_VIEW, Share, median_between, wilson


@dataclass(frozen=True)
class Quality:
    """One reviewer. controls: settled cards answered as they were settled (by others). repeats: cards answered as the
    first time. cards: decided. seconds: median a card, of those that were timed."""

    reviewer: str
    cards: int
    controls: Share
    repeats: Share
    seconds: Share


@dataclass(frozen=True)
class Pair:
    """Two reviewers on the samples that both decided. same: the share they answered alike."""

    first: str
    second: str
    same: Share
    cohen: Share


@dataclass(frozen=True)
class TeamAgreement:
    """overall, by_class (given label) and by_verdict (of any vote): figures for samples of two votes and more."""

    overall: BeyondChance
    pairs: list[Pair]
    by_class: dict[int, BeyondChance]
    by_verdict: dict[str, BeyondChance]


def qualities(current: CurrentDecisions) -> list[Quality]:
    """Everybody who decided anything, in the order in which they began."""
    return [_quality(current, reviewer) for reviewer in current.reviewers()]


def _quality(current: CurrentDecisions, reviewer: str) -> Quality:
    own = [d for d in current.history(reviewer)[::-1] if BY_NAME[d.verdict].judges]
    firsts: dict[str, Decision] = {}
    for decision in own:
        if decision.card not in RETURNING:
            firsts[decision.sample_id] = decision
    again = [d for d in own if d.card == REPEAT and d.sample_id in firsts]
    alike = sum(said(d) == said(firsts[d.sample_id]) for d in again)
    checked = [(d, _settled(current, d)) for d in own if d.card == CONTROL]
    known = [(d, answer) for d, answer in checked if answer is not None]
    right = sum(said(d) == answer for d, answer in known)
    looked = [d.seconds for d in own if d.seconds > 0]
    return Quality(reviewer, len(own), wilson(right, len(known)), wilson(alike, len(again)), median_between(looked))


def _settled(current: CurrentDecisions, control: Decision) -> object:
    """What the others settled on for a control; None where it is no longer settled."""
    votes = [d for d in current.on(control.sample_id) if d.reviewer != control.reviewer and BY_NAME[d.verdict].judges]
    outcome = outcome_of(votes, DEFAULT_POLICY)
    return (tuple(sorted(outcome.labels)) or outcome.verdict) if outcome.status == SETTLED else None


def team_agreement(votes: dict[str, list[Decision]], given: dict[str, int], seed: int = 0) -> TeamAgreement:
    """votes: the standing votes, by sample id. given: class codes, by sample id. Those without a view do not count."""
    shared = {s: v for s, v in ((s, _views(v)) for s, v in votes.items()) if len(v) > 1}
    classes = sorted({given[s] for s in shared if s in given})
    verdicts = sorted({d.verdict for v in shared.values() for d in v})
    return TeamAgreement(
        _figures(shared.values(), seed),
        _pairs(shared, seed),
        {code: _figures((v for s, v in shared.items() if given.get(s) == code), seed) for code in classes},
        {name: _figures((v for v in shared.values() if any(d.verdict == name for d in v)), seed) for name in verdicts},
    )


def _views(votes: Sequence[Decision]) -> list[Decision]:
    return [d for d in votes if d.verdict not in NO_VIEW]


def _figures(units: Iterable[Sequence[Decision]], seed: int) -> BeyondChance:
    return beyond_chance([[said(d) for d in unit] for unit in units], seed)


def _pairs(shared: dict[str, list[Decision]], seed: int) -> list[Pair]:
    """Every two reviewers with a sample in common, most in common first."""
    both: dict[tuple[str, str], list[tuple]] = {}
    for votes in shared.values():
        for one, other in combinations(sorted(votes, key=lambda d: d.reviewer), 2):
            both.setdefault((one.reviewer, other.reviewer), []).append((said(one), said(other)))
    found = [
        Pair(first, second, wilson(sum(a == b for a, b in pairs), len(pairs)), cohen(pairs, seed))
        for (first, second), pairs in both.items()
    ]
    return sorted(found, key=lambda pair: (-pair.same.count, pair.first, pair.second))
