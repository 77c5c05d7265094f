"""Cells of given labels as people write them: lists of one, several in a cell, none at all, rejected by an annotator."""

import ast
import re
from collections.abc import Collection, Sequence

import numpy as np

from cleaning.errors import InputError, counted, first_five
from data_adapters.files.tables import Table
from data_adapters.joining.class_codes import distinct

NO_LABEL = frozenset(("", "nan", "none", "null", "n/a", "<na>", "#n/a", "missing value"))
MAY_BE_A_CLASS = frozenset(
    ("NA", "na", "-1", "-1.0", "-100")
)  # a class where a list of names has it, or experts say NA
IN_WORDS = frozenset(
    "unlabeled unlabelled unannotated unknown undefined unset todo tbd ? ?? - -- n.a. nolabel".split()
    + ["no label", "no_label", "not labeled", "not labelled", "not annotated"]
)  # a class where experts answer so
OF_TWO_SIGNS = frozenset(("1", "1.0", "+1"))  # beside which -1 is the other class
ACCEPTED = frozenset(("accept", "accepted", "approve", "approved"))
REJECTED = frozenset(("reject", "rejected", "ignore", "ignored", "skip", "skipped", "decline", "declined"))
LISTED = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
WHOLE = re.compile(r"-?\d+")
SEPARATORS = ("|", ";", ",", " ", "/", "+")
FEWEST_COMBINED = 2


def unlisted(text: np.ndarray, where: str) -> tuple[np.ndarray, bool]:
    """(cells without the brackets around a single label, whether there were any). Raises InputError on several."""
    listed = [value for value in distinct(text) if LISTED.fullmatch(value)]
    if not listed or len(listed) * 2 < len([value for value in distinct(text) if value]):
        return text, False
    alone: dict[str, str] = {}
    for value in listed:
        items = _items(value)
        if len(items) > 1:
            raise several(where, [value for value in listed if len(_items(value)) > 1], text)
        alone[value] = items[0] if items else ""
    out = text.copy()
    out[:] = [alone.get(value, value) for value in text]
    return out, True


def _items(written: str) -> list[str]:
    try:
        items = ast.literal_eval(written.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        items = [part.strip(" '\"") for part in written.strip(" []").replace("\n", " ").split(",")]
    return [str(item).strip() for item in items if str(item).strip()] if isinstance(items, list) else [str(items)]


def refuse_several(text: np.ndarray, names: Collection[str], where: str) -> None:
    """Raises InputError where cells look like several labels: their parts are labels of their own, or all numbers."""
    values = [value for value in distinct(text) if value]
    known = {name.strip().casefold() for name in names}
    for separator in SEPARATORS:
        combined = [v for v in values if _parts(v, separator) and v.casefold() not in known]
        alone = {value.casefold() for value in values} - {value.casefold() for value in combined}
        found = [v for v in combined if _are_labels(_parts(v, separator), alone, separator)]
        if len(found) >= FEWEST_COMBINED and len(found) * 2 > len(combined):
            raise several(where, found, text)


def _parts(value: str, separator: str) -> list[str]:
    """Two parts or more, else nothing."""
    parts = [part.strip() for part in value.split(separator)]
    return parts if len(parts) > 1 and all(parts) and len(set(parts)) == len(parts) else []


def _are_labels(parts: Sequence[str], alone: Collection[str], separator: str) -> bool:
    if all(part.casefold() in alone for part in parts):
        return True
    return separator != "/" and all(map(WHOLE.fullmatch, parts))


def several(where: str, cells: Sequence[str], text: np.ndarray) -> InputError:
    count = int(np.isin(text, list(cells)).sum())
    shown = first_five(f"'{cell[:40]}'" for cell in cells)
    return InputError(
        f"{where} holds several labels in {counted(count, 'cell')}: {shown}. A sample has one given label here. "
        "Give one label a sample, or leave these rows out."
    )


def is_mark(value: str) -> bool:
    """Whether people write this where there is no label."""
    return value.casefold() in NO_LABEL or may_be_a_class(value)


def may_be_a_class(value: str) -> bool:
    """Whether some people write this where there is no label, and others call a class so."""
    return value in MAY_BE_A_CLASS or value.casefold() in IN_WORDS


def are_signs(labels: np.ndarray) -> bool:
    """Whether labels are -1 and 1 alone: two classes, as support vector machines write them."""
    values = set(distinct(labels)) - {""}
    return len(values) > 1 and values <= OF_TWO_SIGNS | {"-1", "-1.0"} and not values <= OF_TWO_SIGNS


def without_label(text: np.ndarray, names: Collection[str], answered: Collection[str], own: str | None) -> np.ndarray:
    """(N,) whether a cell stands for no label.

    names: of a list of classes, empty where there is none. answered: marks that the experts use for a class. own: the mark
    that the user said.
    """
    marks = {value for value in distinct(text) if is_mark(value) and value not in answered}
    marks = {value for value in marks if value == "" or value not in names}
    if are_signs(text):
        marks -= {"-1", "-1.0"}
    return np.isin(text, list(marks | ({own} if own is not None else set())))


def standing(table: Table, label_column: str) -> tuple[str, np.ndarray] | None:
    """(column, (N,) whether the annotator accepted the label) where an annotation tool says so; else None."""
    for column in table.columns:
        if column == label_column or table.holds_numbers(column):
            continue
        head = {str(value).casefold() for value in table.head(column)}
        if not head <= ACCEPTED | REJECTED | {""} or head <= {""}:
            continue
        said = np.array([value.casefold() for value in table.text(column)], object)
        words = set(said)
        if words <= ACCEPTED | REJECTED | {""} and words & REJECTED:
            return column, np.isin(said, list(ACCEPTED))
    return None
