"""Each expert before and after calibration, against scikit-learn's losses."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss

from cleaning.calibrate import report as expert_report
from cleaning.calibrate.calibration import calibrate, calibrated_confidence
from cleaning.calibrate.measures import expected_calibration_error
from cleaning.calibrate.report import calibration_table, report_expert
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert
from tests.factories import planted_dataset


def reported(planted):
    folds, given = planted.folds(), planted.dataset.given_labels
    return [report_expert(planted.dataset, e, calibrate(e, given, folds), folds) for e in planted.experts]


def probabilities(expert, temperature):
    """(N, K) float64 softmax of a full expert's logits, 0 for options that do not exist."""
    return softmax(np.nan_to_num(expert.logits(slice(None)).astype(np.float64), nan=-np.inf) / temperature, axis=1)


@pytest.mark.parametrize("kind", ["image", "question"])
@pytest.mark.parametrize("scores", ["logits", "probabilities"])
def test_full_scores_are_judged_as_by_scikit_learn(kind, scores):
    planted = planted_dataset(n=800, kind=kind, kinds=(scores,), experts=1)
    (report,), (expert,), given = reported(planted), planted.experts, planted.dataset.given_labels
    row, labels = report.row(), np.arange(6)
    stated = {"before": probabilities(expert, 1.0)}
    stated["after"] = probabilities(expert, report.calibration.by_fold[planted.folds().fold])
    for moment, q in stated.items():
        assert row[f"nll_{moment}"] == pytest.approx(log_loss(given, q, labels=labels), abs=1e-5)
        brier = brier_score_loss(given, q, labels=labels, scale_by_half=False)
        assert row[f"brier_{moment}"] == pytest.approx(brier, abs=1e-5)
        confidence, right = q.max(axis=1), q.argmax(axis=1) == given
        assert row[f"ece_{moment}"] == pytest.approx(expected_calibration_error(confidence, right), abs=1e-4)
        assert row["accuracy_on_given"] == pytest.approx(accuracy_score(given, q.argmax(axis=1)))
    assert row["nll_after"] < row["nll_before"] and row["ece_after"] < row["ece_before"]
    assert (
        row["answered"] == 800 and row["kind"] == "full" and row["calibration"].startswith("temperature scaling T = ")
    )


def test_stated_confidences_are_judged_as_by_scikit_learn():
    planted = planted_dataset(n=800, kinds=("top1",), experts=1)
    (report,), (expert,) = reported(planted), planted.experts
    row, answered = report.row(), expert.predicted != ABSTAIN
    right = expert.predicted[answered] == planted.dataset.given_labels[answered]
    after = calibrated_confidence(expert, report.calibration, planted.folds())
    for moment, confidence in (("before", expert.confidence), ("after", after)):
        stated = confidence[answered].astype(np.float64)
        assert row[f"nll_{moment}"] == pytest.approx(log_loss(right, stated), abs=1e-5)
        assert row[f"brier_{moment}"] == pytest.approx(brier_score_loss(right, stated), abs=1e-6)
    assert row["accuracy_on_given"] == pytest.approx(right.mean())
    assert row["answered"] == answered.sum() < 800
    assert row["ece_after"] < row["ece_before"]


def test_hard_answers_state_nothing_before():
    planted = planted_dataset(n=800, kinds=("votes",), experts=1)
    (report,) = reported(planted)
    row = report.row()
    assert report.before is None
    assert all(np.isnan(row[f"{m}_before"]) for m in ("ece", "nll", "brier"))
    assert np.nanmean(report.after.confidence) == pytest.approx(row["accuracy_on_given"], abs=0.005)
    assert all(np.isfinite(row[f"{m}_after"]) for m in ("ece", "nll", "brier"))


def test_silent_rows_of_full_scores_are_left_out():
    planted = planted_dataset(n=400, kinds=("logits",), experts=1)
    (expert,), folds, given = planted.experts, planted.folds(), planted.dataset.given_labels
    silent = np.arange(400) % 5 == 0
    rows = np.where(silent, ABSTAIN, np.arange(400))
    quiet = FullExpert("quiet", scores=expert.scores, rows=rows)
    fitted = calibrate(expert, given, folds)
    report = report_expert(planted.dataset, quiet, fitted, folds)
    assert (report.answered == ~silent).all()
    q = probabilities(expert, 1.0)[~silent]
    assert report.row()["nll_before"] == pytest.approx(log_loss(given[~silent], q, labels=np.arange(6)), abs=1e-5)
    assert report.row()["accuracy_on_given"] == pytest.approx((q.argmax(1) == given[~silent]).mean())


def test_chunks_change_nothing(planted_questions, monkeypatch):
    whole = calibration_table(reported(planted_questions))
    monkeypatch.setattr("cleaning.scores.rows.CHUNK_CELLS", 100)
    monkeypatch.setattr(expert_report, "cpu_count", lambda: 7)
    parts = calibration_table(reported(planted_questions))
    numbers = whole.select_dtypes("number").columns
    np.testing.assert_allclose(parts[numbers], whole[numbers], atol=1e-6)


def test_the_table_has_a_row_for_each_expert(planted):
    table = calibration_table(reported(planted))
    assert table["expert"].tolist() == [e.name for e in planted.experts]
    assert table["kind"].tolist() == [e.kind for e in planted.experts]
    measures = [f"{m}_{moment}" for moment in ("before", "after") for m in ("ece", "nll", "brier")]
    assert table.columns.tolist() == ["expert", "kind", "calibration", "answered", "accuracy_on_given", *measures]
