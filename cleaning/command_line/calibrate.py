"""``calibrate``: each expert before and after."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.source import Progress, add_source_arguments
from cleaning.command_line.shared.study_source import Study, read_study
from cleaning.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


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
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the calibration (.json) for other datasets")
    parser.add_argument("--calibration", type=Path, metavar="FILE", help="judge a saved calibration on this dataset")
    parser.add_argument("--part", metavar="COLUMN=VALUE", help="only samples of which a metadata column says this")
    parser.add_argument("--seed", type=int, default=0, help="of the cross-fitting folds (default 0)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output, write_table
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".csv", ".parquet", ".json")) if arguments.out else None
    save = check_output(arguments.save, (".json",)) if arguments.save else None
    table, saved = _worked_out(arguments)
    print(table.to_string(index=False, float_format=lambda v: f"{v:.4f}", na_rep="-"))
    if out:
        write_table(table, out)
        print(f"{out}: {len(table)} experts", file=sys.stderr)
    if save:
        write_bytes(save, saved().encode())
        print(f"{save}: written", file=sys.stderr)


def _worked_out(arguments: argparse.Namespace) -> tuple["pd.DataFrame", Callable[[], str]]:
    """The table to show, and what gives the calibration fitted here as text."""
    from cleaning.calibrate.saved import calibration_json, judged_elsewhere, read_calibration, saved_calibration
    from cleaning.calibrate.saved_scored import saved_of_scored, scored_elsewhere
    from cleaning.calibrate.scored_report import scored_table

    elsewhere = read_calibration(arguments.calibration) if arguments.calibration else None
    study, scored = _read(arguments)
    if scored is not None:
        seed = arguments.seed
        table = scored_elsewhere(scored, elsewhere, seed) if elsewhere else scored_table(scored, seed=seed)
        return table, lambda: calibration_json(saved_of_scored(scored))
    from cleaning.calibrate.report import calibration_table

    if elsewhere and not arguments.save:
        return judged_elsewhere(study.dataset, study.experts, elsewhere, arguments.seed), str
    reports = reports_of(study, arguments.seed)
    fitted = [(r.expert.kind, (r.as_ranked or r).calibration) for r in reports]
    judged = judged_elsewhere(study.dataset, study.experts, elsewhere, arguments.seed) if elsewhere else None
    table = calibration_table(reports) if judged is None else judged
    return table, lambda: calibration_json(saved_calibration(study.dataset.name, len(study.dataset), fitted))


def _read(arguments: argparse.Namespace):
    """(the study, None) or (None, scored answers), of the part that was asked for."""
    from cleaning.calibrate.saved import part_of
    from cleaning.command_line.shared.scored_source import scored_source
    from cleaning.domain.scored import free_answers

    column, equals, value = (arguments.part or "").partition("=")
    if arguments.part and not (column and equals and value):
        raise InputError(f"--part '{arguments.part}' is not of the form COLUMN=VALUE, for example --part split=test.")
    scored = scored_source(arguments)
    if scored is not None:
        return None, scored.part(value) if value else scored
    study = read_study(arguments, free_answers=True)
    if value:
        dataset, experts = part_of(study.dataset, study.experts, column, value)
        study = replace(study, dataset=dataset, experts=experts, workspace=None)
    return study, free_answers(study.dataset, study.experts)


def reports_of(reading, seed: int) -> list:
    """An ExpertReport for each expert of a reading, by what is said of it, with progress on stderr. Of a workspace's
    latest run it is what its pages say, chosen or recommended; else what is recommended."""
    from cleaning.calibrate.chosen_way import calibrate_as
    from cleaning.calibrate.report import as_said, expert_reports
    from cleaning.domain.folds import draw_folds
    from cleaning.domain.settings import RECOMMENDED

    if isinstance(reading, Study) and reading.workspace is not None and reading.in_force is not None:
        return _reports_of_run(reading, reading.workspace, reading.in_force)
    progress, given = Progress(), reading.dataset.given_labels
    reports, folds = (
        expert_reports(reading.dataset, reading.experts, seed, progress),
        draw_folds(reading.dataset.sample_ids, seed),
    )
    said = [as_said(r, calibrate_as(RECOMMENDED, r.expert, given, folds), folds) for r in reports]
    progress.done()
    return said


def _reports_of_run(study: Study, workspace, now) -> list:
    from cleaning.keep.said_confidence import SaidConfidence

    said = SaidConfidence.of(workspace, now.run, now.chosen.calibration_methods, threads=cpu_count() or 1)
    progress, names, found = Progress(), [e.name for e in study.experts], dict[str, object]()
    for report in said.reports(study.dataset, names):
        found[report.expert.name] = report
        progress(f"calibrating {report.expert.name}", len(found) / len(names))
    progress.done()
    return [found[name] for name in names]
