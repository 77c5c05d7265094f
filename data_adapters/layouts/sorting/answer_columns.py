"""Which columns of a table are experts' answers, where nobody said so: what they hold tells, and what they are called."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_adapters.doctor.evidence import agreement, chance_agreement
from data_adapters.files.tables import HEAD_ROWS, Table
from data_adapters.joining.class_codes import UNREADABLE, folded
from data_adapters.joining.columns import (
    CONFIDENCE_WORDS,
    NO_ID_WORDS,
    RIGHT_OR_WRONG,
    is_gold,
    speaks_of,
    speaks_of_prediction,
    words,
)
from data_adapters.joining.options import read_options

LEAST_READ = {True: 0.5, False: 0.9}  # of the cells: of questions, where answers may be free text, and of classes
CLEARLY_MORE = 0.1  # agreement with the given labels above chance, of a column that is not called a prediction
VERIFIED = frozenset(
    "clean cleaned corrected verified annotator annotators annotation annotations label labels".split()
)
FEWEST_EQUAL = 20


@dataclass(frozen=True)
class Key:
    """What answers are held against, of the first rows. given: (n,) given labels as written. options: n lists, or None."""

    given: np.ndarray
    options: list[list[str]] | None = None

    @property
    def is_question(self) -> bool:
        return self.options is not None

    def codes(self, text: np.ndarray, classes: Mapping[str, int]) -> np.ndarray:
        """(n,) class numbers; below 0 where a cell is empty or no class."""
        if self.options is None:
            return np.array([classes.get(folded(value), UNREADABLE) if value else -1 for value in text], np.int64)
        from data_adapters.joining.option_answers import read_answers

        counts = np.array([len(options) for options in self.options], np.int32)
        return read_answers(text, counts, self.options).codes.astype(np.int64)


def key_of(table: Table, label_column: str, choices_column: str | None) -> Key:
    """The given labels of the first 1,000 rows, with the options where they are questions."""
    head = table.first(HEAD_ROWS)
    if choices_column is None:
        return Key(head.text(label_column))
    return Key(head.text(label_column), read_options(head, choices_column, np.arange(len(head)).astype(object))[0])


def answer_columns(table: Table, key: Key, used: Collection[str | None], places: np.ndarray | None = None) -> list[str]:
    """Columns that hold answers, in their order. used: those with another part.

    places: (n,) row of the table for each row of the key, -1 where it has none; None: the same rows.
    """
    classes = {name: code for code, name in enumerate(sorted({folded(value) for value in key.given if value}))}
    given = key.codes(key.given, classes)
    head = table.first(HEAD_ROWS) if places is None else table
    return [c for c in _may_be(table, used) if _answers(_rows(head.text(c), places), c, key, classes, given)]


def _may_be(table: Table, used: Collection[str | None]) -> Sequence[str]:
    unlike = NO_ID_WORDS | CONFIDENCE_WORDS | RIGHT_OR_WRONG
    rest = [c for c in table.columns if c not in used and not is_gold(c) and not speaks_of(c, unlike)]
    return [c for c in rest if speaks_of_prediction(c) or words(c).isdisjoint(VERIFIED)]


def _rows(text: np.ndarray, places: np.ndarray | None) -> np.ndarray:
    if places is None:
        return text
    out = np.full(len(places), "", object)
    out[places >= 0] = text[places[places >= 0]]
    return out


def _answers(text: np.ndarray, column: str, key: Key, classes: Mapping[str, int], given: np.ndarray) -> bool:
    codes, filled = key.codes(text, classes), text != ""
    read = codes >= 0
    if not filled.any() or read.sum() < LEAST_READ[key.is_question] * filled.sum():
        return False
    both = read & (given >= 0)
    if both.sum() >= FEWEST_EQUAL and (codes[both] == given[both]).all():
        return False  # repeats the given labels
    if speaks_of_prediction(column):
        return True
    count = int(max(codes.max(), given.max())) + 1
    above = agreement(codes[both], given[both]) - chance_agreement(codes[both], given[both], count)
    return bool(above >= CLEARLY_MORE)
