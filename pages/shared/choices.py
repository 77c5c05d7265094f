"""What people chose for a run, kept durably with who and when: the threshold first of all."""

from dataclasses import dataclass

from cleaning.run_store import Run, Workspace, now
from pages.shared import state

THRESHOLD = "threshold"
SECONDS_PER_CARD = "seconds_per_card"
ASSUMED_SECONDS = {"image": 8.0, "question": 45.0}  # until the log measures it


@dataclass(frozen=True)
class ThresholdChoice:
    """The threshold in force. how: the goal it was chosen by, or "run" while nobody has chosen. asked: the goal's
    own figures (budget, hours, target ...), so that they come back as typed."""

    threshold: float
    flagged: int
    how: str = "run"
    asked: dict | None = None


def threshold_of(workspace: Workspace, run: Run) -> ThresholdChoice | None:
    """The threshold last chosen for this run, or None while nobody has chosen."""
    kept = recorded(workspace, run, THRESHOLD)
    return ThresholdChoice(**kept) if kept else None


def choose_threshold(workspace: Workspace, run: Run, choice: ThresholdChoice) -> None:
    """Records the threshold; returns once it is durable."""
    value = {"threshold": choice.threshold, "flagged": choice.flagged, "how": choice.how, "asked": choice.asked}
    record(workspace, run, THRESHOLD, value)


def seconds_per_card(workspace: Workspace, run: Run) -> float:
    """How long a card is taken to need, in seconds: as somebody set it, else assumed by kind."""
    return float(recorded(workspace, run, SECONDS_PER_CARD, ASSUMED_SECONDS[workspace.kind]))


def record(workspace: Workspace, run: Run, key: str, value: object) -> None:
    """Keeps a value for a run, under the reviewer's name."""
    store = _store(workspace)
    if store is None:
        state.remember(f"choice_{run.id}_{key}", value)
    else:
        store.set_choice(run.id, key, value, at=now(), who=state.current().reviewer)


def recorded(workspace: Workspace, run: Run, key: str, default: object = None) -> object:
    """The value last kept for a run."""
    store = _store(workspace)
    return state.recall(f"choice_{run.id}_{key}", default) if store is None else store.choice(run.id, key, default)


def _store(workspace: Workspace):
    try:
        from cleaning.review_store import shared_store
    except ModuleNotFoundError:
        return None
    return shared_store(workspace.decisions_url, workspace.id)
