"""What ``cascade`` and ``experts-report`` start from: a dataset folder, loose files, or a workspace with decisions."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.source import add_source_arguments, read_source
from cleaning.version import __version__

if TYPE_CHECKING:
    from cleaning.domain.dataset import Dataset
    from cleaning.domain.experts import Expert
    from cleaning.keep.workspaces import Workspace
    from cleaning.review.in_force import InForce
    from cleaning.settle.judging import JudgingLabels


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """DATASET (or a workspace) or loose files, and the seed."""
    add_source_arguments(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the folds and halves (default 0)")


@dataclass(frozen=True)
class Study:
    """dataset, its experts, and the labels that accuracy is measured against. in_force: of a workspace's latest run.
    workspace: whose latest run they all are of."""

    dataset: Dataset
    experts: list[Expert]
    labels: JudgingLabels
    in_force: InForce | None = None
    workspace: Workspace | None = None

    def chosen(self, names: list[str]) -> list[Expert]:
        """Experts by name, in this order; InputError naming those there are."""
        from cleaning.domain.experts import chosen_by_name

        return chosen_by_name(self.experts, names)


def read_study(arguments: argparse.Namespace, free_answers: bool = False) -> Study:
    """What the arguments name; in a workspace the decisions correct the labels. free_answers: labels may be references
    in free words, as nothing is looked for among them."""
    from cleaning.settle.judging import judging_labels

    folder = arguments.dataset
    if folder is not None and (Path(folder) / "workspace.json").exists():
        return _of_workspace(Path(folder))
    reading = read_source(arguments, free_answers=free_answers)
    return Study(reading.dataset, list(reading.experts), judging_labels(reading.dataset))


def _of_workspace(folder: Path) -> Study:
    from cleaning.keep.decisions import open_store
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.review.in_force import in_force
    from cleaning.settle.judging import judging_labels

    workspace = open_workspace_folder(folder)
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        decisions, choices = store.decisions(), store.choices()
    finally:
        store.close()
    dataset, run = workspace.dataset(), workspace.latest_run()
    experts = workspace.experts_of(run) if run else workspace.experts()
    now = in_force(workspace, run, decisions, choices) if run else None
    return Study(dataset, experts, judging_labels(dataset, decisions), now, workspace if run else None)


def write_json(value: dict, path: Path) -> None:
    """Writes JSON with our version first, whole or not at all; NaN is refused."""
    import json

    from cleaning.files import write_bytes

    said = {"second_opinion": __version__} | value
    write_bytes(path, (json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
