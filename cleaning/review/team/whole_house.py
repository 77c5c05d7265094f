"""What is done to the whole house of workspaces, noted in its log as no single workspace's log can tell it."""

from pathlib import Path

from cleaning.keep.decisions import open_store
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.workspaces import Workspace
from cleaning.review.team.permissions import DELETE, Action, done
from cleaning.review.team.sessions import HOUSE, house_url


def note_in_house(root: Path, who: str, action: Action, **about: object) -> None:
    """root: where workspaces lie."""
    store = open_store(house_url(root), HOUSE)
    try:
        done(store, who, action, about)
    finally:
        store.close()


def delete_noted(workspace: Workspace, who: str) -> None:
    """Deletes a workspace and notes who did, in this order: on a full disk deleting makes the room that a note takes."""
    name = workspace.name
    try:
        workspace_care.delete(workspace)
    finally:
        if not workspace.folder.exists():
            note_in_house(workspace.folder.parent, who, DELETE, workspace=workspace.id, name=name)
