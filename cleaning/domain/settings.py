"""What a run was asked to do. Immutable; other settings make another run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from cleaning.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from cleaning.domain.dataset import Dataset

OWN, RECOMMENDED = "", "recommended"  # calibrations: of the kind of score; what likelihood prefers beyond noise
EVERY_EXPERT = "*"
DEFAULT_THRESHOLD = 0.5  # the best other class is as probable as the given label


LATER = ("group_column", "calibrations", "calibrated_elsewhere")


@dataclass(frozen=True)
class Settings:
    """rule "default": ranked by suspicion, flagged at ``threshold`` or the ``budget`` most suspicious.
    rule "paper": at least ``agree`` experts (None: more than half) agree on another label, each at least
    ``min_confidence`` sure. seed: folds and audit. use_group: let the metadata excess raise suspicion.
    group_column: metadata by whose values that is looked at; "": the dataset's own group. calibrations: (expert,
    method) of experts that are not calibrated as their kind of score is; EVERY_EXPERT: those that are not named.
    calibrated_elsewhere: fingerprint of a saved calibration that is taken for all of them; "": none is."""

    rule: Literal["default", "paper"] = "default"
    threshold: float | None = None
    budget: int | None = None
    agree: int | None = None
    min_confidence: float = 0.5
    seed: int = 0
    use_group: bool = True
    group_column: str = ""
    calibrations: tuple[tuple[str, str], ...] = ()
    calibrated_elsewhere: str = ""

    def __post_init__(self) -> None:
        chosen = sorted((str(expert), str(method)) for expert, method in self.calibrations if method != OWN)
        object.__setattr__(self, "calibrations", tuple(chosen))
        if self.rule not in ("default", "paper"):
            raise InputError(f"Rule '{self.rule}' is not known. Choose default or paper.")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise InputError(f"The threshold is {self.threshold}; suspicion lies between 0 and 1.")
        if self.budget is not None and self.budget < 0:
            raise InputError(f"The review budget is {self.budget}; it is a number of samples, 0 or more.")
        if self.budget is not None and self.threshold is not None:
            raise InputError("Both a budget and a threshold are given; choose one of --budget and --threshold.")
        if not 0 <= self.min_confidence <= 1:
            raise InputError(f"The minimum confidence is {self.min_confidence}; it lies between 0 and 1.")
        if self.agree is not None and self.agree < 1:
            raise InputError(f"{self.agree} experts must agree; the least is 1.")

    def to_dict(self) -> dict:
        """What came since is left out where nothing is chosen, so that earlier runs keep their ids."""
        told = asdict(self)
        return {name: value for name, value in told.items() if value or name not in LATER}

    def calibration_of(self, expert: str) -> str:
        """How an expert is to be calibrated, if that is chosen for it."""
        return dict(self.calibrations).get(expert, OWN)

    def group_of(self, dataset: Dataset) -> np.ndarray | None:
        """(N,) by which the metadata excess is looked at; None: not at all. Raises InputError for an unknown column."""
        if not self.use_group or self.group_column in ("", dataset.group_name):
            return dataset.group if self.use_group else None
        if self.group_column not in dataset.samples:
            raise InputError(f"'{dataset.name}' has no column '{self.group_column[:60]}' to group by.")
        return dataset.samples[self.group_column].astype(str).to_numpy(str)

    def agree_of(self, expert_count: int) -> int:
        """How many of M experts must agree under the paper's rule."""
        if self.agree is not None and self.agree > expert_count:
            raise InputError(f"{self.agree} experts must agree, but there are only {expert_count}.")
        return self.agree or expert_count // 2 + 1
