"""``restore``: a workspace and its log from a backup."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning restore backup.zip --workspaces workspaces
A workspace that is there already keeps its files; decisions that it lacks are added to its log, none is removed.
With SECOND_OPINION_DATABASE_URL the log goes into that database."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "restore",
        help="bring a backup back",
        description="Bring a workspace and its log of decisions back from a backup.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("backup", type=Path, help="a file that `backup` wrote")
    parser.add_argument("--workspaces", type=Path, metavar="FOLDER", help="where workspaces lie (default: as the app)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import noted
    from cleaning.errors import counted
    from cleaning.keep.backups import restore
    from cleaning.keep.workspaces import workspaces_root
    from cleaning.review.team.permissions import IMPORT

    workspace, added = restore(arguments.backup, arguments.workspaces or workspaces_root())
    noted(workspace, IMPORT, file=arguments.backup.name, decisions=added)
    print(f"{workspace.folder}: {counted(added, 'decision')} added to its log")
