"""``card``: the cleaning card of a workspace, as a page or as JSON."""

import argparse
from pathlib import Path

from cleaning.command_line.shared.review_source import add_review_arguments

EXAMPLES = """examples:
  python -m cleaning card workspaces/0123456789abcdef --out card.html
  python -m cleaning card workspaces/0123456789abcdef --out card.html --pictures
  python -m cleaning card workspaces/0123456789abcdef --out card.json
The same decisions give the same bytes."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "card",
        help="write the cleaning card",
        description="What was done to the dataset, by whom, and how far to trust it: one page to publish.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to (.html or .json)")
    parser.add_argument("--pictures", action="store_true", help="embed the pictures of the examples")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output
    from cleaning.command_line.shared.review_source import described, read_review
    from cleaning.export.card import card_files
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".html", ".json"))
    handover = read_review(arguments)
    write_bytes(out, card_files(handover, arguments.pictures)[f"cleaning_card{out.suffix.lower()}"])
    print(f"{out}: {described(handover)}")
