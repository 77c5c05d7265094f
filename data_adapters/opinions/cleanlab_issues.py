"""cleanlab's ``label_issues``: what it takes for a wrong label, as decisions of a reviewer called cleanlab.

Only the issues become decisions (relabel to its predicted label, unsure where it predicts the given one, none, or an
option that the question does not have): that
cleanlab raised no issue is nobody's judgement that a label is right. Our own table in this layout is not cleanlab's
opinion but our suspicion and our reviewers' decisions, and adds nothing.
"""

import uuid

import numpy as np

from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.verdicts import RELABEL, UNSURE
from cleaning.errors import InputError, counted
from cleaning.keep.decisions import Decision
from data_adapters.files.tables import Table
from data_adapters.joining.class_codes import integers, read_classes
from data_adapters.joining.columns import ID_NAMES, known_columns
from data_adapters.joining.option_answers import read_answers
from data_adapters.sentences import listed

REVIEWER = "cleanlab"
QUALITY = ("label_quality", "label_score")
DECIDED_BY = "decided_by"
ISSUE = "is_label_issue"
TRUE, FALSE = ("true", "1", "1.0"), ("false", "0", "0.0", "")


def read_label_issues(table: Table, dataset: Dataset, run_id: str = "") -> list[Decision]:
    """Rows join by an id column, else by position where there are as many as samples. Raises InputError.

    columns: is_label_issue, and where there are any predicted_label (Datalab's table of all issues has none),
    given_label and label_quality (or label_score).
    """
    if ISSUE not in table.columns:
        raise InputError(
            f"'{table.path.name}' is no label_issues table of cleanlab: it has no column 'is_label_issue'."
        )
    places = _places(table, dataset)
    _check_given(table, dataset, places)
    told = "predicted_label" in table.columns
    predicted = _classes(table, "predicted_label", dataset, places) if told else dataset.given_labels[places]
    issue = _issues(table)
    notes = _notes(table)
    return [
        _decision(dataset, place, int(predicted[row]), notes[row], run_id)
        for row, place in enumerate(places)
        if issue[row]
    ]


def is_cleanlab(held: object) -> bool:
    """Whether what a JSON file holds is the table: rows, or columns as pandas writes them."""
    first = held[0] if isinstance(held, list) and held else held
    return isinstance(first, dict) and ISSUE in first


def is_our_own(table: Table) -> bool:
    """Whether a table in this layout was exported here: it says by what each issue was decided."""
    return DECIDED_BY in table.columns and set(table.text(DECIDED_BY)) <= {"review", "suspicion"}


def _places(table: Table, dataset: Dataset) -> np.ndarray:
    """(R,) place of each row's sample."""
    known = {str(one): place for place, one in enumerate(dataset.sample_ids)}
    for column in known_columns(table, ID_NAMES):
        written = table.text(column)
        if not any(one in known for one in written):
            continue
        unknown = [one for one in written if one not in known]
        if unknown or len(set(written)) < len(written):
            raise InputError(
                f"'{table.path.name}' (column '{column}') has {counted(len(unknown), 'id')} that are no sample, or ids "
                f"more than once: {listed(unknown or written)}"
            )
        return np.array([known[one] for one in written])
    if len(table) != len(dataset):
        raise InputError(
            f"'{table.path.name}' has {counted(len(table), 'row')} without sample ids for "
            f"{counted(len(dataset), 'sample')}. Add a column sample_id."
        )
    return np.arange(len(dataset))


def _check_given(table: Table, dataset: Dataset, places: np.ndarray) -> None:
    """Raises InputError where the table's given labels are others than the dataset's: its rows are other samples."""
    if "given_label" not in table.columns:
        return
    theirs = _classes(table, "given_label", dataset, places)
    differ = np.flatnonzero(theirs != dataset.given_labels[places])
    if len(differ):
        raise InputError(
            f"'{table.path.name}' has other given labels than the dataset for {counted(len(differ), 'sample')}: "
            f"{listed(dataset.sample_ids[places[differ]])} It belongs to other labels, or its rows to another order."
        )


def _classes(table: Table, column: str, dataset: Dataset, places: np.ndarray) -> np.ndarray:
    written = table.text(column)
    codes = _codes(written, dataset)
    bad = np.flatnonzero(codes < 0)
    if len(bad):
        raise InputError(f"'{table.path.name}' (column '{column}') holds no class: {listed(written[bad])}")
    return codes


def _codes(written: np.ndarray, dataset: Dataset) -> np.ndarray:
    """(R,) classes; for questions options by number from 0, as cleanlab counts them, or by letter: of any question, for
    it knows only classes. Below 0 what is none."""
    if dataset.option_counts is None:
        return read_classes(written, dataset.class_names).codes
    numbers = integers(written)
    if (numbers >= 0).all():
        return np.where(numbers < dataset.class_count, numbers, ABSTAIN)
    return read_answers(written, np.full(len(written), dataset.class_count, np.int32), ()).codes


def _issues(table: Table) -> np.ndarray:
    written = np.array([one.lower() for one in table.text(ISSUE)], object)
    bad = [one for one in written if one not in TRUE and one not in FALSE]
    if bad:
        raise InputError(f"'{table.path.name}' (column 'is_label_issue') must hold True or False, not {listed(bad)}")
    return np.isin(written, TRUE)


def _notes(table: Table) -> list[str]:
    column = next((name for name in QUALITY if name in table.columns), None)
    return [f"{column} {value}" for value in table.text(column)] if column else [""] * len(table)


def _decision(dataset: Dataset, place: int, predicted: int, note: str, run_id: str) -> Decision:
    sample = str(dataset.sample_ids[place])
    counts = dataset.option_counts
    exists = counts is None or predicted < counts[place]
    other = exists and predicted != dataset.given_labels[place]
    return Decision(
        uuid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"cleanlab {sample} {predicted}")),
        run_id=run_id,
        sample_id=sample,
        reviewer=REVIEWER,
        verdict=RELABEL if other else UNSURE,
        labels=(predicted,) if other else (),
        note=note,
        mode="open",
    )
