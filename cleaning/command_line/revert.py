"""``revert``: a patch taken back off a dataset's labels."""

import argparse
from functools import partial
from pathlib import Path

from cleaning.command_line.shared.label_files import Edited, Opened, add_table_arguments, read_whole, rewrite
from cleaning.command_line.shared.reference_files import give_back_references
from cleaning.command_line.shared.review_source import add_policy_arguments

EXAMPLES = """examples:
  python -m cleaning revert patch.jsonl my_dataset_corrected --out my_dataset_again
  python -m cleaning revert patch.jsonl labels_corrected.csv --out labels.csv"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "revert",
        help="take a patch back",
        description="Give back the labels, and with the receipt of `apply` every byte, from before a patch.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_table_arguments(parser)
    add_policy_arguments(parser)
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="receipt of apply (default: beside the table)")
    parser.add_argument("--no-receipt", action="store_true", help="labels only; the bytes may differ in spelling")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.review_source import policy_of
    from cleaning.export.patch.patch import read_patch
    from cleaning.export.patch.patched_references import is_of_references

    patch = read_patch(read_whole(arguments.patch, "patch"))
    if is_of_references(patch):
        print(give_back_references(arguments, patch, policy_of(arguments, patch.header["policy"])))
    else:
        print(rewrite(arguments, partial(_revert, arguments)))


def _revert(arguments: argparse.Namespace, opened: Opened) -> Edited:
    from cleaning.errors import counted
    from cleaning.export.patch.label_table import reverted
    from cleaning.export.patch.receipts import RECEIPT_ENDING

    receipt = _receipt(arguments, opened.source)
    data, change = reverted(opened.patch, opened.table, opened.policy, receipt)
    exact = "the same bytes as before the patch" if receipt else "labels only: without a receipt spelling may differ"
    words = f"{counted(len(change.codes), 'label')} given back; {exact}"
    return Edited(data, change, words, without=opened.source.name + RECEIPT_ENDING)


def _receipt(arguments: argparse.Namespace, source: Path) -> dict | None:
    from cleaning.export.patch.receipts import RECEIPT_ENDING, read_receipt

    beside = source.with_name(source.name + RECEIPT_ENDING)
    if arguments.no_receipt or (arguments.receipt is None and not beside.exists()):
        return None
    return read_receipt(read_whole(arguments.receipt or beside, "receipt"))
