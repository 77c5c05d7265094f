"""What the reviews say of each given label, as the estimators read it: the same for pages, commands and the card."""

from collections.abc import Iterable, Sequence

import numpy as np

from cleaning.domain.dataset import Dataset, rows_of_ids
from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.domain.verdicts import LATER, UNCLEAR_ITEM, UNCLEAR_OPTIONS
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import SEEN, Decision
from cleaning.settle.final_labels import SETTLED, settle
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.settle.reviewer_agreement import said_of_given

CODE_OF_VIEW: dict[str | None, float] = {"right": RIGHT, "wrong": WRONG}


def verdict_codes(dataset: Dataset, decisions: Sequence[Decision], policy: Policy = DEFAULT_POLICY) -> np.ndarray:
    """(N,) 0 given label right, 1 wrong, 2 unsure, NaN not reviewed; several reviewers by the policy (majority).

    Samples without a final label are unsure, unless every vote says the same of the given one. Unclear items and
    options are unsure, and so is what somebody passed over: a card that was drawn counts whatever is said of it. Of who
    changed a verdict after the votes were shown the first blind one counts.
    Raises InputError when decisions are about other samples.
    """
    decisions = _first_looks(decisions)
    final = settle(dataset.sample_ids, dataset.given_labels, decisions, policy)
    codes = np.full(len(dataset), np.nan)
    codes[decided_rows(dataset, decisions)] = UNSURE
    columns = (final.table[name] for name in ("row", "status", "verdict", "given", "labels", "sample_id"))
    for row, status, verdict, given, labels, sample_id in zip(*columns):
        if status == SETTLED and verdict not in (UNCLEAR_ITEM, UNCLEAR_OPTIONS):
            codes[row] = RIGHT if given in labels else WRONG
        elif status != SETTLED:
            said = {said_of_given(v, given) for v in final.votes[sample_id]}
            if len(said) == 1:
                codes[row] = CODE_OF_VIEW.get(said.pop(), UNSURE)
    return codes


def _first_looks(decisions: Sequence[Decision]) -> Sequence[Decision]:
    if all(d.mode != SEEN for d in decisions):
        return decisions
    current = CurrentDecisions()
    current.update(decisions)
    return current.first_looks()


def decided_rows(dataset: Dataset, decisions: Iterable[Decision]) -> np.ndarray:
    """Places of all samples that somebody decided or passed over."""
    current = CurrentDecisions()
    current.update(decisions)
    decided = list(dict.fromkeys(d.sample_id for d in current.standing() if d.verdict != LATER))
    return rows_of_ids(dataset.sample_ids, decided)
