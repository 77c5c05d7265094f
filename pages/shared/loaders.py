"""The only caches: read-only things, keyed by ids, shared by all who have the same workspace open."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from os import cpu_count
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from cleaning import freed_memory
from cleaning.calibrate.report import ExpertReport
from cleaning.certify.further_cards import Certified, certified_now
from cleaning.domain.dataset import Dataset
from cleaning.domain.folds import Folds
from cleaning.domain.scored import ScoredAnswers
from cleaning.errors import InputError, NothingToClean
from cleaning.estimate.flag_counts import PaperTable, agreements, paper_table
from cleaning.estimate.paper_estimates import PaperEstimates, paper_estimates
from cleaning.estimate.ranked_run import RankedRun
from cleaning.experts.chosen_agreement import ChosenAgreement
from cleaning.experts.chosen_agreement import agreement_by_reviews as by_reviews
from cleaning.keep.decisions import ReviewStore, shared_store
from cleaning.keep.runs import Run
from cleaning.keep.said_confidence import SaidConfidence, folds_of
from cleaning.keep.stored import now
from cleaning.keep.workspaces import Workspace, list_workspaces, workspaces_root
from cleaning.review.chosen import Choosing, marked_as_chosen
from cleaning.review.glance import Glance, glance, last_used
from cleaning.review.in_force import InForce
from cleaning.review.in_force import in_force as in_force_of
from cleaning.review.team.known_names import KnownNames
from cleaning.suspect.suspicion import Excess
from pages.shared import state
from pages.shared.export.making import Making
from pages.shared.progress import Progress, silent
from pages.shared.server.desks import open_desk
from pages.shared.server.opened_workspaces import opened_once

Found = TypeVar("Found")
MOST_MADE = 2  # big files that are kept, on disk, until others are asked for


def workspace(workspace_id: str) -> Workspace:
    return opened_once(workspaces_root(), workspace_id)


def run(workspace_id: str, run_id: str) -> Run:
    return open_desk(workspaces_root(), workspace_id, run_id).run


@st.cache_resource(max_entries=4, show_spinner=False)
def expert_reports(workspace_id: str, run_id: str, _progress: Progress = silent) -> list[ExpertReport]:
    """One report an expert of the run (``cleaning.calibrate.report``)."""
    samples, scored, made = dataset(workspace_id), run(workspace_id, run_id), []
    said = SaidConfidence.of(workspace(workspace_id), scored, threads=cpu_count() or 1)
    reports = said.reports(samples)
    for done in range(len(said.experts)):
        _progress(done / len(said.experts), f"reading expert {done + 1} of {len(said.experts)}")
        made.append(next(reports))
    freed_memory.give_back(len(samples))
    return made


@st.cache_resource(max_entries=128, show_spinner=False)
def worked_out(workspace_id: str, run_id: str, what: Hashable, _work: Callable[[], Found]) -> Found:
    """What ``_work`` gives about a run's experts, worked out once. what: its name and all that it depends on."""
    return _work()


@st.cache_resource(max_entries=1, show_spinner=False)
def _makings() -> OrderedDict[tuple[str, str, Hashable], Making]:
    return OrderedDict()


def making_begun(workspace_id: str, run_id: str, what: Hashable) -> Making | None:
    """The big file of this kind that is being made or was made last, for all who have the same workspace open."""
    return _makings().get((workspace_id, run_id, what))


def begin_making(workspace_id: str, run_id: str, what: Hashable, making: Making) -> None:
    """Keeps it, and of the others the last one."""
    held = _makings()
    held[workspace_id, run_id, what] = making
    while len(held) > MOST_MADE:
        held.popitem(last=False)[1].stop()


def forget_making(workspace_id: str, run_id: str, what: Hashable) -> None:
    """Ends the work, if it still goes on."""
    making = _makings().pop((workspace_id, run_id, what), None)
    if making:
        making.stop()


def judging_labels(workspace_id: str):
    """The given labels with the corrections settled so far (``cleaning.settle.judging``)."""
    return _judging_labels(workspace_id, _store(workspace_id).version()[0])


@st.cache_resource(max_entries=8, show_spinner=False)
def _judging_labels(workspace_id: str, decided: int):
    from cleaning.settle.judging import judging_labels as judge

    return judge(dataset(workspace_id), _store(workspace_id).decisions())


def folds(workspace_id: str, run_id: str) -> Folds:
    """The cross-fitting folds of a run."""
    return folds_of(workspace(workspace_id), run(workspace_id, run_id).settings.seed)


@st.cache_resource(max_entries=8, show_spinner="Counting what the paper's rule flags …")
def paper_counts(workspace_id: str, run_id: str) -> PaperTable:
    scored, given_labels = run(workspace_id, run_id), dataset(workspace_id).given_labels
    return paper_table(scored.predicted, scored.confidence, given_labels, scored.scores["row"].to_numpy())


@st.cache_resource(max_entries=4, show_spinner=False)
def paper_agreements(workspace_id: str, run_id: str) -> tuple[np.ndarray, np.ndarray]:
    scored = run(workspace_id, run_id)
    return agreements(scored.predicted, scored.confidence, dataset(workspace_id).given_labels)


def ranked(workspace_id: str, run_id: str) -> RankedRun:
    return open_desk(workspaces_root(), workspace_id, run_id).facts.ranked


def in_force(workspace_id: str, run_id: str) -> InForce:
    """Threshold, flags, decisions that count and what follows of them, as the log stands now."""
    return _in_force(workspace_id, run_id, _store(workspace_id).version())


@st.cache_resource(max_entries=16, show_spinner="Working out what may be expected …")
def _in_force(workspace_id: str, run_id: str, version: tuple[int, int]) -> InForce:
    ids, store = (workspace_id, run_id), _store(workspace_id)
    log, choices = store.decisions(), store.choices()
    return in_force_of(workspace(workspace_id), run(*ids), log, choices, ranked=ranked(*ids))


@st.cache_resource(max_entries=16, show_spinner=False)
def _paper_estimates(workspace_id: str, run_id: str, decided: int) -> PaperEstimates | None:
    ids = workspace_id, run_id
    now = in_force(*ids)
    if np.isnan(now.codes).all():
        return None
    parts = now.ranked.ranking, now.said, now.ranked.curve, paper_counts(*ids), paper_agreements(*ids)
    return paper_estimates(now.ranked.audit, *parts)


def paper_estimates_so_far(workspace_id: str, run_id: str) -> PaperEstimates | None:
    """Both rules' estimates; None before there are cards enough."""
    return _paper_estimates(workspace_id, run_id, _store(workspace_id).version()[0])


def agreement_by_reviews(workspace_id: str, run_id: str) -> ChosenAgreement | None:
    """K and tau of the paper's rule by cross-validation on the random cards; None before enough are judged wrong."""
    return _agreement_by_reviews(workspace_id, run_id, _store(workspace_id).version()[0])


@st.cache_resource(max_entries=16, show_spinner=False)
def _agreement_by_reviews(workspace_id: str, run_id: str, decided: int) -> ChosenAgreement | None:
    return by_reviews(in_force(workspace_id, run_id), *paper_agreements(workspace_id, run_id))


def certified(workspace_id: str, run_id: str) -> Certified:
    """How many labels are still wrong at most, and what the chosen claim still needs."""
    return _certified(workspace_id, run_id, _store(workspace_id).version())


@st.cache_resource(max_entries=16, show_spinner=False)
def _certified(workspace_id: str, run_id: str, version: tuple[int, int]) -> Certified:
    return certified_now(in_force(workspace_id, run_id))


def choosing(workspace_id: str, run_id: str) -> Choosing:
    """Records what this tab's person chooses for a run."""
    return Choosing(_store(workspace_id), run_id, state.current().reviewer, now)


def glance_at(workspace_id: str, run_id: str) -> Glance:
    """How far the review is, of this tab's person if there is a name, else of all together."""
    return _glance(workspace_id, run_id, state.current().reviewer, _store(workspace_id).version())


@st.cache_resource(max_entries=128, show_spinner=False)
def _glance(workspace_id: str, run_id: str, reviewer: str, version: tuple[int, int]) -> Glance:
    return glance(workspace(workspace_id), run_id, reviewer)


def marked_answers(workspace_id: str) -> ScoredAnswers:
    """Answers that are marked already, calibrated as was chosen for them."""
    return marked_as_chosen(workspace(workspace_id), choices(workspace_id))


def choices(workspace_id: str) -> pd.DataFrame:
    """Everything ever chosen in a workspace, of all runs, in order."""
    return _store(workspace_id).choices()


def _store(workspace_id: str) -> ReviewStore:
    return shared_store(workspace(workspace_id).decisions_url, workspace_id)


def known_names() -> list[str]:
    """Who decided in the open workspace or has a role there; nobody where none is open or its log cannot be read."""
    try:
        return _known_names(state.current().workspace_id).now() if state.current().workspace_id else []
    except InputError:
        return []


@st.cache_resource(max_entries=16, show_spinner=False)
def _known_names(workspace_id: str) -> KnownNames:
    return KnownNames(_store(workspace_id))


def group_sentences(workspace_id: str, run_id: str) -> list[str] | None:
    """What the metadata groups show, as sentences; None for a run that looked at no groups."""
    groups = run(workspace_id, run_id).groups
    return None if groups is None else Excess(groups, np.empty(0)).sentences()


def forget_everything() -> None:
    """Lets go of all that is kept, after a workspace was deleted; what is asked again is read again."""
    st.cache_resource.clear()


def workspaces() -> list[Workspace]:
    """All of them, last used first."""
    return sorted(list_workspaces(workspaces_root()), key=last_used, reverse=True)


def dataset(workspace_id: str) -> Dataset:
    return workspace(workspace_id).dataset()


def opened_workspace() -> Workspace:
    """The workspace this tab has open, or a sentence that says where to choose one."""
    workspace_id = state.current().workspace_id
    if not workspace_id:
        raise state.NothingOpen("No dataset is chosen yet. Choose one on the Load page.")
    return workspace(workspace_id)


def has_run() -> bool:
    """Whether this tab has a dataset open that was scored."""
    try:
        return bool(opened_workspace().run_ids())
    except InputError:
        return False


def opened_run() -> Run:
    """The run this tab looks at: the one in the URL, else the workspace's latest."""
    opened, run_id = opened_workspace(), state.current().run_id
    if opened.is_marked:
        raise NothingToClean(opened.name)
    if not run_id or run_id not in opened.run_ids():
        ids = opened.run_ids()
        if not ids:
            raise state.NotScored("This dataset has not been scored yet, so there is nothing to show.")
        run_id = state.update(run_id=ids[-1]).run_id
    return run(opened.id, run_id)
