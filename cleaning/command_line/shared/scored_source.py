"""Scored answers for ``calibrate`` and ``cascade``: tables of marked answers, given without labels."""

import argparse
import sys
from pathlib import Path

from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError

SENTENCE = "Accuracy is the mean of the scores in the tables; no label was read."


def scored_source(arguments: argparse.Namespace) -> ScoredAnswers | None:
    """What the arguments name, where that is marked answers and no dataset; its notes go to stderr.

    --expert NAME=FILE without --labels, one table as DATASET, a folder of nothing but such tables, logs of tasks
    without options, or a workspace that was made of any of these.
    """
    read = _read(arguments)
    if read is None:
        return None
    for note in read.notes:
        print(f"note: {note}", file=sys.stderr)
    return read


def _read(arguments: argparse.Namespace) -> ScoredAnswers | None:
    from data_adapters.scored.marked_source import read_marked_source
    from data_adapters.scored.scored_tables import read_scored

    if arguments.labels is not None:
        return None
    if arguments.dataset is None:
        return read_scored(dict(map(_named, arguments.expert))) if arguments.expert else None
    place = Path(arguments.dataset)
    if (place / "workspace.json").exists():
        return _of_workspace(place)
    return read_marked_source(place)


def _of_workspace(folder: Path) -> ScoredAnswers | None:
    from cleaning.keep.decisions import open_store
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.chosen import marked_as_chosen

    workspace = open_workspace_folder(folder)
    if not workspace.is_marked:
        return None
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return marked_as_chosen(workspace, store.choices())
    finally:
        store.close()


def _named(pair: str) -> tuple[str, Path]:
    name, _, path = pair.partition("=")
    if not (name and path):
        raise InputError(f"--expert '{pair}' is not of the form NAME=FILE, for example --expert small=small.csv.")
    return name, Path(path)
