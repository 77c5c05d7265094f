"""What is brought to the Load page: files sent through the browser, or a folder below the data root."""

import os
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cleaning.errors import InputError
from cleaning.keep.workspaces import workspaces_root
from data_adapters.layouts.uploads import save_uploads
from data_adapters.reading import is_readable_folder
from pages.shared.load.upload_folders import keep_folders, new_upload_folder, remove_folders

MOST_LISTED = 500
DEEPEST = 3


@dataclass(eq=False)
class Brought:
    """What is to be read. path: a folder or file. key: what it is known by while it is looked at.

    ours: folders made for it, removed with it unless it is kept.
    """

    path: Path
    key: str
    ours: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._removing = weakref.finalize(self, remove_folders, self.ours)

    def pictures_to(self) -> Path:
        """A new folder of ours for pictures that lie inside other files."""
        folder = new_upload_folder(workspaces_root())
        self.ours.append(folder)
        return folder

    def keep(self) -> None:
        """A workspace refers to what was brought: it stays."""
        self._removing.detach()
        keep_folders(self.ours)

    def let_go(self) -> None:
        """Removes all that was made for it."""
        self._removing()


def sent(files: Mapping[str, object], key: str, told: Callable[[int, int], None]) -> Brought:
    """Files sent through the browser, saved; nothing stays where that is refused or cancelled. Raises InputError."""
    folder = new_upload_folder(workspaces_root())
    try:
        home = save_uploads(files, folder, told=told)  # type: ignore[arg-type]
    except BaseException:
        remove_folders([folder])
        raise
    return Brought(home, key, [folder])


def data_root() -> Path:
    """The folder on the server below which datasets may be chosen: SECOND_OPINION_DATA_ROOT, or ./datasets."""
    return Path(os.environ.get("SECOND_OPINION_DATA_ROOT", "datasets"))


def on_server(relative: str) -> Brought:
    """A folder or file below the data root. Raises InputError for any path that leaves it."""
    root = data_root().resolve()
    path = (root / relative.strip()).resolve()
    if not path.is_relative_to(root):
        raise InputError(f"'{relative}' lies outside the data folder of this server. Choose a folder below it.")
    if not path.exists():
        raise InputError(f"There is no folder '{relative}' below the data folder of this server. Check the spelling.")
    return Brought(path, f"server {relative}")


def folders_on_server() -> list[str]:
    """What holds something to read below the root, as relative paths; nothing inside of what is read as a whole."""
    root, found = data_root(), list[Path]()
    if root.is_dir():
        _look(root, root, DEEPEST, found)
    return [path.relative_to(root).as_posix() for path in found[:MOST_LISTED]]


def _look(folder: Path, root: Path, deeper: int, found: list[Path]) -> None:
    for entry in sorted(entry for entry in folder.iterdir() if _may_hold(entry, root)):
        if len(found) >= MOST_LISTED:
            return
        if is_readable_folder(entry):
            found.append(entry)
        elif deeper > 1:
            _look(entry, root, deeper - 1, found)


def _may_hold(entry: Path, root: Path) -> bool:
    """Not hidden, no workspace, and nothing that leads out of the root."""
    if not entry.is_dir() or entry.name.startswith((".", "__")) or not entry.resolve().is_relative_to(root.resolve()):
        return False
    ours = entry.resolve() == workspaces_root().resolve() or (entry / "workspace.json").exists()
    return not ours and entry.name != "uploads"
