"""Classes nobody is labelled with, and labels counted from 1."""

from dataclasses import replace

import numpy as np

from cleaning.domain.experts import FullExpert
from cleaning.errors import counted
from data_adapters.contract import Reading
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding, first


def absent_classes(evidence: Evidence) -> list[Finding]:
    """Classes without a sample. Last options that few questions have are no finding."""
    dataset = evidence.reading.dataset
    if dataset.open_answers:
        return []  # a place among a question's groups of answers is no class
    if counted_from_one(evidence.reading):
        return [_from_one(evidence.reading)]
    counts = np.bincount(dataset.given_labels, minlength=dataset.class_count)
    possible = np.array([(dataset.options_of() > k).sum() for k in range(dataset.class_count)])
    absent = np.flatnonzero((counts == 0) & (possible >= 20 if dataset.kind == "question" else True))
    if not len(absent):
        return []
    names = np.asarray(dataset.class_names, object)
    sentence = f"{counted(len(absent), 'class', 'classes')} of {dataset.class_count:,} without any sample."
    fix = "Check the class names and the labels; a class that is really absent does no harm."
    return [Finding("absent_classes", "warning", sentence, len(absent), first(names[absent]), fix)]


def counted_from_one(reading: Reading) -> bool:
    """Whether classes are numbers without names, and neither a label nor an answer is ever 0."""
    dataset = reading.dataset
    numbered = dataset.class_names == tuple(map(str, range(dataset.class_count)))
    if not numbered or dataset.class_count < 3 or (dataset.given_labels == 0).any():
        return False
    return all(not isinstance(e, FullExpert) and not (e.predicted == 0).any() for e in reading.experts)


def _from_one(reading: Reading) -> Finding:
    sentence = (
        f"Class numbers seem to count from 1: neither a given label nor an expert's answer is ever 0, and there are "
        f"{reading.dataset.class_count - 1:,} other classes."
    )
    fix = "Leave class 0 out."
    return Finding("label_base", "warning", sentence, len(reading.dataset), fix=fix, safe_fix=True)


def without_class_zero(reading: Reading) -> Reading:
    """The reading without its empty class 0; the other classes keep their names."""
    if not counted_from_one(reading):
        return reading
    dataset = reading.dataset
    less = replace(dataset, given_labels=dataset.given_labels - np.int32(1), class_names=dataset.class_names[1:])
    experts = [
        e.answering(np.where(e.predicted > 0, e.predicted - 1, e.predicted))
        for e in reading.experts
        if not isinstance(e, FullExpert)  # of which there is none where classes count from one
    ]
    return replace(reading, dataset=less, experts=tuple(experts))
