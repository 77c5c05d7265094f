"""The cascade for cleaning: ask a costly expert only where it can change which samples are flagged.

"Call expert 4 only where 1 to 3 disagree: the same flags, 71 % fewer calls."
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.words import percent
from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError

Rescore = Callable[[np.ndarray], np.ndarray]
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def save_calls(
    others: Mapping[str, np.ndarray],
    given_labels: np.ndarray,
    rescore: Rescore,
    budget: int,
    wrong: np.ndarray | None = None,
) -> pd.DataFrame:
    """What it changes to call one more expert only on some samples. One row per rule.

    others: predicted (N,) of the experts that are always asked (ABSTAIN: abstained). rescore(called): suspicion (N,)
    with the costly expert's answers used where called (N,) bool is True and taken as abstentions elsewhere.
    budget: samples that will be flagged. wrong: (N,) bool where the given label is known to be wrong (settled
    decisions), or None.
    Gives rule, calls, calls_saved (share), overlap (share of the flags with all calls that are still flagged) and,
    with ``wrong``, finds and finds_kept (share of the finds with all calls; NaN where those are 0).
    """
    _check_budget(budget, len(given_labels))
    said = np.stack(list(others.values()))
    spoke = said != ABSTAIN
    objected = (spoke & (said != given_labels)).any(axis=0)
    first = said[spoke.argmax(axis=0), np.arange(said.shape[1])]
    differ = (spoke & (said != first)).any(axis=0)
    silent = ~spoke.any(axis=0)
    rules = {
        "nowhere": np.zeros(len(given_labels), bool),
        "where the others differ among themselves": differ | silent,
        "where another disagrees with the given label": objected | silent,
        "everywhere": np.ones(len(given_labels), bool),
    }
    return _compared(rules, "rule", rescore, budget, wrong)


def calls_by_suspicion(
    suspicion_without: np.ndarray,
    rescore: Rescore,
    budget: int,
    shares: Sequence[float] = SHARES,
    wrong: np.ndarray | None = None,
) -> pd.DataFrame:
    """The same table for calling on the ``share`` of samples most suspicious to the others.

    suspicion_without: (N,) suspicion from the other experts alone. One row per share (0..1) in column ``share``.
    """
    n = len(suspicion_without)
    _check_budget(budget, n)
    rank = np.empty(n, int)
    rank[_most_suspicious(suspicion_without, n)] = np.arange(n)
    return _compared({s: rank < round(s * n) for s in shares}, "share", rescore, budget, wrong)


def fewest_calls(table: pd.DataFrame, keep: float = 0.99) -> pd.Series:
    """The row with the fewest calls whose flags (or finds, where known) are kept to at least ``keep``, 0..1."""
    column = "finds_kept" if "finds_kept" in table and table["finds_kept"].notna().all() else "overlap"
    enough = table[table[column] >= keep]
    if enough.empty:
        raise InputError(f"No rule keeps {percent(keep)} of the flags; ask the expert everywhere or lower the goal.")
    return enough.iloc[int(enough["calls"].argmin())]


def calls_sentence(row: pd.Series, expert: str) -> str:
    """``Call vit only where another disagrees with the given label: 99 % of the flags stay, 71 % fewer calls.``"""
    where = row["rule"] if "rule" in row else f"on the {percent(row['share'])} most suspicious to the others"
    kept = f"{percent(row['overlap'])} of the flags stay"
    if "finds_kept" in row and not np.isnan(row["finds_kept"]):
        kept += f", {percent(row['finds_kept'])} of the finds"
    if row["calls_saved"] == 1:
        return f"Calling {expert} changes little: without it {kept}, 100 % fewer calls."
    if row["calls_saved"] == 0:
        return f"Call {expert} everywhere: with fewer calls too many flags would be lost."
    return f"Call {expert} only {where}: {kept}, {percent(row['calls_saved'])} fewer calls."


def _compared(rules: Mapping, column: str, rescore: Rescore, budget: int, wrong: np.ndarray | None) -> pd.DataFrame:
    full = _flagged(rescore(np.ones(len(next(iter(rules.values()))), bool)), budget)
    rows = []
    for name, called in rules.items():
        flagged = _flagged(rescore(called), budget)
        row = {column: name, "calls": int(called.sum()), "calls_saved": float(1 - called.mean())}
        row["overlap"] = float((flagged & full).sum() / budget)
        if wrong is not None:
            all_finds = int((full & wrong).sum())
            row["finds"] = int((flagged & wrong).sum())
            row["finds_kept"] = row["finds"] / all_finds if all_finds else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def _most_suspicious(suspicion: np.ndarray, count: int) -> np.ndarray:
    """Rows of the ``count`` highest suspicions; of equal ones the earlier."""
    return np.argsort(-np.asarray(suspicion, float), kind="stable")[:count]


def _flagged(suspicion: np.ndarray, budget: int) -> np.ndarray:
    flagged = np.zeros(len(suspicion), bool)
    flagged[_most_suspicious(suspicion, budget)] = True
    return flagged


def _check_budget(budget: int, n: int) -> None:
    if not 1 <= budget <= n:
        raise InputError(f"A review budget of {budget:,} does not fit {n:,} samples; choose between 1 and {n:,}.")
