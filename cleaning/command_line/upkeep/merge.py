"""``merge``: two machines' logs brought together."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning merge workspaces/0123456789abcdef laptop/workspaces/0123456789abcdef
  python -m cleaning merge workspaces/0123456789abcdef laptop_backup.zip
Decisions are told apart by their ids, so nothing is doubled, and merging again adds nothing. Where one person decided
the same sample on both machines, the decision added last stands. What is set here goes on holding, and roles stay as
they are here."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "merge",
        help="add the decisions of another machine",
        description="Add to a workspace's log the decisions and settings of the same dataset's log from elsewhere.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, help="the workspace's folder, whose log is added to")
    parser.add_argument("other", type=Path, help="another workspace's folder, or a backup")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import noted
    from cleaning.errors import counted
    from cleaning.keep.backups import merge, other_logs
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.team.permissions import IMPORT

    workspace = open_workspace_folder(arguments.workspace)
    added = merge(workspace, other_logs(arguments.other))
    if added:
        noted(workspace, IMPORT, file=arguments.other.name, decisions=added)
    print(f"{counted(added, 'decision')} added")
