"""Scoring into a workspace, whole or not at all: what is cancelled or fails leaves nothing of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, check_experts
from cleaning.domain.settings import Settings
from cleaning.files import written_aside
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace, create_workspace, fill_workspace, open_workspace
from cleaning.suspect import pipeline

SAVING = "saving"  # told before anything is put in its place: the last moment in which the work can be ended


@dataclass(frozen=True)
class Job:
    """What is to be scored. steps: how it was read (``Workspace.keep_reading``). progress: told words and a share; what
    it raises ends the work."""

    dataset: Dataset
    experts: Sequence[Expert]
    settings: Settings
    progress: Callable[[str, float], None]
    steps: Sequence[dict] = ()


def score_whole(root: Path, job: Job) -> tuple[Workspace, Run]:
    """The dataset's workspace below ``root`` with a run of these experts and settings; found where they are there."""
    check_experts(job.experts)
    root.mkdir(parents=True, exist_ok=True)
    workspace_id = job.dataset.fingerprint()
    if not (root / workspace_id).exists():
        _make(root, workspace_id, job)
    return _add(root, workspace_id, job)


def _make(root: Path, workspace_id: str, job: Job) -> None:
    """A new workspace with its run, made aside and put in its place when all of it is there."""
    place = root / workspace_id
    with written_aside(place, "The workspace", or_a_rivals=True) as folder:
        made = fill_workspace(folder, workspace_id, job.dataset, job.experts, place)
        _run(made, job)
        job.progress(SAVING, 1.0)


def _add(root: Path, workspace_id: str, job: Job) -> tuple[Workspace, Run]:
    """Scores before anything is added to a workspace that is there already."""
    before = open_workspace(root, workspace_id)
    if before.find_run(job.settings, job.experts) is None:
        scored = pipeline.run(job.dataset, job.experts, job.settings, job.progress, before.opinion_store())
        job.progress(SAVING, 1.0)
        create_workspace(root, job.dataset, job.experts).save_run(scored, job.experts)
    workspace = create_workspace(root, job.dataset, job.experts)
    workspace.keep_reading(job.steps)
    run = workspace.find_run(job.settings, job.experts)
    assert run is not None, "it was made or found above"
    return workspace, run


def _run(workspace: Workspace, job: Job) -> None:
    scored = pipeline.run(job.dataset, job.experts, job.settings, job.progress, workspace.opinion_store())
    job.progress(SAVING, 1.0)
    workspace.save_run(scored, job.experts)
