"""A run beside the truth: which samples are judged, how every ranking of its experts orders them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cleaning.calibrate.calibration import Calibration
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import draw_folds
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, counted
from cleaning.suspect.pipeline import Scored
from cleaning.suspect.pool import pool
from cleaning.suspect.suspicion import ExpertAgreement, expert_agreement, log_ratio

DEFAULT, VOTES, LADDER, ALONE = "this run", "vote count", "paper's rule, ladder", "alone: "
FEWEST = 2  # of each kind


class RunToCompare(Protocol):
    """What is asked of a run: one that a workspace keeps, or one just scored. (N,) and (N, M) as of ``Opinions``."""

    @property
    def suspicion(self) -> np.ndarray: ...

    @property
    def predicted(self) -> np.ndarray: ...

    @property
    def confidence(self) -> np.ndarray: ...

    @property
    def expert_names(self) -> Sequence[str]: ...

    @property
    def calibrations(self) -> Sequence[Calibration]: ...

    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True)
class JustScored:
    """A run that no workspace keeps."""

    scored: Scored

    @property
    def suspicion(self) -> np.ndarray:
        return self.scored.suspicion

    @property
    def predicted(self) -> np.ndarray:
        return self.scored.opinions.predicted

    @property
    def confidence(self) -> np.ndarray:
        return self.scored.opinions.confidence

    @property
    def expert_names(self) -> Sequence[str]:
        return self.scored.opinions.expert_names

    @property
    def calibrations(self) -> Sequence[Calibration]:
        return self.scored.opinions.calibrations

    @property
    def settings(self) -> Settings:
        return self.scored.settings


@dataclass(frozen=True)
class KnownTruth:
    """A run and what is known of its given labels.

    places: (J,) rows of the dataset whose label people judged. wrong: (J,) bool.
    """

    dataset: Dataset
    run: RunToCompare
    places: np.ndarray
    wrong: np.ndarray

    def __post_init__(self) -> None:
        errors = int(self.wrong.sum())
        if min(errors, len(self.wrong) - errors) < FEWEST:
            raise InputError(
                f"The truth knows {counted(len(self.wrong), 'sample')} of this workspace, {errors:,} of them with a wrong "
                "label; at least 2 wrong and 2 right ones are needed. Check that its ids are those of the dataset."
            )

    @property
    def judged(self) -> np.ndarray:
        """(N,) bool."""
        inside = np.zeros(len(self.dataset), bool)
        inside[self.places] = True
        return inside

    @property
    def suspicion(self) -> np.ndarray:
        """(J,) of the run."""
        return self.run.suspicion[self.places]

    def agreement(self) -> ExpertAgreement:
        """The paper's view of the judged samples."""
        given = self.dataset.given_labels[self.places]
        return expert_agreement(_Said(self.run.predicted[self.places], self.run.confidence[self.places]), given)


@dataclass(frozen=True)
class _Said:
    predicted: np.ndarray
    confidence: np.ndarray


def rankings(known: KnownTruth, experts: Sequence[Expert] = ()) -> dict[str, np.ndarray]:
    """(J,) scores by name, the run's own first: votes, the paper's ladder, and each of ``experts`` alone, calibrated as
    the run calibrated it and scored as a pool of one."""
    predicted, given = known.run.predicted[known.places], known.dataset.given_labels[known.places]
    against = ((predicted != ABSTAIN) & (predicted != given[:, None])).sum(axis=1)
    found = {DEFAULT: known.suspicion, VOTES: against, LADDER: known.agreement().ladder(predicted.shape[1])}
    folds = draw_folds(known.dataset.sample_ids, known.run.settings.seed)
    fitted = dict(zip(known.run.expert_names, known.run.calibrations))
    for expert in experts:
        alone = pool(known.dataset, [expert], [fitted[expert.name]], folds)
        found[ALONE + expert.name] = log_ratio(alone)[known.places]
    return found
