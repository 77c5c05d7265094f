"""Whether this tab's person may do something; asked before it is done, whatever a page shows."""

from collections.abc import Callable
from typing import TypeVar

from cleaning.errors import InputError
from cleaning.keep.decisions import ReviewStore, shared_store
from cleaning.keep.workspaces import Workspace, list_workspaces, workspaces_root
from cleaning.review.team import permissions, roles, whole_house
from cleaning.review.team.permissions import LOAD, Action
from pages.shared import signed_in, state

Made = TypeVar("Made")


def store_of(workspace: Workspace) -> ReviewStore:
    """The workspace's log."""
    return shared_store(workspace.decisions_url, workspace.id)


def may(action: Action, workspace: Workspace) -> bool:
    """Whether it is worth offering."""
    return permissions.may(store_of(workspace), state.current().reviewer, action)


def permit(action: Action, workspace: Workspace) -> None:
    """Raises InputError unless this person may do it."""
    permissions.permit(store_of(workspace), state.current().reviewer, action)


def done(action: Action, workspace: Workspace, **about: object) -> None:
    """Notes that this person did it."""
    permissions.done(store_of(workspace), state.current().reviewer, action, about)


def may_on_server(action: Action) -> bool:
    """Whether it is worth offering, of what concerns no single workspace."""
    return roles.at_least(roles.role_everywhere(state.current().reviewer), action.role)


def permit_on_server(action: Action) -> None:
    """For what concerns no single workspace."""
    roles.require(roles.role_everywhere(state.current().reviewer), action.role, action.words)


def done_on_server(action: Action, **about: object) -> None:
    """Notes in the log of the house what this person did."""
    whole_house.note_in_house(workspaces_root(), state.current().reviewer, action, **about)


def permit_loading() -> None:
    """A new dataset: who is maintainer of any workspace, or of all, may load one."""
    who = state.current().reviewer
    if not roles.at_least(roles.role_everywhere(who), LOAD.role) and not any(
        permissions.may(store_of(one), who, LOAD) for one in list_workspaces(workspaces_root())
    ):
        permit_on_server(LOAD)


def loaded(workspace: Workspace) -> None:
    """Who loads a dataset is admin of its workspace, where not everybody is."""
    who = state.current().reviewer
    done(LOAD, workspace, dataset=workspace.name)
    named = roles.admins_everywhere()
    if named and who not in named:
        roles.give_role(store_of(workspace), who, roles.ADMIN, by=min(named))


def taken(action: Action, workspace: Workspace, make: Callable[[], Made], file: str) -> Callable[[], Made]:
    """``make`` for a button that hands a file out: asked at the press, when no page runs, who presses is checked."""
    store, who, check = store_of(workspace), state.current().reviewer, signed_in.check()

    def handed() -> Made:
        told = check()
        if told:
            raise InputError(told)
        permissions.permit(store, who, action)
        made = make()
        permissions.done_if_noted(store, who, action, {"file": file})
        return made

    return handed
