"""Looking after workspaces: how big they are, when they were last used; renaming, copying, archiving, deleting them."""

import os
import re
import secrets
import shutil
import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cleaning.domain.verdicts import BY_NAME
from cleaning.errors import WorkspaceError, counted
from cleaning.files import ASIDE, not_written, write_json, written_aside
from cleaning.keep.backups import BEING_MADE
from cleaning.keep.card_messages import Message, messages, take_over
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision, forget_store, open_store
from cleaning.keep.store_tables import CHAIN, TABLES
from cleaning.keep.stored import COPY_OF, ORIGIN_FILE, now, read_json
from cleaning.keep.workspaces import WORKSPACE_ID, Workspace, open_workspace
from cleaning.scores.shards import LIST_SUFFIX

LOG_FILES = re.compile(r"decisions\.sqlite.*")
UPLOADS = "uploads"
UPLOAD_AGE = 3600.0  # seconds: a younger upload may just be looked at
AT_ONCE = 500
DELETED = ".deleted-"  # within the name of a workspace's folder while it is removed


@dataclass(frozen=True)
class Upkeep:
    """What a workspace holds. bytes: on disk below its folder. decided: samples with a standing verdict. last_use: ISO
    8601 UTC of the last decision, choice or run."""

    workspace: Workspace
    samples: int
    bytes: int
    decided: int
    reviewers: int
    runs: int
    last_use: str
    archived: bool

    def lost(self) -> str:
        """What deleting it loses, in words."""
        said = f"{counted(self.runs, 'run')} and the verdicts on {counted(self.decided, 'sample')}"
        by = f" by {counted(self.reviewers, 'reviewer')}" if self.decided else ""
        return f"{said}{by}. The dataset's own files stay where they are."


def upkeep_of(workspace: Workspace) -> Upkeep:
    """Reads the log and looks at the files; a damaged log counts as empty."""
    try:
        log, changes = _log(workspace)
    except WorkspaceError:
        log, changes = [], []
    current = CurrentDecisions()
    current.update(log)
    judged = [d for d in current.standing() if BY_NAME[d.verdict].judges]
    runs = [read_json(path)["created"] for path in (workspace.folder / "runs").glob("*/settings.json")]
    used = [workspace.about["created"], *runs, *(d.decided_at for d in log), *(change.at for change in changes)]
    about, size = workspace.about, sum(path.stat().st_size for path in _files_below(workspace.folder))
    reviewers = len({d.reviewer for d in judged})
    decided = len({d.sample_id for d in judged})
    return Upkeep(
        workspace, about["samples"], size, decided, reviewers, len(runs), max(used), bool(about.get("archived"))
    )


def rename(workspace: Workspace, name: str) -> Workspace:
    """The workspace under another name; its id stays."""
    return _told_anew(workspace, {"name": name})


def archive(workspace: Workspace, archived: bool = True) -> Workspace:
    """Puts a workspace away, or brings it back; nothing in it changes."""
    return _told_anew(workspace, {"archived": archived})


def _told_anew(workspace: Workspace, changes: dict) -> Workspace:
    write_json(workspace.folder / "workspace.json", workspace.about | changes, "The workspace", indent=1)
    return open_workspace(workspace.folder.parent, workspace.id)


def copy(workspace: Workspace, name: str) -> Workspace:
    """A workspace of its own with the same dataset, runs, decisions and settings, or none where its log fails."""
    new_id = secrets.token_hex(8)
    place = workspace.folder.parent / new_id
    with written_aside(place, "The copy") as folder:
        shutil.copytree(workspace.folder, folder, ignore=_not_to_copy, copy_function=_copy_file)
        about = workspace.about | {"name": name, "created": now(), "archived": False}
        about |= {COPY_OF: workspace.about.get(COPY_OF, workspace.id)}
        write_json(folder / "workspace.json", about, "The copy", indent=1)
    made = open_workspace(workspace.folder.parent, new_id)
    try:
        _copy_log(workspace, made)
    except BaseException:
        with suppress(WorkspaceError):
            delete(made)
        raise
    return made


def _not_to_copy(_: str, names: Sequence[str]) -> set[str]:
    """The log, which is copied row by row, and what somebody makes at the moment."""
    return {n for n in names if LOG_FILES.fullmatch(n) or n.startswith(ASIDE) or n.endswith(BEING_MADE)}


def _copy_file(here: str, there: str) -> None:
    """Raises NotWritten, which ends the copying; an OSError would be gathered with those of all further files."""
    try:
        shutil.copy2(here, there)
    except FileNotFoundError:
        if os.path.exists(here):
            raise
    except OSError as error:
        raise not_written("The copy", error) from error


def _copy_log(one: Workspace, other: Workspace) -> None:
    """Decisions under ids of their own, since one database may hold both logs; and every choice."""
    log, changes = _log(one)
    store = open_store(other.decisions_url, other.id)
    try:
        for start in range(0, len(log), AT_ONCE):
            store.append([_copied(decision, other.id) for decision in log[start : start + AT_ONCE]])
        for change in changes:
            store.set_choice(change.run_id, change.what, change.after, at=change.at, who=change.who)
        take_over(store, _messages(one))
    finally:
        store.close()


def _messages(workspace: Workspace) -> list[Message]:
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return messages(store)
    finally:
        store.close()


def _copied(decision: Decision, there: str) -> Decision:
    undoes = _uuid_in_copy(decision.undoes, there) if decision.undoes else None
    return replace(decision, uuid=_uuid_in_copy(decision.uuid, there), undoes=undoes, seq=0)


def _uuid_in_copy(here: str, there: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"second-opinion copy {there} {here}"))


def delete(workspace: Workspace) -> None:
    """Removes a workspace's folder; in a team's database its rows stay. The dataset's own files are elsewhere."""
    forget_store(workspace.decisions_url, workspace.id)
    going = workspace.folder.with_name(f".{workspace.id}{DELETED}{secrets.token_hex(4)}")
    try:
        os.rename(workspace.folder, going)  # at once gone for everybody, however long removing takes
        shutil.rmtree(going)
    except OSError as error:
        raise WorkspaceError(f"'{workspace.name}' could not be deleted: {error.strerror or error}.") from error


def copies_by_hand(root: Path) -> list[Path]:
    """Folders below the root that are workspaces under a name of their own, as a file manager's copy has."""
    found = (path.parent for path in root.glob("*/workspace.json"))
    return sorted(folder for folder in found if not WORKSPACE_ID.fullmatch(folder.name) and folder.name[0] != ".")


def adopt(folder: Path) -> Workspace:
    """Makes a folder that was copied by hand a workspace of its own, with its decisions."""
    place = folder.with_name(secrets.token_hex(8))
    os.rename(folder, place)
    about = read_json(place / "workspace.json")
    held = {COPY_OF: about.get(COPY_OF) or open_workspace(place.parent, place.name).content().fingerprint()}
    write_json(place / "workspace.json", about | held | {"name": folder.name[:60]}, "The copy", indent=1)
    if (place / "decisions.sqlite").is_file():
        with sqlite3.connect(place / "decisions.sqlite") as log:  # the copy's own rows now bear its id
            there = {name for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in TABLES.sorted_tables:
                if table.name in there and "workspace_id" in table.columns:
                    log.execute(f"UPDATE {table.name} SET workspace_id = ?", (place.name,))
            if CHAIN.name in there:  # it seals the id; the next decision makes it anew
                log.execute(f"DELETE FROM {CHAIN.name}")
        log.close()
    return open_workspace(place.parent, place.name)


def unused_uploads(root: Path, older_than: float = UPLOAD_AGE) -> list[Path]:
    """Folders of uploads that no workspace below the root refers to, and nobody changed lately."""
    named, at_least = places_told(root), time.time() - older_than
    folders = sorted(path for path in (root / UPLOADS).glob("*") if path.is_dir())
    return [folder for folder in folders if folder.stat().st_mtime < at_least and folder.name not in named]


def places_told(root: Path) -> str:
    """All that workspaces say of where their files and pictures lie; an upload's folder is named there while used."""
    told = ("workspace.json", "reading_plan.json", ORIGIN_FILE, "experts/*.json", f"experts/*{LIST_SUFFIX}")
    paths = (path for pattern in told for path in root.glob(f"*/{pattern}"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def tidy(folders: Sequence[Path]) -> int:
    """Removes folders of uploads; the bytes that this gives back."""
    freed = sum(path.stat().st_size for folder in folders for path in _files_below(folder))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return freed


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _log(workspace: Workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions(), store.changes()
    finally:
        store.close()
