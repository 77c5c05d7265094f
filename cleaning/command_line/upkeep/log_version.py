"""``log-version``: which version a workspace's log has, and back to an earlier one."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning log-version workspaces/0123456789abcdef
  python -m cleaning log-version workspaces/0123456789abcdef --to 0002
A log of an earlier version is brought to this program's by itself, when it is next opened. --to is for going back to an
earlier program: stop this one first. Every decision stays; where something that people wrote would be lost, nothing is
changed. With SECOND_OPINION_DATABASE_URL it is the whole database that goes back, with the logs of all workspaces in it."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "log-version",
        help="say which version a log has, or take it back to an earlier one",
        description="Say which version the tables of a workspace's log have, or bring them to another one.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, help="the workspace's folder")
    parser.add_argument("--to", metavar="VERSION", help="the version to bring it to")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.errors import InputError, one_of
    from cleaning.keep.schema.log_versions import LATEST, VERSIONS, look, move
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.keep.writer import engine_of

    if arguments.to not in (None, *VERSIONS):
        raise InputError(f"--to is '{arguments.to[:40]}'; expected {one_of(VERSIONS)}.")
    engine = engine_of(open_workspace_folder(arguments.workspace).decisions_url)
    try:
        before = move(engine, arguments.to) if arguments.to else look(engine)
    finally:
        engine.dispose()
    if arguments.to:
        print(f"the log was of version {before}, and is of version {arguments.to} now")
    else:
        print(f"{f'the log is of version {before}' if before else 'there is no log yet'}; this program writes {LATEST}")
