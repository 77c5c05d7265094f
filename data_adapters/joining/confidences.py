"""What the number beside a predicted class means: its probability, that of class 1, or only how sure it is."""

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError, counted, first_five

CONFIDENCE_TOLERANCE = 1e-3  # probabilities written as float16 may round to just above 1
NEARLY_ALL = 0.99
MANY = 0.05
FEWEST = 20


def checked(name: str, column: str, values: np.ndarray, ids: np.ndarray | None) -> np.ndarray:
    """(R,) float64 in 0..1, NaN where empty. Raises InputError on values outside, percentages above all."""
    bad = np.flatnonzero((values < 0) | (values > 1 + CONFIDENCE_TOLERANCE))
    if len(bad):
        largest = np.nanmax(values)
        percent = 1.5 < largest <= 100.1 and not (values < 0).any()
        who = first_five(ids[bad] if ids is not None else (f"row {i + 1}" for i in bad))
        hint = "They look like percentages: divide them by 100." if percent else "Expected probabilities."
        raise InputError(
            f"Expert '{name}' has {counted(len(bad), 'confidence')} outside 0 to 1 in column "
            f"'{column}' (up to {largest:.4g}): {who}. {hint}"
        )
    return np.clip(values, 0.0, 1.0)


def of_the_prediction(
    name: str, values: np.ndarray, predicted: np.ndarray, class_names: tuple[str, ...]
) -> tuple[np.ndarray, list[str]]:
    """((N,) confidence in the predicted class, notes) where the number may be P(class 1) of two classes.

    values, predicted: (N,). With two classes the chosen one has at least a half; where class 0 is chosen exactly when
    the number is below a half, it is P(class 1).
    """
    said = (predicted >= 0) & np.isfinite(values)
    if said.sum() < FEWEST:
        return values, []
    if len(class_names) == 2 and (values[said] < 0.5 - CONFIDENCE_TOLERANCE).mean() > MANY:
        for k in (1, 0):
            if ((values[said] >= 0.5) == (predicted[said] == k)).mean() >= NEARLY_ALL:
                of_one = f"the probability of class '{class_names[k]}', whichever is predicted"
                return np.where(predicted == k, values, 1 - values), [f"Expert '{name}': the confidence is {of_one}."]
    low = int((values[said] < 1 / len(class_names) - CONFIDENCE_TOLERANCE).sum())
    if low <= MANY * said.sum():
        return values, []
    return values, [
        f"Warning: expert '{name}' gives {counted(low, 'answer')} a confidence below 1/{len(class_names)}, which no "
        "chosen class can have among so many that sum to 1: it is taken for its order only."
    ]


def by_order(values: np.ndarray, lower_is_surer: bool) -> np.ndarray:
    """(R,) numbers in 0..1 in the order of ``values``, with half the samples above a half; NaN where empty.

    Their logits are the values themselves up to scale and shift, which is all that Platt's calibration asks of them.
    """
    turned = -values if lower_is_surer else values
    known = turned[np.isfinite(turned)]
    if not len(known):
        return np.full(len(values), np.nan)
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    standard = (turned - middle) / ((high - low) or 1.0)
    return np.where(np.isfinite(turned), 1 / (1 + np.exp(-np.clip(standard, -15, 15))), np.nan)


def both_or_neither(name: str, predicted: np.ndarray, confidence: np.ndarray) -> tuple:
    """An answer without a confidence is an abstention, and the other way round."""
    lone = int(((predicted >= 0) & np.isnan(confidence)).sum())
    predicted = np.where(np.isnan(confidence), ABSTAIN, predicted).astype(np.int32)
    confidence = np.where(predicted < 0, np.nan, confidence).astype(np.float32)
    said = f"Expert '{name}': {counted(lone, 'answer')} without a confidence; there it abstains."
    return predicted, confidence, [said] if lone else []
