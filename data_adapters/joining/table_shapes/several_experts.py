"""Tables in which several experts stand side by side: a column of lists each, columns named after the classes each
(``vit_cat``, ``cat_vit``), or an answer and a confidence each."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data_adapters.files.tables import Table
from data_adapters.joining.columns import CONFIDENCE_WORDS, HIGHER_IS_SURER, LOWER_IS_SURER, PREDICTED_WORDS, WORD
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.table_shapes.nested_cells import score_cells
from data_adapters.joining.table_shapes.ranked_columns import families, find_ranked

SCORE_WORDS = CONFIDENCE_WORDS | HIGHER_IS_SURER | PREDICTED_WORDS | {"p", "class", "vector"}
PARTS = re.compile(r"[^_\-.\s:/|]+")
Columns = dict[str, str]  # by class name, or by the name it has already


def apart(opened: OpenedExpert, id_column: str | None, names: Sequence[str]) -> list[OpenedExpert]:
    """The experts of a table with the scores of several, each with its own columns; as it is where it holds one.

    names: classes known so far.
    """
    if opened.table is None or opened.answer_column:
        return [opened]
    found = side_by_side(opened.table, [c for c in opened.table.columns if c != id_column], names)
    if len(found) < 2:
        return [opened]
    aside = () if id_column is None else (id_column,)
    return [replace(opened, name=name, table=_only(opened.table, aside, own)) for name, own in found.items()]


def side_by_side(table: Table, columns: Sequence[str], names: Sequence[str]) -> dict[str, Columns]:
    """{expert: its columns} where scores of every class stand there more than once; else nothing, or one alone."""
    cells = score_cells(table, columns, names)
    if cells:
        return _by_expert([(c, {c: c}) for c in cells])
    numbers = [c for c in columns if table.holds_numbers(c)]
    if len(numbers) < 4 or find_ranked(table, columns, names) is not None:
        return {}
    return _by_expert(_named(numbers, names)) or _by_expert(_numbered(numbers, len(names)))


def _by_expert(found: Sequence[tuple[str, Columns]]) -> dict[str, Columns]:
    """By what they are called beside words such as prob and logits: several scores of one expert count once."""
    experts: dict[str, Columns] = {}
    for called, columns in found:
        experts.setdefault(_expert_name(called), columns)
    return experts


def _expert_name(called: str) -> str:
    kept = [part for part in PARTS.findall(called) if part.lower() not in SCORE_WORDS]
    return "_".join(kept) or "scores"


def _named(columns: Sequence[str], names: Sequence[str]) -> list[tuple[str, Columns]]:
    """(what stands before or behind the classes, the columns) of each family in which every class has a column."""
    if len(names) < 2:
        return []
    there, first = set(columns), names[0]
    around = [("", "")] if first in there else []
    around += [(c.removesuffix(first), "") for c in columns if c.endswith(first) and c != first]
    around += [("", c.removeprefix(first)) for c in columns if c.startswith(first) and c != first]
    whole = [(b, a) for b, a in dict.fromkeys(around) if all(f"{b}{name}{a}" in there for name in names)]
    return [(before + after, _family(columns, before, after, whole, names)) for before, after in whole]


def _family(
    columns: Sequence[str], before: str, after: str, whole: Sequence[tuple[str, str]], names: Sequence[str]
) -> Columns:
    """With classes that no label has, where what stands around them is there and in no longer family's name."""
    mine = {f"{before}{name}{after}" for name in names}
    if before or after:
        longer = [(b, a) for b, a in whole if len(b + a) > len(before + after)]
        mine |= {c for c in columns if _around(c, before, after) and not any(_around(c, b, a) for b, a in longer)}
    return {c.removeprefix(before).removesuffix(after): c for c in columns if c in mine}


def _around(column: str, before: str, after: str) -> bool:
    return len(column) > len(before + after) and column.startswith(before) and column.endswith(after)


def _numbered(columns: Sequence[str], count: int) -> list[tuple[str, Columns]]:
    """Families ``vit_0, vit_1, ...`` with as many columns as there are classes, from 0 or from 1."""
    whole = {
        p: f for p, f in families(columns).items() if len(f) == count and min(f) in (0, 1) and max(f) - min(f) < count
    }
    return [(prefix, {family[k]: family[k] for k in sorted(family)}) for prefix, family in whole.items() if count > 1]


def _only(table: Table, aside: Sequence[str], own: Columns) -> Table:
    return replace(table, data=table.data.select([*aside, *own.values()]).rename_columns([*aside, *own]))


def confidence_beside(table: Table, answer_column: str) -> str | None:
    """The column of numbers from 0 to 1 that is called as an answer column is, but for words such as prediction and
    confidence: ``vit_conf`` of ``vit_pred``."""
    called = _parts(answer_column) - PREDICTED_WORDS
    for column in table.columns:
        parts = _parts(column)
        if column == answer_column or parts.isdisjoint(CONFIDENCE_WORDS) or not parts.isdisjoint(LOWER_IS_SURER):
            continue
        if called and parts - CONFIDENCE_WORDS == called and table.holds_numbers(column):
            values = table.numbers(column)
            if np.nanmin(values, initial=0) >= 0 and np.nanmax(values, initial=0) <= 1:
                return column
    return None


def _parts(column: str) -> frozenset[str]:
    return frozenset(part.lower() for part in WORD.findall(column))
