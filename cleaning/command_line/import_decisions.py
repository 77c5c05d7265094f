"""``import-decisions``: decisions made elsewhere, or exported before, into a workspace's log."""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning import-decisions workspaces/0123456789abcdef decisions.jsonl
  python -m cleaning import-decisions workspaces/0123456789abcdef label_studio_export.json
  python -m cleaning import-decisions workspaces/0123456789abcdef label_issues.csv
Decisions that are in the log already are left as they are, so importing twice is harmless."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "import-decisions",
        help="read decisions from our log, Label Studio, Argilla or cleanlab",
        description=(
            "Add the decisions of an exported decision log (.jsonl), of a Label Studio (.json, .csv) or Argilla export "
            "(.json), or the issues of a label_issues table of cleanlab (.csv, .parquet) as those of a reviewer called "
            "cleanlab. A decision that its reviewer has changed since is imported as the change."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE", help="folder that `score --workspaces` printed")
    parser.add_argument("file", type=Path, metavar="FILE", help="decisions.jsonl, JSON, or a table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import author
    from cleaning.export.incoming import arrival_of, told_left_out
    from cleaning.keep.decisions import open_store
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.team.permissions import IMPORT, done

    workspace = open_workspace_folder(arguments.workspace)
    incoming = _incoming(arguments.file, workspace)
    if incoming.left_out:
        print(f"note: {told_left_out(incoming.left_out)}", file=sys.stderr)
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        arrival, before = arrival_of(incoming, store.decisions()), store.version()[0]
        store.append(arrival.order)
        if store.version()[0] != before:
            done(store, author(), IMPORT, {"file": arguments.file.name, "decisions": len(arrival.order)})
    finally:
        store.close()
    print(arrival.words())


def _incoming(path: Path, workspace):
    from data_adapters.opinions import read_incoming

    run = workspace.latest_run()
    return read_incoming(path, workspace.dataset(), workspace.id, run.id if run else "")
