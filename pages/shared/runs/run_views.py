"""The runs of the open dataset: a list, what two of them differ in, and opening, naming, archiving."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import RUN_ARCHIVED, RUN_NAME
from cleaning.review.told import run_list
from cleaning.review.told.run_list import ListedRun
from pages.shared import loaders, state
from pages.shared.messages import guarded, in_cell

MOST_SHOWN = 200
_CHOSEN, _NAME, _FIRST, _SECOND, _ARCHIVED = (f"runs_{name}" for name in "chosen name first second archived".split())
FIRST = (
    "run",
    "",
    "flagged",
    "of them reviewed",
    "wrong labels found",
    "decisions that count",
    "random cards reviewed",
)
WIDTHS = {
    "run": st.column_config.TextColumn(width=270),
    "experts": st.column_config.TextColumn(width="medium"),
    "settings": st.column_config.TextColumn(width="medium"),
}


def runs() -> None:
    """The list, then what can be done with one, then two side by side."""
    workspace = loaders.opened_workspace()
    everything = listed(workspace)
    put_away = sum(one.archived for one in everything)
    with_archived = put_away > 0 and st.toggle(f"Also show the {put_away} archived", key=_ARCHIVED)
    shown = [one for one in everything if with_archived or not one.archived]
    if not shown:
        st.caption(
            "All runs of this dataset are archived."
            if everything
            else "This dataset has not been scored yet. Its first run is made under New run."
        )
        return
    table = pd.DataFrame([one.told() | {"": "you are here" if _is_open(one) else ""} for one in shown])
    order = [*FIRST, *(str(c) for c in table if c not in FIRST)]  # long texts last: what is counted is never cut off
    st.dataframe(table, hide_index=True, width="stretch", column_order=order, column_config=WIDTHS)
    one_run(workspace, shown)
    if len(shown) > 1:
        two_runs(workspace, shown)


def listed(workspace: Workspace) -> list[ListedRun]:
    """All runs, latest first."""
    runs = [loaders.in_force(workspace.id, run_id) for run_id in workspace.run_ids()]
    return run_list.all_listed(runs, loaders.choices(workspace.id))[::-1]


def _is_open(one: ListedRun) -> bool:
    return one.run.id == state.current().run_id


def one_run(workspace: Workspace, shown: Sequence[ListedRun]) -> None:
    """Opens, names or archives one run."""
    by_id = {one.run.id: one for one in shown}
    opened = next((i for i, one in enumerate(shown) if _is_open(one)), 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ids = list(by_id)
        chosen = by_id[st.selectbox("Run", ids, opened, format_func=lambda i: by_id[i].name, key=_CHOSEN, width=380)]

        @guarded
        def renamed() -> None:
            name = run_list.checked_name(str(state.typed(_NAME) or ""))
            loaders.choosing(workspace.id, chosen.run.id).record(RUN_NAME, name)

        @guarded
        def put_away() -> None:
            loaders.choosing(workspace.id, chosen.run.id).record(RUN_ARCHIVED, not chosen.archived)

        if st.button("Go on with it", key="runs_open", type="primary"):
            state.update(run_id=chosen.run.id)
            st.switch_page("pages/threshold.py", query_params=state.url())
        with st.popover("Name"):
            state.type_in(_NAME, chosen.name)
            st.text_input("Name of this run", key=_NAME, max_chars=run_list.LONGEST_NAME, on_change=renamed)
        st.button("Bring back" if chosen.archived else "Archive", key="runs_archive", on_click=put_away)


def two_runs(workspace: Workspace, shown: Sequence[ListedRun]) -> None:
    """Which samples come and go from one run to another, and their figures."""
    st.markdown("## Two runs side by side")
    by_id = {one.run.id: one for one in shown}
    ids, left, right = list(by_id), *st.columns(2)
    first = left.selectbox("From", ids, min(1, len(ids) - 1), format_func=lambda i: by_id[i].name, key=_FIRST)
    second = right.selectbox("To", ids, 0, format_func=lambda i: by_id[i].name, key=_SECOND)
    if first == second:
        st.caption("Choose two different runs.")
        return
    one, other = loaders.in_force(workspace.id, first), loaders.in_force(workspace.id, second)
    found = run_list.compared(one, other)
    st.markdown(f"**{found.sentence()}**")
    table = pd.DataFrame(found.rows, columns=["", *(in_cell(by_id[one].name) for one in (first, second))])
    st.dataframe(table, hide_index=True, width="stretch")
    for words, samples, now in (("come", found.came, other), ("go", found.went, one)):
        listing = run_list.table_of(samples, now)
        with st.expander(f"{len(listing):,} samples that {words}"):
            st.dataframe(listing.head(MOST_SHOWN), hide_index=True, width="stretch")
