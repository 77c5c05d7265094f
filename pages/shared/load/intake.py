"""From files to an opened, scored workspace: what the Load page does when asked."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from cleaning.domain.scored import ScoredAnswers
from cleaning.domain.settings import Settings
from cleaning.keep.known_scores import known_scores
from cleaning.keep.whole_scoring import Job, score_whole
from cleaning.keep.workspaces import Workspace, create_marked_workspace, open_workspace, workspaces_root
from cleaning.review.team.permissions import EXPERTS
from data_adapters.contract import Reading
from data_adapters.doctor.diagnosis import Looked, look
from data_adapters.plan import ReadingStep
from data_adapters.reading import read
from pages.shared import allowed, state
from pages.shared.load.arriving import Brought
from pages.shared.load.remarks import NOTHING_SAID, Remarks, say, so_far
from pages.shared.load.wording import PAGE
from pages.shared.messages import guarded

MOST_KEPT = 4  # readings of one source, so that what is taken back is there at once


def _unheard(step: ReadingStep) -> None:
    return None


def look_at(brought: Brought, said: Remarks = NOTHING_SAID, heard: Callable[[ReadingStep], None] = _unheard) -> Looked:
    """What reading gives, or why it is refused, what speaks against it and what would help; in this page's words.

    heard: told each step; what it raises ends the reading.
    """
    options = said.options(heard=heard, known=known_scores(workspaces_root()), pictures_to=brought.pictures_to())
    return _retold(look(lambda plan: read(brought.path, plan), options))


def _retold(looked: Looked) -> Looked:
    found = (replace(one, sentence=PAGE.retold(one.sentence), fix=PAGE.retold(one.fix)) for one in looked.findings)
    refusal, against = PAGE.retold(looked.refusal), PAGE.retold(looked.against)
    return replace(looked, refusal=refusal, against=against, findings=tuple(found))


def kept_look(brought: Brought, said: Remarks) -> Looked | None:
    """What was found before in this tab, by the same source and words."""
    return dict(state.recalled("looks", tuple) or ()).get((brought.key, said.key))


def keep_look(brought: Brought, said: Remarks, looked: Looked) -> None:
    kept = [
        (key, one) for key, one in state.recalled("looks", tuple) or () if key[0] == brought.key and key[1] != said.key
    ]
    state.remember("looks", (*kept[-MOST_KEPT + 1 :], ((brought.key, said.key), looked)))


def score(reading: Reading, progress: Callable[[str, float], None]) -> Workspace:
    """Makes (or finds) the workspace and its run, whole or not at all, and opens both in this tab."""
    there = _there(reading)
    if there is None:
        allowed.permit_loading()
    else:
        allowed.permit(EXPERTS, there)
    job = Job(reading.dataset, reading.experts, Settings(), progress, reading.plan.as_data())
    workspace, run = score_whole(workspaces_root(), job)
    if there is None:
        allowed.loaded(workspace)
    else:
        allowed.done(EXPERTS, workspace, experts=list(run.expert_names), run=run.id)
    state.update(workspace_id=workspace.id, run_id=run.id)
    return workspace


def open_marked(read: ScoredAnswers, name: str) -> Workspace:
    """Makes (or finds) the workspace of marked answers and opens it in this tab. name: "": as it was read."""
    there = (workspaces_root() / read.fingerprint()).exists()
    if not there:
        allowed.permit_loading()
    workspace = create_marked_workspace(workspaces_root(), replace(read, name=name.strip() or read.name))
    if not there:
        allowed.loaded(workspace)
    state.update(workspace_id=workspace.id, run_id="")
    return workspace


def name_asked(shown: str) -> None:
    """The box for a name of one's own."""

    def changed() -> None:
        say(replace(so_far(), name=str(state.typed("dataset_name") or "").strip()[:60]))

    st.text_input("Name", shown, max_chars=60, key="dataset_name", on_change=guarded(changed))


def _there(reading: Reading) -> Workspace | None:
    """The dataset's workspace, if it is there already."""
    workspace_id = reading.dataset.fingerprint()
    return open_workspace(workspaces_root(), workspace_id) if (workspaces_root() / workspace_id).exists() else None


def named(reading: Reading, name: str) -> Reading:
    """The reading with the dataset called so; unchanged for an empty name."""
    return replace(reading, dataset=replace(reading.dataset, name=name)) if name.strip() else reading


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
