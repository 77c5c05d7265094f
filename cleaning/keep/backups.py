"""Backups of a workspace as one file, and logs of two machines brought together.

The log goes as lines of text, so that a backup of SQLite restores into PostgreSQL and back. Restoring and merging only
ever append: a decision that is there already, by its id, stays as it is.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from cleaning.errors import InputError
from cleaning.files import ASIDE, new_file, written_aside
from cleaning.keep.card_messages import Message, messages, take_over
from cleaning.keep.decisions import Decision, ReviewStore, open_store
from cleaning.keep.settings_log import CHOICE_COLUMNS, brought_in
from cleaning.keep.stored import now
from cleaning.keep.verifying import verify_chain
from cleaning.keep.workspaces import WORKSPACE_ID, Workspace, open_workspace, open_workspace_folder

MANIFEST, LOG, CHOICES, MESSAGES = "backup.json", "decisions.jsonl", "choices.jsonl", "messages.jsonl"
FORMAT = 1
LARGEST_BYTES = 64 * 2**30
BEING_MADE = (".unfinished", ".lock")  # how names end of what several processes make together
_LEFT_OUT = ("decisions.sqlite", "pictures")  # the log goes as text; small pictures are made again


@dataclass(frozen=True)
class Logs:
    """What people did in one workspace. choices: rows of the settings log by CHOICE_COLUMNS. messages: on cards."""

    workspace_id: str
    decisions: list[Decision]
    choices: list[dict]
    messages: list[Message]


def logs_of(workspace: Workspace) -> Logs:
    """Everything in a workspace's log."""
    with opened(workspace) as store:
        choices = store.choices()[list(CHOICE_COLUMNS)].to_dict("records")
        return Logs(workspace.id, store.decisions(), choices, messages(store))


@contextmanager
def opened(workspace: Workspace) -> Iterator[ReviewStore]:
    """The workspace's store, closed afterwards."""
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        yield store
    finally:
        store.close()


def back_up(workspace: Workspace, place: Path) -> dict:
    """Writes a backup and returns its manifest. The log in it is as it stood at one moment. Raises NotWritten."""
    logs = logs_of(workspace)
    with opened(workspace) as store:
        digests, _, _ = verify_chain(store)
    kept = digests[len(logs.decisions) - 1] if logs.decisions else ""
    manifest = {"format": FORMAT, "workspace": workspace.id, "name": workspace.name, "made": now(), "head": kept}
    manifest["decisions"] = len(logs.decisions)
    with new_file(place, "The backup") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        archive.writestr(LOG, _lines(asdict(d) for d in logs.decisions))
        archive.writestr(CHOICES, _lines(logs.choices))
        archive.writestr(MESSAGES, _lines(asdict(m) for m in logs.messages))
        for path in _files_of(workspace.folder):
            with suppress(FileNotFoundError):  # deleted since
                archive.write(path, f"workspace/{path.relative_to(workspace.folder).as_posix()}")
    return manifest


def _files_of(folder: Path) -> list[Path]:
    """What is to be kept of a workspace's files; not what somebody makes at the moment."""
    found = []
    for place, folders, names in os.walk(folder):
        top = Path(place) == folder
        folders[:] = [name for name in folders if not _is_left_out(name, top)]
        found += [Path(place) / name for name in names if not _is_left_out(name, top)]
    return sorted(found)


def _is_left_out(name: str, top: bool) -> bool:
    return name.startswith(ASIDE) or name.endswith(BEING_MADE) or (top and name.startswith(_LEFT_OUT))


def _lines(rows: Iterable[dict]) -> str:
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)


def restore(backup: Path, root: Path) -> tuple[Workspace, int]:
    """Brings a backup's workspace back below ``root``; its log is appended to. The workspace, and decisions added."""
    logs = logs_of_backup(backup)
    place = root / logs.workspace_id
    if not place.exists():
        with _archive(backup) as archive, written_aside(place, "The workspace") as folder:
            folder.mkdir()
            _unpack(archive, folder)
    workspace = open_workspace(root, logs.workspace_id)
    return workspace, merge(workspace, logs, with_roles=True)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
        raise InputError(f"The backup says it holds more than {LARGEST_BYTES // 2**30} GB, so it is not unpacked.")
    for entry in archive.infolist():
        inside = PurePosixPath(entry.filename)
        if inside.parts[0] != "workspace" or entry.is_dir():
            continue
        target = folder.joinpath(*inside.parts[1:]).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise InputError(f"The backup names '{entry.filename[:80]}', outside its workspace, so it is not unpacked.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as made:
            while part := source.read(2**20):
                made.write(part)


def logs_of_backup(backup: Path) -> Logs:
    """The log in a backup. Raises InputError where it is none."""
    with _archive(backup) as archive:
        try:
            manifest = json.loads(archive.read(MANIFEST))
            decisions = [_decision(line) for line in archive.read(LOG).splitlines()]
            choices = [json.loads(line) for line in archive.read(CHOICES).splitlines()]
            told = archive.read(MESSAGES).splitlines() if MESSAGES in archive.namelist() else []
            messages_there = [Message(**json.loads(line)) for line in told]
            workspace_id = manifest["workspace"]
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise _no_backup(backup) from error
    if manifest.get("format") != FORMAT or not WORKSPACE_ID.fullmatch(str(workspace_id)):
        raise _no_backup(backup)
    return Logs(workspace_id, decisions, choices, messages_there)


def _decision(line: bytes) -> Decision:
    values = json.loads(line)
    return Decision(**(values | {"labels": tuple(values["labels"])}))


@contextmanager
def _archive(backup: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(backup) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile) as error:
        raise _no_backup(backup) from error


def _no_backup(backup: Path) -> InputError:
    return InputError(f"'{backup.name}' is no backup that can be read. Expected a file that `backup` wrote, whole.")


def other_logs(source: Path) -> Logs:
    """The log of another machine: a workspace's folder or a backup."""
    return logs_of(open_workspace_folder(source)) if source.is_dir() else logs_of_backup(source)


def merge(workspace: Workspace, other: Logs, with_roles: bool = False) -> int:
    """Appends the decisions, settings and messages that the workspace lacks, in their order; how many decisions were added.

    Decisions are told apart by their ids, so the same log merged twice adds nothing. A setting that was chosen here holds,
    whatever the other log chose. with_roles: also takes roles where nobody has one here. Raises InputError for another
    dataset's log.
    """
    if other.workspace_id != workspace.id:
        raise InputError(
            f"The other log belongs to workspace {other.workspace_id}, this one is {workspace.id}: another dataset. "
            "Merge the logs of the same dataset."
        )
    with opened(workspace) as store:
        here = {d.uuid for d in store.decisions()}
        new = [d for d in other.decisions if d.uuid not in here]
        store.append(new)
        store.add_choices(brought_in(store.choices().to_dict("records"), other.choices, with_roles))
        take_over(store, other.messages)
    return len(new)
