"""What people chose for a run, kept durably with who and when: the threshold first of all."""

from dataclasses import asdict, dataclass

from cleaning.domain.verdicts import BY_NAME
from cleaning.estimate.flag_counts import ASSUMED_SECONDS, seconds_per_card
from cleaning.keep.decisions import ReviewStore, shared_store
from cleaning.keep.workspaces import Run, Workspace, now

THRESHOLD = "threshold"
SECONDS_PER_CARD = "seconds_per_card"
CALIBRATION_METHODS = "calibration_methods"


@dataclass(frozen=True)
class ThresholdChoice:
    """The threshold in force. how: the goal it was chosen by, or "run" while nobody has chosen. asked: the goal's
    own figures (budget, hours, target ...), so that they come back as typed."""

    threshold: float
    flagged: int
    how: str = "run"
    asked: dict | None = None


@dataclass(frozen=True)
class Pace:
    """Seconds a card needs, and how that is known: "set", "measured" or "assumed"."""

    seconds: float
    known: str


def threshold_of(workspace: Workspace, run: Run) -> ThresholdChoice | None:
    """The threshold last chosen for this run, or None while nobody has chosen."""
    kept = store_of(workspace).choice(run.id, THRESHOLD)
    return ThresholdChoice(**kept) if kept else None


def chosen_threshold(store: ReviewStore, run: Run) -> float:
    """The threshold in force for a run: the one last chosen, else the run's own."""
    kept = store.choice(run.id, THRESHOLD)
    return float(kept["threshold"]) if kept else run.threshold


def choose_threshold(workspace: Workspace, run: Run, choice: ThresholdChoice, who: str) -> None:
    """Records the threshold under the reviewer's name; returns once it is durable."""
    _record(workspace, run, THRESHOLD, asdict(choice), who)


def pace_of(workspace: Workspace, run: Run) -> Pace:
    """How long a card takes: as somebody set it, else as the log measured it, else assumed by kind."""
    set_by_hand = store_of(workspace).choice(run.id, SECONDS_PER_CARD)
    if set_by_hand:
        return Pace(float(set_by_hand), "set")
    log = store_of(workspace).decisions(run.id)
    measured = seconds_per_card([d.seconds for d in log if BY_NAME[d.verdict].judges])
    return Pace(measured, "measured") if measured else Pace(ASSUMED_SECONDS[workspace.kind], "assumed")


def set_seconds(workspace: Workspace, run: Run, seconds: float, who: str) -> None:
    """Records how many seconds a card is taken to need."""
    _record(workspace, run, SECONDS_PER_CARD, seconds, who)


def calibration_methods(workspace: Workspace, run: Run) -> dict[str, str]:
    """By expert's name the calibration chosen for it in studies and cascades; those not named keep the usual one."""
    return dict(store_of(workspace).choice(run.id, CALIBRATION_METHODS) or {})


def choose_calibration(workspace: Workspace, run: Run, expert: str, method: str, who: str) -> None:
    """Records one expert's calibration beside the others'."""
    _record(workspace, run, CALIBRATION_METHODS, calibration_methods(workspace, run) | {expert: method}, who)


def store_of(workspace: Workspace) -> ReviewStore:
    return shared_store(workspace.decisions_url, workspace.id)


def _record(workspace: Workspace, run: Run, key: str, value: object, who: str) -> None:
    store_of(workspace).set_choice(run.id, key, value, at=now(), who=who)
