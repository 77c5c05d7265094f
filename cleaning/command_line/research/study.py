"""``study``: for research, the paper's claims on one dataset as one report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaning.domain.dataset import Dataset
    from cleaning.paper_claims.carried_calibration import Elsewhere
    from cleaning.paper_claims.paper_study import TruthKnown
    from cleaning.paper_claims.told import PaperStudy

EXAMPLES = """examples:
  python -m cleaning study my_dataset --out study
  python -m cleaning study my_dataset --out study --truth truth.csv --split subject
  python -m cleaning study my_dataset --out study --other another_dataset
  python -m cleaning study workspaces/0123456789abcdef --out study

FOLDER gets report.html, which stands alone and holds the data of every figure; and the same as data/*.csv,
figures/*.svg and figures/*.png."""


def add_to(commands) -> None:
    from cleaning.command_line.shared.study_source import add_study_arguments

    parser = commands.add_parser(
        "study",
        help="for research: the paper's claims on a dataset, as one report",
        description=(
            "Higher confidence, higher accuracy; calibrated on one part and judged on another; cascades; comparable "
            "experts; cleaning's trade-off; sensitivity; which experts are independent. With intervals and chance levels."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_study_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="new folder for the report")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="what people established elsewhere; as for evaluate")
    parser.add_argument("--errors", metavar="A,B", help="MMLU-Redux: which error types count as a wrong label")
    parser.add_argument("--group-by", default="", metavar="C", help="column by whose values excess is looked at")
    parser.add_argument("--split-by", metavar="COLUMN", help="column whose parts calibration is carried between")
    parser.add_argument("--other", type=Path, metavar="DATASET", help="second dataset with the same experts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_new_folder, write_folder
    from cleaning.command_line.shared.png_picture import png
    from cleaning.drawing.svg_text import svg
    from cleaning.export.formats.formula_safe import csv_of
    from cleaning.paper_claims.study_page import study_page

    out = check_new_folder(arguments.out)
    found = _studied(arguments)
    files = {"report.html": study_page(found)}
    files |= {f"data/{name}.csv": csv_of(table) for name, table in found.tables().items()}
    for name, drawing in found.drawings().items():
        files |= {f"figures/{name}.svg": svg(drawing).encode(), f"figures/{name}.png": png(drawing)}
    write_folder(out, files)
    for claim in found.claims:
        print(f"({claim.letter}) {claim.title}")
        for sentence in claim.found:
            print(f"    {sentence}")
    print(f"{out / 'report.html'}: {len(files)} files", file=sys.stderr)


def _studied(arguments: argparse.Namespace) -> PaperStudy:
    from cleaning.command_line.shared.source import Progress
    from cleaning.command_line.shared.study_source import read_study
    from cleaning.domain.settings import Settings
    from cleaning.paper_claims.paper_study import paper_study

    study = read_study(arguments)
    truth, other = _truth(arguments, study.dataset), _other(arguments)
    progress = Progress()
    found = paper_study(
        study.dataset,
        study.experts,
        Settings(seed=arguments.seed, group_column=arguments.group_by),
        labels=study.labels,
        codes=study.in_force.codes if study.in_force else None,
        truth=truth,
        split=arguments.split_by,
        other=other,
        progress=progress,
    )
    progress.done()
    return found


def _truth(arguments: argparse.Namespace, dataset: Dataset) -> TruthKnown | None:
    from cleaning.paper_claims.paper_study import TruthKnown
    from data_adapters.opinions import read_truth
    from data_adapters.opinions.truth import WRONG

    if arguments.truth is None:
        return None
    errors = tuple(e.strip() for e in arguments.errors.split(",")) if arguments.errors else WRONG
    told = read_truth(arguments.truth, dataset, errors)
    return TruthKnown(told.places, told.wrong)


def _other(arguments: argparse.Namespace) -> Elsewhere | None:
    from cleaning.paper_claims.carried_calibration import Elsewhere
    from data_adapters.reading import read

    if arguments.other is None:
        return None
    reading = read(arguments.other)
    return Elsewhere(reading.dataset, reading.experts)
