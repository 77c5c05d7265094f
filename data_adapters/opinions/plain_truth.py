"""Truth as a plain table of sample ids, or as an array in the dataset's order."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError, counted, first_five
from cleaning.scores.npy_files import open_npy
from data_adapters.files.check import check_file
from data_adapters.files.tables import Table
from data_adapters.joining.class_codes import read_classes
from data_adapters.joining.columns import ID_NAMES, known_columns

WRONG_NAMES = ("label_is_wrong", "is_wrong", "is_label_issue", "wrong")
RIGHT_NAMES = ("right_label", "right_labels", "clean_label", "true_label", "correct_label", "real_labels")
IS_WRONG = dict.fromkeys(("1", "1.0", "true", "t", "yes", "y", "wrong", "incorrect"), 1.0) | dict.fromkeys(
    ("0", "0.0", "false", "f", "no", "n", "right", "correct"), 0.0
)  # what such a column says of a label
SEVERAL = re.compile(r"\s*[|;,]\s*")


@dataclass(frozen=True)
class Truth:
    """places: (n,) of the dataset's samples that were annotated with an outcome. wrong: (n,) bool, whether the given
    label is wrong. error_types: (n,) text of MMLU-Redux, or None."""

    places: np.ndarray
    wrong: np.ndarray
    error_types: np.ndarray | None = None


def plain_truth(table: Table, dataset: Dataset) -> Truth:
    """By ``label_is_wrong`` where there is such a column, else by the right labels. Ids of other samples are left out;
    raises InputError where there is none of this dataset's."""
    ids = known_columns(table, ID_NAMES)
    wrong, right = known_columns(table, WRONG_NAMES), known_columns(table, RIGHT_NAMES)
    if not ids or not (wrong or right):
        raise InputError(
            f"'{table.path.name}' is no truth that we read: expected sample ids and 'label_is_wrong' (0 or 1), or "
            f"'right_label'. Its columns are {first_five(table.columns)}."
        )
    places = _places(table, ids[0], dataset)
    told = _marked(table, wrong[0]) if wrong else _given_not_among(table, right[0], places, dataset)
    known = (places >= 0) & ~np.isnan(told)
    return Truth(places[known], told[known] == 1)


def right_in_order(path: Path, dataset: Dataset) -> Truth:
    """(N,) right class numbers, -1 where nobody judged, in the dataset's order."""
    check_file(path)
    right = open_npy(path, path.stat().st_size)
    if right.shape != (len(dataset),) or right.dtype.kind not in "iu":
        raise InputError(
            f"'{path.name}' holds {right.dtype} of shape {right.shape}; expected {len(dataset):,} class numbers in the "
            "order of the dataset. Give a table with sample ids where the order may differ."
        )
    places = np.flatnonzero(right >= 0)
    return Truth(places, right[places] != dataset.given_labels[places])


def _places(table: Table, column: str, dataset: Dataset) -> np.ndarray:
    """(R,) rows of the dataset; -1 for ids that are none of its samples."""
    written = table.text(column)
    if not len(written):
        raise InputError(f"'{table.path.name}' has no row. Check that it was saved completely.")
    if len(set(written)) < len(written):
        raise InputError(f"'{table.path.name}' has sample ids more than once. Keep one row a sample.")
    places = pd.Index(np.asarray(dataset.sample_ids, object)).get_indexer(pd.Index(written))
    if not (places >= 0).any():
        raise InputError(
            f"'{table.path.name}' has no id of this dataset: {first_five(written)}, where the dataset has "
            f"{first_five(dataset.sample_ids)}."
        )
    return np.asarray(places)


def _marked(table: Table, column: str) -> np.ndarray:
    """(R,) 1 or 0, NaN where empty."""
    text = [value.casefold() for value in table.text(column)]
    strange = sorted({value for value in text if value and value not in IS_WRONG})
    if strange:
        raise InputError(
            f"Column '{column}' of '{table.path.name}' holds {first_five(strange)}; expected 1 or 0, true or false, "
            "yes or no."
        )
    return np.array([IS_WRONG.get(value, np.nan) for value in text], float)


def _given_not_among(table: Table, column: str, places: np.ndarray, dataset: Dataset) -> np.ndarray:
    """(R,) 1 where the given label is none of the right ones, NaN where none is written or no sample is there."""
    written = [SEVERAL.split(value.strip("[]() ")) if value.strip("[]() ") else [] for value in table.text(column)]
    written = [[one.strip("'\" ") for one in each] for each in written]
    flat = np.array([one for each in written for one in each], object)
    codes = read_classes(flat, dataset.class_names).codes
    if (codes < 0).any():
        bad = list(dict.fromkeys(flat[codes < 0]))
        are = "is" if len(bad) == 1 else "are"
        raise InputError(
            f"Column '{column}' of '{table.path.name}' holds {counted(len(bad), 'label')} that {are} no class: "
            f"{first_five(bad)}. Classes are {first_five(dataset.class_names)}, or numbers from 0."
        )
    ends = np.cumsum([len(each) for each in written])
    told = np.full(len(written), np.nan)
    for row, (end, each) in enumerate(zip(ends, written)):
        if each and places[row] >= 0:
            told[row] = float(int(dataset.given_labels[places[row]]) not in codes[end - len(each) : end])
    return told
