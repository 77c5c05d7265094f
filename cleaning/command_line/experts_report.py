"""``experts-report``: which experts help, which to drop."""

import argparse
import sys
from pathlib import Path

from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning experts-report my_dataset
  python -m cleaning experts-report my_dataset --budget 500 --out experts.json
  python -m cleaning experts-report workspaces/0123456789abcdef --quick"""


def add_to(commands) -> None:
    from cleaning.command_line.shared.study_source import add_study_arguments

    parser = commands.add_parser(
        "experts-report",
        help="which experts help: shared errors, weights, cost, what the list loses without each",
        description=(
            "Correlation of errors (disagreement with the given label), effective number of experts, weights, cost, "
            "and how much of the flagged list stays without each expert."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_study_arguments(parser)
    parser.add_argument(
        "--budget",
        type=int,
        metavar="B",
        help="length of the lists compared (default: what is flagged; of files 1 in 20)",
    )
    parser.add_argument("--quick", action="store_true", help="do not leave each expert out in turn")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write everything (.json) or the table (.csv)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output, write_table
    from cleaning.command_line.shared.study_source import read_study, write_json

    out = check_output(arguments.out, (".json", ".csv")) if arguments.out else None
    found = _studied(read_study(arguments), arguments)
    print(found.table.to_string(index=False, float_format=lambda v: f"{v:.3f}", na_rep="-"))
    for sentence in found.advice:
        print(sentence)
    if out:
        write_json(found.to_dict(), out) if out.suffix.lower() == ".json" else write_table(found.table, out)
        print(f"{out}: {len(found.table)} experts", file=sys.stderr)


def _studied(study, arguments):
    from cleaning.calibrate.calibration import calibrate
    from cleaning.command_line.shared.source import Progress
    from cleaning.domain.experts import check_experts
    from cleaning.domain.folds import draw_folds
    from cleaning.experts.rescoring import Rescoring
    from cleaning.experts.who_helps import study_experts

    now = study.in_force
    check_experts(study.experts)
    if arguments.budget is not None and not 1 <= arguments.budget <= len(study.dataset):
        raise InputError(f"A budget of {arguments.budget:,} does not fit {len(study.dataset):,} samples.")
    folds, progress = draw_folds(study.dataset.sample_ids, arguments.seed), Progress()
    calibrations = []
    for done, expert in enumerate(study.experts):
        progress(f"calibrating {expert.name}", done / len(study.experts))
        calibrations.append(calibrate(expert, study.dataset.given_labels, folds))
    rescoring = Rescoring(study.dataset, study.experts, calibrations, folds, study.dataset.group)
    progress("asking the experts", 0.0)
    opinions = rescoring.opinions([e.name for e in study.experts])
    progress("leaving experts out", 0.5)
    found = study_experts(
        study.dataset,
        study.experts,
        opinions.predicted,
        opinions.weights.mean(axis=0),
        rescoring=None if arguments.quick else rescoring,
        budget=arguments.budget or (now.budget if now else None),
        wrong=study.labels.wrong if study.labels.settled else None,
        exchange=now.exchange if now and now.estimate.enough else None,
        labels=study.labels.codes,
        trusted=_trusted(study, opinions),
    )
    progress.done()
    return found


def _trusted(study, opinions):
    """(N,) bool, samples on whose labels experts can be said to err: those in force, else not flagged by default."""
    import numpy as np

    from cleaning.domain.settings import DEFAULT_THRESHOLD
    from cleaning.experts.who_helps import trusted_rows
    from cleaning.suspect.suspicion import default_suspicion

    if study.in_force is not None:
        return trusted_rows(study.in_force.codes, study.in_force.flagged)
    suspicion = default_suspicion(opinions, study.dataset.classes_given)
    return trusted_rows(np.full(len(study.dataset), np.nan), suspicion >= DEFAULT_THRESHOLD)
