"""Options of questions as one column an option: read as one column of lists."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cleaning.errors import counted, first_five
from data_adapters.files.tables import Table
from data_adapters.joining.columns import CHOICES_NAMES, known_columns
from data_adapters.plan import ReadingPlan

CALLED = re.compile(r"(?:option|choice|answer)s?[ _-]?([A-Ea-e]|\d)|([A-E])")
ONE_COLUMN = "choices"


def with_options(table: Table, plan: ReadingPlan) -> Table:
    """The table; where options stand in columns of their own, with one column of lists in their place."""
    file = table.path.name
    said = plan.said_columns(file, "options")
    columns = said if len(said) > 1 else [] if said or known_columns(table, CHOICES_NAMES) else _called(table, plan)
    if len(columns) < 2:
        return table
    source, evidence = ("said", "") if said else ("inferred", "called so")
    plan.decide(file, f"columns {first_five(columns)}", "options", source, evidence)  # type: ignore[arg-type]
    texts = np.stack([table.text(column) for column in columns], axis=1)
    lists = [row[: len("".join(map(_mark, row)).rstrip(" "))] for row in texts.tolist()]
    rest = table.data.drop_columns(columns).append_column(ONE_COLUMN, pa.array(lists, pa.list_(pa.string())))
    note = f"'{file}': options from {counted(len(columns), 'column')} ({first_five(columns)})."
    return replace(table, data=rest, notes=(*table.notes, note))


def _called(table: Table, plan: ReadingPlan) -> Sequence[str]:
    """Columns called A, B, C, or option_a, option_b, or choice0, choice1: at least three texts in that order."""
    aside = {c for c, role in plan.options.roles.get(table.path.name, {}).items() if role != "options"}
    found = [c for c in table.columns if CALLED.fullmatch(c) and c not in aside]
    marks = ["".join(filter(None, CALLED.fullmatch(c).groups())).lower() for c in found]  # type: ignore[union-attr]
    in_order = marks in ([*"abcde"][: len(found)], [*"01234"][: len(found)], [*"12345"][: len(found)])
    return found if len(found) >= 3 and in_order and not all(map(table.holds_numbers, found)) else ()


def _mark(option: str) -> str:
    return "x" if option else " "
