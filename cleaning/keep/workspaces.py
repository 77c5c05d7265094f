"""Workspaces and runs on disk. Disk is the truth; nothing here is edited once written.

<root>/<workspace id>/            id = the dataset's fingerprint
    reading_plan.json             how the files were read, step by step
    workspace.json                name, kind, class names, where pictures lie, notes
    origin.json origin_rows.npy   the files of the source, where an export can give its columns and splits as they came
    marked.parquet                instead of all below: answers that a verifier has marked, with nothing to clean in them
    samples.parquet               ids, given labels, groups, questions, picture paths: the samples as they were read
    experts/<n>-<name>.json .npy .parquet   each expert; big arrays stay where they are and are memory-mapped
    opinions/                     what the experts said, so that nothing is asked twice (cleaning.suspect.opinion_store)
    runs/<run id>/                settings.json calibration.json scores.parquet predicted.npy confidence.npy
                                  groups.parquet audit.parquet summary.txt
    decisions.sqlite              the review store (cleaning.keep.decisions)
Everything is written to a temporary folder beside its place and renamed, so nothing half-made is ever seen.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.scored import MARKED, ScoredAnswers
from cleaning.domain.settings import Settings
from cleaning.errors import NothingToClean, WorkspaceError
from cleaning.files import held, write_json, written_aside
from cleaning.keep.runs import Run, order_of, random_cards_of, read_run, run_id_of, write_run
from cleaning.keep.stored import (
    FORMAT,
    keep_origin,
    read_dataset,
    read_json,
    read_marked,
    write_dataset,
    write_marked,
)
from cleaning.keep.stored_experts import read_expert, unwritten_on_error, write_expert
from cleaning.suspect.opinion_store import OpinionStore
from cleaning.suspect.pipeline import Scored

WORKSPACE_ID = re.compile(r"[0-9a-f]{16}")
RUN_ID = re.compile(r"[0-9a-f]{12}")

READING_FILE = "reading_plan.json"


@dataclass(frozen=True)
class Workspace:
    """One dataset's folder."""

    id: str
    folder: Path

    @cached_property
    def about(self) -> dict:
        """Contents of workspace.json."""
        return read_json(self.folder / "workspace.json")

    @property
    def name(self) -> str:
        return self.about["name"]

    @property
    def kind(self) -> str:
        return self.about["kind"]

    @property
    def shape(self) -> str:
        """Its kind, or "answers" where questions have free answers and no options."""
        return "answers" if self.about.get("open_answers") else self.kind

    @property
    def is_marked(self) -> bool:
        """Whether it holds answers that a verifier has marked, and no labels to clean."""
        return self.kind == MARKED

    @property
    def decisions_url(self) -> str:
        """Where this workspace's decisions are kept: its own SQLite file, or the team's database."""
        own = f"sqlite:///{self.folder / 'decisions.sqlite'}"
        return os.environ.get("SECOND_OPINION_DATABASE_URL", own)

    @cached_property
    def _dataset(self) -> Dataset:
        return read_dataset(self.folder, self.about)

    def dataset(self) -> Dataset:
        """Raises NothingToClean where there are marked answers and no labels."""
        if self.is_marked:
            raise NothingToClean(self.name)
        return self._dataset

    @cached_property
    def _marked(self) -> ScoredAnswers:
        return read_marked(self.folder, self.about)

    def marked_answers(self) -> ScoredAnswers:
        """What it holds where it ``is_marked``."""
        return self._marked

    def content(self) -> Dataset | ScoredAnswers:
        """What it was made of, whose fingerprint is its id, save of a copy."""
        return self.marked_answers() if self.is_marked else self.dataset()

    def experts(self) -> list[Expert]:
        """All experts ever loaded for this dataset, in the order of their loading."""
        return [read_expert(path) for path in sorted((self.folder / "experts").glob("*.json"))]

    def experts_of(self, run: Run) -> list[Expert]:
        """The experts of one run, in its order."""
        known = {(e["name"], e["fingerprint"]): path for path, e in self._expert_files()}
        wanted = list(zip(run.expert_names, run.expert_fingerprints))
        missing = [w for w in wanted if w not in known]
        if missing:
            raise WorkspaceError(f"Run {run.id} used {len(missing)} experts that are no longer in the workspace.")
        return [read_expert(known[w]) for w in wanted]

    def opinion_store(self) -> OpinionStore:
        """Where this workspace keeps what its experts said, for all runs with the same experts and seed."""
        return OpinionStore(self.folder / "opinions")

    def experts_about(self) -> list[dict]:
        """Name, kind, whether simulated ... of each expert, without opening its arrays."""
        return self.about["experts"] if self.is_marked else [about for _, about in self._expert_files()]

    def _expert_files(self) -> list[tuple[Path, dict]]:
        return [(path, read_json(path)) for path in sorted((self.folder / "experts").glob("*.json"))]

    def add_experts(self, experts: Sequence[Expert]) -> None:
        """Keeps experts that are not here yet (by fingerprint of their content and name)."""
        if self._not_here(experts):
            with held(self.folder / "experts.lock"):
                for expert in self._not_here(experts):  # asked again: another process may have kept some meanwhile
                    with unwritten_on_error(self.folder / "experts", expert.name):
                        write_expert(self.folder / "experts", expert, expert.fingerprint())

    def _not_here(self, experts: Sequence[Expert]) -> list[Expert]:
        here = {(e["name"], e["fingerprint"]) for _, e in self._expert_files()}
        return [expert for expert in experts if (expert.name, expert.fingerprint()) not in here]

    def keep_reading(self, steps: Sequence[dict]) -> None:
        """Keeps how the files were read last: a list of steps, each with about, part, meaning, source and evidence."""
        write_json(self.folder / READING_FILE, {"steps": list(steps)}, "How the files were read", indent=1)

    def reading_steps(self) -> list[dict]:
        """How the files were read last; empty where that was not kept."""
        path = self.folder / READING_FILE
        return list(read_json(path)["steps"]) if path.is_file() else []

    def run_ids(self) -> list[str]:
        """Ids of all runs, oldest first; one that is damaged closes no other."""
        folders = [p for p in (self.folder / "runs").glob("*") if RUN_ID.fullmatch(p.name)]
        return [p.name for p in sorted(folders, key=order_of)]

    def run(self, run_id: str) -> Run:
        if not RUN_ID.fullmatch(run_id) or not (self.folder / "runs" / run_id / "settings.json").exists():
            raise WorkspaceError(f"There is no run '{run_id[:40]}' in workspace '{self.name}'.")
        return read_run(self.folder / "runs" / run_id)

    def latest_run(self) -> Run | None:
        ids = self.run_ids()
        return self.run(ids[-1]) if ids else None

    def save_run(self, scored: Scored, experts: Sequence[Expert], audit: pd.DataFrame | None = None) -> Run:
        """Writes a run with its audit cards (drawn here unless given) and returns it.

        The same settings and experts, in whatever order, give the run that is already there.
        """
        if (there := self.find_run(scored.settings, experts)) is not None:
            return there
        fingerprints = [e.fingerprint() for e in experts]
        run_id = _run_id(scored.settings, experts)
        place = self.folder / "runs" / run_id
        if not place.exists():
            with written_aside(place, "The run", or_a_rivals=True) as folder:
                folder.mkdir()
                cards = random_cards_of(scored, run_id) if audit is None else audit
                write_run(folder, scored, experts, fingerprints, cards, self._next_number())
        return self.run(run_id)

    def _next_number(self) -> int:
        folders = [self.folder / "runs" / run_id for run_id in self.run_ids()]
        return max([len(folders), *(order_of(folder)[0] for folder in folders)]) + 1

    def find_run(self, settings: Settings, experts: Sequence[Expert]) -> Run | None:
        """The run with these settings and experts, in whatever order, if it was made before."""
        wanted = sorted((e.name, e.fingerprint()) for e in experts)
        run_id = _run_id(settings, experts)
        if (self.folder / "runs" / run_id).exists():
            return self.run(run_id)
        for one in map(self.run, self.run_ids()):  # of a version in which their order was part of a run's id
            if one.settings == settings and sorted(zip(one.expert_names, one.expert_fingerprints)) == wanted:
                return one
        return None


def _run_id(settings: Settings, experts: Sequence[Expert]) -> str:
    """The same whatever the order of the experts."""
    known = sorted((e.name, e.fingerprint()) for e in experts)
    return run_id_of(settings, [name for name, _ in known], [fingerprint for _, fingerprint in known])


def create_workspace(root: Path, dataset: Dataset, experts: Sequence[Expert]) -> Workspace:
    """The workspace of this dataset below ``root``: made if new, else opened and given the experts and notes it lacks."""
    root.mkdir(parents=True, exist_ok=True)
    workspace_id = dataset.fingerprint()
    place = root / workspace_id
    if not place.exists():
        with written_aside(place, "The workspace", or_a_rivals=True) as folder:
            fill_workspace(folder, workspace_id, dataset, experts, place)
    workspace = open_workspace(root, workspace_id)
    workspace.add_experts(experts)
    keep_origin(place, dataset.origin, root)  # it may have been read from another place now
    return _with_notes(workspace, dataset.notes)


def create_marked_workspace(root: Path, read: ScoredAnswers) -> Workspace:
    """The workspace of these marked answers below ``root``: made if new."""
    root.mkdir(parents=True, exist_ok=True)
    workspace_id = read.fingerprint()
    if not (root / workspace_id).exists():
        with written_aside(root / workspace_id, "The workspace", or_a_rivals=True) as folder:
            folder.mkdir()
            write_marked(folder, read)
    return open_workspace(root, workspace_id)


def fill_workspace(
    folder: Path, workspace_id: str, dataset: Dataset, experts: Sequence[Expert], place: Path
) -> Workspace:
    """A new workspace in ``folder``, which is to be moved to ``place``: a full disk leaves none rather than half of it."""
    folder.mkdir()
    write_dataset(folder, dataset, place)
    (folder / "experts").mkdir()
    (folder / "runs").mkdir()
    made = Workspace(workspace_id, folder)
    made.add_experts(experts)
    return made


def _with_notes(workspace: Workspace, notes: Sequence[str]) -> Workspace:
    """The workspace with what another reading of the same samples said, such as the fixes that were accepted."""
    before = workspace.about["notes"]
    new = [note for note in notes if note not in before]
    if not new:
        return workspace
    about = workspace.about | {"notes": [*before, *new]}
    write_json(workspace.folder / "workspace.json", about, "The notes on the reading", indent=1)
    return open_workspace(workspace.folder.parent, workspace.id)


def open_workspace(root: Path, workspace_id: str) -> Workspace:
    """Opens a workspace by id (never by path). Raises WorkspaceError when there is none."""
    if not WORKSPACE_ID.fullmatch(workspace_id) or not (root / workspace_id / "workspace.json").exists():
        raise WorkspaceError(f"There is no workspace '{workspace_id[:40]}' here. Open it again from the Load page.")
    return _of_our_format(Workspace(workspace_id, root / workspace_id))


def _of_our_format(workspace: Workspace) -> Workspace:
    if workspace.about.get("format") != FORMAT:
        raise WorkspaceError(
            f"Workspace '{workspace.id}' has format {workspace.about.get('format')}; this version reads {FORMAT}."
        )
    return workspace


def open_workspace_folder(folder: Path) -> Workspace:
    """Opens a workspace by its folder, as the command line names it."""
    folder = Path(folder)
    if not (folder / "workspace.json").exists():
        raise WorkspaceError(
            f"'{folder}' is not a workspace (no workspace.json). Give the folder that `score --workspaces` printed."
        )
    if WORKSPACE_ID.fullmatch((place := folder.resolve()).name):
        return open_workspace(place.parent, place.name)
    copied = Workspace("", place)  # a copy under another name: its log bears the id that the dataset gives
    return _of_our_format(Workspace(copied.content().fingerprint(), place))


def list_workspaces(root: Path) -> list[Workspace]:
    """All workspaces below ``root``, most recently made first."""
    found = [Workspace(p.name, p) for p in root.glob("*") if WORKSPACE_ID.fullmatch(p.name)]
    found = [w for w in found if (w.folder / "workspace.json").exists()]
    return sorted(found, key=lambda w: w.about.get("created", ""), reverse=True)


def workspaces_root() -> Path:
    """Where workspaces are kept: SECOND_OPINION_WORKSPACES, or ./workspaces."""
    return Path(os.environ.get("SECOND_OPINION_WORKSPACES", "workspaces"))
