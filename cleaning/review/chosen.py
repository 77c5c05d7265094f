"""What people chose for a run: threshold, seconds a card, shares, mode, calibrations; kept with who and when."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from cleaning.calibrate.calibrators import METHODS
from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import counted
from cleaning.keep.decisions import ReviewStore
from cleaning.keep.settings_log import CHOICE_COLUMNS, SettingChange, changes_of
from cleaning.keep.workspaces import Workspace
from cleaning.review.team.permissions import SETTINGS, permit

THRESHOLD, SECONDS_PER_CARD = "threshold", "seconds_per_card"
CALIBRATION_METHODS = "calibration_methods"
RUN_NAME, RUN_ARCHIVED, RUN_MADE = "run_name", "run_archived", "run_made"
MODE, OPEN_SHARE, AUDIT_SHARE = "mode", "open_share", "audit_share"
OVERLAP_SHARE, OVERLAP, REPEAT_SHARE, CONTROL_SHARE = "overlap_share", "overlap", "repeat_share", "control_share"
ASSIGNED, EXPERTISE = "assigned", "expertise"
AT_MOST, USUAL_AT_MOST = "at_most", 0.02
MODES = ("blind", "open")
WHOLE = ""  # in place of a run's id: chosen for the whole workspace
RANDOM_CARDS, SECOND_LOOK = "random_cards", "second_look"
USUAL_OPEN_SHARE, USUAL_AUDIT_SHARE = 0.1, 0.2
HAND, BUDGET, HOURS, PRECISION, DETECTION = "by hand", "budget", "hours", "precision", "detection"


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold that somebody chose. flagged: samples it flags. how: the goal it was chosen by. asked: the goal's own
    figures (budget, hours, target ...), so that they come back as typed."""

    threshold: float
    flagged: int
    how: str
    asked: dict | None = None


def goal_in_words(choice: ChosenThreshold) -> str:
    """By which goal a threshold was chosen: "by hand", "for a budget of 200 cards" ..."""
    asked = choice.asked or {}
    if choice.how == BUDGET and "budget" in asked:
        return f"for a budget of {counted(asked['budget'], 'card')}"
    if choice.how == HOURS and "hours" in asked:
        return f"for {asked['hours']:g} hours"
    if choice.how in (PRECISION, DETECTION) and "percent" in asked:
        quantity = "precision" if choice.how == PRECISION else "detection rate"
        return f"for a {quantity} of at least {asked['percent']} % ({asked.get('sure', 'best estimate')})"
    return "by hand"


@dataclass(frozen=True)
class Chosen:
    """Everything chosen for one run so far. log: CHOICE_COLUMNS, in order; only this run's."""

    log: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHOICE_COLUMNS)))

    @classmethod
    def of(cls, choices: pd.DataFrame | None, run_id: str) -> "Chosen":
        """choices: as ``ReviewStore.choices`` gives them, of any runs; None: nothing was chosen."""
        return cls() if choices is None else cls(choices[choices["run_id"] == run_id])

    def last(self, key: str, otherwise: Any = None) -> Any:
        """The value last chosen."""
        place = self._latest.get(key)
        return otherwise if place is None else self._values[place]

    def last_row(self, key: str) -> pd.Series | None:
        """The last choice with who made it and when."""
        place = self._latest.get(key)
        return None if place is None else self.log.iloc[place]

    @cached_property
    def _latest(self) -> dict[str, int]:
        """{key: place of its last choice}: asked a dozen times for every card that is handed out."""
        return {key: place for place, key in enumerate(self.log["key"])}

    @cached_property
    def _values(self) -> list[Any]:
        return self.log["value"].tolist()

    @cached_property
    def changes(self) -> list[SettingChange]:
        """The settings log of this run, in order."""
        return changes_of(self.log)

    @property
    def threshold(self) -> ChosenThreshold | None:
        """None while nobody has chosen one."""
        kept = self.last(THRESHOLD)
        return ChosenThreshold(**kept) if kept else None

    @property
    def seconds_per_card(self) -> float | None:
        kept = self.last(SECONDS_PER_CARD)
        return float(kept) if kept else None

    @property
    def audit_share(self) -> float:
        """Part of the plain queue's cards that are drawn at random."""
        return float(self.last(AUDIT_SHARE, USUAL_AUDIT_SHARE))

    @property
    def at_most(self) -> float:
        """The share of wrong labels left that the certificate is to claim."""
        return float(self.last(AT_MOST, USUAL_AT_MOST))

    @property
    def random_cards(self) -> int:
        """How many of the run's random cards, in their drawn order, are to come at least."""
        return int(self.last(RANDOM_CARDS, 0))

    @property
    def second_look(self) -> bool:
        """Whether what is judged wrong below the threshold counts only once a second look confirms it."""
        return bool(self.last(SECOND_LOOK, True))

    @property
    def open_share(self) -> float:
        """Part of the blind cards that are shown open, by lot."""
        return float(self.last(OPEN_SHARE, USUAL_OPEN_SHARE))

    @property
    def overlap_share(self) -> float:
        """Part of the samples that ``overlap`` reviewers decide instead of one."""
        return float(self.last(OVERLAP_SHARE, 0.0))

    @property
    def overlap(self) -> int:
        """How many reviewers decide a sample of the overlap."""
        return int(self.last(OVERLAP, 2))

    @property
    def repeat_share(self) -> float:
        """Part of each reviewer's cards that come back to them unmarked."""
        return float(self.last(REPEAT_SHARE, 0.0))

    @property
    def control_share(self) -> float:
        """Part of each reviewer's cards whose answer is settled."""
        return float(self.last(CONTROL_SHARE, 0.0))

    @property
    def assigned(self) -> dict[str, dict]:
        """By reviewer's name what they are given: {"classes": [names], "groups": [names]}; others get all the rest."""
        return dict(self.last(ASSIGNED) or {})

    @property
    def expertise(self) -> dict[str, list[str]]:
        """By reviewer's name the given classes for which they take cards that need an expert; "*" for all."""
        return dict(self.last(EXPERTISE) or {})

    @property
    def largest_open_share(self) -> float:
        """The largest that ever was in force: cards whose lot lies below it may have been shown open by lot."""
        ever = self.log.loc[self.log["key"] == OPEN_SHARE, "value"]
        return max([USUAL_OPEN_SHARE, *map(float, ever)])

    @property
    def mode(self) -> str:
        """One of MODES."""
        kept = str(self.last(MODE, MODES[0]))
        return kept if kept in MODES else MODES[0]

    @property
    def calibration_methods(self) -> dict[str, str]:
        """By expert's name; experts not named keep the usual one."""
        return dict(self.last(CALIBRATION_METHODS) or {})


def marked_as_chosen(workspace: Workspace, choices: pd.DataFrame) -> ScoredAnswers:
    """Marked answers, each expert's calibrated as somebody chose for the workspace. choices: as
    ``ReviewStore.choices`` gives them."""
    chosen = Chosen.of(choices, WHOLE).calibration_methods
    return workspace.marked_answers().calibrated_by({name: how for name, how in chosen.items() if how in METHODS})


@dataclass(frozen=True)
class Choosing:
    """Records what one person chooses for one run; every call returns once the choice is durable."""

    store: ReviewStore
    run_id: str
    who: str
    clock: Callable[[], str]

    def threshold(self, choice: ChosenThreshold) -> None:
        self.record(THRESHOLD, asdict(choice))

    def calibration(self, expert: str, method: str) -> None:
        """One expert's calibration, beside the others'."""
        kept = dict(self.store.choice(self.run_id, CALIBRATION_METHODS) or {})  # type: ignore[call-overload]
        self.record(CALIBRATION_METHODS, kept | {expert: method})

    def record(self, key: str, value: object) -> None:
        """Raises InputError where this person may not change what counts for others."""
        permit(self.store, self.who, SETTINGS)
        self.store.set_choice(self.run_id, key, value, at=self.clock(), who=self.who)
