"""What a run was asked to do. Immutable; other settings make another run."""

from dataclasses import asdict, dataclass
from typing import Literal

from cleaning.errors import InputError

DEFAULT_THRESHOLD = 0.5  # the best other class is as probable as the given label


@dataclass(frozen=True)
class Settings:
    """rule "default": ranked by suspicion, flagged at ``threshold`` or the ``budget`` most suspicious.
    rule "paper": at least ``agree`` experts (None: more than half) agree on another label, each at least
    ``min_confidence`` sure. seed: folds and audit. use_group: let the metadata excess raise suspicion. calibration:
    fingerprint of a calibration that was fitted elsewhere; None: experts are calibrated on these samples."""

    rule: Literal["default", "paper"] = "default"
    threshold: float | None = None
    budget: int | None = None
    agree: int | None = None
    min_confidence: float = 0.5
    seed: int = 0
    use_group: bool = True
    calibration: str | None = None

    def __post_init__(self) -> None:
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
        """Without ``calibration`` where there is none: runs made before it was known keep their ids."""
        told = asdict(self)
        return told if self.calibration is not None else {k: v for k, v in told.items() if k != "calibration"}

    def agree_of(self, expert_count: int) -> int:
        """How many of M experts must agree under the paper's rule."""
        if self.agree is not None and self.agree > expert_count:
            raise InputError(f"{self.agree} experts must agree, but there are only {expert_count}.")
        return self.agree or expert_count // 2 + 1
