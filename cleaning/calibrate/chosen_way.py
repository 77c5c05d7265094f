"""An expert calibrated as a run's settings ask: as its kind of score is, or in another way."""

import numpy as np

from cleaning.calibrate.calibration import Calibration, calibrate
from cleaning.domain.experts import Expert
from cleaning.domain.folds import Folds
from cleaning.domain.settings import OWN


def calibrate_as(
    method: str, expert: Expert, given_labels: np.ndarray, folds: Folds, own: Calibration | None = None
) -> Calibration:
    """The expert's map; method: OWN, or one that ``cleaning.calibrate.stated_maps`` knows. own: as its kind of score is,
    where that is fitted already. Raises InputError."""
    own = own or calibrate(expert, given_labels, folds)
    if method in (OWN, own.method):
        return own
    from cleaning.calibrate.stated_maps import calibrate_by

    return calibrate_by(method, own, expert, given_labels, folds)
