"""The settings log: every setting with its author and time, and what it was before. Only ever added to.

What a setting was before follows from the order of the log, so that two who set it at the same moment are both told
the truth, and logs of any age have it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

CHOICE_COLUMNS = ("run_id", "key", "value", "at", "who", "seq")
ROLES = "roles"  # key of who may what in a workspace
NOTED = frozenset(  # done, not chosen
    ("exported", "imported", "experts_added", "looked_after", "copied", "brought_in", "loaded", "run_made")
)


@dataclass(frozen=True)
class SettingChange:
    """One setting that somebody changed.

    run_id: "" for the whole workspace. what: the setting's key. before: None where nobody had chosen it. at: ISO 8601
    UTC. seq: place in the log.
    """

    run_id: str
    what: str
    before: object
    after: object
    who: str
    at: str
    seq: int


def changes_of(choices: pd.DataFrame) -> list[SettingChange]:
    """Changes in the order of the log. choices: as ``ReviewStore.choices`` gives them."""
    last: dict[tuple[str, str], object] = {}
    found = []
    for run_id, key, value, at, who, seq in choices[list(CHOICE_COLUMNS)].itertuples(index=False, name=None):
        found.append(SettingChange(run_id, key, last.get((run_id, key)), value, who, at, int(seq)))
        last[run_id, key] = value
    return found


def brought_in(here: Sequence[dict], others: Sequence[dict], with_roles: bool) -> list[dict]:
    """What another machine's settings log (rows by CHOICE_COLUMNS, in order, as here) adds to this one.

    What is chosen here goes on holding: it follows once more upon what was chosen elsewhere. Roles come only where they
    are asked for, as everybody may write any into a log of their own.
    """
    known = {_said(row) for row in here}
    new = [row for row in others if _said(row) not in known and (with_roles or row["key"] != ROLES)]
    changed = {(row["run_id"], row["key"]) for row in new if row["key"] not in NOTED}
    holding = {(row["run_id"], row["key"]): row for row in here}
    return [*new, *(row for place, row in holding.items() if place in changed)]


def _said(row: dict) -> tuple:
    return row["run_id"], row["key"], json.dumps(row["value"], sort_keys=True), row["at"], row["who"]
