"""The runs of a workspace as people see them: named, archived, listed, and compared two by two."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cleaning.calibrate.method_words import in_words
from cleaning.domain.settings import EVERY_EXPERT, Settings
from cleaning.errors import InputError, counted
from cleaning.keep.runs import Run
from cleaning.review.chosen import RUN_ARCHIVED, RUN_NAME
from cleaning.review.in_force import InForce

LONGEST_NAME = 60


@dataclass(frozen=True)
class ListedRun:
    """A run in the list. reviewed: samples whose reviews count here; found: of them with a wrong given label.
    cards: its random cards that are reviewed."""

    run: Run
    name: str
    archived: bool
    flagged: int
    flagged_reviewed: int
    reviewed: int
    found: int
    cards: int

    def told(self) -> dict:
        """As a row of a table."""
        return {
            "run": self.name,
            "made": self.run.created[:16].replace("T", " "),
            "experts": ", ".join(self.run.expert_names),
            "settings": settings_in_words(self.run.settings, len(self.run.expert_names)),
            "flagged": self.flagged,
            "of them reviewed": self.flagged_reviewed,
            "decisions that count": self.reviewed,
            "wrong labels found": self.found,
            "random cards reviewed": self.cards,
        }


def settings_in_words(settings: Settings, expert_count: int) -> str:
    """``default rule, threshold 0.5, seed 0``"""
    if settings.rule == "paper":
        agree = settings.agree_of(expert_count)
        words = f"paper's rule, K = {agree} of {expert_count}, tau = {settings.min_confidence:g}"
    elif settings.budget is not None:
        words = f"default rule, budget of {counted(settings.budget, 'card')}"
    else:
        words = "default rule" if settings.threshold is None else f"default rule, threshold {settings.threshold:g}"
    group = "" if settings.use_group else ", groups not looked at"
    by = f", groups by {settings.group_column}" if settings.group_column and settings.use_group else group
    calibrated = "".join(f", {_of_experts(expert)} with {in_words(method)}" for expert, method in settings.calibrations)
    calibrated = ", calibrated elsewhere" if settings.calibrated_elsewhere else calibrated
    return f"{words}, seed {settings.seed}{by}{calibrated}"


def _of_experts(expert: str) -> str:
    return "the experts" if expert == EVERY_EXPERT else expert


def usual_name(run: Run) -> str:
    """What a run is called until somebody names it."""
    rule = "paper's rule" if run.settings.rule == "paper" else "default rule"
    return f"{counted(len(run.expert_names), 'expert')}, {rule}, {run.created[:16].replace('T', ' ')}"


def told_apart(names: Sequence[str]) -> list[str]:
    """The same names, but for those that stand more than once: ``digits``, ``digits (2)``."""
    before: Counter[str] = Counter()
    told = []
    for name in names:
        before[name] += 1
        told.append(name if before[name] == 1 else f"{name} ({before[name]})")
    return told


def listed(now: InForce, choices: pd.DataFrame) -> ListedRun:
    """One run as the list shows it. choices: of the whole workspace."""
    mine = choices[choices["run_id"] == now.run.id]
    named, archived = (mine.loc[mine["key"] == key, "value"].tolist() for key in (RUN_NAME, RUN_ARCHIVED))
    reviewed, rows = ~np.isnan(now.codes), now.ranked.audit.rows
    return ListedRun(
        now.run,
        str(named[-1]) if named and named[-1] else usual_name(now.run),
        bool(archived and archived[-1]),
        now.flagged_count,
        int((reviewed & now.flagged).sum()),
        int(reviewed.sum()),
        int((now.codes == 1).sum()),
        int(reviewed[rows].sum()),
    )


def names_of(runs: Sequence[Run], choices: pd.DataFrame) -> dict[str, str]:
    """By its id the name of each run, from the first made to the latest, no two alike."""
    named = choices[choices["key"] == RUN_NAME].drop_duplicates("run_id", keep="last").set_index("run_id")["value"]
    names = told_apart([str(named.get(run.id) or usual_name(run)) for run in runs])
    return dict(zip((run.id for run in runs), names))


def all_listed(runs: Sequence[InForce], choices: pd.DataFrame) -> list[ListedRun]:
    """Runs from the first made to the latest, no two of one name. choices: of the whole workspace."""
    names = names_of([now.run for now in runs], choices)
    return [replace(listed(now, choices), name=names[now.run.id]) for now in runs]


def checked_name(name: str) -> str:
    """A run's or a workspace's new name. Raises InputError for one that says nothing or too much."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME:
        raise InputError(f"A name has 1 to {LONGEST_NAME} characters; this one has {len(plain)}.")
    return plain


@dataclass(frozen=True)
class Compared:
    """Two runs side by side. came, went: (N,) bool, flagged by the second alone, by the first alone. rows: name of a
    figure, the first's, the second's."""

    came: np.ndarray
    went: np.ndarray
    both: int
    rows: list[tuple[str, str, str]]

    def sentence(self) -> str:
        return f"{counted(int(self.came.sum()), 'sample')} came, {int(self.went.sum()):,} went, {self.both:,} stay flagged."


def compared(one: InForce, other: InForce) -> Compared:
    """What changes from one run to another of the same workspace, by the thresholds in force."""
    rows = [(name, first, second) for (name, first), (_, second) in zip(_figures(one), _figures(other))]
    both = int((one.flagged & other.flagged).sum())
    return Compared(other.flagged & ~one.flagged, one.flagged & ~other.flagged, both, rows)


def _figures(now: InForce) -> list[tuple[str, str]]:
    reviewed = ~np.isnan(now.codes)
    told = [
        ("experts", ", ".join(now.run.expert_names)),
        ("settings", settings_in_words(now.run.settings, len(now.run.expert_names))),
        ("threshold", f"{now.threshold:.4g}"),
        ("flagged", f"{now.flagged_count:,}"),
        ("of them reviewed", f"{int((reviewed & now.flagged).sum()):,}"),
        ("of these wrong", f"{int((now.flagged & (now.codes == 1)).sum()):,}"),
        ("wrong labels found that it does not flag", f"{int((~now.flagged & (now.codes == 1)).sum()):,}"),
    ]
    return told + [("precision", _band(now, "precision")), ("detection rate", _band(now, "detection_rate"))]


def _band(now: InForce, quantity: str) -> str:
    """An estimate's interval in words; what it lacks where there is none."""
    if not now.estimate.enough:
        return "not known yet"
    found = getattr(now.estimate, quantity)
    return f"{found.low:.0%} to {found.high:.0%}".replace("%", " %")


def table_of(samples: np.ndarray, now: InForce) -> pd.DataFrame:
    """The samples of a mask, most suspicious first: sample id, given and suggested label, suspicion."""
    scores = now.run.scores
    chosen = scores[samples[scores["row"].to_numpy()]]
    return chosen[["sample_id", "given_label", "suggested_label", "suspicion"]]
