"""From files to an opened, scored workspace: what the Load page does when asked."""

import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.keep.known_scores import known_scores
from cleaning.keep.workspaces import Workspace, create_workspace, workspaces_root
from cleaning.suspect import pipeline
from data_adapters.contract import Reading
from data_adapters.doctor.diagnosis import Looked, look
from data_adapters.layouts.folder import is_dataset_folder
from data_adapters.layouts.uploads import read_uploads
from data_adapters.plan import ReadingOptions, ReadingPlan
from data_adapters.reading import is_readable_folder, read
from pages.shared import state

MAX_LISTED = 200


def data_root() -> Path:
    """The folder on the server below which datasets may be chosen: SECOND_OPINION_DATA_ROOT, or ./datasets."""
    return Path(os.environ.get("SECOND_OPINION_DATA_ROOT", "datasets"))


def folders_on_server() -> list[str]:
    """Dataset folders and folders of logs below the root, as relative paths, at most two levels down."""
    root = data_root()
    datasets = [p for pattern in ("*", "*/*") for p in sorted(root.glob(pattern)) if is_dataset_folder(p)]
    logs = [p for p in sorted(root.glob("*")) if p not in datasets and is_readable_folder(p)]
    found = [*datasets, *logs]
    return [str(p.relative_to(root)) for p in found[:MAX_LISTED]]


def read_on_server(relative: str, plan: ReadingPlan | None = None) -> Reading:
    """Reads a dataset folder below the root. Raises InputError for any path that leaves it."""
    root = data_root().resolve()
    folder = (root / relative.strip()).resolve()
    if not folder.is_relative_to(root):
        raise InputError(f"'{relative}' lies outside the data folder of this server. Choose a folder below it.")
    if not folder.is_dir():
        raise InputError(f"There is no folder '{relative}' below the data folder of this server. Check the spelling.")
    return read(folder, plan)


def upload_megabytes() -> int:
    """What the server takes as one uploaded file: ``server.maxUploadSize`` in .streamlit/config.toml."""
    return int(st.get_option("server.maxUploadSize"))


def look_at(read: Callable[[object, ReadingPlan], Reading], source: object, fixes: Iterable[str] = ()) -> Looked:
    """What reading the source gives, or why it is refused, and what could be put right first."""
    options = ReadingOptions(tuple(fixes), known=known_scores(workspaces_root()))
    return look(lambda plan: read(source, plan), options)


def read_uploaded(files: Mapping[str, object], plan: ReadingPlan | None = None) -> Reading:
    """Reads uploaded files from a folder of their own; nothing stays of an upload that was refused."""
    return read_uploads(files, workspaces_root() / "uploads" / uuid.uuid4().hex, plan=plan)


def score(reading: Reading, progress: Callable[[str, float], None]) -> Workspace:
    """Makes (or finds) the workspace and its run, and opens both in this tab."""
    workspace = create_workspace(workspaces_root(), reading.dataset, reading.experts)
    workspace.keep_reading(reading.plan.as_data())
    settings = Settings()
    run = workspace.find_run(settings, reading.experts)
    if run is None:
        scored = pipeline.run(reading.dataset, reading.experts, settings, progress, workspace.opinion_store())
        run = workspace.save_run(scored, reading.experts)
    state.update(workspace_id=workspace.id, run_id=run.id)
    return workspace


def expert_table(reading: Reading) -> pd.DataFrame:
    """What was read of each expert, for people."""
    rows = []
    for expert in reading.experts:
        rows.append(
            {
                "expert": expert.name + (" (simulated)" if expert.simulated else ""),
                "gives": expert.gives(),
                "joined": "by position" if expert.name in reading.joined_by_position else "by sample id",
            }
        )
    return pd.DataFrame(rows)
