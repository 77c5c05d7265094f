"""The audit sample: cards drawn at random before any review, so that verdicts on them can be trusted as a sample.

Samples are cut into strata by suspicion. Each stratum has its own uniform random order, and a fixed timetable says
which stratum gives the next card. So after any number of cards the count per stratum is known in advance and the
cards of a stratum are a simple random sample without replacement from it: every prefix is a valid sample.
The strata serve efficiency only; a later threshold that cuts through one uses the same cards.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.errors import InputError, counted
from cleaning.suspect.ranking import Ranking, rank_suspicion

CUTS = (0.02, 0.05, 0.1, 0.2, 0.4)  # shares of the samples, most suspicious first (method.md section 4)
FLAGGED_SHARE = 0.385  # of the cards, to the flagged part; the rest looks for errors below the threshold
EVEN_SHARE = 1 / 3  # of the cards outside, by size alone, in case the guess below misses where the errors are
LEAST_SHARE = 0.02  # of the cards, to every stratum, so that none stays unseen
CARD_LIMIT = 5_000
GUESS_INTERCEPT, GUESS_SLOPE = (
    -1.2,
    0.9,
)  # suspicion overstates; only divides the cards, never enters an estimate


@dataclass(frozen=True)
class AuditDesign:
    """Audit cards in the order in which they are handed out.

    rows: (n,) row numbers. stratum: (n,) int, 0 = most suspicious.
    starts: (H+1,) ranks where strata begin; stratum h holds ranks starts[h] .. starts[h+1]-1.
    shares: (H,) planned shares of the cards. threshold: the one it was drawn for. seed: of the random orders.
    """

    rows: np.ndarray
    stratum: np.ndarray
    starts: np.ndarray
    shares: np.ndarray
    threshold: float
    seed: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def sizes(self) -> np.ndarray:
        """(H,) samples per stratum."""
        return np.diff(self.starts)

    @property
    def sample_count(self) -> int:
        return int(self.starts[-1])

    def counts(self, prefix: int) -> np.ndarray:
        """(H,) cards per stratum among the first ``prefix`` cards; the same whatever the seed."""
        return np.bincount(self.stratum[:prefix], minlength=len(self.shares))

    def to_frame(self) -> pd.DataFrame:
        """One row a card, in order; with what ``from_frame`` needs to give back the same design."""
        return pd.DataFrame(
            {
                "order": np.arange(len(self.rows), dtype=np.int64),
                "row": self.rows.astype(np.int64),
                "stratum": self.stratum.astype(np.int64),
                "stratum_start": self.starts[self.stratum].astype(np.int64),
                "stratum_size": self.sizes[self.stratum].astype(np.int64),
                "stratum_share": self.shares[self.stratum],
                "threshold": np.full(len(self.rows), self.threshold),
                "seed": np.full(len(self.rows), self.seed, np.int64),
            }
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "AuditDesign":
        """The design that ``to_frame`` wrote; raises InputError for a table that is none."""
        _check_frame(frame)
        frame = frame.sort_values("order")
        strata = frame.drop_duplicates("stratum").sort_values("stratum")
        starts = np.append(strata["stratum_start"], strata["stratum_start"].iloc[-1] + strata["stratum_size"].iloc[-1])
        return cls(
            rows=frame["row"].to_numpy(np.int64),
            stratum=frame["stratum"].to_numpy(np.int64),
            starts=starts.astype(np.int64),
            shares=strata["stratum_share"].to_numpy(np.float64),
            threshold=float(frame["threshold"].iloc[0]),
            seed=int(frame["seed"].iloc[0]),
        )


def draw_audit(
    suspicion: np.ndarray | Ranking,
    threshold: float,
    seed: int,
    *,
    flagged_share: float = FLAGGED_SHARE,
    card_limit: int = CARD_LIMIT,
) -> AuditDesign:
    """Random order of audit cards for samples flagged at ``suspicion >= threshold``.

    suspicion: (N,) in [0, 1], or its Ranking. flagged_share of the cards goes to the flagged part, in proportion
    to size; a third of the rest to the other strata in proportion to size, two thirds in proportion to size times
    guessed standard deviation (Neyman 1934).
    At most ``card_limit`` cards (at least 100, or all samples) are drawn.
    """
    ranking = suspicion if isinstance(suspicion, Ranking) else rank_suspicion(suspicion)
    flagged = int(ranking.flagged_counts(np.array([threshold]))[0])
    starts = _cut_strata(ranking, flagged)
    shares = _divide_cards(ranking, starts, flagged, flagged_share)
    ranks, stratum = drawn_ranks(starts, shares, seed, max(card_limit, 100))
    return AuditDesign(ranking.rows[ranks], stratum, starts, shares, float(threshold), int(seed))


def drawn_ranks(starts: np.ndarray, shares: np.ndarray, seed: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) ranks of the cards in their order and the stratum of each; anybody who knows these four draws the same."""
    stratum, place = _timetable(np.diff(starts), shares, limit)
    return _shuffled_ranks(starts, stratum, place, np.random.default_rng(seed)), stratum


def _cut_strata(ranking: Ranking, flagged: int) -> np.ndarray:
    """(H+1,) ranks: the flagged count and the usual cuts not close to it, moved so that ties stay together."""
    n = len(ranking)
    usual = [round(share * n) for share in CUTS if not 0.7 * flagged < share * n < 1.4 * flagged]
    whole = [ranking.ties_kept_whole(cut) for cut in usual]
    return np.unique([0, n, flagged, *whole])


def _divide_cards(ranking: Ranking, starts: np.ndarray, flagged: int, flagged_share: float) -> np.ndarray:
    """(H,) share of the cards per stratum, at least LEAST_SHARE each, summing to 1."""
    sizes = np.diff(starts)
    inside = starts[1:] <= flagged
    guess = 1 / (1 + np.exp(-GUESS_INTERCEPT - GUESS_SLOPE * ranking.block_logits))
    spread = np.diff(ranking.sum_above(ranking.cumulative(np.sqrt(guess * (1 - guess))), starts))
    inner, outer = np.where(inside, sizes, 0.0), np.where(inside, 0.0, spread)
    if inside.any() and not inside.all():
        even = np.where(inside, 0.0, sizes)
        outer = EVEN_SHARE * even / even.sum() + (1 - EVEN_SHARE) * outer / outer.sum()
        shares = flagged_share * inner / inner.sum() + (1 - flagged_share) * outer
    else:
        shares = (inner + outer) / (inner + outer).sum()
    shares = np.maximum(shares, LEAST_SHARE)
    return shares / shares.sum()


def _timetable(sizes: np.ndarray, shares: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Stratum of each card and its place in the stratum's own order, in steps as even as can be.

    Card j of stratum h is due at (j + 1/2) / shares[h] (the divisor method of Webster and Sainte-Lague); an
    exhausted stratum leaves its turns to the others.
    """
    lengths = np.minimum(sizes, limit)
    stratum = np.repeat(np.arange(len(sizes)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    order = np.lexsort((stratum, (place + 0.5) / shares[stratum]))[:limit]
    return stratum[order], place[order]


def _shuffled_ranks(starts: np.ndarray, stratum: np.ndarray, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    ranks = np.empty(len(stratum), np.int64)
    for h, size in enumerate(np.diff(starts)):
        cards = stratum == h
        ranks[cards] = starts[h] + rng.permutation(size)[place[cards]]
    return ranks


def _check_frame(frame: pd.DataFrame) -> None:
    needed = [
        "order",
        "row",
        "stratum",
        "stratum_start",
        "stratum_size",
        "stratum_share",
        "threshold",
        "seed",
    ]
    missing = [name for name in needed if name not in frame]
    if missing or frame.empty:
        raise InputError(
            f"The audit table has {counted(len(frame), 'row')} and lacks {', '.join(missing) or 'no column'}; "
            "expected the cards drawn with the run. Make the run again."
        )
    if frame["row"].duplicated().any() or sorted(frame["order"]) != list(range(len(frame))):
        raise InputError("The audit table repeats or lacks cards; it was changed by hand. Make the run again.")
