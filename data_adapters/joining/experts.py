"""Experts from opened files: joined to the samples, checked, and said how."""

from dataclasses import dataclass, replace

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import AnsweringExpert, Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.errors import InputError, counted, first_five
from cleaning.scores.rows import whole_file
from cleaning.suspect.softened import is_plain
from data_adapters.joining import alignment
from data_adapters.joining.class_codes import OUT_OF_RANGE, UNREADABLE, Codes, read_answers, read_classes
from data_adapters.joining.expert_columns import TableShape, find_id_column, table_shape
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.score_kind import (
    FullScores,
    check_finite,
    check_probabilities,
    detect_score_kind,
)
from data_adapters.plan import ReadingOptions, ReadingPlan

CONFIDENCE_TOLERANCE = 1e-3  # probabilities written as float16 may round to just above 1


@dataclass(frozen=True)
class Frame:
    """What experts are joined to: N sample ids, K class names, and for questions their options."""

    sample_ids: np.ndarray
    class_names: tuple[str, ...]
    id_column: str = "sample_id"
    options: list[list[str]] | None = None
    option_counts: np.ndarray | None = None


def build_expert(opened: OpenedExpert, frame: Frame, plan: ReadingPlan) -> tuple[Expert, bool]:
    """(the expert in the order of the samples, whether it was joined by position)."""
    if opened.table is not None:
        return _from_table(opened, frame, plan)
    join = _join(opened, frame, opened.ids, len(opened.array))
    if opened.array.ndim == 2:
        return _full(opened, frame, join, opened.array, plan.options), opened.ids is None
    text = np.array([str(value) for value in opened.array.tolist()], object)
    return _hard_or_top1(opened, frame, join, text, None), opened.ids is None


def _from_table(opened: OpenedExpert, frame: Frame, plan: ReadingPlan) -> tuple[Expert, bool]:
    table = opened.table
    if not len(table):
        raise InputError(f"Expert '{opened.name}' ({opened.path.name}) has a header but no rows.")
    id_column = find_id_column(table, frame.sample_ids, frame.id_column)
    shape = table_shape(opened, id_column, frame.class_names)
    ids = None if id_column is None else table.text(id_column)
    join = _join(opened, frame, ids, len(table))
    if shape.class_columns is not None:
        scores = table.matrix(list(shape.class_columns))
        return _full(opened, frame, join, scores, plan.options), ids is None
    confidence = None if shape.confidence is None else _confidence(opened, shape, ids)
    return _hard_or_top1(opened, frame, join, table.text(shape.predicted), confidence), ids is None


def _join(opened: OpenedExpert, frame: Frame, ids: np.ndarray | None, rows: int) -> alignment.Join:
    if ids is not None:
        return alignment.join_by_id(frame.sample_ids, ids, opened.name)
    _refuse_transposed(opened, frame)
    return alignment.join_by_position(len(frame.sample_ids), rows, opened.name)


def _refuse_transposed(opened: OpenedExpert, frame: Frame) -> None:
    shape = None if opened.array is None else opened.array.shape
    n, k = len(frame.sample_ids), len(frame.class_names)
    if shape == (k, n) and n != k:
        raise InputError(
            f"Expert '{opened.name}' looks transposed: shape {shape} for {n:,} samples and {k:,} classes. "
            "Save it as (samples, classes), for example scores.T."
        )


def _full(
    opened: OpenedExpert, frame: Frame, join: alignment.Join, scores: np.ndarray, options: ReadingOptions
) -> FullExpert:
    if scores.shape[1] != len(frame.class_names):
        raise InputError(
            f"Expert '{opened.name}' has {counted(scores.shape[1], 'column')} for "
            f"{counted(len(frame.class_names), 'class', 'classes')}. Expected one column per class, in "
            "class order."
        )
    alignment.require_all(join, frame.sample_ids, opened.name)
    full = FullScores(opened.name, scores, join.rows, frame.sample_ids, frame.option_counts)
    kind, seen = detect_score_kind(full)
    if opened.declared.score_kind:
        kind, seen = (
            opened.declared.score_kind,
            f"{opened.declared.score_kind} as declared; they look like {seen}",
        )
    about = _about(opened, (f"Expert '{opened.name}': {seen}.", *join.notes))
    rows, counts = join.rows_or_none(), frame.option_counts
    expert = FullExpert(**about, scores=scores, score_kind=kind, rows=rows, option_counts=counts)
    if known := options.known(expert):
        return replace(expert, known_fingerprint=known)
    if options.left_to_scoring and whole_file(scores) and is_plain(expert):
        return replace(expert, unchecked=True)
    check_finite(full)
    if kind == "probabilities":
        check_probabilities(full)
    return expert


def _hard_or_top1(
    opened: OpenedExpert, frame: Frame, join: alignment.Join, text: np.ndarray, confidence: np.ndarray | None
) -> AnsweringExpert:
    aligned = _taken(text, join.rows, "")
    codes = _codes(aligned, frame)
    notes = _refuse_or_note(opened, frame, codes, aligned)
    notes = [*notes, *alignment.abstention_note(join, frame.sample_ids, opened.name)]
    notes += _empty_note(opened.name, text, join.rows)
    predicted = np.where(codes.codes < 0, ABSTAIN, codes.codes).astype(np.int32)
    if confidence is not None:
        confidence = _taken(confidence, join.rows, np.nan).astype(np.float32)
        predicted, confidence, more = _both_or_neither(opened.name, predicted, confidence)
        notes += more
    what = "answers only" if confidence is None else "predicted class and confidence"
    notes = (f"Expert '{opened.name}': {what}, classes written as {codes.written_as}.", *join.notes, *notes)
    about = _about(opened, notes)
    if confidence is None:
        return VotesExpert(**about, predicted=predicted)
    return Top1Expert(**about, predicted=predicted, confidence=confidence)


def _empty_note(name: str, text: np.ndarray, rows: np.ndarray) -> list[str]:
    empty = int((text[rows[rows >= 0]] == "").sum())
    return [f"Expert '{name}': {counted(empty, 'empty answer')}; there it abstains."] if empty else []


def _taken(values: np.ndarray, rows: np.ndarray, missing: object) -> np.ndarray:
    out = values[np.maximum(rows, 0)]
    out[rows < 0] = missing
    return out


def _codes(text: np.ndarray, frame: Frame) -> Codes:
    if frame.options is not None:
        return read_answers(text, frame.option_counts, frame.options)
    return read_classes(text, frame.class_names)


def _refuse_or_note(opened: OpenedExpert, frame: Frame, codes: Codes, text: np.ndarray) -> list[str]:
    """What is said about answers that are no class; raises InputError where they are too many to be slips."""
    given = int((text != "").sum())
    bad = np.flatnonzero((codes.codes == UNREADABLE) | (codes.codes == OUT_OF_RANGE))
    if not given:
        raise InputError(f"Expert '{opened.name}' ({opened.path.name}) has no answer for any sample.")
    if len(bad) * 2 > given:
        raise InputError(
            f"Expert '{opened.name}': {len(bad):,} of {counted(given, 'answer')} are no class: "
            f"{_quoted(text[bad])}. Classes are {first_five(frame.class_names)}, or numbers from 0."
        )
    _refuse_numbers_out_of_range(opened, frame, codes, text)
    if not len(bad):
        return []
    return [
        f"Expert '{opened.name}': {counted(len(bad), 'answer')} could not be read as a class "
        f"({_quoted(text[bad])}); there it abstains."
    ]


def _refuse_numbers_out_of_range(opened: OpenedExpert, frame: Frame, codes: Codes, text: np.ndarray) -> None:
    outside = codes.where(OUT_OF_RANGE)
    one_based = not (codes.codes == 0).any()
    slips = frame.options is not None and not (one_based and codes.written_as == "0-based numbers")
    if len(outside) and not slips:
        hint = " They look 1-based: subtract 1." if one_based else ""
        raise InputError(
            f"Expert '{opened.name}' predicts class numbers outside 0 to {len(frame.class_names) - 1} for "
            f"{counted(len(outside), 'sample')}: {first_five(frame.sample_ids[outside])} "
            f"({_quoted(text[outside])}).{hint}"
        )


def _quoted(values: np.ndarray) -> str:
    return first_five(f"'{value}'" for value in dict.fromkeys(values))


def _confidence(opened: OpenedExpert, shape: TableShape, ids: np.ndarray | None) -> np.ndarray:
    """(R,) float64 in 0..1, NaN where empty. Raises InputError on values outside, percentages above all."""
    values = opened.table.numbers(shape.confidence)
    bad = np.flatnonzero((values < 0) | (values > 1 + CONFIDENCE_TOLERANCE))
    if len(bad):
        largest = np.nanmax(values)
        percent = 1.5 < largest <= 100.1 and not (values < 0).any()
        who = first_five(ids[bad] if ids is not None else (f"row {i + 1}" for i in bad))
        hint = "They look like percentages: divide them by 100." if percent else "Expected probabilities."
        raise InputError(
            f"Expert '{opened.name}' has {counted(len(bad), 'confidence')} outside 0 to 1 in column "
            f"'{shape.confidence}' (up to {largest:.4g}): {who}. {hint}"
        )
    return np.clip(values, 0.0, 1.0)


def _both_or_neither(name: str, predicted: np.ndarray, confidence: np.ndarray) -> tuple:
    """An answer without a confidence is an abstention, and the other way round."""
    lone = int(((predicted >= 0) & np.isnan(confidence)).sum())
    predicted = np.where(np.isnan(confidence), ABSTAIN, predicted).astype(np.int32)
    confidence = np.where(predicted < 0, np.nan, confidence).astype(np.float32)
    said = f"Expert '{name}': {counted(lone, 'answer')} without a confidence; there it abstains."
    return predicted, confidence, [said] if lone else []


def _about(opened: OpenedExpert, notes: tuple[str, ...]) -> dict:
    declared = opened.declared
    return {
        "name": opened.name,
        "source": str(opened.path),
        "simulated": declared.simulated,
        "cost": declared.cost,
        "family": declared.family,
        "notes": (*(opened.table.notes if opened.table is not None else ()), *notes),
    }
