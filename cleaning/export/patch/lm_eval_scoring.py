"""Answers that an evaluation logged, scored under an evaluation mask.

A log calls its documents by names of its own (``task/doc_id``, the document's own id, the row). The mask's samples are
found by the one way of naming that knows them all; then the key and the accuracy that the log itself states have to
fit the given labels (or the corrected ones), so that answers to other questions are never scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError, counted, first_five
from cleaning.export.patch.mask import Mask, MaskScore, accepted_classes, score_under_mask

BY_ROW = "row"


@dataclass(frozen=True)
class LoggedAnswers:
    """What one log says of its R documents.

    names: {way of naming: (R,) names} in the order in which to try them; rows of the mask under BY_ROW. predicted: (R,)
    option chosen, 0-based, -1 where unreadable. keys: (R,) option that the log takes for right, -1 where it does not
    say. right: (R,) whether the harness counted the answer as right, NaN where it does not say. filter: whose answers
    these are. other_filters: those left out.
    """

    names: Mapping[str, Sequence[object]]
    predicted: np.ndarray
    keys: np.ndarray
    right: np.ndarray
    filter: str = "none"
    other_filters: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.predicted)


@dataclass(frozen=True)
class LogScore:
    """given: on the given labels. masked: under the mask. joined_by: how the log's documents were found in the mask."""

    given: MaskScore
    masked: MaskScore
    joined_by: str


def score_logged_answers(answers: LoggedAnswers, mask: Mask) -> LogScore:
    """Scores of the documents in a log; it may cover part of the mask.

    Raises InputError where documents are not in the mask or in it twice, and where the log itself contradicts it.
    """
    joined_by, places = _joined(answers, mask)
    part = Mask(mask.sample_ids[places], mask.given[places], [mask.entries[i] for i in places])
    _check_contradiction(answers, part, joined_by)
    given = Mask(part.sample_ids, part.given, ["keep"] * len(part))
    return LogScore(
        score_under_mask(answers.predicted, given), score_under_mask(answers.predicted, part), joined_by
    )  # fmt: skip


def _joined(answers: LoggedAnswers, mask: Mask) -> tuple[str, np.ndarray]:
    """(the way of naming that finds most documents, (R,) places in the mask)."""
    by_name: dict[object, int] = {str(sample): place for place, sample in enumerate(mask.sample_ids)}
    by_row: dict[object, int] = {row: row for row in range(len(mask))}
    found = {
        way: [(by_row if way == BY_ROW else by_name).get(name) for name in names]
        for way, names in answers.names.items()
    }
    best = max(found, key=lambda way: sum(place is not None for place in found[way]))
    names, places = answers.names[best], found[best]
    strange = [name for name, place in zip(names, places) if place is None]
    first = {place: i for i, place in reversed(list(enumerate(places)))}
    repeated = [name for i, (name, place) in enumerate(zip(names, places)) if first[place] != i]
    for these, what in ((strange, "not in the mask"), (repeated, "more than once in the log")):
        if these:
            raise InputError(
                f"{counted(len(these), 'question')} {what}: {first_five(these)}. Check that log and mask are of "
                "one dataset, or name the field with the sample id (--id-field)."
            )
    return best, np.array(places, np.int64)


def _check_contradiction(answers: LoggedAnswers, part: Mask, joined_by: str) -> None:
    """Raises InputError where the log's own keys, or else its own accuracies, do not fit the mask's labels."""
    told = answers.keys >= 0
    graded = np.isin(answers.right, (0.0, 1.0)) & (answers.predicted != ABSTAIN) & ~told
    if joined_by == BY_ROW and not told.any() and not graded.any():
        raise InputError(
            "The log neither names its samples nor says which answers are right, so nothing shows that its rows are "
            "the mask's. Name the field of its documents with the sample id (--id-field)."
        )
    accepted = [accepted_classes(entry, int(given)) for entry, given in zip(part.entries, part.given)]
    bad = [i for i in np.flatnonzero(told).tolist() if answers.keys[i] not in (part.given[i], *accepted[i])]
    bad += [
        i for i in np.flatnonzero(graded).tolist() if not _graded_alike(answers, i, int(part.given[i]), accepted[i])
    ]
    if bad:
        raise InputError(
            f"The log contradicts the mask for {counted(len(bad), 'question')} of {len(answers):,}: what it takes for "
            f"right is neither the given nor the corrected label of {first_five(part.sample_ids[sorted(bad)])} (joined "
            f"by {joined_by}). They are other questions or another version: use the log and the mask of one dataset, "
            "or name the field with the sample id (--id-field)."
        )


def _graded_alike(answers: LoggedAnswers, i: int, given: int, accepted: tuple[int, ...]) -> bool:
    chosen, right = int(answers.predicted[i]), answers.right[i] == 1.0
    return right in ((chosen == given), (chosen in accepted))
