"""Importing decisions into a workspace from a file: our log, Label Studio, Argilla or cleanlab."""

import tempfile
from pathlib import Path

import streamlit as st

from cleaning.keep.decisions import shared_store
from cleaning.keep.workspaces import Workspace
from cleaning.review.team.permissions import IMPORT, done, permit
from pages.shared import loaders, state
from pages.shared.messages import guarded, plain

_FILE, _TOLD = "import_file", "import_told"


def import_decisions(workspace: Workspace) -> None:
    """A file to choose, a button, and what became of it."""
    with st.expander("Import decisions", icon=":material/upload_file:"):
        st.caption("decisions.jsonl, a Label Studio or Argilla export (.json), or a label_issues table of cleanlab.")
        file = st.file_uploader(
            "File", key=_FILE, type=["jsonl", "json", "csv", "parquet"], label_visibility="collapsed"
        )
        if st.button("Import", key="import_now", disabled=file is None):
            _import(workspace, file)
        told = state.recalled(_TOLD, tuple)
        if told and told[0] == workspace.id:
            st.markdown(told[1])


@guarded
def _import(workspace: Workspace, file) -> None:
    state.remember(_TOLD, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name).name
        path.write_bytes(file.getvalue())
        told = take_in(loaders.workspace(workspace.id), path, state.current().reviewer)
    state.remember(_TOLD, (workspace.id, plain(told, 1_000)))


def take_in(workspace: Workspace, path: Path, who: str) -> str:
    """Adds a file's decisions to the log; what was read, what is new and what was left out, in words."""
    from cleaning.export.incoming import arrival_of, told_left_out
    from data_adapters.opinions import read_incoming

    store = shared_store(workspace.decisions_url, workspace.id)
    permit(store, who, IMPORT)
    run = workspace.latest_run()
    incoming = read_incoming(path, workspace.dataset(), workspace.id, run.id if run else "")
    arrival, before = arrival_of(incoming, store.decisions()), store.version()[0]
    store.append(arrival.order)
    if store.version()[0] != before:
        done(store, who, IMPORT, {"file": path.name, "decisions": len(incoming.decisions)})
    left_out = f". {told_left_out(incoming.left_out)}" if incoming.left_out else ""
    return f"{arrival.words()}{left_out}"
