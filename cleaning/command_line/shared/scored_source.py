"""Scored answers for ``calibrate`` and ``cascade``: tables of marked answers, given without labels."""

import argparse
import sys
from pathlib import Path

from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError

TABLES = (".csv", ".tsv", ".parquet", ".feather", ".jsonl", ".json", ".xlsx")
SENTENCE = "Accuracy is the mean of the scores in the tables; no label was read."


def scored_source(arguments: argparse.Namespace) -> ScoredAnswers | None:
    """What the arguments name, where that is marked answers and no dataset; its notes go to stderr.

    --expert NAME=FILE without --labels, one table as DATASET, a folder of nothing but such tables, or logs of tasks
    without options.
    """
    read = _read(arguments)
    if read is None:
        return None
    for note in read.notes:
        print(f"note: {note}", file=sys.stderr)
    return read


def _read(arguments: argparse.Namespace) -> ScoredAnswers | None:
    place = Path(arguments.dataset) if arguments.dataset is not None else None
    if place is not None and place.exists() and not (place / "workspace.json").exists():
        from data_adapters.scored.open_answers import holds_open_answers, read_marked_answers

        if arguments.labels is None and holds_open_answers(place):
            return read_marked_answers(place)
    tables = _tables(arguments)
    if not tables:
        return None
    from data_adapters.scored.scored_tables import read_scored

    return read_scored(tables)


def _tables(arguments: argparse.Namespace) -> dict[str, Path]:
    if arguments.labels is None and arguments.dataset is None and arguments.expert:
        return dict(_named(pair) for pair in arguments.expert)
    if arguments.dataset is None or arguments.labels is not None:
        return {}
    return _alone(Path(arguments.dataset))


def _named(pair: str) -> tuple[str, Path]:
    name, _, path = pair.partition("=")
    if not (name and path):
        raise InputError(f"--expert '{pair}' is not of the form NAME=FILE, for example --expert small=small.csv.")
    return name, Path(path)


def _alone(place: Path) -> dict[str, Path]:
    """The table, or the folder of nothing but tables, if each holds marked answers."""
    files = [place] if place.is_file() else sorted(place.glob("*")) if place.is_dir() else []
    files = [path for path in files if not path.name.startswith(".")]
    if not files or any(path.suffix.lower() not in TABLES or not path.is_file() for path in files):
        return {}
    from data_adapters.scored.scored_tables import holds_marks

    return {path.stem: path for path in files} if all(map(holds_marks, files)) else {}
