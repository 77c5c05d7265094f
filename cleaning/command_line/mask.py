"""``mask``: the evaluation mask of a workspace, and scores under one."""

import argparse
from pathlib import Path

from cleaning.errors import InputError, one_of

EXAMPLES = """examples:
  python -m cleaning mask workspaces/0123456789abcdef --out mask.csv
  python -m cleaning mask mask.csv --score resnet_predictions.npy
  python -m cleaning mask mask.csv --score samples_mmlu_2026-01-01.jsonl --id-field question_id"""


def add_to(commands) -> None:
    from cleaning.command_line.shared.review_source import add_review_arguments

    parser = commands.add_parser(
        "mask",
        help="write the evaluation mask, or score predictions under it",
        description="What evaluation does with each sample: keep, replace:<class>, any_of:[...] or drop.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the mask (.csv)")
    parser.add_argument(
        "--score",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="class numbers in the mask's order (.npy) or an lm-evaluation-harness sample log (.jsonl); repeatable",
    )
    parser.add_argument("--id-field", metavar="F", help="field of the log's documents with the sample id")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output
    from cleaning.command_line.shared.review_source import described, read_review
    from cleaning.export.patch.mask import mask_of, read_mask, write_mask
    from cleaning.files import write_bytes

    if arguments.out is None and not arguments.score:
        raise InputError(
            "There is nothing to do. Give --out FILE to write the mask, or --score FILE to score under it."
        )
    out = check_output(arguments.out, (".csv",)) if arguments.out else None
    if arguments.workspace.is_file():
        from cleaning.command_line.shared.label_files import read_whole

        mask, words = read_mask(read_whole(arguments.workspace, "mask")), "copied"
    else:
        handover = read_review(arguments)
        mask, words = mask_of(handover), described(handover)
    if out:
        write_bytes(out, write_mask(mask))
        print(f"{out}: {words}")
    for path in arguments.score:
        print(f"{path.name}: {_scores(path, mask, arguments.id_field)}")


def _spoken(score) -> str:
    return f"{score.accuracy:.4f} ({score.right:,} of {score.counted:,})"


def _scores(path: Path, mask, id_field: str | None) -> str:
    """``given 0.8417 (101 of 120), mask 0.9333 (112 of 120)``, and of a log how it was read."""
    from cleaning.export.patch.mask import Mask, score_under_mask

    if path.suffix.lower() == ".jsonl":
        return _scores_of_log(path, mask, id_field)
    predicted = _predictions(path)
    given = Mask(mask.sample_ids, mask.given, ["keep"] * len(mask))
    return f"given {_spoken(score_under_mask(predicted, given))}, mask {_spoken(score_under_mask(predicted, mask))}"


def _scores_of_log(path: Path, mask, id_field: str | None) -> str:
    from cleaning.export.patch.lm_eval_scoring import score_logged_answers
    from data_adapters.opinions import read_logged_answers

    answers = read_logged_answers(path, id_field)
    score = score_logged_answers(answers, mask)
    left = f", not {one_of(answers.other_filters)}" if answers.other_filters else ""
    filtered = "" if answers.filter == "none" else f", filter '{answers.filter}'{left}"
    return f"given {_spoken(score.given)}, mask {_spoken(score.masked)}; joined by {score.joined_by}{filtered}"


def _predictions(path: Path):
    import numpy as np

    if path.suffix.lower() != ".npy":
        raise InputError(f"'{path.name}' cannot be scored; give .npy class numbers or a .jsonl sample log.")
    try:
        predicted = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"'{path}' cannot be read as a NumPy array: {error}.") from None
    if predicted.ndim != 1 or predicted.dtype.kind not in "iu":
        raise InputError(
            f"'{path.name}' should hold whole class numbers in one column; it is {predicted.dtype} {predicted.shape}."
        )
    return predicted
