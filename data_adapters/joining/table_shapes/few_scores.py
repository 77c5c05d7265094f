"""Scores in fewer columns than classes, or in the order of a ranking, as one column per class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cleaning.errors import InputError, counted, first_five
from cleaning.scores.rows import read_rows
from data_adapters.files.tables import Table
from data_adapters.joining.class_codes import read_classes
from data_adapters.joining.opened import OpenedExpert
from data_adapters.plan import ReadingPlan

if TYPE_CHECKING:
    from data_adapters.joining.table_shapes.ranked_columns import Ranked


def of_two_classes(opened: OpenedExpert, class_count: int, of_class: int = 1) -> np.ndarray:
    """(R, 2) scores from one column: P(class 1) as its complement and itself, a logit as 0 and itself.

    of_class: which of the two the column is about.

    Anything else is given back as it is. Raises InputError where one column stands for more than two classes.
    """
    scores = opened.its_array
    if scores.shape[1] != 1 or class_count == 1:
        return scores
    if class_count != 2:
        raise InputError(
            f"Expert '{opened.name}' has one column for {class_count:,} classes. One column can only be the probability "
            "of class 1 of two. Give one column per class."
        )
    one = np.asarray(read_rows(scores, slice(0, len(scores))), np.float32)
    inside = np.nanmin(one) >= 0 and np.nanmax(one) <= 1
    both = [1 - one if inside else np.zeros_like(one), one]
    return np.concatenate(both if of_class else both[::-1], axis=1)


def in_class_order(opened: OpenedExpert, names: Sequence[str], plan: ReadingPlan) -> OpenedExpert:
    """The expert's array with its columns in the order of the classes, where its file says what they are called."""
    if not opened.class_order:
        return opened
    codes = read_classes(np.array(opened.class_order, object), names).codes
    if sorted(codes.tolist()) != list(range(len(names))):
        note = f"its names of classes ({first_five(opened.class_order)}) are not those of the labels and are not used"
        return replace(opened, left_out=(*opened.left_out, note))
    plan.decide(opened.path.name, f"columns of '{opened.name}'", "called by the file's own list of classes", "stated")
    if (codes == np.arange(len(names))).all():
        return opened
    scores = opened.its_array
    return replace(opened, array=read_rows(scores, slice(0, len(scores)))[:, np.argsort(codes)])


def averaged(opened: OpenedExpert, row_count: int) -> OpenedExpert:
    """An array of several runs (seeds, copies of a picture) as the mean of their probabilities; others as they are.

    The axis as long as the samples are many is theirs, the last one the classes'.
    """
    if opened.array is None or opened.array.ndim != 3:
        return opened
    runs = opened.array
    if len(runs) == row_count:
        runs = np.swapaxes(read_rows(runs, slice(0, row_count)), 0, 1)
    if runs.shape[1] != row_count:
        raise InputError(
            f"Expert '{opened.name}' has shape {opened.array.shape} for {counted(row_count, 'sample')}. Expected "
            "(samples, classes), or (runs, samples, classes)."
        )
    about = replace(opened.declared, score_kind="probabilities")
    note = f"the mean probabilities of {len(runs)} runs are taken"
    return replace(opened, array=mean_of_runs(runs), declared=about, left_out=(*opened.left_out, note))


def mean_of_runs(runs: list[np.ndarray] | np.ndarray) -> np.ndarray:
    """(N, K) float32 mean of the probabilities of several (N, K) scores."""
    total = np.zeros(runs[0].shape)
    for number in range(len(runs)):
        run = runs[number] if isinstance(runs, list) else read_rows(runs, slice(number, number + 1))[0]
        total += _as_probabilities(np.asarray(run, np.float64))
    return (total / len(runs)).astype(np.float32)


def _as_probabilities(scores: np.ndarray) -> np.ndarray:
    if scores.min() >= 0 and np.abs(scores.sum(axis=1) - 1).max() < 0.02:
        return scores
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def scattered(table: Table, ranked: Ranked, names: Sequence[str]) -> np.ndarray:
    """(R, K) float32: the score of every class, from all classes in the order of a ranking.

    Raises InputError where what is ranked is no class.
    """
    classes = np.stack([read_classes(table.text(column), names).codes for column in ranked.classes], axis=1)
    if classes.min() < 0:
        raise InputError(
            f"'{table.path.name}': '{ranked.classes[0]}' and its like hold ranked classes that are neither names of "
            f"classes nor numbers from 0 to {len(names) - 1}. Give one column per class in class order."
        )
    out = np.full((len(table), len(names)), np.nan, np.float32)
    np.put_along_axis(out, classes.astype(np.int64), table.matrix(list(ranked.scores)), axis=1)
    return out
