"""Other readings of the same files: numbers counted from 1, scores that are lower for better classes, other labels."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from cleaning.domain.experts import Expert, FullExpert
from data_adapters.contract import Reading
from data_adapters.doctor.chance import excess
from data_adapters.doctor.conversions import converted
from data_adapters.doctor.evidence import Evidence, Opinion, agreement
from data_adapters.doctor.finding import Finding

CLEARLY = 0.05  # of agreement, by which a later rival must beat an earlier one
LEAST_GAIN = 0.15  # of agreement, by which a rival must beat the reading at hand
SOME_BETTER = 1.5  # times the agreement at hand, that a rival must reach
SURE = 5.0  # standard errors of the rival's agreement


def far_better(rival: float, share: float, answers: int) -> bool:
    """Whether a rival reading explains the given labels far better than the one at hand."""
    error = np.sqrt(max(rival * (1 - rival), 0.05) / max(1, answers))
    return bool(rival - share > max(LEAST_GAIN, SURE * error) and rival > SOME_BETTER * share)


def named_orders(class_names: tuple[str, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """(words, (K,) what the expert's class k really is) of the orders that class lists usually have."""
    names = np.asarray(class_names, object).astype(str)
    count = len(names)
    as_text = np.argsort(names, kind="stable")
    yield "the alphabetical order of the class names", as_text
    yield "the reversed order", np.arange(count)[::-1].copy()
    if all(name.isdigit() for name in class_names):
        by_number = np.argsort(names.astype(np.int64), kind="stable")
        yield "the order of the class names as numbers", by_number
        yield "an order in which numbers were sorted as text", np.argsort(as_text, kind="stable")


def rival_readings(evidence: Evidence) -> list[Finding]:
    """Labels or answers counted from 1, scores turned upside down, labels that mean something else: errors with fixes."""
    if not evidence.enough or not evidence.opinions:
        return []
    of_labels = _other_labels(evidence) or _labels_from_one(evidence)
    if of_labels:
        return of_labels
    found = [look(opinion, evidence) for opinion in evidence.opinions for look in (_answers_from_one, _negated)]
    return [finding for finding in found if finding is not None]


def best_explained(findings: Sequence[Finding]) -> list[Finding]:
    """Of the rivals about one expert, or about the labels, the one that explains most; of nearly equals the first."""
    best: dict[str, Finding] = {}
    for finding in findings:
        other = best.get(finding.expert)
        if other is None or finding.after > other.after + CLEARLY:
            best[finding.expert] = finding
    return list(best.values())


def _shares(evidence: Evidence, labels: np.ndarray, shift: int = 0) -> tuple[float, float, int]:
    """(mean agreement as read, mean agreement with these labels less ``shift``, fewest answers)."""
    opinions = [opinion for opinion in evidence.opinions if (opinion.predicted >= 0).any()]
    as_read = [agreement(o.predicted, evidence.labels) for o in opinions]
    other = [agreement(np.where(o.predicted >= 0, o.predicted + shift, -1), labels) for o in opinions]
    fewest = min((int((o.predicted >= 0).sum()) for o in opinions), default=0)
    return float(np.mean(as_read or [1.0])), float(np.mean(other or [0.0])), fewest


def _other_labels(evidence: Evidence) -> list[Finding]:
    for words, codes in evidence.reading.rival_labels:
        rival = codes[evidence.places].astype(np.int64)
        share, other, answers = _shares(evidence, rival)
        if (codes >= 0).all() and far_better(other, share, answers):
            sentence = (
                f"Given labels can be read as {words} too, and then the experts agree with them in {other:.1%} of samples "
                f"instead of {share:.1%}."
            )
            return [
                Finding(
                    "label_reading",
                    "error",
                    sentence,
                    len(codes),
                    fix=f"Read them as {words}.",
                    safe_fix=True,
                    after=other,
                    before=share,
                )
            ]
    return []


def _labels_from_one(evidence: Evidence) -> list[Finding]:
    dataset = evidence.reading.dataset
    if dataset.kind == "question" or (dataset.given_labels == 0).any():
        return []
    share, other, answers = _shares(evidence, evidence.labels, shift=1)
    if not far_better(other, share, answers):
        return []
    sentence = (
        f"Given labels seem to be numbered from 1: none is 0, and the experts agree with them in {other:.1%} of samples "
        f"if they are, instead of {share:.1%}."
    )
    return [
        Finding(
            "label_base",
            "error",
            sentence,
            len(dataset),
            fix="Count the classes from 1.",
            safe_fix=True,
            after=other,
            before=share,
        )
    ]


def _answers_from_one(opinion: Opinion, evidence: Evidence) -> Finding | None:
    if isinstance(opinion.expert, FullExpert):
        return None
    share = excess(opinion, evidence)[0]
    said = opinion.predicted > 0
    other = agreement(np.where(said, opinion.predicted - 1, -1), evidence.labels)
    zeros = (opinion.predicted == 0).sum() / max(1, (opinion.predicted >= 0).sum())
    if zeros > 0.1 or not far_better(other, share, int(said.sum())):
        return None
    sentence = (
        f"Expert '{opinion.expert.name}' seems to number its classes from 1: then it agrees with the given labels in "
        f"{other:.1%} of samples, instead of {share:.1%}."
    )
    return Finding(
        f"label_base:{opinion.expert.name}",
        "error",
        sentence,
        fix="Subtract 1; 0 is no answer.",
        safe_fix=True,
        after=other,
        before=share,
    )


def _negated(opinion: Opinion, evidence: Evidence) -> Finding | None:
    expert = opinion.expert
    share, chance, _ = excess(opinion, evidence)
    if not isinstance(expert, FullExpert) or not share < chance + 0.05 or expert.scores.shape[1] < 3:
        return None
    other = agreement(_worst(expert, evidence.places), evidence.labels)
    if not far_better(other, share, len(evidence.places)):
        return None
    sentence = (
        f"Expert '{expert.name}' seems to give losses or distances: the class with its lowest score is the given label in "
        f"{other:.1%} of samples, the one with its highest in {share:.1%}."
    )
    return Finding(
        f"negated:{expert.name}",
        "error",
        sentence,
        fix="Change the sign of its scores.",
        safe_fix=True,
        after=other,
        before=share,
    )


def _worst(expert: FullExpert, places: np.ndarray) -> np.ndarray:
    """(n,) the class with the lowest score."""
    logits = expert.logits(places)
    silent = np.isnan(logits).all(axis=1)
    return np.where(silent, -1, np.where(np.isnan(logits), np.inf, logits).argmin(axis=1))


def sign_changed(reading: Reading, expert: Expert) -> Expert:
    """The scores with their sign changed, as logits."""
    assert isinstance(expert, FullExpert), "only scores have a sign"
    scores = converted(expert.scores, lambda block: -block.astype(np.float32), np.float32)
    return replace(expert, scores=scores, score_kind="logits", known_fingerprint="")


def counted_from_zero(reading: Reading, expert: Expert) -> Expert:
    """The answers less 1; 0 becomes an abstention."""
    assert not isinstance(expert, FullExpert), "only answers are numbered"
    return expert.answering(np.where(expert.predicted >= 0, expert.predicted - 1, expert.predicted))


def other_labels(reading: Reading) -> Reading:
    """The reading with the given labels in their rival meaning."""
    evidence = Evidence(reading)
    (finding,) = _other_labels(evidence)
    codes = next(codes for words, codes in reading.rival_labels if f" {words}" in finding.fix)
    return replace(reading, dataset=replace(reading.dataset, given_labels=codes.astype(np.int32)))


def labels_from_one(reading: Reading) -> Reading:
    """Class k is called k + 1 where classes are called by numbers, and given labels are one less."""
    dataset = reading.dataset
    numbered = dataset.class_names == tuple(map(str, range(dataset.class_count)))
    names = tuple(str(k + 1) for k in range(dataset.class_count)) if numbered else dataset.class_names
    labels = dataset.given_labels - np.int32(1)
    return replace(reading, dataset=replace(dataset, given_labels=labels, class_names=names))
