"""What a certificate rests on: a run's drawn cards by rank, and what the reviews say of the samples at those ranks.

Everything here is by rank of suspicion (0 = most suspicious) instead of by row, so that the exported log and the few
samples that it names are enough to come to the same numbers without the dataset.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from cleaning.certify.most_wrong import StrataCounts
from cleaning.domain.dataset import Dataset
from cleaning.domain.judgements import RIGHT, WRONG
from cleaning.estimate.counted_verdicts import counted_cards
from cleaning.estimate.ranked_run import RankedRun
from cleaning.keep.decisions import Decision
from cleaning.review.in_force import InForce, shown_by
from cleaning.settle.final_labels import DROPPED, settle
from cleaning.settle.policy import UNANIMOUS, Policy
from cleaning.settle.verdict_codes import verdict_codes
from cleaning.suspect.audit import AuditDesign, drawn_ranks
from cleaning.suspect.ranking import logit

MAJORITY_RULE, DISSENT_RULE = "majority", "any dissent"
RULES = {
    MAJORITY_RULE: "a label is judged as the corrections are settled",
    DISSENT_RULE: "a label counts as wrong wherever any reviewer dissents",
}


@dataclass(frozen=True)
class CardsByRank:
    """A run's cards as drawn. audit: its ``rows`` are ranks. flagged: samples that its own threshold flags.
    logit: (H,) mean logit of suspicion in each stratum."""

    audit: AuditDesign
    flagged: int
    logit: np.ndarray

    @classmethod
    def of(cls, ranked: RankedRun) -> "CardsByRank":
        ranking, audit = ranked.ranking, ranked.audit
        flagged = int(ranking.flagged_counts(np.array([audit.threshold]))[0])
        means = np.add.reduceat(logit(ranking.suspicion), audit.starts[:-1]) / audit.sizes
        return cls(replace(audit, rows=ranking.rank[audit.rows].astype(np.int64)), flagged, means)

    @property
    def drawn_anew(self) -> bool:
        """Whether seed, strata and shares alone give these cards again."""
        ranks, _ = drawn_ranks(self.audit.starts, self.audit.shares, self.audit.seed, len(self.audit))
        return bool(np.array_equal(ranks, self.audit.rows))

    @property
    def own_start(self) -> int:
        """The first stratum behind what the run flagged."""
        return int(np.searchsorted(self.audit.starts[:-1], self.flagged))


@dataclass(frozen=True)
class ReviewedSamples:
    """The samples that the log names. dataset: these alone, with their given labels; None where there are none.
    rank: (n,) of each in the whole run."""

    dataset: Dataset | None
    rank: np.ndarray

    @classmethod
    def of(cls, now: InForce) -> "ReviewedSamples":
        rows = np.flatnonzero(~np.isnan(now.codes))
        rows = rows[np.argsort(now.ranked.ranking.rank[rows])]
        whole = now.dataset
        return cls.named(whole.sample_ids[rows], whole.given_labels[rows], now.ranked.ranking.rank[rows])

    @classmethod
    def named(cls, sample_ids: Sequence[str] | np.ndarray, given: np.ndarray, rank: np.ndarray) -> "ReviewedSamples":
        """given: (n,) class codes."""
        rank = np.asarray(rank, np.int64)
        if not len(rank):
            return cls(None, rank)
        given = np.asarray(given, np.int32)
        classes = tuple(map(str, range(max(2, int(given.max()) + 1))))
        frame = pd.DataFrame({"sample_id": np.asarray(sample_ids, object)})
        return cls(Dataset("reviewed", "image", np.asarray(sample_ids), given, classes, frame), rank)


@dataclass(frozen=True)
class Judgement:
    """What the reviews amount to under one rule.

    strata: all strata with their counts. mended: bad samples that the export corrects or drops. dropped: samples that
    the export leaves out. reviewed: samples.
    """

    strata: StrataCounts
    mended: int
    dropped: int
    reviewed: int

    @property
    def labels(self) -> int:
        """Labels that are exported."""
        return round(float(self.strata.size.sum())) - self.dropped

    @cached_property
    def known_strata(self) -> int:
        """How many strata, from the most suspicious on, are reviewed as a whole."""
        return int(np.cumprod(self.strata.open == 0).sum())


def judge(
    cards: CardsByRank,
    samples: ReviewedSamples,
    decisions: Sequence[Decision],
    run_id: str,
    policy: Policy,
    rule: str = MAJORITY_RULE,
) -> Judgement:
    """What a log says of each stratum. A sample is bad unless its given label is settled to be right: undecided and
    contested ones count as wrong, since nothing else is certain."""
    audit, total = cards.audit, cards.audit.sample_count
    codes, mended, shown = np.full(total, np.nan), np.zeros(total, bool), np.zeros(total, bool)
    dropped = 0
    if samples.dataset is not None:
        codes[samples.rank], mended[samples.rank], dropped = _verdicts(samples.dataset, decisions, policy, rule)
        shown[samples.rank] = shown_by(run_id, samples.dataset, decisions)
    reviewed = ~np.isnan(codes)
    bad = reviewed & (codes != RIGHT)
    counted = counted_cards(audit, codes, shown)
    count = len(audit.sizes)
    wrong, unseen = (np.add.reduceat(flag.astype(np.float64), audit.starts[:-1]) for flag in (bad, ~reviewed))
    judged = (np.bincount(audit.stratum[few], minlength=count) for few in (counted, counted & bad[audit.rows]))
    drawn, drawn_wrong = (cards_of.astype(float) for cards_of in judged)
    strata = StrataCounts(audit.sizes.astype(float), drawn, drawn_wrong, wrong, unseen, cards.logit)
    return Judgement(strata, int((mended & bad).sum()), dropped, int(reviewed.sum()))


def _verdicts(dataset: Dataset, decisions: Sequence[Decision], policy: Policy, rule: str) -> tuple:
    """(n,) codes and whether the exported label mends the given one, and how many samples are dropped."""
    strict = replace(policy, settle=UNANIMOUS) if rule == DISSENT_RULE else policy
    exported, agreed = (
        settle(dataset.sample_ids, dataset.given_labels, decisions, p).codes() for p in (policy, strict)
    )
    codes = verdict_codes(dataset, decisions, strict)
    changed = (exported != dataset.given_labels) & (agreed != dataset.given_labels)
    return codes, changed & (codes == WRONG), int((exported == DROPPED).sum())
