"""A workspace and a decision log that version 0.1 wrote (kept beside this file) open as they are."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cleaning.calibrate.logistic import sigmoid
from cleaning.experts.rescoring import Rescoring
from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import open_workspace
from cleaning.review.in_force import in_force
from cleaning.suspect import pipeline
from cleaning.suspect.ranking import logit
from cleaning.suspect.unequal_classes import class_log_factor

WORKSPACE, FIRST, SECOND = "c1a4c91c10d0239c", "57fdaff64672", "daed8f65407b"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    shutil.copytree(Path(__file__).parent / "made_by_0_1", tmp_path / "workspaces")
    return open_workspace(tmp_path / "workspaces", WORKSPACE)


def test_its_experts_give_the_same_run_again(workspace):
    assert set(workspace.run_ids()) == {FIRST, SECOND}
    run = workspace.run(FIRST)
    experts = workspace.experts_of(run)
    assert [e.kind for e in experts] == ["full", "full", "top1", "votes"]
    assert workspace.dataset().fingerprint() == WORKSPACE
    assert workspace.find_run(run.settings, experts).id == FIRST
    scored = pipeline.run(workspace.dataset(), experts, run.settings)
    assert as_ranked_then(scored) == pytest.approx(run.suspicion, abs=1e-6)


def as_ranked_then(scored) -> np.ndarray:
    """Suspicion as before a label was judged against how doubted its class is."""
    said = scored.opinions
    factor = class_log_factor(said.label_probability, scored.dataset.given_labels, said.answered)
    return sigmoid(logit(scored.suspicion) - factor)


def test_its_opinions_are_not_asked_again(workspace):
    run, asked = workspace.run(FIRST), []
    experts = workspace.experts_of(run)
    store = workspace.opinion_store()
    scored = pipeline.run(workspace.dataset(), experts, run.settings, lambda words, share: asked.append(words), store)
    assert asked == [] and as_ranked_then(scored) == pytest.approx(run.suspicion, abs=1e-12)
    folds = pipeline.draw_folds(workspace.dataset().sample_ids, run.settings.seed)
    again = Rescoring(workspace.dataset(), experts, run.calibrations, folds, run.settings.group_of(workspace.dataset()))
    assert np.isfinite(again.suspicion([e.name for e in experts])).all()


def test_its_decisions_and_its_threshold_count(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    log, choices = store.decisions(), store.choices()
    store.close()
    assert len(log) == 31 and log[-1].verdict == "undo"
    now = in_force(workspace, workspace.run(FIRST), log, choices)
    assert int((~np.isnan(now.codes)).sum()) == 29, "the undone one counts no more"
    assert now.threshold == 0.3 and now.flagged_count == int((now.run.suspicion >= 0.3).sum())
    second = in_force(workspace, workspace.run(SECOND), log, choices)
    assert second.choice is None and second.flagged_count == second.run.scores["flagged"].sum()
    assert int((~np.isnan(second.codes)).sum()) == 29, "decisions of the first run count for the second"
