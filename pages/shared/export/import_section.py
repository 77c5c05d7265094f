"""Import decisions: what a file would add, change and leave out, before anything is added."""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from cleaning.errors import counted
from cleaning.export.incoming import Arrival, Incoming, arrival_of
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import Workspace
from cleaning.review.team.permissions import IMPORT
from data_adapters.opinions import read_incoming
from pages.shared import allowed
from pages.shared.export.export_handout import Handout
from pages.shared.messages import guarded, plain

MOST_SHOWN = 200
ENDINGS = ["jsonl", "json", "csv", "parquet"]


@st.fragment
@guarded
def section(handout: Handout) -> None:
    """A file of decisions, a preview, and one button that adds what is new and changed."""
    st.header("Import decisions")
    st.caption(
        "A decision log of ours, an export of Label Studio (JSON, JSON-MIN, CSV) or Argilla (JSON), or cleanlab's "
        "label_issues. You see what it would add and change first."
    )
    file = st.file_uploader("File of decisions", ENDINGS, key="import_file", label_visibility="collapsed")
    if file is None:
        return
    arrival = arrival_of(_read(file.name, file.getvalue(), handout), _log(handout.workspace))
    _previewed(arrival, handout)
    if arrival.order:
        st.button(
            f"Add {counted(len(arrival.order), 'decision')}",
            key="import_add",
            type="primary",
            on_click=guarded(_add),
            args=(handout.workspace, arrival, file.name),
        )
    else:
        st.info("There is nothing to add: all of it is in the log already, or says what stands there.")


def _read(name: str, data: bytes, handout: Handout) -> Incoming:
    """The decisions in an uploaded file; it lies on disk only while it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"decisions{Path(name).suffix.lower()}"
        path.write_bytes(data)
        return read_incoming(path, handout.workspace.dataset(), handout.workspace.id, handout.run.id)


def _log(workspace: Workspace) -> list[Decision]:
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()


def _add(workspace: Workspace, arrival: Arrival, name: str) -> None:
    allowed.permit(IMPORT, workspace)
    allowed.store_of(workspace).append(arrival.order)
    allowed.done(IMPORT, workspace, file=name, decisions=len(arrival.order))
    st.toast(f"Added: {arrival.words()}.", icon=":material/check:")


def _previewed(arrival: Arrival, handout: Handout) -> None:
    shown = {
        "New": len(arrival.new),
        "Changed": len(arrival.changed),
        "Known already": len(arrival.known),
        "Left out": len(arrival.left_out),
    }
    for column, (title, number) in zip(st.columns(len(shown)), shown.items()):
        column.metric(title, f"{number:,}")
    names = handout.workspace.dataset().class_names
    rows = [_row("changed", after, names, before) for before, after in arrival.changed]
    rows += [_row("new", decision, names) for decision in arrival.new]
    if rows:
        st.dataframe(pd.DataFrame(rows[:MOST_SHOWN]), hide_index=True, width="stretch")
    if len(rows) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(rows):,}.")
    for one in arrival.left_out[:MOST_SHOWN]:
        st.markdown(f"- {plain(one)}")
    if len(arrival.left_out) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(arrival.left_out):,} left out.")


def _row(what: str, decision: Decision, names: tuple[str, ...], before: Decision | None = None) -> dict[str, str]:
    return {
        "what": what,
        "sample": decision.sample_id,
        "reviewer": decision.reviewer,
        "before": "" if before is None else _said(before, names),
        "says": _said(decision, names),
        "note": decision.note,
    }


def _said(decision: Decision, names: tuple[str, ...]) -> str:
    labels = ", ".join(names[code] for code in decision.labels)
    verdict = decision.verdict.replace("_", " ")
    return f"{verdict}: {labels}" if labels else verdict
