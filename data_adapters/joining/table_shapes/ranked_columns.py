"""Columns in the order of a ranking: the best class first, the next best second, with or without their scores."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaning.errors import InputError
from data_adapters.files.tables import Table
from data_adapters.joining.columns import CONFIDENCE_WORDS, PREDICTED_WORDS, words
from data_adapters.limits import MAX_CLASSES

NUMBERED = re.compile(r"(.*?)(\d{1,7})(\D*)")
LOOKED_AT = 200
FEWEST_ROWS = 20  # below, rows may fall from class to class by chance


@dataclass(frozen=True)
class Ranked:
    """classes: columns of classes from the best on. scores: theirs, in the same order; empty where none are given."""

    classes: tuple[str, ...]
    scores: tuple[str, ...] = ()


def families(columns: Sequence[str]) -> dict[str, dict[int, str]]:
    """{name without its last number: {number: column}} of the columns that have a number in their names."""
    found: dict[str, dict[int, str]] = {}
    for column in columns:
        if match := NUMBERED.fullmatch(column):
            found.setdefault(match[1] + match[3], {})[int(match[2])] = column
    return found


def find_ranked(table: Table, columns: Sequence[str], names: Sequence[str] = ()) -> Ranked | None:
    """Two families with the same numbers, of which one falls in every row and the other holds different classes; or one
    of classes alone, which says so by its name.

    names: of the classes, where they are known.
    """
    whole = [f for f in families(columns).values() if len(f) >= 2 and sorted(f) in _from_0_or_1(len(f))]
    ordered = [tuple(family[k] for k in sorted(family)) for family in whole]
    falling = [family for family in ordered if _falls(table, family)]
    for scores in falling:
        for classes in ordered:
            if classes != scores and len(classes) == len(scores) and _are_classes(table, classes):
                return Ranked(classes, scores)
    alone = [f for f in ordered if len(f) > 2 and f not in falling and _says_classes(f[0])]
    alone = [f for f in alone if _are_classes(table, f) and _are_known(table, f, names)]
    return Ranked(alone[0]) if len(alone) == 1 else None


def _says_classes(column: str) -> bool:
    parts = words(column)
    return not parts.isdisjoint(PREDICTED_WORDS | {"top", "class", "label", "index"}) and parts.isdisjoint(
        CONFIDENCE_WORDS
    )


def refuse_falling(table: Table, columns: Sequence[str], names: Sequence[str]) -> None:
    """Raises InputError where every row falls from the first column to the last: a ranking without its classes."""
    if len(columns) > 2 and len(table) >= FEWEST_ROWS and columns[0] not in names and _falls(table, columns):
        raise InputError(
            f"'{table.path.name}': in every row the scores fall from '{columns[0]}' to '{columns[-1]}'. They are ranked "
            "(top-k), not one column per class in class order. Save all scores in class order, or the classes with them."
        )


def _from_0_or_1(count: int) -> tuple[list[int], list[int]]:
    return list(range(count)), list(range(1, count + 1))


def _falls(table: Table, columns: Sequence[str]) -> bool:
    if not all(table.holds_numbers(column) for column in columns):
        return False
    head = table.first(LOOKED_AT).matrix(list(columns))
    steps = np.diff(head, axis=1)
    return len(head) > 0 and bool((steps[np.isfinite(steps)] <= 0).all()) and bool((steps < 0).any())


def _are_known(table: Table, columns: Sequence[str], names: Sequence[str]) -> bool:
    """Whether all that stands there is a class by its name or number, and not a score."""
    told = {value.removesuffix(".0") for column in columns for value in table.first(LOOKED_AT).text(column)} - {""}
    known = {name.strip() for name in names}
    return all(value in known or (value.isdigit() and int(value) < (len(names) or MAX_CLASSES)) for value in told)


def _are_classes(table: Table, columns: Sequence[str]) -> bool:
    """Whether no row of the head has one twice, and none is a fraction."""
    rows = list(zip(*(table.first(LOOKED_AT).text(column) for column in columns)))
    told = [[value.replace(",", ".") for value in row if value] for row in rows]
    distinct = all(len(set(row)) == len(row) for row in told)
    return distinct and not any("." in value and value.replace(".", "").isdigit() and not value.endswith(".0")
                                for row in told for value in row)  # fmt: skip
