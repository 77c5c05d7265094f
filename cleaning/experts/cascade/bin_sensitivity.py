"""How much the number of bins matters."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate.calibrators import fit_platt
from cleaning.experts.cascade.chosen_bins import BIN_COUNTS
from cleaning.experts.cascade.curves import area, cascade_curves, interval
from cleaning.experts.cascade.expert_answers import Answers, Calibrate


def bin_sensitivity(
    experts: Sequence[Answers],
    given_labels: np.ndarray,
    bins: Sequence[int] = BIN_COUNTS,
    *,
    fraction: float = 0.5,
    repeats: int = 10,
    seed: int = 0,
    calibrate: Calibrate = fit_platt,
) -> pd.DataFrame:
    """How much the number of bins matters: bins, policy, area, area_low, area_high, accuracy, low, high at
    ``fraction``, and chosen: the share of halves in which cross-validation chooses this number. A last pair of rows, of
    0 bins, is what the chosen numbers give. The same halves for every row."""
    rows, chosen = [], np.empty(0)
    for count in (None, *bins):
        curves = cascade_curves(experts, given_labels, bins=count, repeats=repeats, seed=seed, calibrate=calibrate)
        chosen = curves.bins if count is None else chosen
        for policy in ("calibrated", "calibrated, surer stands"):
            size = interval(area(curves.fractions, curves.policy(policy)))
            share = 1.0 if count is None else float((chosen == count).mean())
            rows.append((count or 0, policy, *size, *interval(curves.at(policy, fraction)), share))
    columns = ["bins", "policy", "area", "area_low", "area_high", "accuracy", "low", "high", "chosen"]
    return pd.DataFrame(rows[2:] + rows[:2], columns=columns)
