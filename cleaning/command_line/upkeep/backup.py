"""``backup``: a workspace with its log as one file."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning backup workspaces/0123456789abcdef --out backup.zip
It may be made while people review. The log in it is as it stood at one moment, whichever database keeps it."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "backup",
        help="keep a workspace and its log as one file",
        description="Write a workspace, its settings and its whole log of decisions as one file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, help="the workspace's folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the backup to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import noted
    from cleaning.errors import counted
    from cleaning.keep.backups import back_up
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.team.permissions import EXPORT

    workspace = open_workspace_folder(arguments.workspace)
    made = back_up(workspace, arguments.out)
    noted(workspace, EXPORT, file=arguments.out.name)
    print(f"{arguments.out}: {counted(made['decisions'], 'decision')}; state of the log {made['head'] or 'empty'}")
