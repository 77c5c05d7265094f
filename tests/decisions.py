"""What stands in a log, as a table for tests to look at."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision, as_frame


def current_decisions(log: Sequence[Decision] | pd.DataFrame) -> pd.DataFrame:
    """One row per (reviewer, sample): the last decision that was not undone; columns as ``Decision``.

    Includes the marks *later* and *skip*; undo rows themselves are gone.
    """
    if isinstance(log, pd.DataFrame):
        log = [Decision(**(r | {"undoes": r["undoes"] or None})) for r in log.to_dict("records")]
    numbered = [d if d.seq else replace(d, seq=i + 1) for i, d in enumerate(log)]
    current = CurrentDecisions()
    current.update(numbered)
    return as_frame(current.standing())
