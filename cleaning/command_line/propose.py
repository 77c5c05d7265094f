"""``propose``: a folder ready to be pushed to the owners of a dataset, with the words of the pull request."""

import argparse
from dataclasses import replace
from pathlib import Path

from cleaning.command_line.shared.review_source import add_review_arguments

EXAMPLES = """examples:
  python -m cleaning propose workspaces/0123456789abcdef --to hugging-face --out proposal
  python -m cleaning propose workspaces/0123456789abcdef --to lm-eval --out proposal
  python -m cleaning propose workspaces/0123456789abcdef --to git --settle unanimous --out proposal
Nothing is sent. The folder holds the changed samples alone, by their own ids, with the evidence for each."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "propose",
        help="write a pull request for the owners of a dataset",
        description="Write a folder ready to be pushed: the changed samples with their evidence, and the words for it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    parser.add_argument("--to", required=True, metavar="WHOM", help="hugging-face, lm-eval or git")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    parser.add_argument(
        "--image-prefix", default="", metavar="ADDRESS", help="put before pictures' paths, to show them"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_new_folder, write_folder
    from cleaning.command_line.shared.review_source import described, read_review
    from cleaning.export.export_options import ExportOptions
    from cleaning.export.proposal import proposal_files

    out = check_new_folder(arguments.out)
    handover = replace(read_review(arguments), options=ExportOptions(image_prefix=arguments.image_prefix))
    write_folder(out, proposal_files(handover, arguments.to))
    print(f"{out}: {described(handover)}. Nothing was sent; start with PULL_REQUEST.md.")
