"""Calibration in one sentence for a newcomer."""

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.binning import answered
from cleaning.calibrate.measures.groups import holm, honest_p_value
from cleaning.calibrate.measures.reliability import reliability_curve

TOLD_APART = 0.02  # smaller gaps between confidence and accuracy are not worth a warning


def overconfidence_sentence(
    confidence: np.ndarray,
    correct: np.ndarray,
    calibrated: np.ndarray | None = None,
    bins: int = 10,
    who: str = "this model",
) -> str:
    """ "When this model says 98 %, it is right 71 % of the time."

    Speaks of the equal-mass bin where confidence and accuracy lie farthest apart, if the gap is at least 2 points
    and more than chance (5 % over all bins together, Holm); otherwise says that the confidences can be believed,
    with the surest bin as the example. With ``calibrated`` (N,), adds what the same answers say after calibration.
    """
    confidence = np.asarray(confidence, float)
    curve = reliability_curve(confidence, correct, bins)
    row = _worst(curve, confidence)
    if row is None:
        return _believable(curve.iloc[-1], who)
    adverb = "over-confident" if row.mean_confidence > row.accuracy else "too modest"
    says, right = percent(row.mean_confidence), percent(row.accuracy)
    sentence = f"When {who} says {says}, it is right {right} of the time: it is {adverb}."
    if calibrated is None:
        return sentence
    inside = _inside(row, confidence)
    return f"{sentence} {_after(np.asarray(calibrated, float)[inside], np.asarray(correct)[inside])}"


def _inside(row: pd.Series, confidence: np.ndarray) -> np.ndarray:
    return ((confidence > row.low) | (row.low == 0)) & (confidence <= row.high)


def _worst(curve: pd.DataFrame, confidence: np.ndarray) -> pd.Series | None:
    rows = [row for _, row in curve.iterrows()]
    chance = holm(
        np.array([honest_p_value(confidence[_inside(r, confidence)], round(r.accuracy * r["count"])) for r in rows])
    )
    gap = (curve["mean_confidence"] - curve["accuracy"]).abs()
    candidates = gap[(chance < 0.05) & (gap >= TOLD_APART)]
    return None if candidates.empty else curve.loc[candidates.index[int(candidates.argmax())]]


def _believable(row: pd.Series, who: str) -> str:
    says, right = percent(row.mean_confidence), percent(row.accuracy)
    return f"When {who} says {says}, it is right {right} of the time: its confidences can be taken at their word."


def _after(calibrated: np.ndarray, correct: np.ndarray) -> str:
    calibrated, correct = answered(calibrated, correct)
    says, right = percent(calibrated.mean()), percent(correct.mean())
    return f"After calibration the same answers say {says} and are right {right} of the time."


def percent(share: float) -> str:
    """``71 %``; one decimal where rounding would claim certainty (``99.8 %``, ``0.3 %``)."""
    points = 100 * share
    if 99 < points < 100:
        return f"{min(points, 99.9):.1f} %"
    if 0 < points < 1:
        return f"{max(points, 0.1):.1f} %"
    return f"{points:.0f} %"
