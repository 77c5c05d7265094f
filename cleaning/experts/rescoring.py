"""What suspicion would be with other experts: some left out, or one asked only about some samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import Folds
from cleaning.errors import InputError, one_of
from cleaning.suspect.pool import Opinions, pool
from cleaning.suspect.suspicion import default_suspicion, metadata_excess


@dataclass(frozen=True)
class Rescoring:
    """A dataset with its experts and their calibrations (M each); every call pools the scores anew.

    group: (N,) by which the metadata excess is looked at, or None. told is called after each pooling, for progress.
    """

    dataset: Dataset
    experts: Sequence[Expert]
    calibrations: Sequence[Calibration]
    folds: Folds
    group: np.ndarray | None = None
    told: Callable[[], None] = lambda: None

    def opinions(self, names: Sequence[str]) -> Opinions:
        """What these experts say together; the others do not exist."""
        places = [self._place_of_expert(name) for name in names]
        chosen = [self.experts[i] for i in places], [self.calibrations[i] for i in places]
        return pool(self.dataset, *chosen, self.folds)

    def suspicion(self, names: Sequence[str]) -> np.ndarray:
        """(N,) float64 suspicion by the default rule from these experts alone."""
        return self._suspicion(self.opinions(names))

    def asked_where(self, name: str, called: np.ndarray) -> np.ndarray:
        """(N,) suspicion with one expert asked only where ``called`` (N,) bool; it is calibrated on those samples."""
        others = [e.name for e in self.experts if e.name != name]
        if not called.any():
            return self.suspicion(others)
        place = self._place_of_expert(name)
        silenced = self.experts[place].silent_elsewhere(called)
        experts, calibrations = list(self.experts), list(self.calibrations)
        experts[place] = silenced
        method = calibrations[place].method
        calibrations[place] = calibrate_as(method, silenced, self.dataset.given_labels, self.folds)
        return self._suspicion(pool(self.dataset, experts, calibrations, self.folds))

    def _suspicion(self, opinions: Opinions) -> np.ndarray:
        excess = None
        if self.group is not None:
            excess = metadata_excess(opinions, self.dataset.given_labels, self.group, self.folds)
        self.told()
        return default_suspicion(opinions, self.dataset.classes_given, excess)

    def _place_of_expert(self, name: str) -> int:
        names = [e.name for e in self.experts]
        if name not in names:
            raise InputError(f"There is no expert '{name}': choose {one_of(names)}.")
        return names.index(name)
