"""Three estimators of the wrong labels in each cell (stratum x flagged or not), all from the same audit cards.

"difference"  prediction-powered: the recalibrated curve's mean over the cell plus the mean gap between verdict and
              curve on its cards (Angelopoulos et al. 2023; difference estimator, Sarndal et al. 1992). Default.
"strata"      stratified Horvitz-Thompson: share of wrong cards in the cell (Horvitz and Thompson 1952).
"bayes"       beta posterior per cell with a prior worth two cards, centred on the unfitted guess from the suspicion.

The curve never biases the first two: it only fills cells without a card and steadies variances (a cell whose cards
all agree keeps the variance of the curve and at least 0.25 / (n + 1) a card).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from cleaning.audit import AuditDesign
from cleaning.estimation.evidence import Evidence
from cleaning.estimation.recalibration import PRIOR_MEAN, fit_curve
from cleaning.ranking import Ranking, logit

Method = Literal["difference", "strata", "bayes"]
PRIOR_CARDS = 2.0  # weight of the curve beside the cards in a cell's variance
CENTRED_FROM = 10.0  # cards; with fewer, the spread around zero gap is steadier than that around their mean
CURVE_WEIGHTS = 0.5  # power of the cards' weights; between the fit for the dataset and for the flagged part
LEAST_VARIANCE = 0.25  # over n + 1: a card more could have disagreed
BLIND_CARDS = 0.5  # what a cell without a card counts as, where cards divide
BLIND_VARIANCE = 0.25  # of a cell's share when it has no card at all: the most a share can have


@dataclass(frozen=True)
class Cells:
    """Sums per threshold, part (0 flagged, 1 not) and stratum; all arrays (T, 2, H), samples known exactly left out.

    size: samples. cards: audit cards. curve: mean of the curve over the samples. wrong: wrong cards.
    gap, gap_squared: sums over cards of verdict minus curve, and of its square.
    """

    size: np.ndarray
    cards: np.ndarray
    curve: np.ndarray
    wrong: np.ndarray
    gap: np.ndarray
    gap_squared: np.ndarray


@dataclass(frozen=True)
class Parts:
    """Estimates for the flagged and unflagged part; all (T, 2), samples known exactly left out.

    size: samples. cards: audit cards. share: estimated share of wrong labels. variance: of that share.
    unseen: the finite-population factor in that variance, from 1 (few cards) to 0 (all samples are cards).
    rarer: cards of the rarer kind (wrong or right). plain_cards: cards of a plain random sample of the same weight
    (Kish 1965), what the cards are worth while all of them agree.
    freedom: degrees of freedom behind the variance (Satterthwaite 1946).
    """

    size: np.ndarray
    cards: np.ndarray
    share: np.ndarray
    variance: np.ndarray
    unseen: np.ndarray
    rarer: np.ndarray
    plain_cards: np.ndarray
    freedom: np.ndarray


@dataclass(frozen=True)
class Curve:
    """P(wrong) by the curve: of each counted card (n,) and summed over the samples above block edges (G+1,)."""

    cards: np.ndarray
    cumulative: np.ndarray


def curve_for(method: Method, evidence: Evidence, audit: AuditDesign, ranking: Ranking) -> Curve:
    """The curve an estimator leans on: fitted on the cards, or the unfitted guess for "bayes"."""
    intercept, slope = (
        PRIOR_MEAN if method == "bayes" else fit_curve(evidence, audit, ranking, CURVE_WEIGHTS).parameters
    )
    cards = expit(intercept + slope * logit(ranking.suspicion[evidence.rank]))
    return Curve(cards, ranking.cumulative(expit(intercept + slope * ranking.block_logits)))


def sum_cells(evidence: Evidence, ranking: Ranking, curve: Curve, flagged: np.ndarray, verdict: np.ndarray) -> Cells:
    """Cells for (T,) flagged counts, with (n,) verdicts as shares wrong."""
    cuts = np.clip(flagged[:, None], evidence.rest_starts, evidence.rest_ends)
    edges = np.stack([np.broadcast_to(evidence.rest_starts, cuts.shape), cuts], 1)
    ends = np.stack([cuts, np.broadcast_to(evidence.rest_ends, cuts.shape)], 1)
    size = (ends - edges).astype(np.float64)
    total = ranking.sum_above(curve.cumulative, ends) - ranking.sum_above(curve.cumulative, edges)
    gap = verdict - curve.cards
    cards, wrong, gaps, squares = _sum_cards(evidence, flagged, [np.ones_like(gap), verdict, gap, gap**2])
    return Cells(size, cards, total / np.maximum(size, 1), wrong, gaps, squares)


def _sum_cards(evidence: Evidence, flagged: np.ndarray, values: list[np.ndarray]) -> list[np.ndarray]:
    """(T, 2, H) sums over the cards of each cell, for each of several (n,) values."""
    strata = len(evidence.rest_starts)
    by_rank = np.argsort(evidence.rank, kind="stable")
    member = evidence.stratum[by_rank, None] == np.arange(strata)
    upto = np.searchsorted(evidence.rank[by_rank], flagged, side="left")
    sums = []
    for value in values:
        running = np.zeros((len(by_rank) + 1, strata))
        np.cumsum(member * value[by_rank, None], axis=0, out=running[1:])
        above = running[upto]
        sums.append(np.stack([above, running[-1] - above], 1))
    return sums


def difference(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Share of wrong labels per cell and variance per card, both (T, 2, H): curve plus mean gap."""
    share = cells.curve + _mean_or_whole_stratum(cells.gap, cells.cards, np.zeros_like(cells.curve))
    centring = cells.cards / (cells.cards + CENTRED_FROM)
    squares = cells.gap_squared - centring * cells.gap**2 / np.maximum(cells.cards, 1)
    guess = cells.curve * (1 - cells.curve)
    return share, (squares + PRIOR_CARDS * guess) / (cells.cards - centring + PRIOR_CARDS)


def strata(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Share of wrong labels per cell and variance per card, both (T, 2, H): share of wrong cards."""
    share = _mean_or_whole_stratum(cells.wrong, cells.cards, cells.curve)
    steadied = (cells.wrong + PRIOR_CARDS * cells.curve) / (cells.cards + PRIOR_CARDS)
    return share, steadied * (1 - steadied)


def bayes(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Share of wrong labels per cell and variance per card, both (T, 2, H): posterior mean and spread."""
    share = (cells.wrong + PRIOR_CARDS * cells.curve) / (cells.cards + PRIOR_CARDS)
    return share, share * (1 - share) * np.maximum(cells.cards, 1) / (cells.cards + PRIOR_CARDS + 1)


ESTIMATORS: dict[str, Callable[[Cells], tuple[np.ndarray, np.ndarray]]] = {
    "difference": difference,
    "strata": strata,
    "bayes": bayes,
}


def _mean_or_whole_stratum(total: np.ndarray, cards: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Mean per cell; a cell without cards takes its whole stratum's, a stratum without cards ``otherwise``."""
    both, both_cards = total.sum(1, keepdims=True), cards.sum(1, keepdims=True)
    whole = np.where(both_cards > 0, both / np.maximum(both_cards, 1), otherwise)
    return np.where(cards > 0, total / np.maximum(cards, 1), whole)


def estimate_parts(method: Method, cells: Cells) -> Parts:
    """Shares and variances of the two parts, with the finite-population correction in every cell."""
    share, variance = ESTIMATORS[method](cells)
    if method != "bayes":
        variance = np.maximum(variance, LEAST_VARIANCE / (cells.cards + 1))
    unseen = 1 - cells.cards / np.maximum(cells.size, 1)
    of_mean = np.where(cells.cards > 0, variance / np.maximum(cells.cards, 1), BLIND_VARIANCE)
    endless = (cells.size**2 * of_mean).sum(2)
    finite = (cells.size**2 * of_mean * unseen).sum(2)
    squares = (cells.size**2 * of_mean * unseen) ** 2 / np.maximum(cells.cards, 1)
    freedom = finite**2 / np.maximum(squares.sum(2), 1e-300)
    size, cards, wrong = (values.sum(2) for values in (cells.size, cells.cards, cells.wrong))
    over = np.maximum(size, 1)
    load = (cells.size**2 / np.maximum(cells.cards, BLIND_CARDS)).sum(2)
    return Parts(
        size,
        cards,
        np.clip((cells.size * share).sum(2) / over, 0, 1),
        finite / over**2,
        np.where(endless > 0, finite / np.where(endless > 0, endless, 1), 1.0),
        np.minimum(wrong, cards - wrong),
        size**2 / np.maximum(load, 1),
        np.where(finite > 0, freedom, np.inf),
    )
