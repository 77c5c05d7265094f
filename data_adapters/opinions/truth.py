"""Known truth, for evaluation only: ``evaluate`` and the research section of Threshold read it, no score ever does.

A plain table: sample ids with ``label_is_wrong``, or with the right label or labels (``right_label``, ``right_labels``,
CIFAR-10N's ``clean_label``; several as ``3|7`` or ``[3, 7]``; empty: not judged). An array ``.npy`` of right class
numbers in the order of the dataset, as CIFAR-10N's ``clean_label``.

ReaL (Beyer et al. 2020, "Are we done with ImageNet?"): ``real.json``, for each of the 50,000 validation images in the
order of their numbers the list of all right classes; empty where annotators found none.
MMLU-Redux (Gema et al. 2024, "Are We Done with MMLU?"): a table with one ``error_type`` per question.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError, counted
from data_adapters.files.check import check_file
from data_adapters.files.tables import Table, read_table
from data_adapters.joining.columns import ID_NAMES, known_columns
from data_adapters.limits import MAX_CLASS_NAMES_BYTES
from data_adapters.opinions.plain_truth import Truth, plain_truth, right_in_order
from data_adapters.sentences import listed

NUMBER = re.compile(r"val_0*(\d+)")
ERROR_TYPES = (
    "ok",
    "wrong_groundtruth",
    "no_correct_answer",
    "multiple_correct_answers",
    "bad_question_clarity",
    "bad_options_clarity",
    "expert",
)
WRONG = ("wrong_groundtruth", "no_correct_answer")


def read_truth(path: Path, dataset: Dataset, errors: Sequence[str] = WRONG) -> Truth:
    """ReaL by its ``.json`` (a list of objects is a table), an array by its ``.npy``, else a table by its columns. Raises
    InputError on anything else.

    errors: which of MMLU-Redux's error types count as a wrong label.
    """
    path = Path(path)
    unknown = sorted(set(errors) - set(ERROR_TYPES))
    if unknown:
        raise InputError(f"MMLU-Redux has no error type {listed(unknown)} Choose among {', '.join(ERROR_TYPES)}.")
    if path.suffix.lower() == ".json" and not _is_record_list(path):
        return _real(path, dataset)
    if path.suffix.lower() == ".npy":
        return right_in_order(path, dataset)
    if path.suffix.lower() in (".pt", ".pth"):
        raise InputError(f"'{path.name}' is a torch file. Save its 'clean_label' as a table with ids, or as .npy.")
    table = read_table(path)
    return _mmlu_redux(path, table, dataset, errors) if "error_type" in table.columns else plain_truth(table, dataset)


def _is_record_list(path: Path) -> bool:
    """Whether a JSON file begins as a list of objects does."""
    check_file(path)
    with path.open("rb") as file:
        return bool(re.match(rb"\s*\[\s*\{", file.read(1024).removeprefix(b"\xef\xbb\xbf")))


def _real(path: Path, dataset: Dataset) -> Truth:
    answers = _real_lists(path)
    matches = [NUMBER.search(str(one)) for one in dataset.sample_ids]
    numbers = [int(match[1]) if match else 0 for match in matches]
    strange = [one for one, number in zip(dataset.sample_ids, numbers) if not 1 <= number <= len(answers)]
    if strange:
        raise InputError(
            f"{counted(len(strange), 'sample id')} without the number of an ImageNet validation image: {listed(strange)}"
        )
    right = [answers[number - 1] for number in numbers]
    places = np.array([place for place, classes in enumerate(right) if classes], np.int64)
    wrong = np.array([int(dataset.given_labels[place]) not in right[place] for place in places], bool)
    return Truth(places, wrong)


def _real_lists(path: Path) -> list[list[int]]:
    check_file(path)
    if path.stat().st_size > MAX_CLASS_NAMES_BYTES:
        raise InputError(f"'{path.name}' is too large for ReaL's lists of classes.")
    try:
        answers = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(answers, list)
        assert all(isinstance(one, list) and all(type(k) is int for k in one) for one in answers)
    except (ValueError, AssertionError, RecursionError) as error:
        raise InputError(f"'{path.name}' is not ReaL's file: expected one list of class numbers per image.") from error
    return answers


def _mmlu_redux(path: Path, table: Table, dataset: Dataset, errors: Sequence[str]) -> Truth:
    known = {str(one): place for place, one in enumerate(dataset.sample_ids)}
    ids = known_columns(table, ID_NAMES)
    written = table.text(ids[0]) if ids else np.array([], object)
    strange = [one for one in written if one not in known]
    if not ids or strange:
        raise InputError(f"'{path.name}' has {counted(len(strange), 'id')} that are no sample: {listed(strange)}")
    kinds = np.array([kind or "ok" for kind in table.text("error_type")], object)
    unknown = sorted(set(kinds) - set(ERROR_TYPES))
    if unknown:
        raise InputError(f"'{path.name}' has error types that MMLU-Redux does not: {listed(unknown)}")
    return Truth(np.array([known[one] for one in written]), np.isin(kinds, list(errors)), kinds)
