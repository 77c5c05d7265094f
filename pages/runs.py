from pages.shared.messages import guarded, require_router

require_router()

import streamlit as st

from pages.shared import frame, loaders, state
from pages.shared.runs import new_run, run_views, workspace_views


@guarded
def page() -> None:
    frame.header(
        "Runs", "Every run is one scored result of a dataset. Decisions are about samples: they count in all of them."
    )
    first = "New run" if state.current().workspace_id and not loaders.has_run() else None
    runs, another, workspaces = st.tabs(["Runs of this dataset", "New run", "Workspaces"], default=first)
    with runs:
        listed_runs()
    with another:
        make_run()
    with workspaces:
        workspace_views.workspaces()


@guarded
def listed_runs() -> None:
    loaders.opened_workspace()  # or what to do, with its button
    run_views.runs()


@guarded
def make_run() -> None:
    if not state.current().workspace_id:
        st.caption("First choose a dataset on the Load page, or under Workspaces.")
        return
    new_run.form()


page()
