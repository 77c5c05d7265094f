"""From the decision log to final labels: who said what stands, what the votes amount to, what is done about it.

Every decision counts alike, whether its card was shown as suspicious, for the audit or in a grid, so the way a card
came up never changes a final label; ``audit`` marks the samples seen as audit cards, on which alone estimates rest.
Ties and samples without a majority stay contested and keep their given label.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from cleaning.answers.plain_writing import bare_words
from cleaning.domain import verdicts
from cleaning.domain.card_kinds import ADJUDICATION, AUDIT
from cleaning.domain.dataset import rows_of_ids
from cleaning.errors import InputError, counted, first_five
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.settle.policy import ADJUDICATED, ANY_OF, DEFAULT_POLICY, DROP, FIRST, MAJORITY, Policy

SETTLED, CONTESTED, OPEN = "settled", "contested", "open"
DROPPED = -1  # corrected label of a dropped sample
UNDECIDED = (verdicts.UNSURE, verdicts.NEEDS_EXPERT)
_UNCLEAR = (verdicts.UNCLEAR_ITEM, verdicts.UNCLEAR_OPTIONS)


@dataclass(frozen=True)
class Settlement:
    """What the votes on one sample amount to.

    status: "settled", "contested" (they differ) or "open" (unsure, too few, or not adjudicated).
    verdict, labels: of the final label; "" and () unless settled. agreeing: votes for it.
    """

    status: str
    verdict: str = ""
    labels: tuple[int, ...] = ()
    agreeing: int = 0


class FinalLine(NamedTuple):
    """What is settled about one sample.

    labels: class codes. corrected: one class code, or -1 where dropped. mask: keep, replace:3, any_of:[1,3] or drop.
    """

    row: int
    sample_id: str
    given: int
    status: str
    verdict: str
    labels: tuple[int, ...]
    corrected: int
    mask: str
    votes: int
    agreeing: int
    adjudicated: bool
    audit: bool


@dataclass(frozen=True)
class FinalLabels:
    """The final labels of a dataset under a policy.

    table: one row per sample with a standing vote, in the dataset's order, with the columns of ``FinalLine``.
    given: (N,) given labels. votes: the standing decisions, by sample id.
    """

    table: pd.DataFrame
    given: np.ndarray
    votes: dict[str, list[Decision]]
    policy: Policy

    def codes(self) -> np.ndarray:
        """(N,) int32 corrected labels in the dataset's order; -1 where the sample is dropped."""
        codes = np.array(self.given, np.int32)
        codes[self.table["row"].to_numpy(np.int64)] = self.table["corrected"].to_numpy(np.int32)
        return codes

    def mask(self) -> np.ndarray:
        """(N,) str: what evaluation does with each sample (``cleaning.export.patch.mask``)."""
        mask = np.full(len(self.given), "keep", object)
        mask[self.table["row"].to_numpy(np.int64)] = self.table["mask"].to_numpy(object)
        return mask

    def lines(self) -> Iterator[FinalLine]:
        """The rows of ``table``, one by one."""
        return map(FinalLine._make, self.table.itertuples(index=False, name=None))

    def changed_lines(self) -> list[FinalLine]:
        """The rows of ``changed``."""
        return [line for line in self.lines() if line.mask != "keep"]

    def changed(self) -> pd.DataFrame:
        """The rows of ``table`` that evaluate or train differently than the given label does."""
        return self.table[self.table["mask"] != "keep"]

    def counts(self) -> dict[str, int]:
        """Samples in all, decided, settled, contested, open, and by what is done."""
        status, mask = Counter(self.table["status"]), Counter(m.partition(":")[0] for m in self.table["mask"])
        return {
            "samples": len(self.given),
            "decided": len(self.table),
            **{s: status.get(s, 0) for s in (SETTLED, CONTESTED, OPEN)},
            **{a: mask.get(a, 0) for a in ("replace", "any_of", "drop")},
            "keep": len(self.given) - sum(mask.get(a, 0) for a in ("replace", "any_of", "drop")),
        }


def settle(
    sample_ids: np.ndarray, given: np.ndarray, decisions: Iterable[Decision], policy: Policy = DEFAULT_POLICY
) -> FinalLabels:
    """Final labels from a decision log, undos included.

    sample_ids: (N,) str. given: (N,) class codes. Raises InputError when decisions are about other samples.
    """
    votes = standing_votes(decisions)
    places = rows_of_ids(sample_ids, list(votes))
    if (places < 0).any():
        strange = [sample for sample, place in zip(votes, places) if place < 0]
        raise InputError(
            f"{counted(len(strange), 'decided sample')} not in this dataset: {first_five(strange)}. "
            "The decisions belong to another dataset."
        )
    rows = sorted((int(place), sample) for sample, place in zip(votes, places))
    lines = [_settled_line(row, sample, int(given[row]), votes[sample], policy) for row, sample in rows]
    table = pd.DataFrame(lines, columns=FinalLine._fields)
    return FinalLabels(table, np.asarray(given, np.int32), votes, policy)


def standing_votes(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """By sample id the last decision of each reviewer that was not undone, oldest first; skips and marks left out."""
    current = CurrentDecisions()
    current.update(decisions)
    votes: dict[str, list[Decision]] = {}
    for decision in current.standing():
        if verdicts.BY_NAME[decision.verdict].judges:
            votes.setdefault(decision.sample_id, []).append(decision)
    return votes


def outcome_of(votes: Sequence[Decision], policy: Policy) -> Settlement:
    """What the standing votes on one sample amount to; ties are contested."""
    ruling = [v for v in votes if v.card == ADJUDICATION][-1:]
    if ruling and policy.settle != "unanimous":
        return _as_outcome(ruling[0], 1)
    clear_votes = [v for v in votes if v.verdict not in UNDECIDED]
    tally = Counter(map(_said, clear_votes))
    if not clear_votes:
        return Settlement(OPEN)
    said, most = tally.most_common(1)[0]
    needed = len(clear_votes) / 2 if policy.settle == MAJORITY else len(votes) - 0.5
    if policy.settle == ADJUDICATED or most <= needed:
        return Settlement(CONTESTED if len({_said(v) for v in votes}) > 1 else OPEN)
    if len(votes) < policy.least_votes:
        return Settlement(OPEN)
    return _as_outcome(next(v for v in clear_votes if _said(v) == said), most)


def _said(vote: Decision) -> object:
    """What makes two votes the same: the set of labels, the answer that was written, or the verdict where there is none."""
    if vote.verdict == verdicts.RIGHT_IS:
        return vote.verdict, bare_words(vote.note)
    return tuple(sorted(vote.labels)) or vote.verdict


def _as_outcome(vote: Decision, agreeing: int) -> Settlement:
    if vote.verdict in UNDECIDED:
        return Settlement(OPEN)
    return Settlement(SETTLED, vote.verdict, tuple(vote.labels), agreeing)


def _settled_line(row: int, sample: str, given: int, votes: list[Decision], policy: Policy) -> FinalLine:
    outcome = outcome_of(votes, policy)
    corrected, mask = treatment(outcome, given, policy)
    adjudicated, audit = (any(v.card == card for v in votes) for card in (ADJUDICATION, AUDIT))
    return FinalLine(
        row, sample, given, outcome.status, outcome.verdict, outcome.labels, corrected, mask,
        len(votes), outcome.agreeing, adjudicated, audit,
    )  # fmt: skip


def treatment(outcome: Settlement, given: int, policy: Policy) -> tuple[int, str]:
    """(corrected label, mask entry) of one sample; the given label and "keep" unless settled otherwise."""
    if outcome.status != SETTLED:
        return given, "keep"
    if outcome.verdict in verdicts.UNFIT or outcome.verdict in _UNCLEAR:
        rule = policy.none_fits if outcome.verdict in verdicts.UNFIT else policy.unclear
        return (DROPPED, "drop") if rule == DROP else (given, "keep")
    keep_given = policy.several_fit != FIRST and given in outcome.labels
    corrected = given if keep_given else outcome.labels[0]
    if len(outcome.labels) > 1 and policy.several_fit == ANY_OF:
        return corrected, f"any_of:[{','.join(map(str, sorted(outcome.labels)))}]"
    return corrected, "keep" if corrected == given else f"replace:{corrected}"
