"""What decisions so far say about where wrong labels are found."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cleaning import estimate as estimation
from cleaning.domain.verdicts import LATER
from cleaning.estimate import Recalibration
from cleaning.keep.decisions import Decision
from cleaning.review.facts import Facts
from cleaning.settle.anchoring import agrees
from cleaning.suspect.audit import AuditDesign

LEARNS_EVERY = 25  # decisions; between, the order stands still
CARDS_AHEAD = 100  # for which expected finds are told


class Judged(NamedTuple):
    """A decided sample. row: in the dataset. given, suggested: class codes. wrong: None where nobody can tell."""

    row: int
    given: int
    suggested: int
    wrong: bool | None


def judged(standing: Iterable[Decision], facts: Facts) -> list[Judged]:
    """Decided samples in the order of the log; a sample's last decision counts. standing: as first said."""
    last: dict[str, Decision] = {}
    for decision in standing:
        if decision.verdict != LATER:
            last.pop(decision.sample_id, None)
            last[decision.sample_id] = decision
    found = []
    for decision, row in zip(last.values(), facts.places(list(last))):
        if row >= 0:
            given = int(facts.dataset.given_labels[row])
            agreed = agrees(decision, given)
            found.append(Judged(int(row), given, int(facts.suggested[row]), None if agreed is None else not agreed))
    return found


def learned_at(judged_so_far: list[Judged]) -> int:
    """How many of the judged samples the order "learning" goes by."""
    return len(judged_so_far) // LEARNS_EVERY * LEARNS_EVERY


def recalibration(learned: list[Judged], facts: Facts) -> Recalibration | None:
    """Suspicion as a probability, from the audit cards among these samples; None while there are too few."""
    codes = np.full(len(facts.dataset), np.nan)
    for one in learned:
        codes[one.row] = estimation.UNSURE if one.wrong is None else float(one.wrong)
    audit = AuditDesign.from_frame(facts.run.audit)
    counted_verdicts = estimation.count_verdicts(audit, codes, facts.ranked.ranking)
    return estimation.recalibrate(counted_verdicts, facts.ranked.ranking)


def ahead(found: Recalibration | None, suspicion: np.ndarray) -> dict | None:
    """Wrong labels expected among the next cards of a queue, whose suspicions (Q,) are given in order."""
    if found is None:
        return None
    if not len(suspicion):
        return {"cards": 0, "point": 0.0, "low": 0.0, "high": 0.0}
    cards = suspicion[:CARDS_AHEAD]
    expected = estimation.expected_finds(found, cards)
    return {"cards": len(cards), "point": expected.point, "low": expected.low, "high": expected.high}
