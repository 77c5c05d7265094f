"""Carrying the review of one workspace to the workspace of a new version, and what is to be decided again there."""

from collections.abc import Mapping

from cleaning.errors import WorkspaceError
from cleaning.files import write_json
from cleaning.keep.decisions import open_store
from cleaning.keep.stored import now, read_json
from cleaning.keep.versions.carrying import Carried, carry
from cleaning.keep.versions.pictures_alike import Look
from cleaning.keep.workspaces import Workspace

UPSTREAM_FILE = "changed_upstream.json"
CARRIED = "carried"  # key of the settings log
AT_ONCE = 500


def carry_over(
    old: Workspace, new: Workspace, look: Look, ids: Mapping[str, str] | None = None, who: str = ""
) -> Carried:
    """Adds to the new version's log what stands of the old one's, and keeps what changed. Twice does no harm.

    look: gives how a picture looks. ids: old id -> new id. who: for the settings log.
    """
    if old.id == new.id:
        raise WorkspaceError(f"Both are the same version of '{old.name}'; there is nothing to carry.")
    log = _log_of(old)
    carried = carry(log, old.dataset(), new.dataset(), old.id, new.id, ids, look)
    store = open_store(new.decisions_url, new.id)
    try:
        before = store.version()
        for start in range(0, len(carried.decisions), AT_ONCE):
            store.append(carried.decisions[start : start + AT_ONCE])
        if store.version() != before:
            told = {"from": old.id, "decisions": len(carried.decisions), "samples": carried.kept}
            store.set_choice("", CARRIED, told, at=now(), who=who)
    finally:
        store.close()
    keep_upstream(new, carried)
    return carried


def keep_upstream(workspace: Workspace, carried: Carried) -> None:
    """Keeps both versions of what is to be decided again, and what is gone, beside the log."""
    told = {"changed": [one.told() for one in carried.changed], "gone": carried.gone, "renamed": carried.renamed}
    write_json(workspace.folder / UPSTREAM_FILE, told, "What changed upstream", indent=1)


def changed_upstream(workspace: Workspace) -> dict[str, dict]:
    """By sample id both versions of what changed since the version that decisions were carried from."""
    path = workspace.folder / UPSTREAM_FILE
    if not path.is_file():
        return {}
    return {one["sample_id"]: one for one in read_json(path).get("changed", [])}


def _log_of(workspace: Workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()
