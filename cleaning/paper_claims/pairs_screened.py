"""Which pairs of experts are worth a cascade: every pair by what its calibrated confidences promise and deliver.

Symbols: N samples, M experts.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.binning import assign_bins, quantile_edges
from cleaning.calibrate.measures.shares import NORMAL_95
from cleaning.paper_claims.material import Material

COMPARABLE = 0.02  # difference of accuracy below which neither is the small one
BINS, SENT_ON = 50, 0.5
MOST_PAIRS, MOST_TIMES = 3, 2  # pairs shown of each kind, and how often one expert may be in them


class _Voice(NamedTuple):
    """(N,) calibrated confidence, 0 where it abstains; (N,) 0/1 whether right."""

    confidence: np.ndarray
    right: np.ndarray


def pairs_table(material: Material) -> pd.DataFrame:
    """One row a pair: small, large (by accuracy), kind ("small and large" or "comparable"); each with _low and _high
    (95 %, paired): gap, accuracy of the large minus the small's; routed, accuracy gained over random where the half with
    the largest calibrated advantage is sent on; surer, accuracy of the surer answer minus the large's."""
    counted = material.labels.counted
    order = material.by_accuracy
    voices = [_voice(material, place, counted) for place in order]
    names = [material.names[place] for place in order]
    rows = []
    for a, b in combinations(range(len(order)), 2):
        small, large = voices[a], voices[b]
        gap = large.right - small.right
        sent = sent_on(small.confidence, large.confidence)
        surer = np.where(large.confidence >= small.confidence, large.right, small.right)
        row: dict[str, object] = {"small": names[a], "large": names[b]}
        row["kind"] = "comparable" if gap.mean() < COMPARABLE else "small and large"
        told = {"gap": gap, "routed": (sent - sent.mean()) * gap, "surer": surer - large.right}
        for name, values in told.items():
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), mean_interval(values)))
        rows.append(row)
    return pd.DataFrame(rows)


def _voice(material: Material, place: int, counted: np.ndarray) -> _Voice:
    report = material.reports[place]
    confidence = np.nan_to_num(np.asarray(report.after.confidence, float), nan=0.0)
    return _Voice(confidence[counted], (material.right(report) & report.answered)[counted].astype(float))


def sent_on(small: np.ndarray, large: np.ndarray, share: float = SENT_ON) -> np.ndarray:
    """(N,) 0 to 1: how surely a sample is sent on where ``share`` of them may be: those in the bins of the small one's
    confidence with the largest mean advantage; of the bin that does not fit whole, a part."""
    assigned = assign_bins(small, quantile_edges(small, BINS))
    size = np.bincount(assigned)
    advantage = np.bincount(assigned, large - small) / np.maximum(size, 1)
    order = np.argsort(-advantage, kind="stable")
    before = np.cumsum(size[order]) - size[order]
    fits = np.clip((share * len(small) - before) / np.maximum(size[order], 1), 0, 1)
    chance = np.empty(len(size))
    chance[order] = fits
    return chance[assigned]


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean of (N,) values and its 95 % interval (normal)."""
    mean, half = float(values.mean()), NORMAL_95 * float(values.std() / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def worth_showing(table: pd.DataFrame, kind: str, gain: str) -> list[tuple[str, str]]:
    """Pairs (small, large) of a kind whose gain is beyond chance, the largest first; no expert too often."""
    if table.empty:
        return []
    good = table[(table["kind"] == kind) & (table[f"{gain}_low"] > 0)].sort_values(gain, ascending=False, kind="stable")
    chosen: list[tuple[str, str]] = []
    for small, large in zip(good["small"], good["large"]):
        times = [name for pair in chosen for name in pair]
        if len(chosen) < MOST_PAIRS and max(times.count(small), times.count(large)) < MOST_TIMES:
            chosen.append((str(small), str(large)))
    return chosen
