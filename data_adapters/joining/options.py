"""The options of multiple-choice questions, as lists of strings."""

import ast
import json
import re

import numpy as np

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError, counted
from data_adapters.files.tables import Table
from data_adapters.limits import MAX_OPTIONS_TEXT
from data_adapters.sentences import listed

LINE = re.compile(r"\(?([A-Za-z])[.):]\s*")


def read_options(table: Table, column: str, sample_ids: np.ndarray) -> tuple[list[list[str]], list | None]:
    """(N lists of 2 to 26 strings, N lists of the labels that questions give their own options, or None).

    From JSON lists, Python-literal lists or real lists, or ARC's objects of ``text`` and ``label``. Raises
    InputError naming the first five questions whose options cannot be read.
    """
    values = [_literal(value) if isinstance(value, str) else value for value in table.values(column)]
    read = [_options(value) for value in values]
    _refuse(sample_ids, [o is None for o in read], f"no readable list of options in column '{column}'")
    options = [o for o in read if o is not None]
    _refuse(sample_ids, [len(o) < 2 for o in options], f"fewer than two options in column '{column}'")
    too_many = [len(o) > len(OPTION_LETTERS) for o in options]
    _refuse(sample_ids, too_many, f"more than {len(OPTION_LETTERS)} options in column '{column}'")
    own = [_own_labels(value, list_of) for value, list_of in zip(values, options)]
    return options, own if any(labels is not None for labels in own) else None


def _refuse(sample_ids: np.ndarray, bad: list[bool], what: str) -> None:
    if any(bad):
        places = np.flatnonzero(bad)
        raise InputError(
            f"{counted(len(places), 'question')} with {what}: {listed(sample_ids[places])} "
            'Write options as a list, for example ["2", "3", "5", "7"].'
        )


def _options(value: object) -> list[str] | None:
    if isinstance(
        value, dict
    ):  # the {"text": [...], "label": [...]} layout of ARC and its kin, or {"A": ..., "B": ...}
        value = value["text"] if "text" in value else list(_told(value).values())
    if isinstance(value, list) and value and all(isinstance(one, dict) and "text" in one for one in value):
        value = [one["text"] for one in value]  # the same, an object an option
    if not isinstance(value, list | tuple) or not all(isinstance(o, str | int | float) for o in value):
        return None
    return [str(option) for option in value]


def _own_labels(value: object, options: list[str]) -> list[str] | None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = {"text": options, "label": [one.get("label", one.get("id")) for one in value]}
    if not isinstance(value, dict):
        return None
    labels = value.get("label", value.get("labels")) if "text" in value else list(_told(value))
    if not isinstance(labels, list | tuple) or not len(set(map(str, labels))) == len(labels) == len(options):
        return None
    return [str(label).strip() for label in labels]


def _told(value: dict) -> dict:
    """Without the options that this question does not have, which a table of others' gives as missing."""
    return {label: option for label, option in value.items() if option is not None}


def _literal(text: str) -> object:
    """A JSON or Python literal; nothing is ever evaluated."""
    if len(text) > MAX_OPTIONS_TEXT:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    lines = [line.strip() for line in text.strip().splitlines()]
    marks = [LINE.match(line) for line in lines]
    if len(lines) > 1 and all(m and m[1].upper() == OPTION_LETTERS[k] for k, m in enumerate(marks)):
        return [line[m.end() :] for line, m in zip(lines, marks) if m]  # "A. one" and "B. two", a line each
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
