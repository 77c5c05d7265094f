"""The arguments that say what to read, shared by all commands that read a dataset, and progress for people."""

import argparse
import sys
import time
from pathlib import Path
from typing import Literal

from cleaning.errors import InputError


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """DATASET, or --labels with --expert and --answers; how to read them; fixes of the import doctor."""
    parser.add_argument("dataset", nargs="?", type=Path, metavar="DATASET", help="a dataset folder, or logs of models")
    parser.add_argument(
        "--fix",
        action="append",
        default=[],
        metavar="NAME",
        help="make a fix that `doctor` offers, on what is read and not on disk; repeatable",
    )
    parser.add_argument("--as-is", action="store_true", help="score even where the evidence speaks against the reading")
    parser.add_argument("--no-label", metavar="MARK", help="what stands in the labels where a sample has none")
    parser.add_argument(
        "--normalised",
        choices=("none", "characters", "bytes"),
        default="none",
        help="lm-evaluation-harness logs: divide log-likelihoods by the choice's length",
    )
    loose = parser.add_argument_group("loose files instead of a folder")
    loose.add_argument("--labels", type=Path, metavar="FILE", help="table of sample ids and given labels")
    loose.add_argument("--id-column", metavar="C", help="column of --labels with the sample ids")
    loose.add_argument("--label-column", metavar="C", help="column of --labels with the given labels")
    loose.add_argument("--group-column", metavar="C", help="metadata column: subject, source, annotator, batch ...")
    loose.add_argument("--class-names", type=Path, metavar="FILE", help="class names in order, or a label,name table")
    loose.add_argument(
        "--expert",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="an expert's logits or probabilities (.npy .npz .csv .parquet), top-1 table, or answers; repeatable",
    )
    loose.add_argument("--answers", type=Path, metavar="FILE", help="table with several experts' answers as columns")
    loose.add_argument("--answer-columns", metavar="A,B,C", help="those columns; each is an expert")
    loose.add_argument("--choices-column", metavar="C", help="column with the list of options (questions)")
    loose.add_argument("--question-column", metavar="C", help="column with the question's text")
    loose.add_argument("--images", type=Path, metavar="FOLDER", help="folder of the pictures")
    loose.add_argument("--split", metavar="S", help="which part of a Hugging Face dataset given as --labels")
    loose.add_argument(
        "--pictures-to", type=Path, metavar="FOLDER", help="new folder for pictures inside an archive or dataset"
    )


def read_source(arguments: argparse.Namespace, **further):
    """The Reading that the arguments name; what the reader did that a person should know goes to stderr.

    further: fields of ``data_adapters.ReadingOptions``.
    """
    from data_adapters.doctor.diagnosis import read_fixed
    from data_adapters.plan import ReadingOptions

    options = ReadingOptions(tuple(arguments.fix), arguments.as_is, arguments.no_label, **further)
    reading = read_fixed(lambda plan: read_unfixed(arguments, plan), options)
    print_reading(reading, reading.notes)
    return reading


def print_reading(reading, notes) -> None:
    """Each step of the reading, then its notes, on stderr."""
    for decision in reading.plan.decisions:
        print(f"read: {decision.told()}", file=sys.stderr)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def read_unfixed(arguments: argparse.Namespace, plan):
    """The Reading as it is on disk, by a ReadingPlan."""
    if arguments.dataset is not None:
        if arguments.labels or arguments.expert or arguments.answers:
            raise InputError("Give either a dataset folder or loose files (--labels, --expert, --answers), not both.")
        return _read_dataset(arguments.dataset, arguments.normalised, plan)
    if arguments.normalised != "none":
        raise InputError("--normalised is for a folder of lm-evaluation-harness logs. Give it as DATASET.")
    if arguments.labels is None:
        raise InputError("There is nothing to read. Give a dataset folder, or --labels FILE with --expert NAME=FILE.")
    from data_adapters.layouts.loose_files import read_loose

    return read_loose(
        arguments.labels,
        dict(map(_named_file, _without_repeats(arguments.expert))),
        id_column=arguments.id_column,
        label_column=arguments.label_column,
        group_column=arguments.group_column,
        class_names=arguments.class_names,
        answers=arguments.answers,
        answer_columns=[c.strip() for c in (arguments.answer_columns or "").split(",") if c.strip()],
        choices_column=arguments.choices_column,
        question_column=arguments.question_column,
        images=arguments.images,
        split=arguments.split,
        pictures_to=arguments.pictures_to,
        plan=plan,
    )


def _read_dataset(path: Path, normalised: Literal["none", "characters", "bytes"], plan):
    from data_adapters.layouts.lm_eval_logs import read_lm_eval
    from data_adapters.reading import NoDataset, read

    try:
        return read(path, plan) if normalised == "none" else read_lm_eval(path, normalised, plan)
    except NoDataset as error:
        raise InputError(f"{error} Loose files are given with --labels and --expert.") from error


def _without_repeats(pairs: list[str]) -> list[str]:
    names = [p.partition("=")[0] for p in pairs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two experts are named '{name}'. Give each --expert a name of its own.")
    return pairs


def _named_file(pair: str) -> tuple[str, Path]:
    name, equals, path = pair.partition("=")
    if not equals or not name or not path:
        raise InputError(f"--expert '{pair}' is not of the form NAME=FILE, for example --expert resnet=resnet.npy.")
    return name, Path(path)


class Progress:
    """Tells on stderr what is being done: a rewritten line on a terminal, a line a phase elsewhere."""

    def __init__(self) -> None:
        self.words, self.shown, self.live = "", 0.0, sys.stderr.isatty()

    def __call__(self, words: str, share: float) -> None:
        if self.live and (words != self.words or time.monotonic() - self.shown > 0.1):
            print(f"\r\033[K{words} {share:4.0%}", end="", file=sys.stderr, flush=True)
            self.shown = time.monotonic()
        elif not self.live and words != self.words:
            print(words, file=sys.stderr, flush=True)
        self.words = words

    def done(self) -> None:
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
