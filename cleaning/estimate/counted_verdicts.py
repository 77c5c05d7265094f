"""Which verdicts may count: random cards in their drawn order, and parts of the dataset reviewed without gaps.

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

Several designs combine. Each run drew its cards by lots of its own, so a sample that run r drew with probability f_r
came up in any of them with probability 1 - (1 - f_1)(1 - f_2)..., and its card stands for one over that many samples
(Horvitz and Thompson 1952; several frames: Bankier 1986). Where two strata of different runs meet, the cards of both
together are a simple random sample of what lies there, as either lot treats its samples alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaning.domain.judgements import UNSURE
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking

CHUNK = 65_536


@dataclass(frozen=True)
class OtherDesign:
    """Random cards that another run drew. ranking: by its suspicion. shown: (N,) bool, decided when it showed them."""

    audit: AuditDesign
    ranking: Ranking
    shown: np.ndarray


@dataclass(frozen=True)
class CountedVerdicts:
    """Verdicts that count.

    rank, stratum, code: (n,) of the counted random cards outside the known parts, by rising rank; code is 0, 1 or 2
    (unsure).
    weight: (n,) samples that each stands for. starts: (H+1,) ranks where strata begin. rest: (N,) bool by rank, what
    the cards speak for: audited and not known exactly. known_rank, known_code: (R,) the exactly known samples by
    rising rank. drawn, drawn_code, drawn_weight: (n',) the same of all counted random cards, known parts included.
    """

    rank: np.ndarray
    stratum: np.ndarray
    code: np.ndarray
    weight: np.ndarray
    starts: np.ndarray
    rest: np.ndarray
    known_rank: np.ndarray
    known_code: np.ndarray
    drawn: np.ndarray
    drawn_code: np.ndarray
    drawn_weight: np.ndarray

    @cached_property
    def rest_above(self) -> np.ndarray:
        """(N+1,) how many of ``rest`` lie above each rank."""
        return np.concatenate([[0], np.cumsum(self.rest)])

    @property
    def card_count(self) -> int:
        """Random cards that count, known parts included."""
        return len(self.drawn)

    @property
    def unsure_count(self) -> int:
        return int((self.code == UNSURE).sum() + (self.known_code == UNSURE).sum())


def count_verdicts(
    audit: AuditDesign,
    codes: np.ndarray,
    ranking: Ranking,
    handed_out: int | None = None,
    shown_here: np.ndarray | None = None,
    *,
    others: Sequence[OtherDesign] = (),
    audited: np.ndarray | None = None,
) -> CountedVerdicts:
    """CountedVerdicts from (N,) verdicts: 0 right, 1 wrong, 2 unsure, NaN not reviewed.

    handed_out: number of random cards handed out in the drawn order; those among them without a decision then count
    as unsure instead of ending their stratum's run. shown_here: (N,) bool, samples decided when the audit's own run
    showed them; None: all that are decided. others: what other runs drew, by lots of their own. audited: (N,) bool,
    samples that can be shown at all, of which alone the estimates speak; None: all. Raises ValueError for other codes
    or lengths.
    """
    codes = _checked(codes, audit, ranking)
    if handed_out is not None:
        codes = codes.copy()
        handed = audit.rows[:handed_out]
        codes[handed[np.isnan(codes[handed])]] = UNSURE
    counted = counted_cards(audit, codes, shown_here, audited)
    if handed_out is not None:
        counted[handed_out:] = False
    drawn, unseen = _drawn_once(audit, ranking, counted, audited)
    known = _known_parts(audit, codes, ranking, audited)
    for other in others:
        theirs = counted_cards(other.audit, codes, other.shown, audited)
        also, missed = _drawn_once(other.audit, other.ranking, theirs, audited)
        drawn, unseen = drawn | also, unseen * missed
        known |= _known_parts(other.audit, codes, other.ranking, audited)
    rest = ~known if audited is None else audited & ~known
    return _sorted_out(audit, codes, ranking, drawn, unseen, known, rest)


def _sorted_out(audit, codes, ranking: Ranking, drawn, unseen, known, rest) -> CountedVerdicts:
    """From (N,) masks in the dataset's order to what is kept by rank. unseen: chance that no lot fell on a sample."""
    drawn_rank = np.sort(ranking.rank[np.flatnonzero(drawn)].astype(np.int64))
    rows = ranking.rows[drawn_rank]
    speaks, code, weight = rest[rows], codes[rows], 1 / (1 - unseen[rows])
    rank, known_rank = drawn_rank[speaks], np.flatnonzero(known[ranking.rows])
    return CountedVerdicts(
        rank,
        np.searchsorted(audit.starts, rank, side="right") - 1,
        code[speaks],
        weight[speaks],
        audit.starts,
        rest[ranking.rows],
        known_rank,
        codes[ranking.rows[known_rank]],
        drawn_rank,
        code,
        weight,
    )


def _drawn_once(audit: AuditDesign, ranking: Ranking, counted: np.ndarray, audited) -> tuple[np.ndarray, np.ndarray]:
    """(N,) bool, the cards of one design that count, and (N,) the chance that its lot did not fall on a sample."""
    homes = len(audit.sizes)
    sizes = audit.sizes
    if audited is not None:
        above = np.concatenate([[0], np.cumsum(audited[ranking.rows])])
        sizes = np.diff(above[audit.starts])
    share = np.bincount(audit.stratum[counted], minlength=homes) / np.maximum(sizes, 1)
    drawn, unseen = np.zeros(len(ranking), bool), np.empty(len(ranking))
    drawn[audit.rows[counted]] = True
    unseen[ranking.rows] = np.repeat(1 - share, audit.sizes)
    return drawn, unseen


def _checked(codes: np.ndarray, audit: AuditDesign, ranking: Ranking) -> np.ndarray:
    codes = np.asarray(codes, np.float64)
    if not len(codes) == len(ranking) == audit.sample_count:
        raise ValueError(f"{len(codes)} codes, {len(ranking)} suspicions, audit of {audit.sample_count} samples")
    return codes


def counted_cards(
    audit: AuditDesign, codes: np.ndarray, shown_here: np.ndarray | None = None, audited: np.ndarray | None = None
) -> np.ndarray:
    """(n,) bool, which cards count as a random sample; codes, shown_here, audited: as for ``count_verdicts``.

    Whether each card comes before its stratum's first undecided card, and not after the last one that the audit's own
    run showed. Cards that cannot be shown are passed over: of those that can, the others are still a random sample.
    """
    shown_cards = np.ones(len(audit), bool) if audited is None else audited[audit.rows]
    open_cards = np.isnan(codes[audit.rows]) & shown_cards
    counted = np.empty(len(audit), bool)
    for h in range(len(audit.shares)):
        mine = audit.stratum == h
        counted[mine] = np.cumsum(open_cards[mine]) == 0
        if shown_here is not None:
            shown = counted[mine] & shown_here[audit.rows[mine]]
            counted[mine] &= shown[::-1].cumsum()[::-1] > 0
    return counted & shown_cards


def _known_parts(
    audit: AuditDesign, codes: np.ndarray, ranking: Ranking, audited: np.ndarray | None = None
) -> np.ndarray:
    """(N,) bool in the dataset's order: reviewed without a gap by this ranking and these strata."""
    decided = ~np.isnan(codes)
    closed = decided if audited is None else decided | ~audited
    top = _run_of(closed, ranking.rows)
    known = np.zeros(len(codes), bool)
    known[ranking.rows[:top]] = True
    left = int(closed.sum()) - top
    for start, end in zip(audit.starts[:-1], audit.starts[1:]):
        begin = max(int(start), top)
        if begin < end <= begin + left and _run_of(closed, ranking.rows[begin:end]) == end - begin:
            known[ranking.rows[begin:end]] = True
    return known & decided if audited is None else known & decided & audited


def _run_of(closed: np.ndarray, rows: np.ndarray) -> int:
    """How many of ``rows``, from the first on, are closed without a gap."""
    for begin in range(0, len(rows), CHUNK):
        part = closed[rows[begin : begin + CHUNK]]
        if not part.all():
            return begin + int(part.argmin())
    return len(rows)
