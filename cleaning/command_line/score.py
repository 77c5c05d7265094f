"""``score``: from files to a ranked list."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.source import Progress, add_source_arguments, read_source

if TYPE_CHECKING:
    from cleaning.calibrate.saved import SavedCalibration

EXAMPLES = """examples:
  python -m cleaning score my_dataset --out scores.csv
  python -m cleaning score --labels labels.csv --expert resnet=resnet.npy --expert vit=vit.csv \\
      --budget 500 --out scores.csv
  python -m cleaning score --labels questions.csv --label-column answer --answers questions.csv \\
      --answer-columns gpt,llama --choices-column choices --group-column subject --out scores.parquet"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "score",
        help="rank samples by suspicion",
        description="Calibrate every expert, rank every sample by how likely its given label is wrong.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, default=Path("scores.csv"), metavar="FILE", help=".csv or .parquet")
    parser.add_argument("--workspaces", type=Path, metavar="ROOT", help="also keep the run there, ready for the app")
    add_rule_arguments(parser)
    add_worker_arguments(parser)
    parser.set_defaults(run=run)


def add_worker_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the scores are read: in this process by default."""
    where = parser.add_argument_group("several processes or machines (Dask)").add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="so many processes on this machine")
    where.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="a Dask scheduler; its workers read the scores")


def add_rule_arguments(parser: argparse.ArgumentParser) -> None:
    """The rule and what is flagged."""
    rule = parser.add_argument_group("rule")
    rule.add_argument("--rule", choices=("default", "paper"), default="default")
    rule.add_argument(
        "--agree",
        type=int,
        metavar="K",
        help="paper's rule: experts that must agree (default: as a workspace's reviewed random cards choose with TAU by "
        "cross-validation, else most)",
    )
    rule.add_argument(
        "--min-confidence",
        type=float,
        metavar="TAU",
        help="paper's rule: least calibrated confidence (default: so, or 0.5)",
    )
    rule.add_argument("--budget", type=int, metavar="B", help="flag the B most suspicious samples")
    rule.add_argument("--threshold", type=float, metavar="S", help="flag suspicion >= S (default 0.5)")
    rule.add_argument("--seed", type=int, default=0, help="of the cross-fitting folds (default 0)")
    rule.add_argument(
        "--calibration",
        action="append",
        default=[],
        metavar="[EXPERT=]METHOD or FILE.json",
        help="what `calibrate --save` wrote, or temperature, platt, beta, isotonic, histogram, none, or recommended: "
        "what likelihood prefers beyond noise (default: temperature for full scores, Platt for stated confidences)",
    )
    rule.add_argument("--group-by", default="", metavar="C", help="column by whose values excess is looked at")


def settings_of(arguments: argparse.Namespace):
    from cleaning.domain.settings import Settings

    told = arguments.min_confidence
    return Settings(
        rule=arguments.rule,
        threshold=arguments.threshold,
        budget=arguments.budget,
        agree=arguments.agree,
        min_confidence=Settings.min_confidence if told is None else told,
        seed=arguments.seed,
        group_column=arguments.group_by,
        calibrations=tuple(_named(one) for one in arguments.calibration if not _is_file(one)),
    )


def _named(told: str) -> tuple[str, str]:
    """(expert, method) of ``EXPERT=METHOD``; a method alone is for every expert."""
    from cleaning.domain.settings import EVERY_EXPERT

    expert, _, method = told.rpartition("=")
    return expert or EVERY_EXPERT, method


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output
    from cleaning.command_line.shared.ranked_list import write_ranked
    from cleaning.command_line.shared.rule_by_cards import rule_by_cards
    from cleaning.errors import NotFinite
    from cleaning.suspect import pipeline

    settings = settings_of(arguments)
    out = check_output(arguments.out, (".csv", ".parquet"))
    saved = _saved(arguments)
    reading = read_checked(arguments)
    progress = Progress()
    workspace = workspace_for(arguments.workspaces, reading) if arguments.workspaces else None
    if workspace and settings.rule == "paper" and arguments.agree is None and arguments.min_confidence is None:
        settings, chosen = rule_by_cards(settings, workspace, reading.experts)
        print(chosen, end="\n" if chosen else "")
    store = workspace.opinion_store() if workspace else None
    try:
        with _client(arguments) as client:
            scored = pipeline.run(reading.dataset, reading.experts, settings, progress, store, client, saved)
    except NotFinite:
        progress.done()
        read_source(arguments)  # reads every score and names the samples
        raise
    progress.done()
    write_ranked(scored, pipeline.COLUMNS, out)
    print(f"{out}: {len(scored.order):,} samples, {int(scored.flagged.sum()):,} flagged")
    for sentence in scored.excess.sentences() if scored.excess else ():
        print(f"group {sentence}")
    if workspace:
        workspace.save_run(scored, reading.experts)
        print(f"workspace {workspace.folder}")


def _is_file(named: str) -> bool:
    """Whether --calibration names a saved one and no method."""
    return named.lower().endswith(".json")


def _saved(arguments: argparse.Namespace) -> "SavedCalibration | None":
    """The saved calibration to take in place of one fitted here, or None."""
    files = [one for one in arguments.calibration if _is_file(one)]
    if not files:
        return None
    from cleaning.calibrate.saved import read_calibration
    from cleaning.errors import InputError

    if len(arguments.calibration) > 1:
        raise InputError("A saved calibration is for every expert: give --calibration once, and no method beside it.")
    if arguments.workers is not None or arguments.scheduler is not None:
        raise InputError("A saved calibration is for one process: leave --workers and --scheduler out.")
    return read_calibration(Path(files[0]))


def read_checked(arguments: argparse.Namespace):
    """The Reading; into a workspace only what was looked through whole, now or when a workspace took it."""
    if arguments.workspaces:
        from cleaning.keep.known_scores import known_scores

        return read_source(arguments, known=known_scores(arguments.workspaces))
    return read_source(arguments, left_to_scoring=True)


def _client(arguments: argparse.Namespace):
    """A Dask client where workers or a scheduler were named, else None."""
    from contextlib import nullcontext

    from cleaning.errors import InputError

    if arguments.workers is None and arguments.scheduler is None:
        return nullcontext()
    if arguments.workers is not None and arguments.workers < 1:
        raise InputError(f"--workers is {arguments.workers}; at least 1 is needed.")
    from cleaning.suspect.distributed import connected

    return connected(arguments.scheduler, arguments.workers)


def workspace_for(root: Path, reading):
    """The workspace below ``root`` that holds this reading."""
    from cleaning.domain.experts import check_experts
    from cleaning.keep.workspaces import create_workspace

    check_experts(reading.experts)
    workspace = create_workspace(root, reading.dataset, reading.experts)
    workspace.keep_reading(reading.plan.as_data())
    return workspace
