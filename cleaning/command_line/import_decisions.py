"""``import-decisions``: decisions made elsewhere, or exported before, into a workspace's log."""

import argparse
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
            "Add the decisions of an exported decision log (.jsonl), of a Label Studio or Argilla export (.json), or "
            "the issues of a label_issues table of cleanlab (.csv, .parquet) as those of a reviewer called cleanlab."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE", help="folder that `score --workspaces` printed")
    parser.add_argument("file", type=Path, metavar="FILE", help="decisions.jsonl, JSON, or a table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.errors import counted
    from cleaning.keep.decisions import open_store
    from cleaning.keep.workspaces import open_workspace_folder

    workspace = open_workspace_folder(arguments.workspace)
    decisions = _decisions(arguments.file, workspace)
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        before = len(store.decisions())
        store.append(decisions)
        added = len(store.decisions()) - before
    finally:
        store.close()
    print(f"{counted(len(decisions), 'decision')} read, {added:,} new")


def _decisions(path: Path, workspace) -> list:
    from cleaning.command_line.shared.label_files import read_whole
    from cleaning.errors import InputError
    from cleaning.export.formats.decision_log import check_against, read_decision_log

    dataset = workspace.dataset()
    if path.suffix.lower() != ".jsonl":
        from data_adapters.opinions import read_earlier_decisions

        _say_unanswered(path)
        run = workspace.latest_run()
        return read_earlier_decisions(path, dataset, run.id if run else "")
    data = read_whole(path, "file of decisions")
    decisions, head = read_decision_log(data)
    if head.get("dataset_fingerprint") != workspace.id:
        raise InputError(
            f"The decision log belongs to the dataset with fingerprint {head.get('dataset_fingerprint')}; this "
            f"workspace has {workspace.id}."
        )
    check_against(decisions, dataset)
    return decisions


def _say_unanswered(path: Path) -> None:
    """Tells of tasks that somebody submitted without an answer, where the file is a list of tasks."""
    import sys

    from cleaning.errors import counted, first_five
    from cleaning.export.formats.label_studio import unanswered

    try:
        empty = unanswered(path.read_bytes())
    except (ValueError, AttributeError, TypeError, OSError, RecursionError):
        return  # whoever reads the file says what it is
    if empty:
        print(f"note: {counted(len(empty), 'task')} without an answer left out: {first_five(empty)}", file=sys.stderr)
