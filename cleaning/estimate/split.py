"""The dataset split in flagged and unflagged, by threshold or by any rule, with the sums the estimators need."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.special import expit

from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.suspect.ranking import Ranking, logit


@dataclass(frozen=True)
class Cells:
    """Sums per threshold, part (0 flagged, 1 not) and stratum; all arrays (T, 2, H), samples known exactly left out.

    size: samples. cards: audit cards. curve: mean of the curve over the samples. wrong: wrong cards.
    """

    size: np.ndarray
    cards: np.ndarray
    curve: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True)
class Curve:
    """P(wrong) = expit(intercept + slope * logit(suspicion)) as an estimator leans on it."""

    intercept: float
    slope: float

    def at(self, logits: np.ndarray) -> np.ndarray:
        return expit(self.intercept + self.slope * logits)


class Split(Protocol):
    """T ways to flag. flagged: (T,) samples flagged."""

    @property
    def flagged(self) -> np.ndarray: ...

    @property
    def ranking(self) -> Ranking: ...

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        """Sums per cell, with (n,) verdicts as shares wrong."""

    def known(self, code: np.ndarray) -> np.ndarray:
        """(T, 2) sums over the samples known exactly, of a (R,) quantity."""


@dataclass(frozen=True)
class ThresholdSplit:
    """Split by rank: the first ``flagged`` samples, for T counts at once without a pass over the samples."""

    counted_verdicts: CountedVerdicts
    ranking: Ranking
    flagged: np.ndarray

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        counted_verdicts, ranking = self.counted_verdicts, self.ranking
        cuts = np.clip(self.flagged[:, None], counted_verdicts.rest_starts, counted_verdicts.rest_ends)
        starts = np.stack([np.broadcast_to(counted_verdicts.rest_starts, cuts.shape), cuts], 1)
        ends = np.stack([cuts, np.broadcast_to(counted_verdicts.rest_ends, cuts.shape)], 1)
        running = ranking.cumulative(curve.at(ranking.block_logits))
        total = ranking.sum_above(running, ends) - ranking.sum_above(running, starts)
        size = (ends - starts).astype(np.float64)
        cards, wrong = (self._sum_cards(value) for value in (np.ones_like(code), code))
        return Cells(size, cards, total / np.maximum(size, 1), wrong)

    def known(self, code: np.ndarray) -> np.ndarray:
        running = np.concatenate([[0.0], np.cumsum(code)])
        above = running[np.searchsorted(self.counted_verdicts.known_rank, self.flagged, side="left")]
        return np.stack([above, running[-1] - above], 1)

    def _sum_cards(self, value: np.ndarray) -> np.ndarray:
        """(T, 2, H) sums of a (n,) value over the cards of each cell."""
        by_rank = np.argsort(self.counted_verdicts.rank, kind="stable")
        member = self.counted_verdicts.stratum[by_rank, None] == np.arange(len(self.counted_verdicts.rest_starts))
        running = np.zeros((len(by_rank) + 1, member.shape[1]))
        np.cumsum(member * value[by_rank, None], axis=0, out=running[1:])
        above = running[np.searchsorted(self.counted_verdicts.rank[by_rank], self.flagged, side="left")]
        return np.stack([above, running[-1] - above], 1)


@dataclass(frozen=True)
class RuleSplit:
    """Split by any rule with T settings, each flagging a part of what the setting before it flags.

    passes: (N,) by rank, how many settings flag each sample, 0 to T; T = 1 is any set, for instance the paper's rule
    with one K and tau. One pass over the samples.
    """

    counted_verdicts: CountedVerdicts
    ranking: Ranking
    passes: np.ndarray
    settings: int

    @property
    def flagged(self) -> np.ndarray:
        reached = np.bincount(self.passes, minlength=self.settings + 1)
        return reached[::-1].cumsum()[::-1][1:]

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        counted_verdicts, ranking = self.counted_verdicts, self.ranking
        homes = len(counted_verdicts.rest_starts)
        rest = np.concatenate(
            [np.arange(a, b) for a, b in zip(counted_verdicts.rest_starts, counted_verdicts.rest_ends)]
        )
        home = np.repeat(np.arange(homes), counted_verdicts.rest_ends - counted_verdicts.rest_starts)
        chance = curve.at(logit(ranking.suspicion[rest]))
        size, total = (self._by_setting(self.passes[rest], value, home, homes) for value in (None, chance))
        passes = self.passes[counted_verdicts.rank]
        cards, wrong = (self._by_setting(passes, value, counted_verdicts.stratum, homes) for value in (None, code))
        return Cells(size, cards, total / np.maximum(size, 1), wrong)

    def known(self, code: np.ndarray) -> np.ndarray:
        home = np.zeros(len(code), np.int64)
        return self._by_setting(self.passes[self.counted_verdicts.known_rank], code, home, 1)[:, :, 0]

    def _by_setting(self, passes: np.ndarray, value: np.ndarray | None, home: np.ndarray, homes: int) -> np.ndarray:
        """(T, 2, H) sums of a value, or counts, over flagged and unflagged samples of each home."""
        width = self.settings + 1
        counted = np.bincount(home * width + passes, value, homes * width).reshape(-1, width)
        at_least = counted[:, ::-1].cumsum(1)[:, ::-1]
        flagged = at_least[:, 1:].T.astype(np.float64)
        return np.stack([flagged, at_least[:, 0] - flagged], 1)


@dataclass(frozen=True)
class LimitedSplit:
    """Split by T thresholds, in any order, of which each flags only samples that may be flagged.

    may_flag: (N,) bool by rank.
    """

    counted_verdicts: CountedVerdicts
    ranking: Ranking
    thresholds: np.ndarray
    may_flag: np.ndarray

    @cached_property
    def _rising(self) -> tuple[RuleSplit, np.ndarray]:
        """The split by rising thresholds, and where each of ours stands in it."""
        order = np.argsort(self.thresholds, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        passes = np.searchsorted(self.thresholds[order], self.ranking.suspicion, side="right")
        rising = RuleSplit(self.counted_verdicts, self.ranking, np.where(self.may_flag, passes, 0), len(order))
        return rising, place

    @property
    def flagged(self) -> np.ndarray:
        rising, place = self._rising
        return rising.flagged[place]

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        rising, place = self._rising
        cells = rising.cells(curve, code)
        return Cells(*(getattr(cells, field.name)[place] for field in fields(cells)))

    def known(self, code: np.ndarray) -> np.ndarray:
        rising, place = self._rising
        return rising.known(code)[place]
