"""Columns that say whether an answer is right: they are no answers, and no labels of classes."""

from cleaning.errors import InputError
from data_adapters.files.tables import Table
from data_adapters.joining.columns import RIGHT_OR_WRONG, speaks_of
from data_adapters.joining.opened import OpenedExpert

MARKS = {"true": 1, "1": 1, "1.0": 1, "correct": 1, "right": 1} | {
    "false": 0, "0": 0, "0.0": 0, "incorrect": 0, "wrong": 0
}  # fmt: skip
SURELY = RIGHT_OR_WRONG - {"match", "hit"}  # which may be the classes of pairs


def says_right(table: Table, column: str) -> bool:
    """Whether a column says right or wrong, and not which class."""
    values = {value.casefold() for value in table.head(column)} - {""}
    return speaks_of(column, RIGHT_OR_WRONG) and values <= MARKS.keys()


def refuse_marks(opened: OpenedExpert, *columns: str) -> None:
    """Raises InputError for a column of marks: read as answers they agree with themselves, and the confidence beside
    them is no probability of a class."""
    for column in columns:
        if opened.table is not None and speaks_of(column, SURELY) and says_right(opened.table, column):
            raise no_answer(opened, column)


def no_answer(opened: OpenedExpert, column: str) -> InputError:
    """The sentence for marks where answers were expected."""
    return InputError(
        f"Expert '{opened.name}' ({opened.path.name}): column '{column}' says whether an answer is right, not which "
        "class it is. Give the predicted class; to calibrate or cascade answers that are marked already, give no labels."
    )
