"""What is said of experts is what likelihood prefers beyond noise; what they are weighed and samples ranked by is not."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from cleaning.calibrate.measures import expected_calibration_error
from cleaning.calibrate.report import as_said, report_expert
from cleaning.domain.experts import FullExpert
from cleaning.domain.settings import Settings
from cleaning.export.card.card_experts import expert_rows
from cleaning.export.handover import Handover
from cleaning.keep import said_confidence
from cleaning.keep.said_confidence import LastSaid, SaidConfidence, said_of_rows
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def planted():
    made = planted_dataset(n=3_000, experts=3, kinds=("logits", "top1", "votes"), error_rate=0.1, seed=4)
    first = made.experts[0]
    assert isinstance(first, FullExpert)
    bent = np.sqrt(np.abs(first.scores)) * np.sign(first.scores) * 6  # which no temperature mends
    return replace(made, experts=[replace(first, scores=bent.astype(np.float32)), *made.experts[1:]])


@pytest.fixture(scope="module")
def kept(planted, tmp_path_factory):
    workspace = create_workspace(tmp_path_factory.mktemp("said"), planted.dataset, planted.experts)
    scored = pipeline.run(planted.dataset, planted.experts, store=workspace.opinion_store())
    return workspace, workspace.save_run(scored, planted.experts)


def reports(workspace, run, said):
    dataset = workspace.dataset()
    for expert, own, calibration in zip(said.experts, run.calibrations, said.calibrations):
        yield as_said(report_expert(dataset, expert, own, said.folds), calibration, said.folds)


@pytest.mark.parametrize("chosen", [None, {"top1_1": "isotonic"}])
def test_the_recommended_is_said_where_it_is_better_beyond_noise(kept, chosen):
    workspace, run = kept
    said = SaidConfidence.of(workspace, run, chosen)
    assert [c.method for c in run.calibrations] == ["temperature", "platt", "shrunk accuracy"], "the ranking's"
    methods = [c.method for c in said.calibrations]
    assert methods[0] in ("platt", "beta", "isotonic", "histogram") and methods[2] == "shrunk accuracy", methods
    assert chosen is None or methods[1] == "isotonic"
    rows = np.arange(3_000)
    told = said.of_rows(rows)
    for m, report in enumerate(reports(workspace, run, said)):
        np.testing.assert_allclose(told[:, m], report.after.confidence, rtol=2e-5, equal_nan=True)
        assert (np.isnan(told[:, m]) == ~report.answered).all()
        if report.as_ranked is not None:
            ranked = report.as_ranked.after.confidence
            np.testing.assert_allclose(ranked, run.confidence[:, m], rtol=2e-5, equal_nan=True)
    first, ranked = next(reports(workspace, run, said)), run.confidence[:, 0]
    before, after = (expected_calibration_error(c, first.right) for c in (ranked, first.after.confidence))
    assert after < 0.6 * before
    np.testing.assert_array_equal(said_of_rows(workspace, run, chosen)(rows[:7]), told[:7])


def test_it_moves_no_rank(kept, planted):
    workspace, run = kept
    SaidConfidence.of(workspace, run)
    again = pipeline.run(planted.dataset, planted.experts)
    assert (np.sort(again.suspicion) == np.sort(run.scores["suspicion"])).all()


def test_another_is_one_choice_away_and_the_papers_rule_keeps_its_own(kept, planted):
    workspace, run = kept
    top1 = run.expert_names[1]
    assert SaidConfidence.of(workspace, run, {top1: "platt"}).calibrations[1].method == "platt"
    assert SaidConfidence.of(workspace, run, {top1: "beta"}).calibrations[1].method == "beta"
    settings = Settings(rule="paper")
    scored = pipeline.run(planted.dataset, planted.experts, settings, store=workspace.opinion_store())
    paper = workspace.save_run(scored, planted.experts)
    assert [c.method for c in SaidConfidence.of(workspace, paper).calibrations] == [c.method for c in run.calibrations]
    assert (said_of_rows(workspace, paper)(np.arange(9)) == run.confidence[:9]).sum() > 9


def test_card_and_exports_say_the_same(kept):
    workspace, run = kept
    handover = Handover(workspace, run, (), DEFAULT_POLICY)
    said = SaidConfidence.of(workspace, run)
    made = list(reports(workspace, run, said))
    for row, report in zip(expert_rows(handover), made):
        assert row["calibration"] == report.calibration.described()
        assert row["ece_after"] == pytest.approx(report.row()["ece_after"], abs=1e-6)
        assert row["mean_confidence_after"] == pytest.approx(np.nanmean(report.after.confidence), abs=1e-6)
    rows = np.array([5, 2, 2_999])
    np.testing.assert_array_equal(handover.said(rows), said.of_rows(rows))


def test_where_the_files_are_gone_what_ranked_is_said(kept):
    workspace, run = kept
    gone = replace(run, expert_fingerprints=tuple("0" * 16 for _ in run.expert_fingerprints))
    np.testing.assert_array_equal(said_of_rows(workspace, gone)(np.arange(5)), run.confidence[:5])


def test_experts_are_fitted_side_by_side_for_who_waits_and_one_after_the_other_behind_a_review(kept, monkeypatch):
    both = threading.Barrier(2, timeout=20)
    alone = threading.Lock()

    def met(workspace, run, expert, own, method, folds):
        if expert.kind != "votes":
            both.wait()
        return own

    def single(workspace, run, expert, own, method, folds):
        assert alone.acquire(blocking=False)
        time.sleep(0.05)
        alone.release()
        return own

    workspace, run = kept
    monkeypatch.setattr(said_confidence, "said_by", met)
    assert list(SaidConfidence.of(workspace, run, threads=2).calibrations) == list(run.calibrations)
    monkeypatch.setattr(said_confidence, "said_by", single)
    last = LastSaid(workspace, run)
    np.testing.assert_array_equal(last.of_rows(np.arange(5), {}), run.confidence[:5])
