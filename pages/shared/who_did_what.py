"""Logs of what counts for others: of one workspace, and of the house for who is admin of the server."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from cleaning.keep.workspaces import workspaces_root
from cleaning.review.team.audit_log import AuditEntry, house_log
from cleaning.review.team.permissions import READ_HOUSE
from pages.shared import allowed

MOST_SHOWN = 200
HOUSE = "What was done to all workspaces, and when"


def log_table(entries: list[AuditEntry], run_names: Mapping[str, str] = MappingProxyType({})) -> None:
    """Latest first, as ``audit_log`` gives them. run_names: by id; none where nothing is of a run."""
    rows = [
        {"when (UTC)": e.at[:19].replace("T", " "), "who": e.who, "what": e.what, "run": run_names.get(e.run_id, "")}
        for e in entries
    ]
    columns = ["when (UTC)", "who", "what", *(["run"] if run_names else [])]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def log_of_house() -> None:
    """Which workspaces went, what was tidied up and whose sessions were ended; nothing for who may not read it."""
    if not allowed.may_on_server(READ_HOUSE):
        return
    entries = house_log(workspaces_root(), MOST_SHOWN)
    if entries:
        with st.expander(HOUSE, icon=":material/history:"):
            log_table(entries)
