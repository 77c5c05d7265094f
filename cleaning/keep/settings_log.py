"""The settings log: every setting with its author and time, and what it was before. Only ever added to.

What a setting was before follows from the order of the log, so that two who set it at the same moment are both told
the truth, and logs of any age have it.
"""

from dataclasses import dataclass

import pandas as pd

CHOICE_COLUMNS = ("run_id", "key", "value", "at", "who", "seq")


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
