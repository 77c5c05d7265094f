"""Precision against detection rate of every ranking, and its figures in one table, with paired bootstrap intervals."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cleaning.known_truth.detection_metrics import MEASURES, Measured, Steps, interval, measure_all, resample_weights

RATES = np.arange(1, 101) / 100
RESAMPLES = 1000


def measures_table(scores: Mapping[str, np.ndarray], wrong: np.ndarray, resamples: int = RESAMPLES) -> pd.DataFrame:
    """ranking, measure, value, low, high (95 %), and the first ranking's lead over it, lead_low, lead_high, paired."""
    measured = measure_all(scores, wrong, resamples)
    first = next(iter(measured.values()))
    return pd.concat([_rows(name, one, first) for name, one in measured.items()], ignore_index=True)


def _rows(name: str, one: Measured, first: Measured) -> pd.DataFrame:
    low, high = one.interval()
    lead, lead_low, lead_high = first.over(one)
    values = {"value": one.point, "low": low, "high": high, "lead": lead, "lead_low": lead_low, "lead_high": lead_high}
    return pd.DataFrame({"ranking": name, "measure": MEASURES, **values})


def precision_curves(
    scores: Mapping[str, np.ndarray], wrong: np.ndarray, resamples: int = 200, seed: int = 0
) -> pd.DataFrame:
    """ranking, detection_rate (0.01 to 1), flagged, precision, low, high (95 %): the precision where a ranking has found
    so much; the same resamples for all. Equal scores are one step, inside of which the expectation is taken."""
    errors = wrong.astype(float)
    steps = {name: Steps.of(np.asarray(score, float)) for name, score in scores.items()}
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in scores}
    for weight in resample_weights(len(errors), resamples, seed):
        for name, own in steps.items():
            drawn[name].append(_precision(own, errors, weight)[1])
    parts = []
    for name, own in steps.items():
        flagged, precision = _precision(own, errors, np.ones(len(errors)))
        low, high = interval(np.stack(drawn[name]))
        columns = {"flagged": flagged, "precision": precision, "low": low, "high": high}
        parts.append(pd.DataFrame({"ranking": name, "detection_rate": RATES, **columns}))
    return pd.concat(parts, ignore_index=True)


def _precision(steps: Steps, wrong: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(flagged, precision) at each of RATES."""
    found, taken = steps.counts(wrong, weight)
    wanted = RATES * found[-1]
    flagged = np.interp(wanted, np.append(0, found), np.append(0, taken))
    return flagged, wanted / np.maximum(flagged, 1e-12)
