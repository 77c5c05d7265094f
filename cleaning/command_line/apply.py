"""``apply``: a patch onto a dataset's labels."""

import argparse

from cleaning.command_line.label_files import add_table_arguments
from cleaning.command_line.review_source import add_policy_arguments

EXAMPLES = """examples:
  python -m cleaning apply patch.jsonl my_dataset --out my_dataset_corrected
  python -m cleaning apply patch.jsonl labels.csv --settle unanimous --out labels_corrected.csv
Beside the corrected table a receipt (.applied.json) is written, with which `revert` gives back every byte.
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
    from cleaning.command_line import label_files as files
    from cleaning.command_line.review_source import policy_of
    from cleaning.errors import counted
    from cleaning.export.patch.label_table import RECEIPT_ENDING, applied
    from cleaning.export.patch.patch import read_patch

    source = files.labels_file(arguments.dataset, arguments)
    whole_folder = files.check_place(arguments.dataset, source, arguments.out)
    patch = read_patch(files.read_whole(arguments.patch, "patch"))
    policy = policy_of(arguments, patch.header["policy"])
    table = files.read_label_table(source, patch.class_names, arguments)
    data, receipt, change = applied(patch, table, policy)
    expected = table.codes.copy()
    expected[list(change.codes)] = list(change.codes.values())
    check = checker(patch.class_names, expected, arguments)
    name = source.name if whole_folder else arguments.out.name
    written = {name: data, name + RECEIPT_ENDING: receipt}
    if whole_folder:
        files.put_folder(arguments.dataset, arguments.out, written, "", check)
    else:
        files.put_file(arguments.out, written, check)
    dropped = f"; {counted(len(change.dropped), 'dropped sample')} keep their label" if change.dropped else ""
    note = "" if table.questions_sha256 or not patch.header["dataset"].get("questions_sha256") else NO_QUESTIONS
    print(f"{arguments.out}: {counted(len(change.codes), 'label')} of {len(table.codes):,} changed{dropped}{note}")


NO_QUESTIONS = "; the table holds no questions, so only ids and labels were checked"


def checker(class_names, expected, arguments):
    """Reads a written table back and raises if its labels are not the expected ones."""

    def check(path) -> None:
        from cleaning.command_line.label_files import read_label_table
        from cleaning.errors import InputError

        if read_label_table(path, class_names, arguments).codes.tolist() != expected.tolist():
            raise InputError("The written labels do not read back as they should; nothing was kept.")

    return check
