"""Logs of what counts for others: of one workspace, and of the house for who is admin of the server."""

import pandas as pd
import streamlit as st

from cleaning.keep.workspaces import workspaces_root
from cleaning.review.team.audit_log import AuditEntry, house_log
from cleaning.review.team.permissions import READ_HOUSE
from pages.shared import allowed

MOST_SHOWN = 200
HOUSE = "What was done to all workspaces, and when"


def log_table(entries: list[AuditEntry], with_run: bool = True) -> None:
    """Latest first, as ``audit_log`` gives them."""
    rows = [
        {"when (UTC)": e.at[:19].replace("T", " "), "who": e.who, "what": e.what}
        | ({"run": e.run_id} if with_run else {})
        for e in entries
    ]
    columns = ["when (UTC)", "who", "what", *(["run"] if with_run else [])]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def log_of_house() -> None:
    """Which workspaces went, what was tidied up and whose sessions were ended; nothing for who may not read it."""
    if not allowed.may_on_server(READ_HOUSE):
        return
    entries = house_log(workspaces_root(), MOST_SHOWN)
    if entries:
        with st.expander(HOUSE, icon=":material/history:"):
            log_table(entries, with_run=False)
