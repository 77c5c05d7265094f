"""Experts that saw the labels, and experts that are the same."""

from itertools import combinations

import numpy as np

from cleaning.domain.experts import VotesExpert
from cleaning.errors import counted
from data_adapters.doctor.evidence import Evidence, Opinion, agreement
from data_adapters.doctor.finding import Finding

NEARLY_ALWAYS = 0.97  # agreement with labels that hold errors
ABOVE_PEERS = 0.03
CERTAIN = 0.99
LEAST_SLIPS = 5  # two good voters may well agree everywhere; not in five mistakes or more


def saw_labels(evidence: Evidence) -> list[Finding]:
    """Experts near-certain on the given labels, or agreeing with them far above their peers with confidence 1."""
    if not evidence.enough:
        return []
    shares = np.array([agreement(opinion.predicted, evidence.labels) for opinion in evidence.opinions])
    found = []
    for place, opinion in enumerate(evidence.opinions):
        peers = np.delete(shares, place)
        best = float(np.nanmax(peers)) if np.isfinite(peers).any() else None
        if _too_good(opinion, shares[place], best, evidence):
            found.append(_saw_labels(opinion, shares[place], best, len(evidence.opinions) > 1))
    return found


def _too_good(opinion: Opinion, share: float, best_peer: float | None, evidence: Evidence) -> bool:
    if best_peer is None:
        return share >= 0.999 and _certain(opinion, evidence) and len(evidence.places) >= 200
    if not (share >= NEARLY_ALWAYS and share - best_peer >= ABOVE_PEERS):
        return False
    return share >= 0.995 if isinstance(opinion.expert, VotesExpert) else _certain(opinion, evidence)


def _certain(opinion: Opinion, evidence: Evidence) -> bool:
    """Whether nine in ten confidences on the given label are above 0.99."""
    same = opinion.predicted == evidence.labels
    return bool(same.any() and (opinion.confidence[same] >= CERTAIN).mean() >= 0.9)


def _saw_labels(opinion: Opinion, share: float, best_peer: float | None, others: bool) -> Finding:
    name = opinion.expert.name
    compared = "" if best_peer is None else f", the next best expert in {best_peer:.1%}"
    sentence = (
        f"Expert '{name}' seems to have seen the given labels: it agrees with them in {share:.1%} of samples{compared}"
        f"{'' if isinstance(opinion.expert, VotesExpert) else ', nearly always with certainty'}. "
        "It cannot doubt what it was trained on."
    )
    if others:
        fix = f"Leave '{name}' out, unless you have out-of-sample scores of it (cross-validation) to give instead."
    else:
        fix = "Give out-of-sample scores (cross-validation)."
    return Finding(f"saw_labels:{name}", "warning", sentence, len(opinion.predicted), fix=fix, safe_fix=others)


def identical_experts(evidence: Evidence) -> list[Finding]:
    """Experts that say the same under two names: they would count twice."""
    found, dropped = [], set()
    if not evidence.enough:
        return []
    for one, other in combinations(evidence.opinions, 2):
        if other.expert.name not in dropped and one.expert.name not in dropped and _same(one, other, evidence.labels):
            dropped.add(other.expert.name)
            found.append(_identical(one, other, evidence))
    return found


def _same(one: Opinion, other: Opinion, labels: np.ndarray) -> bool:
    if not np.array_equal(one.predicted, other.predicted):
        return False
    if np.isfinite(one.confidence).any() and np.isfinite(other.confidence).any():
        return bool(np.allclose(one.confidence, other.confidence, rtol=0, atol=2e-3, equal_nan=True))
    return int(((one.predicted >= 0) & (one.predicted != labels)).sum()) >= LEAST_SLIPS


def _identical(one: Opinion, other: Opinion, evidence: Evidence) -> Finding:
    count = len(evidence.places)
    sentence = (
        f"Experts '{one.expert.name}' and '{other.expert.name}' say the same on all "
        f"{counted(count, 'sample')}{' looked at' if evidence.looked_at else ''}: the same opinion would count twice."
    )
    fix = f"Leave '{other.expert.name}' out."
    return Finding(f"identical_experts:{other.expert.name}", "warning", sentence, count, fix=fix, safe_fix=True)
