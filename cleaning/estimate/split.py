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

    size: samples. cards: random cards. curve: mean of the curve over the samples. wrong: wrong cards.
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

    def sums(self, rank: np.ndarray, value: np.ndarray) -> np.ndarray:
        """(T, 2) sums over the flagged and the unflagged of some samples, given by rising rank, of a quantity."""


def _effective(each: np.ndarray, squared: np.ndarray, wrong: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cards and wrong ones among them, of as many plain cards as say as much (Kish 1965), from sums of the cards'
    weights, of their squares, and of the weights times verdicts."""
    cards = each**2 / np.where(squared > 0, squared, 1)
    return cards, cards * wrong / np.where(each > 0, each, 1)


def _relative_weights(counted_verdicts: CountedVerdicts) -> np.ndarray:
    """(n,) weights with the heaviest of each stratum as 1, so that cards of one design weigh exactly alike."""
    heaviest = np.zeros(len(counted_verdicts.starts) - 1)
    np.maximum.at(heaviest, counted_verdicts.stratum, counted_verdicts.weight)
    return counted_verdicts.weight / heaviest[counted_verdicts.stratum]


@dataclass(frozen=True)
class ThresholdSplit:
    """Split by rank: the first ``flagged`` samples, for T counts at once without a pass over the samples."""

    counted_verdicts: CountedVerdicts
    ranking: Ranking
    flagged: np.ndarray

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        said, ranking = self.counted_verdicts, self.ranking
        first, last = said.starts[:-1], said.starts[1:]
        cuts = np.clip(self.flagged[:, None], first, last)
        starts = np.stack([np.broadcast_to(first, cuts.shape), cuts], 1)
        ends = np.stack([cuts, np.broadcast_to(last, cuts.shape)], 1)
        size = (said.rest_above[ends] - said.rest_above[starts]).astype(np.float64)
        held = np.diff(said.rest_above[ranking.block_edges])
        running = np.concatenate([[0.0], np.cumsum(curve.at(ranking.block_logits) * held)])
        total = ranking.sum_above(running, ends) - ranking.sum_above(running, starts)
        weight = _relative_weights(said)
        cards, wrong = _effective(*(self._sum_cards(value) for value in (weight, weight**2, weight * code)))
        return Cells(size, cards, total / np.maximum(size, 1), wrong)

    def sums(self, rank: np.ndarray, value: np.ndarray) -> np.ndarray:
        running = np.concatenate([[0.0], np.cumsum(value)])
        above = running[np.searchsorted(rank, self.flagged, side="left")]
        return np.stack([above, running[-1] - above], 1)

    def _sum_cards(self, value: np.ndarray) -> np.ndarray:
        """(T, 2, H) sums of a (n,) value over the cards of each cell."""
        said = self.counted_verdicts
        member = said.stratum[:, None] == np.arange(len(said.starts) - 1)
        running = np.zeros((len(value) + 1, member.shape[1]))
        np.cumsum(member * value[:, None], axis=0, out=running[1:])
        above = running[np.searchsorted(said.rank, self.flagged, side="left")]
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
        said, ranking = self.counted_verdicts, self.ranking
        homes = len(said.starts) - 1
        rest = np.flatnonzero(said.rest)
        home = np.searchsorted(said.starts, rest, side="right") - 1
        chance = curve.at(logit(ranking.suspicion[rest]))
        size, total = (self._by_setting(self.passes[rest], value, home, homes) for value in (None, chance))
        passes, weight = self.passes[said.rank], _relative_weights(said)
        summed = (self._by_setting(passes, value, said.stratum, homes) for value in (weight, weight**2, weight * code))
        cards, wrong = _effective(*summed)
        return Cells(size, cards, total / np.maximum(size, 1), wrong)

    def sums(self, rank: np.ndarray, value: np.ndarray) -> np.ndarray:
        home = np.zeros(len(value), np.int64)
        return self._by_setting(self.passes[rank], value, home, 1)[:, :, 0]

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

    flaggable: (N,) bool by rank.
    """

    counted_verdicts: CountedVerdicts
    ranking: Ranking
    thresholds: np.ndarray
    flaggable: np.ndarray

    @cached_property
    def _rising(self) -> tuple[RuleSplit, np.ndarray]:
        """The split by rising thresholds, and where each of ours stands in it."""
        order = np.argsort(self.thresholds, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        passes = np.searchsorted(self.thresholds[order], self.ranking.suspicion, side="right")
        rising = RuleSplit(self.counted_verdicts, self.ranking, np.where(self.flaggable, passes, 0), len(order))
        return rising, place

    @property
    def flagged(self) -> np.ndarray:
        rising, place = self._rising
        return rising.flagged[place]

    def cells(self, curve: Curve, code: np.ndarray) -> Cells:
        rising, place = self._rising
        cells = rising.cells(curve, code)
        return Cells(*(getattr(cells, field.name)[place] for field in fields(cells)))

    def sums(self, rank: np.ndarray, value: np.ndarray) -> np.ndarray:
        rising, place = self._rising
        return rising.sums(rank, value)[place]
