"""``evaluate``: for research, a run held against a known truth."""

import argparse
import sys
from pathlib import Path

from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning evaluate workspaces/0123456789abcdef --truth truth.csv
  python -m cleaning evaluate workspaces/0123456789abcdef --truth real.json --out evaluated
  python -m cleaning evaluate workspaces/0123456789abcdef --truth redux.csv --errors wrong_groundtruth

The truth is a table of sample ids with label_is_wrong or right_label(s), ReaL's real.json, an MMLU-Redux table, or
CIFAR-10N's clean_label (a column, or .npy in the order of the dataset). No score ever sees it."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="for research: hold a run against a known truth",
        description=(
            "Precision against detection rate of the run, of the paper's rule at every K and tau, of each expert alone "
            "and of votes; whether the audit's bands hold the truth. All with paired bootstrap intervals."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE", help="folder that `score --workspaces` printed")
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE", help="what people established elsewhere")
    parser.add_argument("--run", dest="run_id", metavar="ID", help="which run (default: the latest)")
    parser.add_argument("--errors", metavar="A,B", help="MMLU-Redux: which error types count as a wrong label")
    parser.add_argument("--resamples", type=int, default=1000, metavar="B", help="of the bootstrap (default 1000)")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="new folder for all tables (CSV) and figures (SVG, PNG)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_new_folder, write_folder
    from cleaning.command_line.shared.png_picture import png
    from cleaning.command_line.shared.source import Progress
    from cleaning.export.formats.formula_safe import csv_of

    out = check_new_folder(arguments.out) if arguments.out else None
    if arguments.resamples < 20:
        raise InputError(f"{arguments.resamples} resamples are too few for an interval; 20 is the least.")
    progress = Progress()
    evaluated = _evaluated(arguments, progress)
    progress.done()
    _tell(evaluated)
    if out:
        files = {f"{name}.csv": csv_of(table) for name, table in evaluated.tables().items()}
        files |= {f"{name}.svg": text.encode() for name, text in evaluated.figures().items()}
        files |= {f"{name}.png": png(drawing) for name, drawing in evaluated.drawings().items()}
        write_folder(out, files)
        print(f"{out}: {len(files)} files", file=sys.stderr)


def _evaluated(arguments: argparse.Namespace, progress):
    from cleaning.command_line.shared.review_source import open_run
    from cleaning.keep.decisions import open_store
    from cleaning.known_truth.evaluation import evaluate_run
    from cleaning.known_truth.known import KnownTruth
    from cleaning.review.in_force import in_force
    from data_adapters.opinions import read_truth
    from data_adapters.opinions.truth import WRONG

    workspace, chosen = open_run(arguments)
    errors = tuple(e.strip() for e in arguments.errors.split(",")) if arguments.errors else WRONG
    truth = read_truth(arguments.truth, workspace.dataset(), errors)
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        now = in_force(workspace, chosen, store.decisions(), store.choices())
    finally:
        store.close()
    known = KnownTruth(workspace.dataset(), chosen, truth.places, truth.wrong)
    return evaluate_run(known, now, workspace.experts_of(chosen), arguments.resamples, progress)


def _tell(evaluated) -> None:
    table = evaluated.measures.copy()
    table["shown"] = [f"{r.value:.3f} ({r.low:.3f} to {r.high:.3f})" for r in table.itertuples()]
    wide = table.pivot(index="ranking", columns="measure", values="shown")
    print(wide.loc[list(dict.fromkeys(table["ranking"])), list(dict.fromkeys(table["measure"]))].to_string())
    if len(evaluated.bands):
        print(evaluated.bands.to_string(index=False, float_format=lambda v: f"{v:.3f}"))
    for sentence in evaluated.sentences():
        print(sentence)
