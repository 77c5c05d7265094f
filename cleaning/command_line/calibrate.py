"""``calibrate``: each expert before and after."""

import argparse
import sys
from pathlib import Path

from cleaning.command_line.shared.source import Progress, add_source_arguments
from cleaning.command_line.shared.study_source import read_study


def add_to(commands) -> None:
    parser = commands.add_parser(
        "calibrate",
        help="a table of the experts before and after calibration",
        description=(
            "Calibrate every expert and print its kind, parameters, accuracy on the given labels, and ECE, NLL and "
            "Brier score before and after (cross-fitted). The given labels themselves hold errors."
        ),
        epilog="examples:\n  python -m cleaning calibrate my_dataset\n"
        "  python -m cleaning calibrate workspaces/0123456789abcdef\n"
        "  python -m cleaning calibrate --labels labels.csv --expert resnet=resnet.npy --out calibration.csv\n"
        "  python -m cleaning calibrate --expert small=small.csv     (marked answers: id, confidence, correct or score)",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the table (.csv, .parquet or .json)")
    parser.add_argument("--seed", type=int, default=0, help="of the cross-fitting folds (default 0)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.calibrate.report import calibration_table
    from cleaning.calibrate.scored_report import scored_table
    from cleaning.command_line.shared.output import check_output, write_table
    from cleaning.command_line.shared.scored_source import scored_source
    from cleaning.domain.scored import free_answers

    out = check_output(arguments.out, (".csv", ".parquet", ".json")) if arguments.out else None
    scored = scored_source(arguments)
    study = None if scored is not None else read_study(arguments, free_answers=True)
    scored = free_answers(study.dataset, study.experts) if study is not None else scored
    if scored is not None:
        table = scored_table(scored, seed=arguments.seed)
    else:
        table = calibration_table(reports_of(study, arguments.seed))
    print(table.to_string(index=False, float_format=lambda v: f"{v:.4f}", na_rep="-"))
    if out:
        write_table(table, out)
        print(f"{out}: {len(table)} experts", file=sys.stderr)


def reports_of(reading, seed: int) -> list:
    """An ExpertReport for each expert of a reading, with progress on stderr."""
    from cleaning.calibrate.report import expert_reports

    progress = Progress()
    reports = expert_reports(reading.dataset, reading.experts, seed, progress)
    progress.done()
    return reports
