"""``apply``: a patch onto a dataset's labels."""

import argparse
import sys

from cleaning.command_line.shared.label_files import Edited, Opened, add_table_arguments, read_whole, rewrite
from cleaning.command_line.shared.reference_files import rewrite_references
from cleaning.command_line.shared.review_source import add_policy_arguments

EXAMPLES = """examples:
  python -m cleaning apply patch.jsonl my_dataset --out my_dataset_corrected
  python -m cleaning apply patch.jsonl labels.csv --settle unanimous --out labels_corrected.csv
Beside the corrected table a receipt (.applied.json) is written, with which `revert` gives back every byte.
Of free answers the references are corrected in words, in a table or in the logs of a harness or of Inspect (a file
or a folder).
Rows are never removed: samples that the policy drops keep their given label and are named in the mask."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "apply",
        help="apply a patch to a dataset's labels",
        description="Change the labels that a patch corrects; refused where dataset and patch do not belong together.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_table_arguments(parser)
    add_policy_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.review_source import policy_of
    from cleaning.export.patch.patch import read_patch
    from cleaning.export.patch.patched_references import is_of_references

    patch = read_patch(read_whole(arguments.patch, "patch"))
    if is_of_references(patch):
        print(rewrite_references(arguments, patch, policy_of(arguments, patch.header["policy"])))
    else:
        print(rewrite(arguments, _apply))


def _apply(opened: Opened) -> Edited:
    from cleaning.errors import counted
    from cleaning.export.patch.label_table import applied
    from cleaning.export.patch.receipts import RECEIPT_ENDING

    patch, table = opened.patch, opened.table
    data, receipt, change, left_out = applied(patch, table, opened.policy)
    dropped = f"; {counted(len(change.dropped), 'dropped sample')} keep their label" if change.dropped else ""
    note = "" if table.questions_sha256 or not patch.header["dataset"].get("questions_sha256") else NO_QUESTIONS
    for sample, why in left_out.items():
        print(f"left out: {sample}: {why}", file=sys.stderr)
    if left_out:
        note += f"; another version of the dataset: {counted(len(left_out), 'entry', 'entries')} left out"
    words = f"{counted(len(change.codes), 'label')} of {len(table.codes):,} changed{dropped}{note}"
    return Edited(data, change, words, {RECEIPT_ENDING: receipt})


NO_QUESTIONS = "; the table holds no questions, so only ids and labels were checked"
