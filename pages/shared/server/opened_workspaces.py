"""Workspaces kept open by this process: pages, routes and the review share one copy of each dataset in memory."""

import threading
from collections import OrderedDict
from pathlib import Path

from cleaning.keep.workspaces import Workspace, open_workspace

MOST = 8
_kept: OrderedDict[tuple[str, str], Workspace] = OrderedDict()
_lock = threading.Lock()


def forget_workspace(root: Path, workspace_id: str) -> None:
    """Lets go of a workspace that was renamed, deleted or added to; the next to ask reads it anew."""
    with _lock:
        _kept.pop((str(root.resolve()), workspace_id), None)


def opened_once(root: Path, workspace_id: str) -> Workspace:
    """The workspace, read only the first time. Raises WorkspaceError when there is none."""
    key = (str(root.resolve()), workspace_id)
    with _lock:
        if key not in _kept:
            _kept[key] = open_workspace(root, workspace_id)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]
