"""Which verdicts may count: audit cards in their drawn order, and parts of the dataset reviewed without gaps.

The rule. In each stratum the cards count up to the first one that has no decision yet, so whether a card counts
depends on the timetable and on who is still at work, never on the verdict. "Unsure", "needs an expert" and passed-over
cards are decided but UNSURE: they count as right in one bound and as wrong in the other.
A run's cards may have been decided on an earlier run, many of them because they were suspicious there. Between cards
that the run itself shows they come as often as they should; behind the last of these they would come too often, since
counting ends where an undecided one comes. So each stratum counts no further than the last card shown by its own run
(inverse sampling, Haldane 1945).
Reviews made because a sample was suspicious are no random sample. They count only where they leave no gap: the most
suspicious samples down to the first unreviewed one, and strata reviewed as a whole, are known exactly and leave the
population that the cards speak for. Among the remaining samples the counted cards are still a simple random sample,
because the parts taken out are chosen by suspicion, not by the drawn order.
"""

from dataclasses import dataclass

import numpy as np

from cleaning.domain.judgements import UNSURE
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking

CHUNK = 65_536


@dataclass(frozen=True)
class CountedVerdicts:
    """Verdicts that count.

    rank, stratum, verdict: (n,) of the counted audit cards outside the known parts; verdict is 0, 1 or 2 (unsure).
    rest_starts, rest_ends: (H,) ranks of each stratum not known exactly. known_rank, known_verdict: (R,) the exactly
    known samples by rising rank. drawn: (H,) audit cards counted in each stratum, known parts included.
    """

    rank: np.ndarray
    stratum: np.ndarray
    code: np.ndarray
    rest_starts: np.ndarray
    rest_ends: np.ndarray
    known_rank: np.ndarray
    known_code: np.ndarray
    drawn: np.ndarray

    @property
    def card_count(self) -> int:
        return int(self.drawn.sum())

    @property
    def unsure_count(self) -> int:
        return int((self.code == UNSURE).sum() + (self.known_code == UNSURE).sum())


def count_verdicts(
    audit: AuditDesign,
    codes: np.ndarray,
    ranking: Ranking,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
) -> CountedVerdicts:
    """CountedVerdicts from (N,) verdicts: 0 right, 1 wrong, 2 unsure, NaN not reviewed.

    handed_out: number of audit cards handed out in the drawn order; those among them without a decision then count
    as unsure instead of ending their stratum's run. shown_here: (N,) bool, samples decided when the audit's own run
    showed them; None: all that are decided. Raises ValueError for other codes or lengths.
    """
    codes = _checked(codes, audit, ranking)
    if handed_out is not None:
        codes = codes.copy()
        handed = audit.rows[:handed_out]
        codes[handed[np.isnan(codes[handed])]] = UNSURE
    counted = counted_cards(audit, codes, shown_here)
    if handed_out is not None:
        counted[handed_out:] = False
    starts, ends, known = _known_parts(audit, codes, ranking)
    ranks = ranking.rank[audit.rows].astype(np.int64)
    rest = counted & (ranks >= starts[audit.stratum]) & (ranks < ends[audit.stratum])
    return CountedVerdicts(
        ranks[rest],
        audit.stratum[rest],
        codes[audit.rows[rest]],
        starts,
        ends,
        known,
        codes[ranking.rows[known]],
        np.bincount(audit.stratum[counted], minlength=len(audit.shares)),
    )


def _checked(codes: np.ndarray, audit: AuditDesign, ranking: Ranking) -> np.ndarray:
    codes = np.asarray(codes, np.float64)
    if not len(codes) == len(ranking) == audit.sample_count:
        raise ValueError(f"{len(codes)} codes, {len(ranking)} suspicions, audit of {audit.sample_count} samples")
    return codes


def counted_cards(audit: AuditDesign, codes: np.ndarray, shown_here: np.ndarray | None = None) -> np.ndarray:
    """(n,) bool, which cards count as a random sample; codes, shown_here: as for ``count_verdicts``.

    Whether each card comes before its stratum's first undecided card, and not after the last one that the audit's own run
    showed.
    """
    open_cards = np.isnan(codes[audit.rows])
    counted = np.empty(len(audit), bool)
    for h in range(len(audit.shares)):
        mine = audit.stratum == h
        counted[mine] = np.cumsum(open_cards[mine]) == 0
        if shown_here is not None:
            shown = counted[mine] & shown_here[audit.rows[mine]]
            counted[mine] &= shown[::-1].cumsum()[::-1] > 0
    return counted


def _known_parts(audit: AuditDesign, codes: np.ndarray, ranking: Ranking) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank ranges that are not known exactly (starts, ends per stratum) and the ranks that are."""
    top = _run_of_decisions(codes, ranking.rows)
    starts = np.maximum(audit.starts[:-1], np.minimum(top, audit.starts[1:]))
    ends = audit.starts[1:].copy()
    decided = len(codes) - int(np.isnan(codes).sum())
    known = [np.arange(top)]
    for h in np.flatnonzero(ends - starts > 0):
        size = ends[h] - starts[h]
        if size <= decided - top and _run_of_decisions(codes, ranking.rows[starts[h] : ends[h]]) == size:
            known.append(np.arange(starts[h], ends[h]))
            starts[h] = ends[h]
    return starts, ends, np.concatenate(known)


def _run_of_decisions(codes: np.ndarray, rows: np.ndarray) -> int:
    """How many of ``rows``, from the first on, are decided without a gap."""
    for begin in range(0, len(rows), CHUNK):
        open_rows = np.isnan(codes[rows[begin : begin + CHUNK]])
        if open_rows.any():
            return begin + int(open_rows.argmax())
    return len(rows)
