"""Load: go on with a dataset, or bring your own, see what was read, score it."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from pages.shared import frame, loaders, state
from pages.shared.load import bringing, carry_step, demo_step, tiles
from pages.shared.messages import guarded


@guarded
def page() -> None:
    frame.header(
        "Find the wrong labels",
        "Several expert models give a second opinion on every label of your dataset. "
        "You look at the ones they doubt, and decide.",
    )
    opened = loaders.workspaces()
    if opened and bringing.is_busy():
        with st.expander("Go on with another dataset"):
            tiles.tiles(opened, open_workspace)
    elif opened:
        st.header("Go on with")
        tiles.tiles(opened, open_workspace)
    elif not bringing.is_busy():
        demo_step.offer()
    bringing.your_own()
    carry_step.carry_step(opened)


@guarded
def open_workspace(workspace_id: str, page: str) -> None:
    opened = loaders.workspace(workspace_id)
    state.update(workspace_id=workspace_id, run_id="")
    if not opened.is_marked:
        loaders.opened_run()
    st.switch_page(f"pages/{page}.py", query_params=state.url())


page()
