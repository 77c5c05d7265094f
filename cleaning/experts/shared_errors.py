"""Which expert helps: experts that err together are worth little more than one of them.

An "error" here is a disagreement with the given label, as nobody knows the truth. Symbols: N samples, M experts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.words import percent
from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError, counted
from cleaning.estimate import Interval

SAME_GROUP = 0.75  # mean correlation of errors from which experts count as one group
HARDLY_MISSED = 0.95  # overlap of the flagged list from which an expert can be left out
ROWS_AT_ONCE = 65_536

Rescore = Callable[[tuple[str, ...]], np.ndarray]
Exchange = Callable[[np.ndarray, np.ndarray], Interval]


def disagreement(predicted: np.ndarray, given_labels: np.ndarray) -> np.ndarray:
    """(N,) 1 where the expert contradicts the given label, 0 where it agrees, NaN where it abstains."""
    return np.where(predicted == ABSTAIN, np.nan, (predicted != given_labels).astype(float))


def error_correlation(predicted: Mapping[str, np.ndarray], given_labels: np.ndarray) -> pd.DataFrame:
    """(M, M) Pearson correlation of disagreement with the given label, over the samples both experts answered.

    predicted: (N,) class or ABSTAIN by expert's name. NaN where two experts share no sample, or where one of them
    always or never agrees there (a correlation has no meaning then); 1 on the diagonal.
    """
    both_answered, first_erred, both_erred = _counted_together(list(predicted.values()), given_labels)
    count = np.maximum(both_answered, 1)
    mean = first_erred / count  # [a, b]: mean error of a where b answered too
    covariance = both_erred / count - mean * mean.T
    variance = mean * (1 - mean)
    spread = np.sqrt(variance * variance.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(spread > 1e-12, covariance / spread, np.nan)
    np.fill_diagonal(correlation, 1.0)
    names = list(predicted)
    return pd.DataFrame(correlation, index=names, columns=names)


def _counted_together(predicted: Sequence[np.ndarray], given_labels: np.ndarray) -> np.ndarray:
    """(3, M, M) float: how often both answered, the first erred where the second answered, both erred."""
    counts = np.zeros((3, len(predicted), len(predicted)))
    for begin in range(0, len(given_labels), ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        errors = np.stack([disagreement(np.asarray(p[rows]), given_labels[rows]) for p in predicted], axis=1)
        answered = ~np.isnan(errors)
        errors, answered = np.where(answered, errors, 0.0), answered.astype(float)
        counts += np.stack([answered.T @ answered, errors.T @ answered, errors.T @ errors])
    return counts


def mean_correlation(correlation: pd.DataFrame) -> float:
    """Mean of the known entries off the diagonal; 0 where there are none."""
    values = correlation.to_numpy()[~np.eye(len(correlation), dtype=bool)]
    return float(values[~np.isnan(values)].mean()) if (~np.isnan(values)).any() else 0.0


def effective_number(correlation: pd.DataFrame) -> float:
    """How many independent experts these M are worth: M / (1 + (M - 1) rho), between 1 and M.

    rho: mean correlation of errors, held in 0..1. Source: design effect of equally correlated observations, Kish
    1965, section 5.4.
    """
    m = len(correlation)
    return m / (1 + (m - 1) * min(max(mean_correlation(correlation), 0.0), 1.0))


def leave_one_out(
    names: Sequence[str],
    rescore: Rescore,
    budget: int,
    wrong: np.ndarray | None = None,
    exchange: Exchange | None = None,
) -> pd.DataFrame:
    """What the flagged list loses without each expert: one row per expert, the least missed first.

    rescore(names): suspicion (N,) from these experts alone. budget: samples flagged. wrong: (N,) bool known wrong
    labels (settled decisions), or None. Gives expert, overlap (share of the flags of all experts that stay flagged
    without it) and, with ``wrong``, finds_lost (finds of all minus finds without it; below 0: better without).
    exchange(leaving, coming): how many more wrong labels are in the flags lost than in those won, (N,) bool each,
    estimated from audit cards (``cleaning.estimate.estimate_exchange``); gives lost_estimate, lost_low, lost_high.
    """
    if len(names) < 2:
        raise InputError("Leaving one expert out needs at least two experts.")
    everybody = np.asarray(rescore(tuple(names)), float)
    if not 1 <= budget <= len(everybody):
        raise InputError(f"A review budget of {budget:,} does not fit {len(everybody):,} samples.")
    full = _flagged(everybody, budget)
    rows = []
    for name in names:
        without = _flagged(rescore(tuple(n for n in names if n != name)), budget)
        row = {"expert": name, "overlap": float((without & full).sum() / budget)}
        if wrong is not None:
            row["finds_lost"] = int((full & wrong).sum() - (without & wrong).sum())
        if exchange is not None:
            told = exchange(full & ~without, without & ~full)
            row |= {"lost_estimate": told.point, "lost_low": told.low, "lost_high": told.high}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("overlap", ascending=False, kind="stable", ignore_index=True)


def _flagged(suspicion: np.ndarray, budget: int) -> np.ndarray:
    flagged = np.zeros(len(suspicion), bool)
    flagged[np.argsort(-np.asarray(suspicion, float), kind="stable")[:budget]] = True
    return flagged


def groups_that_err_together(correlation: pd.DataFrame, at_least: float = SAME_GROUP) -> list[list[str]]:
    """Experts joined while two groups' mean correlation of errors is ``at_least``; groups in the experts' order.

    Average linkage (Sokal and Michener 1958). Unknown correlations join nobody.
    """
    known = np.nan_to_num(correlation.to_numpy(), nan=-1.0)
    groups = [[m] for m in range(len(known))]
    while len(groups) > 1:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups))]
        strength = [known[np.ix_(groups[a], groups[b])].mean() for a, b in pairs]
        a, b = pairs[int(np.argmax(strength))]
        if max(strength) < at_least:
            break
        groups[a] = sorted(groups[a] + groups.pop(b))
    return [[str(correlation.index[m]) for m in group] for group in sorted(groups)]


def expert_table(
    predicted: Mapping[str, np.ndarray],
    given_labels: np.ndarray,
    *,
    families: Mapping[str, str] | None = None,
    costs: Mapping[str, float | None] | None = None,
    weights: Mapping[str, float] | None = None,
    left_out: pd.DataFrame | None = None,
    at_least: float = SAME_GROUP,
    correlation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per expert, in the order given, with all that speaks for or against it.

    predicted: (N,) class or ABSTAIN by name. families, costs, weights (stacking): by name, where known. left_out:
    from ``leave_one_out``. correlation: of errors, where it was worked out already. Gives expert, answered (share of
    samples), agreement (with the given label, among the answered), mean_correlation (of its errors with the others'),
    family (as declared; "" unknown), errs_with (experts of its group by correlation), cost, weight, overlap (NaN
    where not known).
    """
    correlation = error_correlation(predicted, given_labels) if correlation is None else correlation
    group_of = {name: group for group in groups_that_err_together(correlation, at_least) for name in group}
    overlap = {} if left_out is None else dict(zip(left_out["expert"], left_out["overlap"]))
    rows = []
    for name, own in predicted.items():
        errors = disagreement(np.asarray(own), given_labels)
        answered = ~np.isnan(errors)
        others = correlation[name].drop(name)
        row = {
            "expert": name,
            "answered": float(answered.mean()),
            "agreement": float(1 - errors[answered].mean()) if answered.any() else np.nan,
            "mean_correlation": float(others.mean()) if others.notna().any() else np.nan,
            "family": (families or {}).get(name, ""),
            "errs_with": ", ".join(n for n in group_of[name] if n != name),
            "cost": (costs or {}).get(name),
            "weight": (weights or {}).get(name, np.nan),
            "overlap": overlap.get(name, np.nan),
        }
        rows.append(row)
    return pd.DataFrame(rows).astype({"cost": float})


def advice(table: pd.DataFrame, correlation: pd.DataFrame) -> list[str]:
    """What to drop and what to add, in sentences. table: from ``expert_table``; correlation: of the same experts."""
    worth, m = effective_number(correlation), len(table)
    sentences = [f"{counted(m, 'expert')} together are worth {worth:.1f} independent ones."]
    sentences += _drop(table) + _families(table)
    return [*sentences, _add(correlation, worth)]


def dispensable(table: pd.DataFrame) -> pd.Series | None:
    """The row of the expert that is missed least, where it is hardly missed and two others stay.

    One expert only: each was judged with all others present, so two may be dispensable only one at a time.
    """
    missed_little = table[table["overlap"] >= HARDLY_MISSED]
    if len(table) <= 2 or missed_little.empty:
        return None
    order = missed_little.sort_values(["cost", "overlap"], ascending=False, na_position="last", kind="stable")
    return order.iloc[0]


def _drop(table: pd.DataFrame) -> list[str]:
    if table["overlap"].isna().all():
        return []
    if len(table) <= 2:
        return ["Drop none: a second opinion needs two experts."]
    row = dispensable(table)
    if row is None:
        return ["Drop none: without any one of them the list of flagged samples changes noticeably."]
    stay = f"{percent(row['overlap'])} of the flagged samples stay flagged"
    if row["overlap"] == 1:
        stay = "the same samples are flagged"
    total = table["cost"].sum(min_count=len(table))
    cost = "" if np.isnan(total) else f", and a sample costs {total - row['cost']:g} instead of {total:g}"
    return [f"Drop {row['expert']}: without it {stay}{cost}.", "Look again before you drop a second one."]


def all_of(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else str(last)


def _families(table: pd.DataFrame) -> list[str]:
    sentences = []
    for family, members in table[table["family"] != ""].groupby("family", sort=False):
        if len(members) > 1:
            sentences.append(f"{all_of(members['expert'])} are of one family ({family}).")
    seen = set()
    for expert, others in zip(table["expert"], table["errs_with"]):
        group = frozenset([expert, *others.split(", ")]) if others else None
        if group and group not in seen:
            seen.add(group)
            names = [e for e in table["expert"] if e in group]
            sentences.append(
                f"{all_of(names)} often err on the same samples, so together they count for little more than one."
            )
    return sentences


def _add(correlation: pd.DataFrame, worth: float) -> str:
    """What one more expert would bring if it erred like the present ones, and if half as much with them."""
    m, rho = len(correlation), min(max(mean_correlation(correlation), 0.0), 1.0)
    alike = (m + 1) / (1 + m * rho)
    different = (m + 1) / (1 + m * rho * m / (m + 1))
    return (
        f"To add one, look for another family or other training data: one more expert like these adds the worth of "
        f"{alike - worth:.2f} independent experts, one whose errors go with theirs half as much (a correlation of "
        f"{rho / 2:.2f} instead of {rho:.2f}) adds {different - worth:.2f}."
    )
