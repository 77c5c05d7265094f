"""``export``: final labels, the decision log and other people's formats, out of a workspace."""

import argparse
from dataclasses import replace
from pathlib import Path

from cleaning.command_line.shared.review_source import add_review_arguments
from cleaning.errors import InputError, one_of

EXAMPLES = """examples:
  python -m cleaning export workspaces/0123456789abcdef --out corrected_labels.csv
  python -m cleaning export workspaces/0123456789abcdef --as patch --out patch.jsonl
  python -m cleaning export workspaces/0123456789abcdef --settle unanimous --out everything.zip
  python -m cleaning export --list"""
BY_ENDING = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".npy": "npy", ".zip": "everything"}


class _List(argparse.Action):
    """--list: what can be exported, then done."""

    def __call__(self, parser, *_):
        from cleaning.export import available_exports

        for kind in available_exports():
            print(f"{kind.name:16} {kind.file_name:28} {kind.words}")
        parser.exit()


def add_to(commands) -> None:
    parser = commands.add_parser(
        "export",
        help="write corrected labels, the decision log, a patch and more",
        description="Write what follows from the decisions made in a workspace. The dataset itself is not touched.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where to; a folder for hugging_face and lm_eval_task"
    )
    parser.add_argument("--as", dest="kind", metavar="KIND", help="what to write (default: by the ending of FILE)")
    parser.add_argument(
        "--show-given", action="store_true", help="Label Studio, Argilla: show annotators the given label"
    )
    parser.add_argument(
        "--image-prefix",
        default="",
        metavar="ADDRESS",
        help="Label Studio, Argilla, FiftyOne: put before pictures' paths, where it finds them",
    )
    parser.add_argument("--with-pictures", action="store_true", help="Hugging Face: put the pictures themselves in")
    parser.add_argument("--list", action=_List, nargs=0, help="list the kinds and stop")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import noted
    from cleaning.command_line.shared.output import write_folder
    from cleaning.command_line.shared.review_source import described, read_review
    from cleaning.export.export_options import ExportOptions
    from cleaning.export.kinds import BY_NAME, suited, write_kind
    from cleaning.files import write_bytes
    from cleaning.review.team.permissions import EXPORT

    kind = arguments.kind or BY_ENDING.get(arguments.out.suffix.lower())
    if kind not in BY_NAME:
        raise InputError(
            f"What '{arguments.kind or arguments.out.name}' should hold is not known. Give --as "
            f"{one_of(list(BY_NAME))}."
        )
    files = None if arguments.out.suffix.lower() == ".zip" else BY_NAME[kind].files
    out = _checked(arguments.out, files is not None, Path(BY_NAME[kind].file_name).suffix)
    options = ExportOptions(arguments.show_given, arguments.image_prefix, arguments.with_pictures)
    handover = replace(read_review(arguments), options=options)
    if files:
        suited(kind, handover)
        write_folder(out, files(handover))
    else:
        write_bytes(out, write_kind(kind, handover))
    noted(handover.workspace, EXPORT, file=out.name)
    print(f"{out}: {described(handover)}")


def _checked(out: Path, folder: bool, ending: str) -> Path:
    """The place, or a sentence before any work is done."""
    if not folder:
        from cleaning.command_line.shared.output import check_output

        return check_output(out, (ending,))
    from cleaning.command_line.shared.output import check_new_folder

    return check_new_folder(out)
