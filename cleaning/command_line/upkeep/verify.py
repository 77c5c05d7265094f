"""``verify``: whether a workspace and its log are whole."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning verify workspaces/0123456789abcdef
  python -m cleaning verify workspaces/0123456789abcdef --head 4f2a…   the state that a backup printed
Every decision is sealed together with the one before. Removing the newest ones leaves no trace in the log itself;
--head finds that."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "verify",
        help="check that a workspace and its log are whole",
        description="Check fingerprints, the chain over the log of decisions, and whether all belongs together.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, help="the workspace's folder")
    parser.add_argument("--head", default="", metavar="DIGEST", help="a state of the log that it must still contain")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.errors import InputError, counted
    from cleaning.keep.backups import opened
    from cleaning.keep.verifying import verify
    from cleaning.keep.workspaces import open_workspace_folder

    workspace = open_workspace_folder(arguments.workspace)
    with opened(workspace) as store:
        found = verify(workspace, store, arguments.head)
    for note in found.notes:
        print(f"note: {note}")
    if found.faults:
        raise InputError(" ".join(found.faults))
    print(f"whole: {counted(found.decisions, 'decision')}; state of the log {found.head}")
