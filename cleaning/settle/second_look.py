"""Judged wrong below the threshold: it counts as wrong only once a second look says so too.

Of the many right labels below the threshold a few are judged wrong by mistake, and each random card there stands for
many samples: a false alarm rate f adds f times all of them as errors that are not there. So a card judged wrong below the
threshold comes back once, later, blind and unmarked, to somebody else where there is anybody. Flagged cards are not asked
for again: many of them are wrong, and a second look would lose more of these than it mends.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from cleaning.domain.card_kinds import ADJUDICATION, CONFIRMATION, MEASURING
from cleaning.domain.dataset import Dataset, rows_of_ids
from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.domain.verdicts import BY_NAME, UNDO
from cleaning.keep.decisions import SEEN, Decision
from cleaning.settle.reviewer_agreement import said_of_given


def looks_at(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """By sample id the judgements that were not undone, oldest first; of each reviewer the last one and the last of
    their second looks. What was changed after the votes were shown is no look."""
    log = list(decisions)
    undone = {d.undoes for d in log if d.verdict == UNDO}
    looks: dict[str, dict[tuple[str, bool], Decision]] = {}
    for d in log:
        second = d.card == CONFIRMATION
        counts = d.card not in MEASURING and (second or d.mode != SEEN) and d.uuid not in undone
        if d.verdict != UNDO and counts and BY_NAME[d.verdict].judges:
            looks.setdefault(d.sample_id, {})[d.reviewer, second] = d
    return {sample_id: list(found.values()) for sample_id, found in looks.items()}


def confirmed_codes(
    codes: np.ndarray, below: np.ndarray, decisions: Iterable[Decision], dataset: Dataset
) -> np.ndarray:
    """(N,) the codes, in which what is judged wrong below the threshold waits for a second look (UNSURE until then),
    and is right where that does not confirm it. below: (N,) bool."""
    settled = codes.copy()
    for row, looks in _looks_below(below, decisions, dataset):
        said = [said_of_given(d, int(dataset.given_labels[row])) for d in looks]
        wrong = said.count("wrong")
        if wrong and not any(d.card == ADJUDICATION for d in looks):
            settled[row] = WRONG if wrong > 1 else RIGHT if "right" in said else UNSURE
    return settled


def waiting_below(below: np.ndarray, decisions: Iterable[Decision], dataset: Dataset) -> int:
    """How many samples below the threshold were judged wrong by their only look."""
    given = dataset.given_labels
    return sum(
        only_look_that_says_wrong(looks, int(given[row])) for row, looks in _looks_below(below, decisions, dataset)
    )


def _looks_below(
    below: np.ndarray, decisions: Iterable[Decision], dataset: Dataset
) -> Iterator[tuple[int, list[Decision]]]:
    found = looks_at(decisions)
    rows = rows_of_ids(dataset.sample_ids, list(found))
    return ((int(row), looks) for row, looks in zip(rows, found.values()) if row >= 0 and below[row])


def only_look_that_says_wrong(votes: Sequence[Decision], given: int) -> bool:
    """Whether a sample's standing votes are one look that judges the given label (class code) wrong."""
    if len(votes) != 1 or votes[0].card in (ADJUDICATION, CONFIRMATION):
        return False
    return said_of_given(votes[0], given) == "wrong"
