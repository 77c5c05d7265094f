"""What the corrections do to the experts' accuracy and ranking, with intervals and an honest estimate beside it.

Three ways to mark an answer: against the given label; against the corrected label (strict: one label, dropped samples
left out); any of the labels that fit. An expert that abstains is not right.

The naive figures take every unreviewed sample's given label for right. The estimate from random cards does not: those
were drawn at random (``impact_estimate``).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from cleaning.estimate.accuracy import Estimated, Marks, estimate_accuracy, estimated_neighbours
from cleaning.estimate.audit_cards import AuditCards
from cleaning.settle.final_labels import DROPPED, SETTLED, FinalLabels

REDRAWS = 1_000
LEVEL = 0.95
WAYS = ("given", "corrected", "any_of")
WARNING = (
    "Samples were chosen for review by how much these experts disagree with the given label, so errors that the "
    "experts share with it were rarely seen and the corrections favour these experts. Only the estimate from audit "
    "cards, which were drawn at random, is free of this; experts that took no part are at a disadvantage in the "
    "corrected figures."
)


@dataclass(frozen=True)
class Impact:
    """experts: a row an expert, best on corrected labels first: expert, answered, and for each way
    accuracy_<way>, low_<way>, high_<way>, rank_<way> (1 = best, ties share), rank_low_<way>, rank_high_<way>; with
    random cards also estimate_<way>, estimate_low_<way>, estimate_high_<way> for corrected and any_of.
    pairs: a row per way and pair: labels, better, worse, difference, low, high (paired bootstrap), better_only,
    worse_only (samples only one has right), mcnemar_p (exact, two-sided, not adjusted for the number of pairs).
    neighbours: a row per way and two experts next to each other in rank: labels, upper, lower, swap_probability; the
    labels "audit estimate" are those of the estimate for corrected labels.
    audit_cards: counted. unsettled_cards: of these, without a final label (see ``estimate_accuracy``).
    """

    experts: pd.DataFrame
    pairs: pd.DataFrame
    neighbours: pd.DataFrame
    audit_cards: int
    unsettled_cards: int
    sentences: tuple[str, ...]


def leaderboard_impact(
    predicted: np.ndarray, names: tuple[str, ...], final: FinalLabels, cards: AuditCards | None, seed: int = 0
) -> Impact:
    """predicted: (N, M) class codes, -1 abstains. names: of the M experts. cards: decided random cards, or None."""
    marks = {way: mark(predicted, final, way) for way in WAYS}
    rng = np.random.default_rng(seed)
    redrawn = {way: redraw_accuracies(m, rng) for way, m in marks.items()}
    experts = pd.DataFrame({"expert": names, "answered": (predicted >= 0).sum(axis=0)})
    for way in WAYS:
        _add_accuracy(experts, way, marks[way], redrawn[way])
    neighbours = [row for way in WAYS for row in _neighbours_in_rank(way, names, accuracy(marks[way]), redrawn[way])]
    unsettled = 0
    if cards is not None:
        unclear = np.setdiff1d(cards.rows, _settled_rows(final))
        unsettled = len(unclear)
        for way in WAYS[1:]:
            estimated = estimate_accuracy(marks["given"].right, marks[way], cards, unclear)
            _add_estimate(experts, way, estimated)
            if way == "corrected":
                neighbours += estimated_neighbours(names, estimated, cards)
    pairs = [row for way in WAYS for row in _pairs(way, names, marks[way], redrawn[way])]
    order = experts.sort_values(["rank_corrected", "expert"], kind="stable").index
    return Impact(
        experts.loc[order].reset_index(drop=True),
        pd.DataFrame(pairs, columns="labels better worse difference low high better_only worse_only mcnemar_p".split()),
        pd.DataFrame(neighbours, columns=["labels", "upper", "lower", "swap_probability"]),
        0 if cards is None else len(cards.rows),
        unsettled,
        _sentences(experts, final, cards, unsettled),
    )


def mark(predicted: np.ndarray, final: FinalLabels, way: str) -> Marks:
    """Which of the (N, M) answers are right, marked one of the WAYS."""
    labels = np.asarray(final.given) if way == "given" else final.codes()
    counts = labels != DROPPED
    right = (predicted == labels[:, None]) & counts[:, None]
    if way == "any_of":
        for line in final.lines():
            if line.status == SETTLED and len(line.labels) > 1:
                right[line.row] = np.isin(predicted[line.row], line.labels)
    return Marks(right, counts)


def accuracy(marks: Marks) -> np.ndarray:
    """(M,) share of counted samples answered right; NaN where none counts."""
    return marks.right.sum(axis=0) / marks.counts.sum() if marks.counts.any() else np.full(marks.right.shape[1], np.nan)


def redraw_accuracies(marks: Marks, rng: np.random.Generator, redraws: int = REDRAWS) -> np.ndarray:
    """(redraws, M) accuracies of bootstrap samples of the counted samples, the same samples for every expert.

    Samples on which the same experts are right are alike, so what is drawn is how often each pattern comes up
    (multinomial): exactly the bootstrap, without drawing N indices.
    """
    right = marks.right[marks.counts]
    n, m = right.shape
    if n == 0:
        return np.full((redraws, m), np.nan)
    _, first, counts = np.unique(_packed(right), return_index=True, return_counts=True)
    patterns = right[first].astype(np.float64)
    blocks = [rng.multinomial(n, counts / n, size=min(100, redraws - at)) @ patterns for at in range(0, redraws, 100)]
    return np.concatenate(blocks) / n


def _packed(right: np.ndarray) -> np.ndarray:
    """(n,) one value per pattern of a row, in the order of the patterns."""
    packed = np.ascontiguousarray(np.packbits(right, axis=1))
    if packed.shape[1] <= 8:  # as numbers they are told apart many times faster
        return np.pad(packed, ((0, 0), (0, 8 - packed.shape[1]))).view(">u8").ravel().astype(np.uint64)
    return packed.view(np.dtype((np.void, packed.shape[1]))).ravel()


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Exact two-sided p value that two experts are right equally often (McNemar 1947; binomial form)."""
    from scipy.special import bdtr

    both = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), both, 0.5))) if both else 1.0


def ranks(accuracies: np.ndarray) -> np.ndarray:
    """(..., M) rank of each expert, 1 = best; ties share the better rank."""
    return 1 + (accuracies[..., None, :] > accuracies[..., :, None]).sum(axis=-1)


def _add_accuracy(experts: pd.DataFrame, way: str, marks: Marks, redrawn: np.ndarray) -> None:
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    experts[f"accuracy_{way}"] = accuracy(marks)
    experts[f"low_{way}"], experts[f"high_{way}"] = np.quantile(redrawn, ends, axis=0)
    experts[f"rank_{way}"] = ranks(accuracy(marks))
    low, high = np.quantile(ranks(redrawn), ends, axis=0, method="nearest")
    experts[f"rank_low_{way}"], experts[f"rank_high_{way}"] = low.astype(int), high.astype(int)


def _add_estimate(experts: pd.DataFrame, way: str, estimated: Estimated) -> None:
    experts[f"estimate_{way}"] = estimated.point
    experts[f"estimate_low_{way}"], experts[f"estimate_high_{way}"] = estimated.low, estimated.high


def _pairs(way: str, names: tuple[str, ...], marks: Marks, redrawn: np.ndarray) -> list[tuple]:
    values, rows = accuracy(marks), []
    right = marks.right[marks.counts].astype(np.float64)
    both = right.T @ right  # (M, M) samples that two experts have right
    order = np.argsort(-values, kind="stable")
    for place, a in enumerate(order):
        for b in order[place + 1 :]:
            low, high = np.quantile(redrawn[:, a] - redrawn[:, b], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            only = int(both[a, a] - both[a, b]), int(both[b, b] - both[a, b])
            difference = values[a] - values[b]
            rows.append((way, names[a], names[b], difference, low, high, *only, mcnemar_p(*only)))
    return rows


def _neighbours_in_rank(way: str, names: tuple[str, ...], values: np.ndarray, redrawn: np.ndarray) -> list[tuple]:
    order = np.argsort(-values, kind="stable")
    rows = []
    for a, b in pairwise(order):
        swapped = (redrawn[:, b] > redrawn[:, a]).mean() + 0.5 * (redrawn[:, b] == redrawn[:, a]).mean()
        rows.append((way, names[a], names[b], float(swapped)))
    return rows


def _settled_rows(final: FinalLabels) -> np.ndarray:
    return final.table["row"].to_numpy(np.int64)[(final.table["status"] == SETTLED).to_numpy(bool)]


def _sentences(experts: pd.DataFrame, final: FinalLabels, cards: AuditCards | None, unsettled: int) -> tuple[str, ...]:
    decided, n = len(final.table), len(final.given)
    moved = int((experts["rank_given"] != experts["rank_corrected"]).sum())
    lines = [
        WARNING,
        f"{decided:,} of {n:,} samples were reviewed; the naive figures take the given label of the other "
        f"{n - decided:,} for right.",
        f"{moved} of {len(experts)} experts change rank between given and corrected labels.",
    ]
    if cards is None:
        lines.append("There is no estimate for the whole dataset: not every stratum has a decided random card.")
    else:
        lines.append(f"The estimate for the whole dataset rests on {len(cards.rows):,} random cards.")
    if unsettled:
        lines.append(
            f"{unsettled:,} of these random cards have no final label: the estimate takes their given label, its "
            "interval goes from all of these wrong to all of them right."
        )
    return tuple(lines)
