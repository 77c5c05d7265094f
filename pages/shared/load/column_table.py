"""The first rows of each table, with what every column was taken for above it, to be changed there."""

import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from cleaning.errors import InputError
from data_adapters.files.check import TABLE_SUFFIXES
from data_adapters.files.endings import ending
from data_adapters.files.tables import Table
from data_adapters.layouts.sorting.file_parts import files_below, name_of
from data_adapters.layouts.sorting.table_heads import table_head
from data_adapters.plan import ReadingPlan
from pages.shared import state
from pages.shared.load.remarks import Remarks, say, so_far
from pages.shared.load.wording import PAGE, PARTS, ROLES
from pages.shared.messages import guarded, plain

MOST_COLUMNS, ROWS, LONGEST = 24, 5, 60
SPAN = re.compile(r"columns '(.*)' to '(.*)'")
WIDE = """<style>
.st-key-columns_of_table {overflow-x: auto; padding-bottom: .6rem}
.st-key-columns_of_table > * {flex: 0 0 11rem; min-width: 0}
.st-key-columns_of_table :is(.stText, .stText *, .stMarkdown p) {white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; max-width: 11rem}
</style>"""


def tables(path: Path, plan: ReadingPlan, said: Remarks) -> None:
    """Draws one file's table with its roles;"""
    files = [file for file in files_below(path) if _is_shown(file, path, plan)]
    if not files:
        st.caption("These files hold no tables of their own; there is nothing to choose here.")
        return
    names = [name_of(file, path) for file in files]
    chosen = st.selectbox("File", names, key="file_shown") if len(files) > 1 else names[0]
    file = files[names.index(chosen or names[0])]
    if _has_part(file, path, plan) or name_of(file, path) in said.parts:
        _part(name_of(file, path), plan, said)
    if ending(file) in TABLE_SUFFIXES:
        _roles(file, plan, said)


def _is_shown(file: Path, path: Path, plan: ReadingPlan) -> bool:
    """Whether there is something to choose of a file: its part, or the columns of a table that was read."""
    read = {step.about for step in plan.decisions}
    return _has_part(file, path, plan) or (ending(file) in TABLE_SUFFIXES and (not read or file.name in read))


def _has_part(file: Path, path: Path, plan: ReadingPlan) -> bool:
    return any(step.part == "file" for step in plan.decisions) and name_of(file, path) != path.name


def _part(name: str, plan: ReadingPlan, said: Remarks) -> None:
    meant = next(
        (step.meaning for step in plan.decisions if step.about == name and step.part == "file"), PARTS["left out"]
    )
    words, now = choices(meant, said.parts.get(name, ""), PARTS)
    key = f"part {name}"

    def changed() -> None:
        say(so_far().part(name, str(state.typed(key) or "")))

    st.selectbox(
        "This file holds",
        list(words),
        now,
        lambda part: words.get(part, ""),
        key=key,
        on_change=guarded(changed),
        width=320,
    )


def _roles(file: Path, plan: ReadingPlan, said: Remarks) -> None:
    try:
        table = table_head(file)
    except InputError as error:
        st.warning(plain(PAGE.retold(str(error)), 600), icon=":material/warning:")
        return
    columns = sorted(table.columns, key=lambda c: _rank(meaning(plan, table, c), c, said.roles.get(file.name, {})))
    st.html(WIDE)
    with st.container(horizontal=True, wrap=False, gap="small", key="columns_of_table"):
        for column in columns[:MOST_COLUMNS]:
            _column(table, column, plan, said)
    left = len(columns) - MOST_COLUMNS
    if left > 0:
        st.caption(f"and {left:,} columns more")


def _rank(meant: str, column: str, said: Mapping[str, str]) -> int:
    """Columns with a part first, each group in the order of the file."""
    return 0 if column in said or (meant and meant != ROLES["metadata"]) else 1


def _column(table: Table, column: str, plan: ReadingPlan, said: Remarks) -> None:
    file = table.path.name
    words, now = choices(meaning(plan, table, column), said.roles.get(file, {}).get(column, ""), ROLES)
    key = f"role {file} {column}"

    def changed() -> None:
        say(so_far().role(file, column, str(state.typed(key) or "")))

    with st.container(gap="xsmall"):
        st.selectbox(
            plain(f"What '{column}' holds"), list(words), now, lambda role: words.get(role, ""), key=key,
            on_change=guarded(changed), label_visibility="collapsed",
        )  # fmt: skip
        st.markdown(f"**{plain(column, 40)}**")
        for value in table.first(ROWS).text(column):
            st.text(" ".join(str(value)[:LONGEST].split()) or "–")


def choices(found: str, said: str, known: dict[str, str]) -> tuple[dict[str, str], int]:
    """({what can be chosen: its words}, place of what holds): no two with the same words.

    found: words of what was found out; said: what the person chose instead, or "".
    """
    same = next((one for one, words in known.items() if words == found), "")
    words = dict(known) if same and not said else {"": "as found" if said else found or "–", **known}
    return words, list(words).index(said or same)


def meaning(plan: ReadingPlan, table: Table, column: str) -> str:
    """What a column was taken for, in the page's words; "" where nothing was decided."""
    place = {c: i for i, c in enumerate(table.columns)}
    for step in plan.decisions:
        if step.about != table.path.name:
            continue
        if step.part == f"column '{column}'":
            return ROLES.get(step.meaning, step.meaning)
        span = SPAN.fullmatch(step.part)
        ends = [place[c] for c in span.groups() if c in place] if span else []
        if len(ends) == 2 and ends[0] <= place[column] <= ends[1]:
            return "score of a class"
        if step.part.startswith("columns ") and column in step.part.removeprefix("columns ").replace("'", "").split(
            ", "
        ):
            return ROLES["metadata"] if step.meaning.startswith("metadata") else step.meaning
    return ""
