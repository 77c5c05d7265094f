"""What is known of precision and detection rate at each threshold: estimates with bands, or a guess, or nothing.

Between the review log and ``cleaning.estimate``. Nothing here invents a figure: a guess is
``prior_band``'s, an estimate rests on the verdicts on random cards.
"""

from dataclasses import asdict, dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from cleaning.errors import counted
from cleaning.estimate.answers import IF_RIGHT
from cleaning.estimate.counted_verdicts import CountedVerdicts
from cleaning.estimate.estimating import estimate_curve
from cleaning.estimate.goals import threshold_for_detection, threshold_for_precision
from cleaning.estimate.ranked_run import RankedRun

GUESS_THRESHOLDS = np.linspace(0.02, 0.98, 13)
BAND_POINTS = 100
LEVEL = 0.95
Shares = tuple[float | None, ...]


class Said(NamedTuple):
    """What reviews say. codes: (N,) verdict codes. counted: those that may stand for samples nobody looked at."""

    codes: np.ndarray
    counted: CountedVerdicts


@dataclass(frozen=True)
class Band:
    """One quantity at each of ``Bands.thresholds``, as shares; None where nothing can be said.

    points: best values; empty for a guess, which has none. cards: for a guess, random cards in all until it is known
    within 10 points.
    """

    low: Shares
    high: Shares
    points: Shares = ()
    cards: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Bands:
    """thresholds: rising, at most 201. guess: no review stands behind it. words: what an estimate rests on.
    earlier_*: the bands as they were with fewer reviews."""

    thresholds: tuple[float, ...]
    precision: Band
    detection: Band
    guess: bool
    words: str = ""
    earlier_precision: Band | None = None
    earlier_detection: Band | None = None

    def data(self) -> dict:
        """As the browser gets it."""
        return asdict(self)


@dataclass(frozen=True)
class Reached:
    """The threshold nearest to a target. reached: whether the target is met there. share: what is met there. enough:
    whether that rests on cards enough to be an estimate."""

    threshold: float
    reached: bool
    share: float
    enough: bool = True


def guess_of(ranked: RankedRun, threshold: float) -> Bands:
    """The bands before any review, wide, and how many random cards would narrow them; one step lies at ``threshold``."""
    thresholds = np.array([t for t in np.union1d(GUESS_THRESHOLDS, threshold) if ranked.flagged_count(t)])
    guesses = [ranked.guess(float(t)) for t in thresholds]
    precision, detection_rate = (
        Band(
            tuple(getattr(g, name).low for g in guesses),
            tuple(getattr(g, name).high for g in guesses),
            cards=tuple(getattr(g.cards, name) for g in guesses),
        )
        for name in ("precision", "detection_rate")
    )
    return Bands(tuple(thresholds.tolist()), precision, detection_rate, guess=True)


def estimate_of(ranked: RankedRun, threshold: float, now_said: Said, earlier_said: Said) -> Bands | None:
    """The bands from the verdicts so far, with those from the first half of them; None before enough cards.

    One step lies at ``threshold``, so that what is said there is the estimate itself.
    """
    thresholds = _band_thresholds(ranked, threshold)
    curve_at = partial(estimate_curve, ranked.audit, flaggable=ranked.flaggable, level=LEVEL)
    now, earlier = (
        curve_at(said.codes, ranked.ranking, thresholds, counted=said.counted) for said in (now_said, earlier_said)
    )
    if not now.precision_enough.any():
        return None
    grey = earlier.precision_enough.any() and earlier.card_count < now.card_count
    return Bands(
        tuple(thresholds.tolist()),
        _band(now.precision, now.precision_enough),
        _band(now.detection_rate, now.enough),
        guess=False,
        words=_words(now, earlier.card_count if grey else 0),
        earlier_precision=_band(earlier.precision, earlier.precision_enough) if grey else None,
        earlier_detection=_band(earlier.detection_rate, earlier.enough) if grey else None,
    )


def reach(quantity: str, target: float, confidence: float | None, ranked: RankedRun, said: Said) -> Reached:
    """The threshold that reaches a target. quantity: "precision" or "detection". confidence: None by the best value."""
    search = {"precision": threshold_for_precision, "detection": threshold_for_detection}
    with np.errstate(invalid="ignore"):  # where all or none are flagged the odds are 0 / 0, and not used
        found = search[quantity](
            target,
            ranked.audit,
            said.codes,
            ranked.ranking,
            confidence=confidence,
            flaggable=ranked.flaggable,
            counted=said.counted,
        )
    interval = found.estimate.precision if quantity == "precision" else found.estimate.detection_rate
    share = interval.point if confidence is None else interval.low
    enough = found.estimate.precision_enough if quantity == "precision" else found.estimate.enough
    return Reached(found.threshold, found.reached, float(share), enough)


def _band_thresholds(ranked: RankedRun, threshold: float) -> np.ndarray:
    """(T,) rising, T <= 201: evenly over suspicion and over ranks, without those that flag none or all, and the one."""
    even = np.linspace(0, 1, BAND_POINTS)
    thresholds = np.unique(np.concatenate([even, ranked.ranking.thresholds(BAND_POINTS)]))
    flagged = np.array([ranked.flagged_count(t) for t in thresholds])
    return np.union1d(thresholds[(flagged > 0) & (flagged < len(ranked.ranking))], min(threshold, 1.0))


def _band(band, enough: np.ndarray) -> Band:
    return Band(_shares(band.low), _shares(band.high), _shares(np.where(enough, band.point, np.nan)))


def _shares(values: np.ndarray) -> Shares:
    return tuple(None if np.isnan(v) else round(float(v), 4) for v in values)


def _words(now, earlier_cards: int) -> str:
    words = [
        f"Estimated from {counted(now.card_count, 'random card')}; the bands hold at 95 % however often you look, "
        f"{IF_RIGHT}."
    ]
    if now.known_count:
        words.append(f"{counted(now.known_count, 'sample')} known exactly.")
    if now.unsure_count:
        words.append(f"{counted(now.unsure_count, 'unsure verdict')} count both ways.")
    if earlier_cards:
        words.append(f"Grey: the bands after {counted(earlier_cards, 'random card')}.")
    return " ".join(words)
