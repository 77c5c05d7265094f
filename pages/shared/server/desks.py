"""Review desks kept open by this process: pages, routes and sessions share one desk of each run."""

import threading
from collections import OrderedDict
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from cleaning.review import ReviewDesk
from pages.shared.server.cards import Cards
from pages.shared.server.opened_workspaces import forget_workspace, opened_once

MOST = 8  # pages hold what they look at here too
AT_ONCE = 2  # one goes on while the other waits for the disk or the database
_desks: OrderedDict[tuple[str, str, str], ReviewDesk] = OrderedDict()
_desks_lock = threading.Lock()
_turns: WeakKeyDictionary[ReviewDesk, threading.BoundedSemaphore] = WeakKeyDictionary()


def forget_desks(root: Path, workspace_id: str) -> None:
    """Lets go of a workspace's desks and of the workspace itself."""
    with _desks_lock:
        for key in [key for key in _desks if key[:2] == (str(root.resolve()), workspace_id)]:
            del _desks[key]
    forget_workspace(root, workspace_id)


def open_desk(root: Path, workspace_id: str, run_id: str) -> ReviewDesk:
    """The desk of a run, kept for the process. Raises WorkspaceError when workspace or run is not there."""
    key = (str(root.resolve()), workspace_id, run_id)
    with _desks_lock:
        if key not in _desks:
            workspace = opened_once(root, workspace_id)
            cards = partial(Cards, workspace_id=workspace_id, root=root)
            _desks[key] = ReviewDesk(workspace, workspace.run(run_id), cards)
            while len(_desks) > MOST:
                _desks.popitem(last=False)
        _desks.move_to_end(key)
        return _desks[key]


def opened_desks(root: Path) -> list[ReviewDesk]:
    """The desks below ``root`` that this process keeps open now."""
    with _desks_lock:
        return [desk for key, desk in _desks.items() if key[0] == str(root.resolve())]


def turn_at(desk: ReviewDesk) -> threading.BoundedSemaphore:
    """What a short answer holds while it is made, AT_ONCE for each desk: many threads that want to run Python at once keep
    each other waiting, for milliseconds again and again, so that all are later than if they had come one by one."""
    with _desks_lock:
        return _turns.setdefault(desk, threading.BoundedSemaphore(AT_ONCE))
