"""Judged wrong below the threshold: it counts as wrong only once a second look says so too.

Of the many right labels below the threshold a few are judged wrong by mistake, and each random card there stands for
many samples: a false alarm rate f adds f times all of them as errors that are not there. So a card judged wrong below the
threshold comes back once, later, blind and unmarked, to somebody else where there is anybody. Flagged cards are not asked
for again: many of them are wrong, and a second look would lose more of these than it mends.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.domain.verdicts import BY_NAME, UNDO
from cleaning.keep.decisions import Decision
from cleaning.settle.final_labels import ADJUDICATION
from cleaning.settle.reviewer_agreement import said_of_given

CONFIRMATION = "confirmation"  # Decision.card of a second look
MEASURING = ("repeat", "control")  # of cards that say how a reviewer decides, and nothing of the sample


def looks_at(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """By sample id the judgements that were not undone, oldest first; of each reviewer the last one and the last of
    their second looks."""
    log = list(decisions)
    undone = {d.undoes for d in log if d.verdict == UNDO}
    looks: dict[str, dict[tuple[str, bool], Decision]] = {}
    for d in log:
        if d.verdict != UNDO and d.uuid not in undone and d.card not in MEASURING and BY_NAME[d.verdict].judges:
            looks.setdefault(d.sample_id, {})[d.reviewer, d.card == CONFIRMATION] = d
    return {sample_id: list(found.values()) for sample_id, found in looks.items()}


def confirmed_codes(
    codes: np.ndarray, below: np.ndarray, decisions: Iterable[Decision], row_of: Mapping[str, int], given: np.ndarray
) -> np.ndarray:
    """(N,) the codes, in which what is judged wrong below the threshold waits for a second look (UNSURE until then),
    and is right where that does not confirm it. below: (N,) bool."""
    settled = codes.copy()
    for sample_id, looks in looks_at(decisions).items():
        row = row_of.get(sample_id, -1)
        if row < 0 or not below[row] or any(d.card == ADJUDICATION for d in looks):
            continue
        said = [said_of_given(d, int(given[row])) for d in looks]
        if "wrong" in said:
            others = [s for s in said if s != "wrong"]
            alone = WRONG if len(said) - len(others) > 1 else UNSURE
            settled[row] = RIGHT if "right" in others and len(said) - len(others) < 2 else alone
    return settled


def waiting(
    decisions: Iterable[Decision], below: np.ndarray, row_of: Mapping[str, int], given: np.ndarray
) -> dict[str, list[Decision]]:
    """By sample id the looks at what was judged wrong below the threshold and has not come back yet."""
    found = {}
    for sample_id, looks in looks_at(decisions).items():
        row = row_of.get(sample_id, -1)
        if row >= 0 and below[row] and len(looks) == 1 and said_of_given(looks[0], int(given[row])) == "wrong":
            found[sample_id] = looks
    return found
