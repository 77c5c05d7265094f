"""``revert``: a patch taken back off a dataset's labels."""

import argparse
from pathlib import Path

from cleaning.command_line.label_files import add_table_arguments
from cleaning.command_line.review_source import add_policy_arguments

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
    from cleaning.command_line import label_files as files
    from cleaning.command_line.apply import checker
    from cleaning.command_line.review_source import policy_of
    from cleaning.errors import counted
    from cleaning.export.patch.label_table import RECEIPT_ENDING, reverted
    from cleaning.export.patch.patch import read_patch

    source = files.labels_file(arguments.dataset, arguments)
    whole_folder = files.check_place(arguments.dataset, source, arguments.out)
    patch = read_patch(files.read_whole(arguments.patch, "patch"))
    policy = policy_of(arguments, patch.header["policy"])
    receipt = _receipt(arguments, source)
    table = files.read_label_table(source, patch.class_names, arguments)
    data, change = reverted(patch, table, policy, receipt)
    expected = table.codes.copy()
    expected[list(change.codes)] = list(change.codes.values())
    check = checker(patch.class_names, expected, arguments)
    if whole_folder:
        without = source.name + RECEIPT_ENDING
        files.put_folder(arguments.dataset, arguments.out, {source.name: data}, without, check)
    else:
        files.put_file(arguments.out, {arguments.out.name: data}, check)
    exact = "the same bytes as before the patch" if receipt else "labels only: without a receipt spelling may differ"
    print(f"{arguments.out}: {counted(len(change.codes), 'label')} given back; {exact}")


def _receipt(arguments: argparse.Namespace, source: Path) -> dict | None:
    from cleaning.command_line.label_files import read_whole
    from cleaning.export.patch.label_table import RECEIPT_ENDING, read_receipt

    beside = source.with_name(source.name + RECEIPT_ENDING)
    if arguments.no_receipt or (arguments.receipt is None and not beside.exists()):
        return None
    return read_receipt(read_whole(arguments.receipt or beside, "receipt"))
