"""Taking decisions along to a new version of a dataset: a step of the Load page, there once two versions may be."""

from collections.abc import Sequence

import streamlit as st

from cleaning.errors import InputError, counted
from cleaning.keep.versions.carried_workspaces import carry_over
from cleaning.keep.versions.carrying import Carried
from cleaning.keep.versions.id_map import ids_of_table
from cleaning.keep.workspaces import Workspace, workspaces_root
from cleaning.review.team.permissions import EXPORT, IMPORT
from cleaning.review.told.run_list import told_apart
from pages.shared import allowed, state
from pages.shared.messages import guarded, plain
from pages.shared.server.desks import forget_desks

MOST_LISTED = 50
_FROM, _TO, _MAP, _DONE = "carry_from", "carry_to", "carry_map", "carry_done"


def carry_step(opened: Sequence[Workspace]) -> None:
    """Folded away: from which workspace to which, a map of renamed ids, and what became of the decisions."""
    opened = [workspace for workspace in opened if not workspace.is_marked]
    if len(opened) < 2:
        return
    done = state.recalled(_DONE, tuple)
    with st.expander("Take decisions along to a new version", icon=":material/move_up:", expanded=done is not None):
        st.caption(
            "Load the new version like any dataset, then carry the review over. A decision goes along where its sample "
            "is the same: given label, picture or question, options. What changed comes to review again."
        )
        left, right = st.columns(2)
        names = told_apart([_named(workspace) for workspace in opened])
        named = dict(zip((workspace.id for workspace in opened), names))

        def told(workspace: Workspace) -> str:
            return named[workspace.id]

        old = left.selectbox("From", opened, format_func=told, index=None, key=_FROM, placeholder="reviewed version")
        new = right.selectbox("To", opened, format_func=told, index=None, key=_TO, placeholder="new version")
        renamed = st.file_uploader("Renamed ids, if any (a .csv: old id, new id)", type="csv", key=_MAP)
        ready = old is not None and new is not None
        if st.button("Carry the decisions", type="primary", disabled=not ready, key="carry"):
            _carry(old, new, renamed)
        if done is not None:
            _told(*done)


@guarded
def _carry(old: Workspace, new: Workspace, renamed) -> None:
    state.remember(_DONE, None)
    allowed.permit(EXPORT, old)  # its decisions are read there, whoever made them
    allowed.permit(IMPORT, new)
    if old.kind != new.kind:
        raise InputError("One holds pictures and the other questions. Choose two versions of one dataset.")
    from data_adapters.picture_looks import look_of

    with st.spinner("Comparing both versions"):
        ids = ids_of_table(renamed.getvalue(), renamed.name) if renamed else None
        carried = carry_over(old, new, look_of, ids, state.current().reviewer)
    forget_desks(workspaces_root(), new.id)
    state.remember(_DONE, (new.id, carried))
    st.rerun()


def _told(workspace_id: str, carried: Carried) -> None:
    st.success(f"{counted(len(carried.decisions), 'decision')} on {counted(carried.kept, 'sample')} carried.")
    told = [f"class {plain(old)} is now {plain(new)}" for old, new in carried.renamed.items()]
    if carried.moved:
        told.append(f"{counted(carried.moved, 'sample')} found under another id by what they hold")
    if carried.unseen:
        told.append(f"{counted(carried.unseen, 'sample')} by id and label alone: no picture could be compared")
    if carried.gone:
        told.append(f"{counted(len(carried.gone), 'decided sample')} not in the new version")
    st.markdown("\n".join(f"- {line}" for line in told))
    if carried.changed:
        st.markdown(f"**{counted(len(carried.changed), 'sample')} changed and come to review again**")
        rows = [_row(one) for one in carried.changed[:MOST_LISTED]]
        st.dataframe(rows, hide_index=True, width="stretch")


def _row(one) -> dict:
    return {
        "sample": one.sample_id,
        "what changed": one.why,
        "before": _in_short(one.was),
        "now": _in_short(one.now),
        "was decided": ", ".join(f"{who}: {verdict}" for who, verdict in one.said.items()),
    }


def _in_short(content) -> str:
    parts = [content.given, content.question, " · ".join(content.options), content.picture and content.picture.name]
    return " | ".join(str(part) for part in parts if part)[:300]


def _named(workspace: Workspace) -> str:
    about = workspace.about
    return f"{workspace.name} · {about['samples']:,} samples · {about['created'][:16].replace('T', ' ')}"
