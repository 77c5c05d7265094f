"""Questions whose options lie in columns of their own (A, B, C; option_1 ...), or inside the question itself."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import counted, first_five
from data_adapters.files.tables import HEAD_ROWS, Table
from data_adapters.joining.columns import CHOICES_NAMES, LABEL_NAMES, QUESTION_NAMES, known_columns
from data_adapters.plan import ReadingPlan

PLACE = re.compile(r"(.*?)[ _-]?\(?([a-zA-Z]|\d{1,2})[.)]?")
PREFIXES = frozenset(
    "option options opt op choice choices answer ans ending sol solution alternative candidate".split()
)
FEWEST = 2
ONE_COLUMN = "choices"
ASKED_AS = (
    "prompt",
    "problem",
    "query",
    "text",
    "sentence",
    "input",
    "instruction",
)  # a question where there are options
NO_OPTION = frozenset(("", "nan", "NaN", "<NA>"))  # at the end of a row; "None" and "N/A" are options people write
MOSTLY = 0.9  # of the given labels, that are the text of an option of their row
SOME_REPEAT = 0.05  # of the rows, in which two cells are the same letter
SCORES_SAY = 0.6  # of the rows, in which the column with the largest number is the given label


def with_options(table: Table, plan: ReadingPlan, others: Collection[str] = ()) -> Table:
    """The table with one column of options, where they lie in several or inside the question; else as it is.

    plan: may say which columns hold them. others: columns that hold something else.
    """
    file = table.path.name
    said = plan.said_columns(file, "options")
    if not said:
        inside = _inside_question(table)
        if inside is not None or known_columns(table, CHOICES_NAMES):
            return inside or table
    aside = {c for c, role in plan.options.roles.get(file, {}).items() if role != "options"} | set(others)
    columns = (
        said if len(said) > 1 else () if said else _option_columns(table, [c for c in table.columns if c not in aside])
    )
    if len(columns) < FEWEST:
        return table
    evidence = ("said", "") if said else ("inferred", "called so")
    plan.decide(file, f"columns {first_five(columns)}", "options", *evidence)  # type: ignore[arg-type]
    rows = [_without_empty_end(row) for row in zip(*(table.text(column).tolist() for column in columns))]
    data = table.data.drop_columns(list(columns)).append_column(ONE_COLUMN, pa.array(rows, pa.list_(pa.string())))
    note = f"'{file}': options from {counted(len(columns), 'column')} ({first_five(columns)})."
    return _with_question(replace(table, data=data, notes=(*table.notes, note)), plan)


def _with_question(table: Table, plan: ReadingPlan) -> Table:
    """With the question's text under a known name, where it is called as texts in general are."""
    found = known_columns(table, ASKED_AS)
    if known_columns(table, QUESTION_NAMES) or not found or found[0] in plan.options.roles.get(table.path.name, {}):
        return table
    plan.decide(table.path.name, f"column '{found[0]}'", "question", "inferred", "it stands beside options")
    return replace(
        table, data=table.data.rename_columns([QUESTION_NAMES[0] if c == found[0] else c for c in table.columns])
    )


def _inside_question(table: Table) -> Table | None:
    """ARC's own layout: ``{"question": {"stem": ..., "choices": [...]}}``."""
    column = next(iter(known_columns(table, QUESTION_NAMES)), None)
    if column is None or not pa.types.is_struct(table.data[column].type):
        return None
    if not {"stem", "choices"} <= {field.name for field in table.data[column].type}:
        return None
    asked = [row or {} for row in table.values(column)]
    place = table.columns.index(column)
    data = table.data.set_column(place, column, pa.array([row.get("stem") for row in asked], pa.string()))
    data = data.append_column("choices", pa.array([row.get("choices") for row in asked]))
    return replace(table, data=data)


def _option_columns(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of options in their order; none where nothing is called so, or where they hold answers or scores."""
    asked = bool(known_columns(table, (*QUESTION_NAMES, *ASKED_AS)))
    for (prefix, _), family in _families(columns).items():
        ordered = tuple(family[place] for place in sorted(family))
        counted = sorted(family) in (list(range(len(family))), list(range(1, len(family) + 1)))
        if len(family) < FEWEST or not counted or _hold_answers(table, ordered) or _hold_scores(table, ordered):
            continue
        if prefix or (asked and ordered[0].isupper()) or _are_labelled(table, ordered, asked):
            return ordered
    return ()


def _families(columns: Sequence[str]) -> dict[tuple[str, bool], dict[int, str]]:
    """{(what columns of one kind begin with, whether letters count them): {place: column}}."""
    families: dict[tuple[str, bool], dict[int, str]] = {}
    for column in columns:
        match = PLACE.fullmatch(column.strip())
        if match and (match[1].lower() in PREFIXES or (not match[1] and match[2].isalpha())):
            lettered = match[2].isalpha()
            place = OPTION_LETTERS.index(match[2].upper()) if lettered else int(match[2])
            families.setdefault((match[1].lower(), lettered), {})[place] = column
    return families


def _are_labelled(table: Table, columns: Sequence[str], asked: bool) -> bool:
    """Whether the columns hold texts and the given labels are their letters, texts of theirs, or, of a question, places."""
    label = next(iter(known_columns(table, LABEL_NAMES)), None)
    if label is None or (all(map(table.holds_numbers, columns)) and not asked):
        return False
    given = table.head(label)
    said = {value.strip("().").upper() for value in given} - {""}
    if len(said) > 1 and said <= set(OPTION_LETTERS[: len(columns)]):
        return True
    if asked and said <= {str(place) for place in range(len(columns) + 1)}:
        return True
    rows = zip(*(table.head(column) for column in columns))
    return bool(np.mean([value in row for value, row in zip(given, rows)] or [False]) >= MOSTLY)


def _hold_scores(table: Table, columns: Sequence[str]) -> bool:
    """Whether the columns hold numbers of which the largest stands in the column of the given label."""
    label = next(iter(known_columns(table, LABEL_NAMES)), None)
    if label is None or not all(map(table.holds_numbers, columns)):
        return False
    head = table.first(HEAD_ROWS)
    places = {letter: place for place, letter in enumerate(OPTION_LETTERS)}
    given = np.array([places.get(value.strip("().").upper(), -1) for value in head.text(label)])
    return bool((np.nan_to_num(head.matrix(list(columns)), nan=-np.inf).argmax(axis=1) == given).mean() > SCORES_SAY)


def _hold_answers(table: Table, columns: Sequence[str]) -> bool:
    """Whether every cell is a letter, and rows repeat them as experts' answers do and options never; or a number from 0 to
    1, as scores are."""
    rows = [[cell for cell in row if cell] for row in zip(*(table.head(column) for column in columns))]
    cells = [cell for row in rows for cell in row]
    if all(len(cell) == 1 and cell.isalpha() for cell in cells):
        return sum(len(set(row)) < len(row) for row in rows) > SOME_REPEAT * len(rows)
    return all(re.fullmatch(r"0?[.,]\d+(e-?\d+)?|[01]([.,]0*)?|\d([.,]\d+)?e-\d+", cell) for cell in cells)


def _without_empty_end(row: Sequence[str]) -> list[str]:
    last = max((place for place, cell in enumerate(row) if cell not in NO_OPTION), default=-1)
    return list(row[: last + 1])
