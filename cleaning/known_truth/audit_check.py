"""Did the audit's bands cover, and is the recalibrated suspicion right? By the reviews there are, and as if the random
cards had been judged by the truth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.estimate.answers import Estimate
from cleaning.estimate.counted_verdicts import CountedVerdicts, count_verdicts
from cleaning.estimate.estimating import estimate
from cleaning.estimate.recalibration import Recalibration, recalibrate
from cleaning.known_truth.known import KnownTruth
from cleaning.review.in_force import InForce

CARDS = (50, 100, 200, 400, 800)
BINS = 10
REVIEWS = "the reviews of this workspace"


def bands_table(known: KnownTruth, now: InForce, cards: Sequence[int] = CARDS) -> pd.DataFrame:
    """by, cards, quantity, low, point, high (95 %), truth, covered.

    "as if judged by the truth": the first random cards of the run, their verdicts taken from the truth; what is
    estimated then are the judged samples. The workspace's own reviews speak of all its samples, so that the truth
    beside them is itself a sample where only a part is judged.
    """
    rows = []
    if now.estimate.precision_enough:
        rows += _covering(REVIEWS, now.estimate, known, now.flagged)
    for count in cards:
        told = simulated(known, now, count)
        if told is not None:
            rows += _covering(f"as if {count} cards were judged by the truth", told[1], known, now.flagged)
    columns = ["by", "cards", "quantity", "low", "point", "high", "truth", "covered"]
    return pd.DataFrame(rows, columns=columns)


def simulated(known: KnownTruth, now: InForce, cards: int) -> tuple[CountedVerdicts, Estimate] | None:
    """What the first random cards would tell; None where fewer of them are judged."""
    audit, ranking, judged = now.ranked.audit, now.ranked.ranking, known.judged
    drawn = _drawn(known, now, cards)
    if len(drawn) < cards:
        return None
    truth = np.full(len(judged), np.nan)
    truth[known.places] = known.wrong
    codes = np.full(len(judged), np.nan)
    codes[drawn] = truth[drawn]
    counted = count_verdicts(audit, codes, ranking, audited=judged)
    told = estimate(audit, codes, ranking, now.threshold, flaggable=now.ranked.flaggable, counted=counted)
    return (counted, told) if told.precision_enough else None


def _drawn(known: KnownTruth, now: InForce, cards: int) -> np.ndarray:
    """(<= cards,) rows of the first random cards of the run that are judged."""
    rows = now.ranked.audit.rows
    return rows[known.judged[rows]][:cards]


def _covering(by: str, told: Estimate, known: KnownTruth, flagged: np.ndarray) -> list[tuple]:
    inside = flagged[known.places]
    found = float((known.wrong & inside).sum())
    truths = {"precision": found / max(int(inside.sum()), 1), "detection rate": found / float(known.wrong.sum())}
    rows = []
    for quantity, band in (("precision", told.precision), ("detection rate", told.detection_rate)):
        truth = truths[quantity]
        covered = bool(band.low - 1e-12 <= truth <= band.high + 1e-12)
        rows.append((by, told.card_count, quantity, band.low, band.point, band.high, truth, covered))
    return rows


def recalibrated_table(known: KnownTruth, now: InForce, cards: int = 200) -> pd.DataFrame:
    """by, bin, count, foretold, foretold_low, foretold_high, wrong_share, low, high: suspicion as a probability against
    the truth, in bins of equal count, on judged samples that are none of the cards; empty where there are none, and
    before it can be fitted."""
    parts = []
    if now.recalibration is not None:
        fresh = np.isnan(now.codes[known.places])
        parts += [_reliability(REVIEWS, now.recalibration, known, fresh)] if fresh.any() else []
    told = simulated(known, now, cards)
    fitted = None if told is None else recalibrate(told[0], now.ranked.ranking)
    if fitted is not None:
        fresh = ~np.isin(known.places, _drawn(known, now, cards))
        by = f"as if {cards} cards were judged by the truth"
        parts += [_reliability(by, fitted, known, fresh)] if fresh.any() else []
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _reliability(by: str, fitted: Recalibration, known: KnownTruth, fresh: np.ndarray) -> pd.DataFrame:
    point, low, high = fitted.probability(known.suspicion[fresh])
    wrong = known.wrong[fresh].astype(float)
    rows = []
    order = np.argsort(point, kind="stable")
    for place, inside in enumerate(np.array_split(order, min(BINS, len(order)))):
        share = float(wrong[inside].mean())
        spread = 1.96 * float(np.sqrt(max(share * (1 - share), 0.25 / len(inside)) / len(inside)))
        foretold = (float(v[inside].mean()) for v in (point, low, high))
        rows.append((by, place + 1, len(inside), *foretold, share, max(share - spread, 0.0), min(share + spread, 1.0)))
    columns = ["by", "bin", "count", "foretold", "foretold_low", "foretold_high", "wrong_share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def recalibration_error(table: pd.DataFrame) -> dict[str, float]:
    """By whose verdicts the mean distance between what was foretold and what is wrong, weighted by count."""
    if table.empty:
        return {}
    gap = (table["foretold"] - table["wrong_share"]).abs() * table["count"]
    totals = gap.groupby(table["by"]).sum() / table["count"].groupby(table["by"]).sum()
    return {str(by): float(value) for by, value in totals.items()}
