"""Every way to rank that the default is measured against, on the judged rows of one set.

Nothing here sees a truth. Scores are (J,), higher = more likely wrong. What people do without calibration (mean
probability, cleanlab) is measured on the probabilities as they are, and again on our calibrated ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.detection_sets import JudgedSet
from cleaning.calibrate.calibration import Calibration, calibrate, calibrated_confidence
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert, Top1Expert
from cleaning.domain.folds import Folds, draw_folds
from cleaning.suspect.pool import Opinions, pool
from cleaning.suspect.suspicion import expert_agreement, log_ratio, metadata_excess
from cleaning.suspect.unequal_classes import class_log_factor

DEFAULT = "default"
WITHOUT_GROUP = "default, group unused"
ALONE = "alone: "
PAPER = "paper, K = "
CHUNK_CELLS = 2_000_000
WHOLE_CELLS = 2_000_000  # cleanlab's class-wise adjustment needs all rows at once
SMALLEST = 1e-12


@dataclass(frozen=True)
class Asked:
    """A judged set with its experts calibrated and pooled as the product does it."""

    judged: JudgedSet
    folds: Folds
    calibrations: list[Calibration]
    opinions: Opinions

    @classmethod
    def of(cls, judged: JudgedSet) -> "Asked":
        dataset, experts = judged.dataset, judged.experts
        folds = draw_folds(dataset.sample_ids)
        calibrations = [calibrate(expert, dataset.given_labels, folds) for expert in experts]
        return cls(judged, folds, calibrations, pool(dataset, experts, calibrations, folds))

    @property
    def labels(self) -> np.ndarray:
        """(N,) given labels."""
        return self.judged.dataset.given_labels


def rankings(asked: Asked) -> dict[str, np.ndarray]:
    """(J,) scores by name, the default first."""
    scores = dict(_ours(asked)) | dict(_alone(asked)) | dict(_votes(asked))
    rows = asked.judged.judged
    return {name: score[rows] for name, score in scores.items()} | by_probabilities(asked)


def _ours(asked: Asked) -> Iterator[tuple[str, np.ndarray]]:
    ratio, dataset = log_ratio(asked.opinions) + class_factor(asked), asked.judged.dataset
    if dataset.group is None:
        yield DEFAULT, ratio
        return
    excess = metadata_excess(asked.opinions, asked.labels, dataset.group, asked.folds)
    yield DEFAULT, ratio + excess.log_factor
    yield WITHOUT_GROUP, ratio


def default_scores(asked: Asked) -> np.ndarray:
    """(J,) the default's."""
    return next(score for name, score in _ours(asked) if name == DEFAULT)[asked.judged.judged]


def class_factor(asked: Asked) -> np.ndarray:
    """(N,) what the default adds where classes are very unequal."""
    return class_log_factor(asked.opinions.label_probability, asked.labels, asked.opinions.answered)


def _alone(asked: Asked) -> Iterator[tuple[str, np.ndarray]]:
    """Each expert calibrated, scored as the default scores a pool of one."""
    for expert, fitted in zip(asked.judged.experts, asked.calibrations):
        yield ALONE + expert.name, log_ratio(pool(asked.judged.dataset, [expert], [fitted], asked.folds))


def _votes(asked: Asked) -> Iterator[tuple[str, np.ndarray]]:
    """How many vote against the given label, and the paper's rule: for each K ranked by tau, and as a ladder."""
    predicted = asked.opinions.predicted
    yield "vote count", ((predicted != ABSTAIN) & (predicted != asked.labels[:, None])).sum(axis=1)
    view, experts = expert_agreement(asked.opinions, asked.labels), predicted.shape[1]
    yield "paper, ladder", view.ladder(experts)
    for agree in range(1, experts + 1):
        yield f"{PAPER}{agree}", np.where(view.count >= agree, view.weakest, -1.0)


def by_probabilities(asked: Asked) -> dict[str, np.ndarray]:
    """Rankings from probabilities of all classes, read in chunks."""
    rows, classes = asked.judged.judged, asked.judged.dataset.class_count
    step = max(1_000, CHUNK_CELLS // classes)
    parts = [_chunk(asked, rows[start : start + step]) for start in range(0, len(rows), step)]
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if _all_full(asked) and len(asked.labels) * classes <= WHOLE_CELLS:
        found["cleanlab adjusted, mean"] = _adjusted(asked)[rows]
    return found


def _chunk(asked: Asked, rows: np.ndarray) -> dict[str, np.ndarray]:
    from cleanlab.rank import get_label_quality_ensemble_scores, get_label_quality_scores

    labels, found = asked.labels[rows], {}
    for kind, calibrated in (("", False), (", calibrated", True)):
        each = [distribution(asked, m, rows, calibrated) for m in range(len(asked.judged.experts))]
        mean = mean_of(each, asked.judged.dataset.options_of()[rows])
        found[f"mean probability (cleanlab self-confidence){kind}"] = 1 - mean[np.arange(len(rows)), labels]
        margin = get_label_quality_scores(labels, mean, method="normalized_margin")
        found[f"cleanlab normalized margin, mean{kind}"] = 1 - margin
        entropy = get_label_quality_scores(labels, mean, method="confidence_weighted_entropy")
        found[f"cleanlab weighted entropy, mean{kind}"] = 1 - entropy
        if not calibrated and _all_full(asked):
            weights = (asked.opinions.predicted == asked.labels[:, None]).mean(axis=0)  # cleanlab's own: by accuracy
            for method in ("self_confidence", "normalized_margin"):
                quality = get_label_quality_ensemble_scores(
                    labels,
                    each,
                    method=method,
                    weight_ensemble_members_by="custom",
                    custom_weights=weights / weights.sum(),
                    verbose=False,
                )
                found[f"cleanlab ensemble {method.replace('_', ' ')}"] = 1 - quality
    return found


def _adjusted(asked: Asked) -> np.ndarray:
    """(N,) cleanlab's self-confidence after subtracting each class's mean self-confidence."""
    from cleanlab.rank import get_label_quality_scores

    rows = np.arange(len(asked.labels))
    each = [distribution(asked, m, rows, False) for m in range(len(asked.judged.experts))]
    mean = mean_of(each, asked.judged.dataset.options_of())
    return 1 - get_label_quality_scores(asked.labels, mean, method="self_confidence", adjust_pred_probs=True)


def _all_full(asked: Asked) -> bool:
    return all(isinstance(expert, FullExpert) and expert.rows is None for expert in asked.judged.experts)


def distribution(asked: Asked, number: int, rows: np.ndarray, calibrated: bool) -> np.ndarray:
    """(n, K) one expert's probabilities of some rows, summing to 1; NaN where it abstains.

    Of an expert that gives one answer, what its confidence leaves (nothing of a bare vote, unless calibrated) goes
    evenly to all other options.
    """
    expert, fitted = asked.judged.experts[number], asked.calibrations[number]
    if isinstance(expert, FullExpert):
        by_fold = fitted.by_fold[asked.folds.fold[rows], 0] if calibrated else np.ones(len(rows))
        return softmax(expert.logits(rows) / by_fold[:, None].astype(np.float32))
    if calibrated:
        confidence = calibrated_confidence(expert, fitted, asked.folds)[rows]
    else:
        confidence = expert.confidence[rows] if isinstance(expert, Top1Expert) else np.ones(len(rows))
    options = asked.judged.dataset.options_of()[rows]
    answer, q = expert.predicted[rows], np.empty((len(rows), asked.judged.dataset.class_count))
    q[:] = ((1 - confidence) / (options - 1))[:, None]
    q[np.arange(q.shape[1]) >= options[:, None]] = 0
    q[np.arange(len(rows)), answer] = confidence
    q[answer == ABSTAIN] = np.nan
    return q


def softmax(logits: np.ndarray) -> np.ndarray:
    """(n, K) float64 rows that sum to 1; a missing option (NaN) gets 0, a row without any stays NaN."""
    silent = np.isnan(logits).all(axis=1)
    z = np.where(np.isnan(logits), -np.inf, logits).astype(np.float64)
    z[silent] = 0
    q = np.exp(z - z.max(axis=1, keepdims=True))
    q[silent] = np.nan
    return q / q.sum(axis=1, keepdims=True)


def mean_of(each: list[np.ndarray], options: np.ndarray) -> np.ndarray:
    """(n, K) mean over the experts that answer; even over the options where none does."""
    answered = np.array([~np.isnan(q[:, 0]) for q in each])
    total = sum(np.nan_to_num(q) for q in each)
    count = answered.sum(axis=0)
    even = (np.arange(total.shape[1]) < options[:, None]) / options[:, None]
    return np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], even)
