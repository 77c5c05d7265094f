"""``workspaces``: the workspaces below a folder; rename, copy, archive, delete one, and tidy up."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning workspaces workspaces
  python -m cleaning workspaces workspaces/0123456789abcdef --rename "birds, second round"
  python -m cleaning workspaces workspaces/0123456789abcdef --copy "birds, what if"
  python -m cleaning workspaces workspaces/0123456789abcdef --delete --yes
  python -m cleaning workspaces workspaces --tidy
--delete says what will be lost, and without --yes deletes nothing."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "workspaces",
        help="list workspaces; rename, copy, archive, delete",
        description="List the workspaces below a folder with size, progress and last use, or look after one of them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("place", type=Path, metavar="FOLDER", help="folder of workspaces, or one workspace")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--rename", metavar="NAME", help="another name")
    act.add_argument("--copy", metavar="NAME", help="a workspace of its own with the same runs and decisions")
    act.add_argument("--archive", action="store_true", help="put it away")
    act.add_argument("--bring-back", action="store_true", help="undo --archive")
    act.add_argument("--delete", action="store_true", help="say what would be lost; with --yes delete it")
    act.add_argument("--tidy", action="store_true", help="remove uploads that no workspace needs")
    parser.add_argument("--yes", action="store_true", help="delete without asking again")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    if (arguments.place / "workspace.json").is_file():
        _one(arguments)
    else:
        _all(arguments)


def _all(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import author
    from cleaning.errors import InputError, counted
    from cleaning.keep.upkeep import workspace_care
    from cleaning.keep.workspaces import list_workspaces
    from cleaning.review.team.permissions import TIDY
    from cleaning.review.team.whole_house import note_in_house

    named = ("rename", "copy", "archive", "bring_back", "delete")
    if not arguments.place.is_dir() or any(getattr(arguments, name) for name in named):
        raise InputError(f"'{arguments.place}' is no workspace (no workspace.json). Give the folder of one.")
    if arguments.tidy:
        unused = workspace_care.unused_uploads(arguments.place)
        freed = workspace_care.tidy(unused)
        if unused:
            note_in_house(arguments.place, author(), TIDY, uploads=len(unused), megabytes=round(freed / 1e6, 1))
        print(f"{counted(len(unused), 'upload')} removed, {freed / 1e6:.1f} MB")
        return
    for one in map(workspace_care.upkeep_of, list_workspaces(arguments.place)):
        print(line(one))


def line(one) -> str:
    """A workspace in one line."""
    from cleaning.errors import counted

    away = "  (archived)" if one.archived else ""
    held = f"{counted(one.samples, 'sample')}, {one.decided:,} decided, {counted(one.runs, 'run')}"
    return f"{one.workspace.folder}  {one.workspace.name}: {held}, {one.bytes / 1e6:.1f} MB, used {one.last_use[:10]}{away}"


def _one(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import author, noted
    from cleaning.keep.upkeep import workspace_care
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.team.permissions import COPY, RENAME
    from cleaning.review.team.whole_house import delete_noted
    from cleaning.review.told.run_list import checked_name

    workspace = open_workspace_folder(arguments.place)
    if arguments.delete:
        print(f"{workspace.name}: lost are {workspace_care.upkeep_of(workspace).lost()}")
        if arguments.yes:
            delete_noted(workspace, author())
        print("deleted" if arguments.yes else "nothing was deleted; add --yes")
        return
    if arguments.rename:
        workspace = workspace_care.rename(workspace, checked_name(arguments.rename))
        noted(workspace, RENAME, name=workspace.name)
    elif arguments.copy:
        copied, workspace = workspace, workspace_care.copy(workspace, checked_name(arguments.copy))
        noted(copied, COPY, copy=workspace.id)
    elif arguments.archive or arguments.bring_back:
        workspace = workspace_care.archive(workspace, arguments.archive)
        noted(workspace, RENAME, archived=arguments.archive)
    print(line(workspace_care.upkeep_of(workspace)))
