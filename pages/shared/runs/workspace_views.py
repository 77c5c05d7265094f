"""The workspaces of this server: a list, and renaming, copying, archiving, deleting, importing decisions, tidying up."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from cleaning.errors import counted
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.upkeep.workspace_care import Upkeep
from cleaning.keep.workspaces import Workspace, workspaces_root
from cleaning.review.team.permissions import BRING_IN, COPY, DELETE, RENAME, TIDY
from cleaning.review.team.whole_house import delete_noted
from cleaning.review.told.run_list import LONGEST_NAME, checked_name, told_apart
from pages.shared import allowed, frame, loaders, state, who_did_what
from pages.shared.messages import guarded, plain
from pages.shared.runs import import_step
from pages.shared.server.desks import forget_desks

_CHOSEN, _NAME, _SURE, _ARCHIVED = (f"workspaces_{name}" for name in "chosen name sure archived".split())


@guarded
def workspaces() -> None:
    """The list, then what can be done with one, then what can be tidied up."""
    everything = [workspace_care.upkeep_of(workspace) for workspace in loaders.workspaces()]
    put_away = sum(one.archived for one in everything)
    with_archived = put_away > 0 and st.toggle(f"Also show the {put_away} archived", key=_ARCHIVED)
    shown = [one for one in everything if with_archived or not one.archived]
    if shown:
        names = told_apart([one.workspace.name for one in shown])
        st.dataframe(pd.DataFrame(map(_row, shown, names)), hide_index=True, width="stretch")
        _one(shown, names)
    else:
        st.caption("There is no workspace here yet. Score a dataset on the Load page.")
    _copies()
    _uploads()
    who_did_what.log_of_house()


def _row(one: Upkeep, name: str) -> dict:
    return {
        "workspace": name + (" (archived)" if one.archived else ""),
        "samples": frame.samples_told(one.workspace),
        "decided": f"{one.decided:,}",
        "runs": one.runs,
        "size": size(one.bytes),
        "last used": one.last_use[:16].replace("T", " "),
    }


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _one(shown: Sequence[Upkeep], names: Sequence[str]) -> None:
    by_id = {one.workspace.id: one for one in shown}
    ids, named = list(by_id), dict(zip(by_id, names))
    opened = ids.index(state.current().workspace_id) if state.current().workspace_id in by_id else 0
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = by_id[st.selectbox("Workspace", ids, opened, format_func=named.__getitem__, key=_CHOSEN, width=380)]
        workspace = chosen.workspace
        if st.button(
            "Go on with it", key="workspaces_open", type="primary", disabled=not (chosen.runs or workspace.is_marked)
        ):
            state.update(workspace_id=workspace.id, run_id="")
            st.switch_page("pages/calibrate.py", query_params=state.url())
        with st.popover("Rename"):
            _rename(workspace)
        st.button("Copy", key="workspaces_copy", on_click=_copy, args=(workspace,))
        words = "Bring back" if chosen.archived else "Archive"
        st.button(words, key="workspaces_archive", on_click=_archive, args=(workspace, not chosen.archived))
        with st.popover("Delete"):
            _delete(chosen)
    if not workspace.is_marked:
        import_step.import_decisions(workspace)


def _rename(workspace: Workspace) -> None:
    @guarded
    def renamed() -> None:
        allowed.permit(RENAME, workspace)
        name = checked_name(str(state.typed(_NAME) or ""))
        workspace_care.rename(workspace, name)
        allowed.done(RENAME, workspace, name=name)
        forget_desks(workspaces_root(), workspace.id)

    state.type_in(_NAME, workspace.name[:LONGEST_NAME])
    st.text_input("Name of this workspace", key=_NAME, max_chars=LONGEST_NAME, on_change=renamed)


@guarded
def _copy(workspace: Workspace) -> None:
    allowed.permit(COPY, workspace)
    allowed.permit_loading()
    made = workspace_care.copy(workspace, f"{workspace.name[: LONGEST_NAME - 8]} (copy)")
    allowed.done(COPY, workspace, copy=made.id)


@guarded
def _archive(workspace: Workspace, archived: bool) -> None:
    allowed.permit(RENAME, workspace)
    workspace_care.archive(workspace, archived)
    allowed.done(RENAME, workspace, archived=archived)
    forget_desks(workspaces_root(), workspace.id)


def _delete(chosen: Upkeep) -> None:
    st.markdown(f"**{plain(chosen.workspace.name)}**: lost for good are {plain(chosen.lost())}")
    sure = st.checkbox("I want to lose this", key=f"{_SURE}_{chosen.workspace.id}")
    st.button("Delete", key="workspaces_delete", disabled=not sure, on_click=_deleted, args=(chosen.workspace,))


@guarded
def _deleted(workspace: Workspace) -> None:
    allowed.permit(DELETE, workspace)
    delete_noted(workspace, state.current().reviewer)
    forget_desks(workspaces_root(), workspace.id)
    loaders.forget_everything()
    if state.current().workspace_id == workspace.id:
        state.update(workspace_id="", run_id="")


def _copies() -> None:
    """Folders that somebody copied by hand: each can be brought in as a workspace of its own."""
    for folder in workspace_care.copies_by_hand(workspaces_root()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"The folder {plain(folder.name, 60)} is a copy of a workspace.")
            st.button("Bring it in", key=f"adopt_{folder.name}", on_click=_adopted, args=(folder,))


@guarded
def _adopted(folder: Path) -> None:
    allowed.permit_on_server(BRING_IN)
    made = workspace_care.adopt(folder)
    allowed.done(BRING_IN, made, folder=folder.name)


@guarded
def _tidied(unused: Sequence[Path]) -> None:
    allowed.permit_on_server(TIDY)
    freed = workspace_care.tidy(unused)
    allowed.done_on_server(TIDY, uploads=len(unused), megabytes=round(freed / 1e6, 1))


def _uploads() -> None:
    """Uploads that were never scored."""
    unused = workspace_care.unused_uploads(workspaces_root())
    if unused:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{counted(len(unused), 'upload')} of earlier days no workspace needs.")
            st.button("Remove them", key="workspaces_tidy", on_click=_tidied, args=(unused,))
