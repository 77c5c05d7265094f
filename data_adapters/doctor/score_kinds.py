"""Kind of score: what it is, whether a softmax was applied twice, what float16 rounded away."""

from dataclasses import replace

import numpy as np

from cleaning.domain.experts import Expert, FullExpert
from cleaning.errors import counted
from cleaning.scores.rows import read_rows
from data_adapters.contract import Reading
from data_adapters.doctor.conversions import converted
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding, first
from data_adapters.joining.score_kind import FullScores, detect_score_kind

LOOKED_AT = 2000
NEARLY_ZERO = 1e-3  # of a probability recovered from a second softmax
ROUNDING = 0.01


def score_kinds(evidence: Evidence) -> list[Finding]:
    """Notes on every full expert's kind of score; warnings where it was declared otherwise or softmaxed twice."""
    found = []
    for expert in evidence.reading.experts:
        if not isinstance(expert, FullExpert):
            continue
        kind, seen = detect_score_kind(_full(expert, evidence.reading))
        found += _stated(expert, kind, seen)
        if kind == "probabilities":
            found += [*_softmaxed_twice(expert, evidence), *_rounded(expert, evidence)]
        elif "between 0 and 1" in seen:
            found.append(_between(expert, seen))
    return found


def read_as_probabilities(reading: Reading, expert: Expert) -> Expert:
    """The same scores, taken as probabilities."""
    assert isinstance(expert, FullExpert), "only of scores is it asked what they are"
    return replace(expert, score_kind="probabilities", known_fingerprint="")


def softmax_undone(reading: Reading, expert: Expert) -> Expert:
    """float32 probabilities p, where the scores are q = softmax(p): p is log q plus what makes a row sum to 1."""

    def undone(block: np.ndarray) -> np.ndarray:
        return np.clip(_before_softmax(block.astype(np.float64)), 0.0, 1.0)

    assert isinstance(expert, FullExpert), "only scores can be softmaxed twice"
    scores = converted(expert.scores, undone, np.float32)
    return replace(expert, scores=scores, score_kind="probabilities", known_fingerprint="")


def _full(expert: FullExpert, reading: Reading) -> FullScores:
    rows = expert.row_numbers(len(reading.dataset))
    answered = rows >= 0
    options = None if expert.option_counts is None else expert.option_counts[answered]
    return FullScores(expert.name, expert.scores, rows[answered], reading.dataset.sample_ids[answered], options)


def _stated(expert: FullExpert, kind: str, seen: str) -> list[Finding]:
    if kind == expert.score_kind:
        return [Finding(f"score_kind:{expert.name}", "note", f"Expert '{expert.name}' gives {seen}.")]
    sentence = f"Expert '{expert.name}' is read as {expert.score_kind}, but its scores look like {seen}."
    if kind == "probabilities":
        fix = "Read them as probabilities."
        return [Finding(f"score_kind:{expert.name}", "warning", sentence, fix=fix, safe_fix=True)]
    fix = "Correct 'score_kind' in dataset.json, or save what the model really gives."
    return [Finding(f"score_kind:{expert.name}", "warning", sentence, fix=fix)]


def _between(expert: FullExpert, seen: str) -> Finding:
    sentence = f"Expert '{expert.name}' gives {seen}: they may come from one sigmoid per class."
    fix = "Save the logits (before any sigmoid or softmax), or make every row sum to 1."
    return Finding(f"sigmoid_scores:{expert.name}", "warning", sentence, fix=fix)


def _some(expert: FullExpert, evidence: Evidence) -> np.ndarray:
    """(n, K) float64 scores of up to 2,000 samples that all have all classes; empty where options differ."""
    if expert.option_counts is not None and (expert.option_counts < expert.scores.shape[1]).any():
        return np.empty((0, expert.scores.shape[1]))
    places = evidence.places[:: max(1, len(evidence.places) // LOOKED_AT)]
    rows = places if expert.rows is None else expert.rows[places]
    return np.asarray(read_rows(expert.scores, rows[rows >= 0]), np.float64)


def _softmaxed_twice(expert: FullExpert, evidence: Evidence) -> list[Finding]:
    q = _some(expert, evidence)
    if len(q) < 10 or q.shape[1] < 3 or (q <= 0).any():
        return []
    p = _before_softmax(q)
    smallest, largest = p.min(axis=1), p.max(axis=1)
    rounded = ROUNDING if expert.scores.dtype == np.float16 else NEARLY_ZERO
    sound = (smallest > -rounded).all() and (largest < 1 + rounded).all()
    if not (sound and np.median(smallest) < max(rounded, 0.2 / q.shape[1]) and np.median(largest) > 0.4):
        return []
    sentence = (
        f"Expert '{expert.name}' looks softmaxed twice: no probability is above {q.max():.3f}, and every row is the "
        "softmax of numbers that are themselves probabilities."
    )
    fix = "Undo the second softmax."
    return [Finding(f"softmaxed_twice:{expert.name}", "warning", sentence, len(q), fix=fix, safe_fix=True)]


def _before_softmax(q: np.ndarray) -> np.ndarray:
    """(n, K) p with softmax(p) = q and rows that sum to 1."""
    logs = np.log(np.maximum(q, np.finfo(np.float64).tiny))
    return logs + ((1 - logs.sum(axis=1)) / q.shape[1])[:, None]


def _rounded(expert: FullExpert, evidence: Evidence) -> list[Finding]:
    if expert.scores.dtype != np.float16:
        return []
    p = _some(expert, evidence)
    if not len(p):
        return []
    saturated = int((p.max(axis=1) >= 1).sum())
    sums = p.sum(axis=1)
    sentence = (
        f"Expert '{expert.name}' keeps probabilities as float16: rows sum to {sums.min():.4f} to {sums.max():.4f}, and "
        f"{counted(saturated, 'sample')} of {len(p):,} looked at have a probability rounded to exactly 1. "
        "The reader allows for it."
    )
    return [Finding(f"float16_rounding:{expert.name}", "note", sentence, saturated)]


def constant_columns(evidence: Evidence) -> list[Finding]:
    """Classes for which an expert gives every sample the same score."""
    found, names = [], np.asarray(evidence.reading.dataset.class_names, object)
    for expert in evidence.reading.experts:
        scores = _some(expert, evidence) if isinstance(expert, FullExpert) else np.empty((0, 0))
        if len(scores) < 10:
            continue
        same = np.flatnonzero(scores.min(axis=0) == scores.max(axis=0))
        if len(same):
            sentence = (
                f"Expert '{expert.name}' gives all {len(scores):,} samples looked at the same score for "
                f"{counted(len(same), 'class', 'classes')}."
            )
            fix = "Check that its columns are the classes of this dataset, in their order."
            found.append(
                Finding(f"constant_columns:{expert.name}", "warning", sentence, len(same), first(names[same]), fix)
            )
    return found
