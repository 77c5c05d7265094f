"""Leaderboard impact: hand-computed cases, scipy, plain resampling, and a simulated dataset whose truth is known."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from cleaning.command_line import main
from cleaning.estimate.accuracy import Marks, estimate_accuracy, estimated_neighbours
from cleaning.estimate.audit_cards import AuditCards
from cleaning.export.card import leaderboard
from cleaning.export.card.leaderboard import leaderboard_impact, mark, mcnemar_p, ranks
from cleaning.export.handover import Handover
from cleaning.keep.decisions import open_store
from cleaning.settle.final_labels import settle
from cleaning.settle.policy import Policy
from tests.cleaning.export.making import a_workspace, by_rank, decide

IDS = np.array([f"s{i}" for i in range(6)], object)
GIVEN = np.array([0, 0, 0, 0, 0, 0], np.int32)
PREDICTED = np.array([[0, 1], [0, 1], [0, 2], [1, 0], [0, -1], [0, 0]], np.int32)


def a_case(policy=Policy()):  # noqa: B008 - frozen
    log = [
        decide("s1", "relabel", [1], number=0),
        decide("s2", "several_fit", [0, 2], number=1),
        decide("s3", "none_fits", [], number=2),
    ]
    return settle(IDS, GIVEN, log, policy)


def test_marks_by_hand():
    final = a_case()
    given, corrected, any_of = (mark(PREDICTED, final, way) for way in ("given", "corrected", "any_of"))
    assert given.right.sum(axis=0).tolist() == [5, 2] and given.counts.sum() == 6
    assert corrected.right.sum(axis=0).tolist() == [4, 2] and corrected.counts.sum() == 5
    assert any_of.right.sum(axis=0).tolist() == [4, 3] and any_of.counts.sum() == 5
    strict = mark(PREDICTED, a_case(Policy(several_fit="first")), "any_of")
    assert strict.right.tolist() == any_of.right.tolist()


def test_the_table_holds_accuracy_rank_and_pairs():
    found = leaderboard_impact(PREDICTED, ("good", "bad"), a_case(), None)
    good = found.experts.set_index("expert").loc["good"]
    assert good["accuracy_given"] == pytest.approx(5 / 6) and good["accuracy_corrected"] == pytest.approx(4 / 5)
    assert (good["rank_given"], good["rank_corrected"], good["rank_any_of"]) == (1, 1, 1)
    assert found.experts.set_index("expert").at["bad", "rank_any_of"] == 2
    assert found.experts.set_index("expert").at["bad", "answered"] == 5
    pair = found.pairs.set_index("labels").loc["given"]
    assert (pair["better"], pair["better_only"], pair["worse_only"]) == ("good", 4, 1)
    assert pair["mcnemar_p"] == pytest.approx(binomtest(4, 5).pvalue)
    assert pair["low"] <= pair["difference"] <= pair["high"]
    assert found.sentences[0].startswith("Samples were chosen for review by how much these experts disagree")
    assert "3 of 6 samples were reviewed" in found.sentences[1] and "estimate_corrected" not in found.experts


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (3, 3), (10, 2), (2, 10), (400, 350)])
def test_mcnemar_against_scipy(b, c):
    expected = binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar_p(b, c) == pytest.approx(expected, rel=1e-9)


def test_ranks_share_ties():
    assert ranks(np.array([0.5, 0.9, 0.5, 0.1])).tolist() == [2, 1, 2, 4]


def test_the_bootstrap_is_the_plain_one():
    rng = np.random.default_rng(0)
    right = rng.random((400, 3)) < [0.8, 0.7, 0.5]
    counts = rng.random(400) < 0.9
    redrawn = leaderboard.redraw_accuracies(Marks(right & counts[:, None], counts), np.random.default_rng(1), 4000)
    kept = right[counts]
    plain = np.array([kept[rng.integers(0, len(kept), len(kept))].mean(axis=0) for _ in range(4000)])
    assert redrawn.mean(axis=0) == pytest.approx(kept.mean(axis=0), abs=0.002)
    assert np.cov(redrawn.T) == pytest.approx(np.cov(plain.T), abs=0.00006)
    assert redrawn.shape == (4000, 3)


@pytest.mark.parametrize("experts", [1, 8, 9, 64, 65, 130])
def test_patterns_are_told_apart_whatever_the_number_of_experts(experts):
    rng = np.random.default_rng(0)
    patterns = rng.random((20, experts)) < 0.5
    right = patterns[rng.integers(0, 20, 500)]
    _, first, counts = np.unique(leaderboard._packed(right), return_index=True, return_counts=True)
    by_hand, expected = np.unique(right, axis=0, return_counts=True)
    assert (right[first] == by_hand).all() and counts.tolist() == expected.tolist()


def a_population(n=4000, seed=0):
    """(marks on given labels, marks on the true ones, stratum, sizes): errors are commoner in the first stratum."""
    rng = np.random.default_rng(seed)
    stratum = (np.arange(n) >= n // 5).astype(int)
    wrong = rng.random(n) < np.where(stratum == 0, 0.4, 0.05)
    dropped = rng.random(n) < 0.02
    true = rng.random((n, 3)) < [0.9, 0.85, 0.7]
    given = np.where(wrong[:, None], ~true & (rng.random((n, 3)) < 0.3), true)
    return given, Marks(true & ~dropped[:, None], ~dropped), stratum, np.bincount(stratum)


def test_the_estimate_is_right_on_average_and_its_interval_covers():
    given, truth, stratum, sizes = a_population()
    target = leaderboard.accuracy(truth)
    rng = np.random.default_rng(5)
    estimates, covered = [], []
    for _ in range(1500):
        rows = np.concatenate([rng.choice(np.flatnonzero(stratum == h), 150, replace=False) for h in (0, 1)])
        found = estimate_accuracy(given, truth, AuditCards(rows, stratum[rows], sizes))
        estimates.append(found.point)
        covered.append((found.low <= target) & (target <= found.high))
    assert np.mean(estimates, axis=0) == pytest.approx(target, abs=0.002)
    assert np.mean(covered, axis=0).min() > 0.93
    naive = given.mean(axis=0)
    assert np.abs(naive - target).min() > 0.03  # what the estimate corrects


def test_a_whole_review_leaves_nothing_to_estimate():
    given, truth, stratum, sizes = a_population(300)
    rows = np.arange(300)
    found = estimate_accuracy(given, truth, AuditCards(rows, stratum[rows], sizes))
    assert found.point == pytest.approx(leaderboard.accuracy(truth))
    assert found.low == pytest.approx(found.point) and found.high == pytest.approx(found.point)


def test_cards_that_all_agree_do_not_claim_certainty():
    given = np.ones((100, 2), bool)
    cards = AuditCards(np.arange(10), np.zeros(10, int), np.array([100]))
    found = estimate_accuracy(given, Marks(given, np.ones(100, bool)), cards)
    expected = np.sqrt(0.25 / 11 * (1 - 0.1) / 10)
    assert found.point.tolist() == [1, 1] and found.low == pytest.approx([1 - 1.96 * expected] * 2, abs=1e-5)
    assert estimated_neighbours(("a", "b"), found, cards) == [("audit estimate", "a", "b", 0.5)]


def test_cards_without_a_final_label_widen_the_interval():
    given, truth, stratum, sizes = a_population(300)
    rows = np.arange(300)
    found = estimate_accuracy(given, truth, AuditCards(rows, stratum[rows], sizes), np.arange(30))
    lower, upper = truth.right.copy(), truth.right.copy()
    lower[:30], upper[:30] = False, True
    assert found.low == pytest.approx(lower.sum(axis=0) / truth.counts.sum())
    assert found.high == pytest.approx(np.minimum(1, upper.sum(axis=0) / truth.counts.sum()))


def an_audit(sizes=(10, 30), per_stratum=6):
    """Cards in turn from two strata over 40 samples, by rank."""
    starts = np.cumsum([0, *sizes])[:-1]
    rows = [(h, starts[h] + i) for i in range(per_stratum) for h in range(len(sizes))]
    return pd.DataFrame(
        {
            "order": np.arange(len(rows)),
            "row": [r for _, r in rows],
            "stratum": [h for h, _ in rows],
            "stratum_start": [starts[h] for h, _ in rows],
            "stratum_size": [sizes[h] for h, _ in rows],
            "stratum_share": 0.5,
            "threshold": 0.5,
            "seed": 0,
        }
    )


def cards_of(handover):
    return handover.in_force.random_cards


def decided(workspace, run, ranks, verdict="keep"):
    dataset, rows = workspace.dataset(), by_rank(run)[list(ranks)]
    labels = [[int(dataset.given_labels[r])] if verdict == "keep" else [] for r in rows]
    log = [
        decide(dataset.sample_ids[r], verdict, k, number=i, run_id=run.id, card="audit")
        for i, (r, k) in enumerate(zip(rows, labels))
    ]
    return Handover(workspace, run, log, Policy())


def test_cards_count_up_to_the_first_open_one(tmp_path):
    workspace, run = a_workspace(tmp_path, audit=an_audit())
    cards = cards_of(decided(workspace, run, [0, 1, 3, 10, 11, 12, 13]))
    assert cards.rows.tolist() == by_rank(run)[[0, 1, 10, 11, 12, 13]].tolist()  # 3 comes after the open 2
    assert cards.weights().tolist() == [5, 5, 7.5, 7.5, 7.5, 7.5]
    assert cards_of(decided(workspace, run, [0, 1, 2])) is None  # nothing from the second stratum
    assert cards_of(decided(workspace, run, [0, 10], "skip")) is not None
    assert cards_of(decided(workspace, run, [0, 10], "later")) is None


def test_the_command_shows_the_estimate_beside_the_naive_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    workspace, run = a_workspace(tmp_path / "ws", audit=an_audit())
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(decided(workspace, run, [0, 1, 2, 10, 11, 12]).decisions)
    store.close()
    out = tmp_path / "impact.json"
    assert main(["impact", str(workspace.folder), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "audit estimate" in printed and "these experts disagree with the given label" in printed
    found = json.loads(out.read_text())
    assert found["audit_cards"] == 6 and len(found["pairs"]) == 9
    expert = found["experts"][0]
    assert expert["estimate_corrected"] == expert["accuracy_given"] == expert["accuracy_corrected"]
    assert expert["estimate_low_corrected"] < expert["low_corrected"] + 1
    assert main(["impact", str(workspace.folder), "--out", str(tmp_path / "again.json")]) == 0
    assert (tmp_path / "again.json").read_bytes() == out.read_bytes()
