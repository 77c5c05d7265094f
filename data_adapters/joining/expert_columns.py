"""What an expert's table holds: one column per class, a predicted class with confidence, or answers only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.errors import InputError, first_five
from data_adapters.files.tables import Table
from data_adapters.joining.columns import ID_NAMES, known_columns
from data_adapters.joining.opened import OpenedExpert
from data_adapters.sentences import listed

PREDICTED_NAMES = (
    "predicted_class",
    "predicted_label",
    "predicted",
    "prediction",
    "pred",
    "answer",
    "predicted_answer",
    "response",
    "top1",
    "label",
    "class",
)
CONFIDENCE_NAMES = (
    "predicted_probability",
    "confidence",
    "probability",
    "prob",
    "score",
    "conf",
    "max_probability",
    "max_prob",
)
NUMBERED = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class TableShape:
    """class_columns: K columns in class order (full), or None: then predicted, with or without confidence."""

    id_column: str | None
    class_columns: tuple[str, ...] | None = None
    predicted: str | None = None
    confidence: str | None = None


def find_id_column(table: Table, sample_ids: np.ndarray, asked: str) -> str | None:
    """The column whose values are sample ids; None where no column looks like ids at all.

    asked: the id column of the labels, tried first. Then known names, then every column. A column is taken
    when at least half of its first 1,000 values are sample ids; else the best of those with any. Where a
    column has a known id name but no value in common, it is returned all the same, so that joining can say
    what differs.
    """
    known = set(sample_ids)
    first = [c for c in (asked, *known_columns(table, ID_NAMES)) if c in table.columns]
    shares = {}
    for column in dict.fromkeys((*first, *_texts_first(table))):
        values = _first_texts(table, column)
        shares[column] = sum(value in known for value in values) / max(1, len(values))
        if shares[column] >= 0.5:
            return column
    best = max(shares, key=shares.__getitem__, default=None)
    if best is not None and shares[best] > 0 and (best in first or not table.holds_numbers(best)):
        return best
    return first[0] if first else _first_distinct_text(table)


def table_shape(opened: OpenedExpert, id_column: str | None, names: Sequence[str]) -> TableShape:
    """Which columns are scores or answers, given the K class names. Raises InputError where it is unclear."""
    table = opened.table
    rest = [column for column in table.columns if column != id_column]
    classes = class_columns(rest, names)
    if classes is not None:
        return TableShape(id_column, class_columns=classes)
    if opened.answer_column:
        return TableShape(id_column, predicted=opened.answer_column)
    confidence = next((c for c in known_columns(table, CONFIDENCE_NAMES) if c in rest), None)
    predicted = next((c for c in known_columns(table, PREDICTED_NAMES) if c in rest), None)
    if predicted is None:
        others = [column for column in rest if column != confidence]
        if len(others) != 1:
            raise _unclear(opened, rest, names)
        predicted = others[0]
    return TableShape(id_column, predicted=predicted, confidence=confidence)


def class_columns(columns: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """The K columns in class order: named as the classes, or numbered 0 to K-1, with or without a prefix."""
    for prefix in _prefixes(columns, names):
        by_class = {column.removeprefix(prefix): column for column in columns if column.startswith(prefix)}
        if all(name in by_class for name in names):
            return tuple(by_class[name] for name in names)
    numbered = numbered_columns(columns)
    return numbered if numbered is not None and len(numbered) == len(names) else None


def numbered_columns(columns: Sequence[str]) -> tuple[str, ...] | None:
    """Columns ``0, 1, ...`` or ``prob_0, prob_1, ...`` in the order of their numbers, or None."""
    families: dict[str, dict[int, str]] = {}
    for column in columns:
        match = NUMBERED.fullmatch(column)
        if match and len(match[2]) < 8:
            families.setdefault(match[1], {})[int(match[2])] = column
    largest = max(families.values(), key=len, default={})
    if len(largest) < 2 or sorted(largest) != list(range(len(largest))):
        return None
    return tuple(largest[k] for k in range(len(largest)))


def score_columns(table: Table, id_column: str | None) -> tuple[str, ...]:
    """All number columns that are neither ids nor a known confidence or prediction; what may be classes."""
    known = {id_column, *known_columns(table, (*CONFIDENCE_NAMES, *PREDICTED_NAMES))}
    return tuple(c for c in table.columns if c not in known and table.holds_numbers(c))


def _prefixes(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    first = names[0]
    return ["", *sorted({c.removesuffix(first) for c in columns if c.endswith(first) and c != first})]


def _texts_first(table: Table) -> list[str]:
    numbers = [column for column in table.columns[:50] if table.holds_numbers(column)]
    return [column for column in table.columns[:50] if column not in numbers] + numbers


def _first_texts(table: Table, column: str) -> np.ndarray:
    return Table(table.path, table.data.slice(0, 1000)).text(column)


def _first_distinct_text(table: Table) -> str | None:
    for column in table.columns[:50]:
        values = _first_texts(table, column)
        if len(values) > 5 and not table.holds_numbers(column) and len(set(values)) == len(values):
            return column
    return None


def _unclear(opened: OpenedExpert, rest: Sequence[str], names: Sequence[str]) -> InputError:
    shown = ", ".join(rest) if len(rest) <= 12 else f"{first_five(rest)} ({len(rest)} in all)"
    scores = [c for c in rest if opened.table.holds_numbers(c)]
    lacking = [name for name in names if name not in scores]
    if len(scores) > 2 and lacking:
        return InputError(
            f"Expert '{opened.name}' ({opened.path.name}) has {len(scores)} number columns for "
            f"{len(names)} classes, "
            f"and none for {listed(lacking)} Name one column after each class, or 0 to {len(names) - 1}."
        )
    return InputError(
        f"Expert '{opened.name}' ({opened.path.name}): it is unclear which of its columns holds the answers: "
        f"{shown or 'there is none besides the ids'}. Call the answers 'predicted_class' and their "
        "probability "
        "'predicted_probability', or give one column per class."
    )
