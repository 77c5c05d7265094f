"""Experts from opened files: joined to the samples, checked, and said how.

What only tables need is imported where one is read, so that arrays do not wait for it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import AnsweringExpert, Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.errors import InputError, counted
from cleaning.scores.rows import whole_file
from cleaning.suspect.softened import is_plain
from data_adapters.joining import alignment, confidences
from data_adapters.joining.class_codes import Codes, free_text_note, read_classes, read_places
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.score_kind import (
    FullScores,
    check_finite,
    check_probabilities,
    detect_score_kind,
)
from data_adapters.joining.table_shapes.few_scores import in_class_order, of_two_classes, scattered
from data_adapters.joining.unread_answers import Frame, refuse_or_note
from data_adapters.plan import ReadingPlan, Source

if TYPE_CHECKING:
    from data_adapters.joining.expert_columns import TableShape

FEWEST_EQUAL = 20  # rows, below which equal columns may be chance


def build_expert(opened: OpenedExpert, frame: Frame, plan: ReadingPlan) -> tuple[Expert, bool]:
    """(the expert in the order of the samples, whether it was joined by position)."""
    if opened.table is not None:
        return _from_table(opened, frame, plan)
    array = opened.its_array
    join = _join(opened, frame, opened.ids, len(array), plan)
    if array.ndim == 2:
        opened = in_class_order(opened, frame.class_names, plan)
        return _full(opened, frame, join, of_two_classes(opened, len(frame.class_names)), plan), opened.ids is None
    text = np.array([str(value) for value in array.tolist()], np.object_)
    return _hard_or_top1(opened, frame, join, text, None, plan), opened.ids is None


def _from_table(opened: OpenedExpert, frame: Frame, plan: ReadingPlan) -> tuple[Expert, bool]:
    from data_adapters.joining.expert_columns import best_alone, table_shape
    from data_adapters.joining.table_shapes.nested_cells import spread_out
    from data_adapters.joining.table_shapes.paths_as_ids import as_those_of_samples
    from data_adapters.joining.table_shapes.repeated_rows import gathered as once_a_sample
    from data_adapters.joining.told_columns import decide_columns

    table, file = opened.its_table, opened.path.name
    if not len(table):
        raise InputError(f"Expert '{opened.name}' ({file}) has a header but no rows.")
    if not opened.answer_column:
        table = spread_out(table, frame.class_names)
        opened = replace(opened, table=table)
    id_column = plan.said_role(file, "id") or find_id_column(table, frame.sample_ids, frame.samples.id_column)
    gathered = once_a_sample(opened, id_column, frame.class_names)
    if gathered is not opened:
        return build_expert(gathered, frame, plan)
    samples = frame.samples
    ids = None if id_column is None else as_those_of_samples(table.text(id_column), samples.id_folders, samples.ids)
    join = _join(opened, frame, ids, len(table), plan)
    shape = table_shape(opened, id_column, frame.class_names, partial(_is_given, opened, frame, join), plan)
    decide_columns(opened, shape, plan)
    whole = _whole(opened, shape, frame.class_names)
    if whole is not None:
        return _full(opened, frame, join, whole, plan), ids is None
    shape = best_alone(table, shape)
    assert shape.predicted is not None
    if shape.order:
        confidence = confidences.by_order(table.numbers(shape.order), shape.lower_is_surer)
    elif shape.confidence:
        confidence = confidences.checked(opened.name, shape.confidence, table.numbers(shape.confidence), ids)
    else:
        confidence = None
    return _hard_or_top1(opened, frame, join, table.text(shape.predicted), confidence, plan, shape), ids is None


def _whole(opened: OpenedExpert, shape: TableShape, names: tuple[str, ...]) -> np.ndarray | None:
    """(R, K) scores of every class, where the table holds them in one way or another."""
    table = opened.its_table
    if shape.class_columns is not None:
        return table.matrix(list(shape.class_columns))
    if shape.scores_list:
        return table.lists(shape.scores_list)
    if shape.positive:
        column = table.matrix([shape.positive])
        return of_two_classes(replace(opened, table=None, array=column), len(names), shape.positive_class)
    if shape.ranked and shape.ranked.scores and len(shape.ranked.classes) == len(names):
        return scattered(table, shape.ranked, names)
    return None


def _is_given(opened: OpenedExpert, frame: Frame, join: alignment.Join, column: str) -> bool:
    """Whether a column repeats the given label of every sample it has a row for."""
    text = _taken(opened.its_table.text(column), join.rows, "")
    codes = _codes(text, frame, opened).codes
    said = codes >= 0
    return said.sum() >= FEWEST_EQUAL and bool((codes[said] == frame.given[said]).all())


def _join(opened: OpenedExpert, frame: Frame, ids: np.ndarray | None, rows: int, plan: ReadingPlan) -> alignment.Join:
    if ids is not None:
        join = alignment.join_by_id(frame.sample_ids, ids, opened.name)
        met = f"{int((join.rows >= 0).sum()):,} of {len(join.rows):,} samples have a row"
        plan.decide(opened.path.name, f"join of '{opened.name}'", "by sample id", "stated", met)
        return join
    _refuse_transposed(opened, frame)
    plan.decide(opened.path.name, f"join of '{opened.name}'", "by position", "inferred", f"{rows:,} rows, no ids")
    return alignment.join_by_position(frame.samples, rows, opened.name)


def _refuse_transposed(opened: OpenedExpert, frame: Frame) -> None:
    shape = None if opened.array is None else opened.array.shape
    n, k = len(frame.sample_ids), len(frame.class_names)
    if shape == (k, n) and n != k:
        raise InputError(
            f"Expert '{opened.name}' looks transposed: shape {shape} for {n:,} samples and {k:,} classes. "
            "Save it as (samples, classes), for example scores.T."
        )


def _full(
    opened: OpenedExpert, frame: Frame, join: alignment.Join, scores: np.ndarray, plan: ReadingPlan
) -> FullExpert:
    if scores.shape[1] != len(frame.class_names):
        raise InputError(
            f"Expert '{opened.name}' has {counted(scores.shape[1], 'column')} for "
            f"{counted(len(frame.class_names), 'class', 'classes')}. Expected one column per class, in "
            "class order."
        )
    there = join.rows >= 0
    counts = frame.samples.option_counts
    full = FullScores(
        opened.name,
        scores,
        join.rows[there],
        frame.sample_ids[there],
        None if counts is None else counts[there],
    )
    kind, seen = detect_score_kind(full)
    if opened.declared.score_kind:
        kind, seen = (
            opened.declared.score_kind,
            f"{opened.declared.score_kind} as declared; they look like {seen}",
        )
    notes = (*join.notes, *alignment.abstention_note(join, frame.sample_ids, opened.name))
    about = _about(opened, (f"Expert '{opened.name}': {seen}.", *notes))
    source: Source = "stated" if opened.declared.score_kind else "inferred"
    plan.decide(opened.path.name, f"scores of '{opened.name}'", seen, source)
    expert = FullExpert(**about, scores=scores, score_kind=kind, rows=join.rows_or_none(), option_counts=counts)
    if known := plan.options.known(expert):
        return replace(expert, known_fingerprint=known)
    if plan.options.left_to_scoring and whole_file(scores) and is_plain(expert):
        return replace(expert, unchecked=True)
    check_finite(full)
    if kind == "probabilities":
        check_probabilities(full)
    return expert


def _hard_or_top1(
    opened: OpenedExpert,
    frame: Frame,
    join: alignment.Join,
    text: np.ndarray,
    confidence: np.ndarray | None,
    plan: ReadingPlan,
    shape: TableShape | None = None,
) -> AnsweringExpert:
    aligned = _taken(text, join.rows, "")
    codes = _codes(aligned, frame, opened)
    notes = [
        *free_text_note(opened.name, codes),
        *refuse_or_note(opened.name, opened.path.name, frame, codes, aligned, plan),
    ]
    notes = [*notes, *alignment.abstention_note(join, frame.sample_ids, opened.name)]
    notes += [*_empty_note(opened.name, text, join.rows), *_unused(opened, shape)]
    predicted = np.where(codes.codes < 0, ABSTAIN, codes.codes).astype(np.int32)
    outside = np.where(codes.codes < ABSTAIN, np.float32(1), np.float32("nan"))
    plan.decide(opened.path.name, f"answers of '{opened.name}'", f"classes written as {codes.written_as}", "inferred")
    if confidence is not None:
        confidence = _taken(confidence, join.rows, np.nan).astype(np.float32)
        confidence, more = confidences.of_the_prediction(opened.name, confidence, predicted, frame.class_names)
        notes += [*more, *_order(opened.name, shape)]
        outside = np.where(np.isnan(outside), outside, confidence)
        predicted, confidence, more = confidences.both_or_neither(opened.name, predicted, confidence)
        notes += more
    what = "answers only" if confidence is None else "predicted class and confidence"
    first = f"Expert '{opened.name}': {what}, classes written as {codes.written_as}."
    about = _about(opened, (first, *join.notes, *notes)) | ({"outside": outside} if np.isfinite(outside).any() else {})
    if confidence is None:
        return VotesExpert(**about, predicted=predicted)
    return Top1Expert(**about, predicted=predicted, confidence=confidence)


def _unused(opened: OpenedExpert, shape: TableShape | None) -> list[str]:
    from data_adapters.joining.told_columns import unused_note

    return [] if shape is None else unused_note(opened, shape)


def _order(name: str, shape: TableShape | None) -> list[str]:
    from data_adapters.joining.told_columns import order_note

    return [] if shape is None else order_note(name, shape)


def _empty_note(name: str, text: np.ndarray, rows: np.ndarray) -> list[str]:
    empty = int((text[rows[rows >= 0]] == "").sum())
    return [f"Expert '{name}': {counted(empty, 'empty answer')}; there it abstains."] if empty else []


def _taken(values: np.ndarray, rows: np.ndarray, missing: object) -> np.ndarray:
    out = values[np.maximum(rows, 0)]
    out[rows < 0] = missing
    return out


def _codes(text: np.ndarray, frame: Frame, opened: OpenedExpert) -> Codes:
    samples = frame.samples
    if samples.options is not None and (counts := samples.option_counts) is not None:
        from data_adapters.joining.option_answers import read_answers

        return read_answers(text, counts, samples.options, samples.option_labels, frame.given)
    if opened.table is None and opened.its_array.dtype.kind in "iu" and frame.class_names[0] != "-1":
        return read_places(text, len(frame.class_names))
    return read_classes(text, frame.class_names)


def _about(opened: OpenedExpert, notes: tuple[str, ...]) -> dict:
    declared = opened.declared
    return {
        "name": opened.name,
        "source": str(opened.path),
        "simulated": declared.simulated,
        "cost": declared.cost,
        "family": declared.family,
        "notes": (
            *(f"'{opened.path.name}', {left}." for left in opened.left_out),
            *(opened.table.notes if opened.table is not None else ()),
            *notes,
        ),
    }
