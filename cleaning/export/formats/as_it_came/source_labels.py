"""Corrected labels written as the source writes its own: places of a list, names, letters, options."""

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import OPTION_LETTERS, REFERENCE
from cleaning.errors import InputError
from cleaning.export.formats.references import corrected_references
from cleaning.export.handover import Handover


class SourceLabels:
    """How each class stands in the source's column of labels, learned from the given labels that stand there."""

    def __init__(self, handover: Handover, kind: pa.DataType) -> None:
        self.handover, self.kind = handover, kind
        self.final, self.given = handover.final.codes(), handover.dataset.given_labels
        self.value_of = dict[int, Any]()
        self.class_of = dict[object, int]()
        self.are_options = handover.is_question and not handover.dataset.open_answers

    def look_at(self, column: pa.Array, samples: np.ndarray) -> None:
        """column: labels of some rows. samples: (n,) of these, -1 where a row is none. Raises InputError where the source
        is not what was read."""
        for value, sample in zip(column.to_pylist(), samples.tolist()):
            if sample < 0:
                continue
            code = int(self.given[sample])
            self.are_options = self.are_options and _text(value) == self._option(sample, code)
            self.value_of.setdefault(code, value)
            if not self.handover.is_question and self.class_of.setdefault(_text(value), code) != code:
                raise InputError(
                    f"The source's label '{_text(value)[:40]}' is now of another class than when it was read. Read the "
                    "dataset again."
                )

    def corrected(self, column: pa.Array, samples: np.ndarray) -> pa.Array:
        """The labels of some rows with those that the decisions changed, in the column's own type."""
        changed = [
            place
            for place, sample in enumerate(samples.tolist())
            if sample >= 0 and self.final[sample] != self.given[sample]
        ]
        if not changed:
            return column
        values = column.to_pylist()
        try:
            for place in changed:
                values[place] = self._written(int(samples[place]), values[place])
            return pa.array(values, column.type)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise InputError(
                "The corrected labels do not fit the type of the source's column of labels. Save it as text."
            ) from error

    def _written(self, sample: int, came: Any) -> object:
        code = int(self.final[sample])
        if self.handover.dataset.open_answers:
            return self._reference(sample, came)
        if self.are_options:
            like = next(iter(self.value_of.values()), "")
            return _like(like, self._option(sample, code))
        if code not in self.value_of:
            self.value_of[code] = self._as_others(code)
        return self.value_of[code]

    def _as_others(self, code: int) -> object:
        """A class that no given label has, as the others are written."""
        known, value = next(iter(self.value_of.items()))
        listed = isinstance(value, list) and len(value) == 1
        value = value[0] if listed else value
        name: object = str(self.handover.dataset.class_names[code])
        if isinstance(value, bool):
            name = bool(code)
        elif isinstance(value, int | float):
            name = type(value)(code + value - known)
        elif self.handover.is_question and OPTION_LETTERS[known : known + 1] == (value,):
            name = OPTION_LETTERS[code]
        elif self.handover.is_question and isinstance(value, str) and value.isdecimal():
            name = str(code + int(value) - known)
        return [name] if listed else name

    def _reference(self, sample: int, came: Any) -> object:
        """The corrected reference, behind the way to it where the source tells that too."""
        given = str(self.handover.dataset.samples[REFERENCE].iloc[sample])
        if isinstance(came, str) and given and came.rstrip().endswith(given):
            return came.rstrip().removesuffix(given) + self.references[sample]
        return _like(came, self.references[sample])

    @cached_property
    def references(self) -> list[str]:
        """(N,) corrected references of free answers."""
        return corrected_references(self.handover)

    def _option(self, sample: int, code: int) -> str:
        return self.handover.option_texts(sample)[code].strip()


def _like(other: Any, option: str) -> object:
    """An option in the type of another label."""
    if isinstance(other, list):
        return [_like(other[0], option)]
    return type(other)(option) if isinstance(other, int | float) else option


def _text(value: object) -> str:
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return "" if value is None else str(value).strip()
