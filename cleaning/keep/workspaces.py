"""Workspaces and runs on disk. Disk is the truth; nothing here is edited once written.

<root>/<workspace id>/            id = the dataset's fingerprint
    workspace.json                name, kind, class names, where pictures lie, notes
    samples.parquet               ids, given labels, groups, questions, picture paths: the samples as they were read
    experts/<n>-<name>.json .npy .parquet   each expert; big arrays stay where they are and are memory-mapped
    opinions/                     what the experts said, so that nothing is asked twice (cleaning.suspect.opinion_store)
    runs/<run id>/                settings.json calibration.json scores.parquet predicted.npy confidence.npy
                                  groups.parquet audit.parquet summary.txt
    decisions.sqlite              the review store (cleaning.keep.decisions)
Everything is written to a temporary folder beside its place and renamed, so nothing half-made is ever seen.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.calibrate.calibration import Calibration
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import EXPERT_OF_KIND, Expert, FullExpert
from cleaning.domain.folds import FOLD_COUNT
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, WorkspaceError
from cleaning.files import held, write_json, written_aside
from cleaning.keep.known_scores import ARRAYS, seen
from cleaning.scores.reserved import new_npy
from cleaning.scores.rows import Rows
from cleaning.scores.shards import LIST_SUFFIX, ShardedScores, list_shards, listed_shards
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.opinion_store import OpinionStore
from cleaning.suspect.pipeline import Scored

FORMAT = 1
WORKSPACE_ID = re.compile(r"[0-9a-f]{16}")
RUN_ID = re.compile(r"[0-9a-f]{12}")
COPIED_AT_ONCE = 64 * 1024**2
_COLUMNS_OF_OURS = ("__given", "__options", "__group")


@dataclass(frozen=True)
class Run:
    """One scored result with its settings; immutable.

    settings, calibrations: as scored. threshold: from which samples are flagged. expert_names, expert_fingerprints: M.
    fold_weights: (FOLD_COUNT, M), row f fitted without fold f. weights: (M,) their mean.
    """

    id: str
    folder: Path
    settings: Settings
    threshold: float
    expert_names: tuple[str, ...]
    expert_fingerprints: tuple[str, ...]
    fold_weights: np.ndarray
    calibrations: tuple[Calibration, ...]
    created: str

    @property
    def weights(self) -> np.ndarray:
        return self.fold_weights.mean(axis=0)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """N rows, most suspicious first; columns as in ``cleaning.suspect.pipeline.Scored.table``."""
        return pd.read_parquet(self.folder / "scores.parquet")

    @cached_property
    def predicted(self) -> np.ndarray:
        """(N, M) int32 in the dataset's order, memory-mapped; -1 where an expert abstains."""
        return np.load(self.folder / "predicted.npy", mmap_mode="r", allow_pickle=False)

    @cached_property
    def confidence(self) -> np.ndarray:
        """(N, M) float32 calibrated confidence, memory-mapped; NaN where an expert abstains."""
        return np.load(self.folder / "confidence.npy", mmap_mode="r", allow_pickle=False)

    @cached_property
    def label_probability(self) -> np.ndarray:
        """(N,) float32 pooled calibrated probability of the given label, in the dataset's order."""
        return np.load(self.folder / "label_probability.npy", mmap_mode="r", allow_pickle=False)

    @cached_property
    def groups(self) -> pd.DataFrame | None:
        """The metadata excess by group (``cleaning.suspect.suspicion.Excess.table``), or None without a group column."""
        path = self.folder / "groups.parquet"
        return pd.read_parquet(path) if path.exists() else None

    @cached_property
    def audit(self) -> pd.DataFrame:
        """Audit cards in their drawn order (``cleaning.suspect.audit.AuditDesign.from_frame``)."""
        return pd.read_parquet(self.folder / "audit.parquet")

    @cached_property
    def suspicion(self) -> np.ndarray:
        """(N,) float64 suspicion in the dataset's order."""
        by_row = np.empty(len(self.scores))
        by_row[self.scores["row"].to_numpy()] = self.scores["suspicion"].to_numpy()
        return by_row


@dataclass(frozen=True)
class Workspace:
    """One dataset's folder."""

    id: str
    folder: Path

    @cached_property
    def about(self) -> dict:
        """Contents of workspace.json."""
        return _read_json(self.folder / "workspace.json")

    @property
    def name(self) -> str:
        return self.about["name"]

    @property
    def kind(self) -> str:
        return self.about["kind"]

    @property
    def decisions_url(self) -> str:
        """Where this workspace's decisions are kept: its own SQLite file, or the team's database."""
        own = f"sqlite:///{self.folder / 'decisions.sqlite'}"
        return os.environ.get("SECOND_OPINION_DATABASE_URL", own)

    @cached_property
    def _dataset(self) -> Dataset:
        return _read_dataset(self.folder, self.about)

    def dataset(self) -> Dataset:
        return self._dataset

    def experts(self) -> list[Expert]:
        """All experts ever loaded for this dataset, in the order of their loading."""
        return [_read_expert(path) for path in sorted((self.folder / "experts").glob("*.json"))]

    def experts_of(self, run: Run) -> list[Expert]:
        """The experts of one run, in its order."""
        known = {(e["name"], e["fingerprint"]): path for path, e in self._expert_files()}
        wanted = list(zip(run.expert_names, run.expert_fingerprints))
        missing = [w for w in wanted if w not in known]
        if missing:
            raise WorkspaceError(f"Run {run.id} used {len(missing)} experts that are no longer in the workspace.")
        return [_read_expert(known[w]) for w in wanted]

    def opinion_store(self) -> OpinionStore:
        """Where this workspace keeps what its experts said, for all runs with the same experts and seed."""
        return OpinionStore(self.folder / "opinions")

    def experts_about(self) -> list[dict]:
        """Name, kind, whether simulated ... of each expert, without opening its arrays."""
        return [about for _, about in self._expert_files()]

    def _expert_files(self) -> list[tuple[Path, dict]]:
        return [(path, _read_json(path)) for path in sorted((self.folder / "experts").glob("*.json"))]

    def add_experts(self, experts: Sequence[Expert]) -> None:
        """Keeps experts that are not here yet (by fingerprint of their content and name)."""
        if self._not_here(experts):
            with held(self.folder / "experts.lock"):
                for expert in self._not_here(experts):  # asked again: another process may have kept some meanwhile
                    with _unwritten_on_error(self.folder / "experts", expert.name):
                        _write_expert(self.folder / "experts", expert, expert.fingerprint())

    def _not_here(self, experts: Sequence[Expert]) -> list[Expert]:
        here = {(e["name"], e["fingerprint"]) for _, e in self._expert_files()}
        return [expert for expert in experts if (expert.name, expert.fingerprint()) not in here]

    def run_ids(self) -> list[str]:
        """Ids of all runs, oldest first."""
        folders = [p for p in (self.folder / "runs").glob("*") if RUN_ID.fullmatch(p.name)]
        return [p.name for p in sorted(folders, key=lambda p: (_read_json(p / "settings.json")["created"], p.name))]

    def run(self, run_id: str) -> Run:
        if not RUN_ID.fullmatch(run_id) or not (self.folder / "runs" / run_id / "settings.json").exists():
            raise WorkspaceError(f"There is no run '{run_id[:40]}' in workspace '{self.name}'.")
        return _read_run(self.folder / "runs" / run_id)

    def latest_run(self) -> Run | None:
        ids = self.run_ids()
        return self.run(ids[-1]) if ids else None

    def save_run(self, scored: Scored, experts: Sequence[Expert], audit: pd.DataFrame | None = None) -> Run:
        """Writes a run with its audit cards (drawn here unless given) and returns it.

        The same settings and experts give the run that is already there.
        """
        fingerprints = [e.fingerprint() for e in experts]
        run_id = _run_id(scored.settings, [e.name for e in experts], fingerprints)
        place = self.folder / "runs" / run_id
        if not place.exists():
            with written_aside(place, "The run", or_a_rivals=True) as folder:
                folder.mkdir()
                _write_run(folder, scored, experts, fingerprints, audit)
        return self.run(run_id)

    def find_run(self, settings: Settings, experts: Sequence[Expert]) -> Run | None:
        """The run with these settings and experts, if it was made before."""
        run_id = _run_id(settings, [e.name for e in experts], [e.fingerprint() for e in experts])
        return self.run(run_id) if (self.folder / "runs" / run_id).exists() else None


def create_workspace(root: Path, dataset: Dataset, experts: Sequence[Expert]) -> Workspace:
    """The workspace of this dataset below ``root``: made if new, else opened and given the experts and notes it lacks."""
    root.mkdir(parents=True, exist_ok=True)
    workspace_id = dataset.fingerprint()
    place = root / workspace_id
    if not place.exists():
        with written_aside(place, "The workspace", or_a_rivals=True) as folder:
            folder.mkdir()
            _write_dataset(folder, dataset, place)
            (folder / "experts").mkdir()
            (folder / "runs").mkdir()
            Workspace(workspace_id, folder).add_experts(experts)  # a full disk leaves none rather than half a workspace
    workspace = open_workspace(root, workspace_id)
    workspace.add_experts(experts)
    return _with_notes(workspace, dataset.notes)


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
    workspace = Workspace(workspace_id, root / workspace_id)
    if workspace.about.get("format") != FORMAT:
        raise WorkspaceError(
            f"Workspace '{workspace_id}' has format {workspace.about.get('format')}; this version reads {FORMAT}."
        )
    return workspace


def open_workspace_folder(folder: Path) -> Workspace:
    """Opens a workspace by its folder, as the command line names it."""
    folder = Path(folder)
    if not (folder / "workspace.json").exists():
        raise WorkspaceError(
            f"'{folder}' is not a workspace (no workspace.json). Give the folder that `score --workspaces` printed."
        )
    return open_workspace(folder.resolve().parent, folder.resolve().name)


def list_workspaces(root: Path) -> list[Workspace]:
    """All workspaces below ``root``, most recently made first."""
    found = [Workspace(p.name, p) for p in root.glob("*") if WORKSPACE_ID.fullmatch(p.name)]
    found = [w for w in found if (w.folder / "workspace.json").exists()]
    return sorted(found, key=lambda w: w.about.get("created", ""), reverse=True)


@contextmanager
def _unwritten_on_error(folder: Path, name: str) -> Iterator[None]:
    """Removes what was written into a folder when writing fails; an expert without its .json is none."""
    before = set(folder.iterdir())
    try:
        yield
    except BaseException as error:
        for path in set(folder.iterdir()) - before:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WorkspaceError(
                f"Expert '{name}' could not be kept: {error.strerror or error}. Nothing of it was."
            ) from error
        raise


def _portable(path: Path, place: Path, root: Path) -> str:
    """A path as kept in ``place``: relative where it lies below the workspaces' root, so that they can be moved."""
    path = path.resolve()
    return os.path.relpath(path, place.resolve()) if path.is_relative_to(root.resolve()) else str(path)


def _write_dataset(folder: Path, dataset: Dataset, place: Path) -> None:
    frame = dataset.samples.copy()
    frame["sample_id"] = dataset.sample_ids
    frame["__given"] = dataset.given_labels
    if dataset.option_counts is not None:
        frame["__options"] = dataset.option_counts
    if dataset.group is not None:
        frame["__group"] = dataset.group
    frame.to_parquet(folder / "samples.parquet", index=False)
    about = {
        "format": FORMAT,
        "name": dataset.name,
        "kind": dataset.kind,
        "created": now(),
        "samples": len(dataset),
        "class_names": list(dataset.class_names),
        "group_name": dataset.group_name,
        "image_root": _portable(dataset.image_root, place, place.parent) if dataset.image_root else None,
        "notes": list(dataset.notes),
    }
    write_json(folder / "workspace.json", about, indent=1)


def _read_dataset(folder: Path, about: dict) -> Dataset:
    frame = pd.read_parquet(folder / "samples.parquet")
    return Dataset(
        name=about["name"],
        kind=about["kind"],
        sample_ids=frame["sample_id"].to_numpy(object),
        given_labels=frame["__given"].to_numpy(np.int32),
        class_names=tuple(about["class_names"]),
        samples=frame.drop(columns=[c for c in _COLUMNS_OF_OURS if c in frame]),
        option_counts=frame["__options"].to_numpy(np.int32) if "__options" in frame else None,
        group=frame["__group"].to_numpy(object) if "__group" in frame else None,
        group_name=about["group_name"],
        image_root=(folder / about["image_root"]).resolve() if about["image_root"] else None,
        notes=tuple(about["notes"]),
    )


def _write_expert(folder: Path, expert: Expert, fingerprint: str) -> None:
    """Small arrays are copied into the workspace; a memory-mapped file stays where it is and is named."""
    number = len(list(folder.glob("*.json")))
    stem = f"{number:03d}-{re.sub(r'[^A-Za-z0-9_.-]+', '_', expert.name)[:60]}"
    about = {
        "name": expert.name,
        "kind": expert.kind,
        "fingerprint": fingerprint,
        "source": expert.source,
        "simulated": expert.simulated,
        "cost": expert.cost,
        "family": expert.family,
        "notes": list(expert.notes),
    }
    if isinstance(expert, FullExpert):
        about["score_kind"] = expert.score_kind
    for field, array in expert.arrays().items():
        if isinstance(array, np.memmap) and array.filename and field == "scores" and _whole_file(array):
            about[field] = _portable(Path(array.filename), folder, folder.parent.parent)
            about["scores_seen"] = seen(Path(array.filename))
        elif isinstance(array, ShardedScores):
            about[field] = f"{stem}.{field}{LIST_SUFFIX}"
            list_shards(folder / about[field], array)
        else:
            about[field] = f"{stem}.{field}.npy"
            _save_array(folder / about[field], array)
    write_json(folder / f"{stem}.json", about, f"Expert '{expert.name}'", indent=1)


def _whole_file(array: np.memmap) -> bool:
    """Whether a memory map is all of a .npy file, so that the file alone gives it back."""
    try:
        again = np.load(array.filename, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return False
    same = again.shape == array.shape and again.dtype == array.dtype
    return same and again.strides == array.strides  # not turned over or transposed


def _read_expert(path: Path) -> Expert:
    about = _read_json(path)
    made = EXPERT_OF_KIND[about["kind"]]
    kept = {field.name: about[field.name] for field in fields(made) if field.name in about}
    kept |= {field: _read_array(path.parent, about, field) for field in kept.keys() & set(ARRAYS)}
    changed = about.get("scores_seen") not in (None, seen(path.parent / about.get("scores", "")))
    kept |= {"notes": tuple(about["notes"]), "known_fingerprint": "" if changed else about["fingerprint"]}
    expert = made(**kept)
    if expert.fingerprint() != about["fingerprint"]:
        raise WorkspaceError(
            f"The scores of expert '{expert.name}' are not those that were loaded: {about['scores']} has changed since. "
            "Put the old file back, or load the dataset again."
        )
    return expert


def _read_array(folder: Path, about: dict, field: str) -> Rows:
    place = (folder / about[field]).resolve()  # an absolute path stands for itself
    if not place.exists():
        raise WorkspaceError(f"The scores of expert '{about['name']}' are no longer at {place}. Put the file back.")
    return listed_shards(place) if place.suffix == LIST_SUFFIX else np.load(place, mmap_mode="r", allow_pickle=False)


def _run_id(settings: Settings, names: list[str], fingerprints: list[str]) -> str:
    text = json.dumps([FORMAT, settings.to_dict(), list(zip(names, fingerprints))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _write_run(folder: Path, scored: Scored, experts, fingerprints, audit: pd.DataFrame | None) -> None:
    opinions = scored.opinions
    scored.table.to_parquet(folder / "scores.parquet", index=False)
    _save_array(folder / "predicted.npy", opinions.predicted)
    _save_array(folder / "confidence.npy", opinions.confidence)
    _save_array(folder / "label_probability.npy", opinions.label_probability)
    if scored.excess is not None:
        scored.excess.table.to_parquet(folder / "groups.parquet", index=False)
    if audit is None:
        audit = draw_audit(scored.suspicion, scored.threshold, scored.settings.seed).to_frame()
    audit.to_parquet(folder / "audit.parquet", index=False)
    calibrations = [c.to_dict() for c in opinions.calibrations]
    write_json(folder / "calibration.json", {"experts": calibrations}, indent=1)
    settings = {
        "format": FORMAT,
        "created": now(),
        "settings": scored.settings.to_dict(),
        "threshold": scored.threshold,
        "experts": [{"name": e.name, "fingerprint": f} for e, f in zip(experts, fingerprints)],
        "weights": opinions.weights.tolist(),
    }
    write_json(folder / "settings.json", settings, indent=1)
    (folder / "summary.txt").write_text(_summary(scored, experts), encoding="utf-8")


def _summary(scored: Scored, experts: Sequence[Expert]) -> str:
    """The run in words, for a person who opens the folder."""
    weights = scored.opinions.weights.mean(axis=0)
    lines = [f"{len(scored.order):,} samples, {len(experts)} experts, rule: {scored.settings.rule}", ""]
    for expert, calibration, weight in zip(experts, scored.opinions.calibrations, weights):
        marked = " (simulated)" if expert.simulated else ""
        lines.append(f"{expert.name}{marked}: weight {weight:.3f}, {calibration.described()}")
    lines += ["", f"threshold {scored.threshold:.4f}: {int(scored.flagged.sum()):,} samples flagged"]
    if scored.excess is not None:
        lines += ["", *scored.excess.sentences()]
    return "\n".join(lines) + "\n"


def _read_run(folder: Path) -> Run:
    about = _read_json(folder / "settings.json")
    calibrations = [Calibration.from_dict(c) for c in _read_json(folder / "calibration.json")["experts"]]
    return Run(
        folder.name,
        folder,
        Settings(**about["settings"]),
        about["threshold"],
        tuple(e["name"] for e in about["experts"]),
        tuple(e["fingerprint"] for e in about["experts"]),
        np.broadcast_to(about["weights"], (FOLD_COUNT, len(about["experts"]))),
        tuple(calibrations),
        about["created"],
    )


def workspaces_root() -> Path:
    """Where workspaces are kept: SECOND_OPINION_WORKSPACES, or ./workspaces."""
    return Path(os.environ.get("SECOND_OPINION_WORKSPACES", "workspaces"))


def now(ago: timedelta = timedelta()) -> str:
    """The time, now or so long ago, as ISO 8601 in UTC with milliseconds."""
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _save_array(path: Path, array: np.ndarray) -> None:
    """A .npy of an array; a large one that is mapped or turned over is copied block by block, not through memory."""
    if array.nbytes <= COPIED_AT_ONCE:
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        return
    target = new_npy(path, array.dtype, array.shape)
    step = max(1, COPIED_AT_ONCE // (array.nbytes // len(array)))
    for start in range(0, len(array), step):
        target[start : start + step] = array[start : start + step]
    target.flush()


def _read_json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"The workspace is incomplete: {path.name} is missing.") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise InputError(f"The workspace is damaged: {path.name} cannot be read.") from None
