"""The Threshold page: every goal, what it says without reviews and with them, and that a choice is kept."""

import json
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from cleaning.domain.dataset import Dataset
from cleaning.estimate.flag_counts import STEP_LIMIT
from cleaning.keep.decisions import Decision, shared_store
from cleaning.keep.stored import now
from cleaning.review.chosen import Chosen, ChosenThreshold
from cleaning.settle.verdict_codes import verdict_codes
from cleaning.suspect.audit import AuditDesign
from pages.shared.threshold import take_message
from tests.pages.conftest import words


@pytest.fixture
def opened(digits):
    return digits, digits.latest_run()


def store_of(workspace):
    return shared_store(workspace.decisions_url, workspace.id)


def chosen(workspace, run):
    """The threshold that somebody chose, or None."""
    return Chosen.of(store_of(workspace).choices(), run.id).threshold


def data_of(test, key: str = "threshold_explorer") -> dict:
    """What the browser's part was given."""
    return json.loads(next(c for c in test.get("bidi_component") if c.key == key).proto.json)


def goal(test, label: str):
    return test.button_group(key="threshold_goal").set_value(label).run()


def review(workspace, run, wrong: np.ndarray, cards: int, seconds: float = 6.0) -> None:
    """Somebody reviews the first random cards; ``wrong`` says what is found."""
    dataset = workspace.dataset()
    decisions = []
    for row in AuditDesign.from_frame(run.audit).rows[:cards]:
        given = int(dataset.given_labels[row])
        label = (given + 1) % dataset.class_count if wrong[row] else given
        verdict = "relabel" if wrong[row] else "keep"
        decisions.append(a_decision(run, dataset.sample_ids[row], verdict, (label,), seconds=seconds, card="audit"))
    store_of(workspace).append(decisions)


def a_decision(run, sample_id, verdict, labels=(), reviewer="anna", **more) -> Decision:
    return Decision(str(uuid4()), run.id, str(sample_id), reviewer, verdict, labels, decided_at=now(), **more)


def in_order(run) -> np.ndarray:
    suspicion = np.empty(len(run.scores))
    suspicion[run.scores["row"]] = run.scores["suspicion"]
    return suspicion


def test_the_browser_gets_the_curve_and_the_runs_own_threshold(app, opened):
    workspace, run = opened
    data = data_of(app("threshold", workspace.id))
    suspicion = run.scores["suspicion"].to_numpy()
    assert data["samples"] == len(suspicion) == sum(data["bins"])
    assert list(data["chosen"].values()) == [run.threshold, int((suspicion >= run.threshold).sum()), 0]
    assert len(data["thresholds"]) == len(data["flagged"]) <= STEP_LIMIT
    assert data["flagged"][300] == (suspicion >= data["thresholds"][300]).sum()
    assert data["pace"] == "assumed"


def test_without_reviews_there_is_a_guess_and_no_best_value(app, opened):
    known = data_of(app("threshold", opened[0].id))["bands"]
    assert known["guess"] is True
    for name in ("precision", "detection"):
        assert known[name]["points"] == []
        width = np.subtract(known[name]["high"], known[name]["low"])
        assert width.max() > 0.3
        assert len(known[name]["cards"]) == len(known["thresholds"])
    assert known["earlier_precision"] is None


@pytest.mark.parametrize("label", ["precision", "detection"])
def test_targets_say_what_is_missing_before_reviews(app, opened, label):
    test = goal(app("threshold", opened[0].id), label)
    assert "Needs an estimate, and there is none yet" in words(test)
    assert next(b for b in test.button if b.label == "Find").disabled


def test_a_budget_sets_the_threshold_and_comes_back_in_a_new_session(app, opened):
    workspace, run = opened
    test = goal(app("threshold", workspace.id), "budget")
    test.number_input(key="threshold_budget").set_value(30).run()
    shown = data_of(test)["chosen"]
    assert shown["flagged"] == 30
    assert (run.scores["suspicion"] >= shown["threshold"]).sum() == 30
    kept = store_of(workspace).choice(run.id, "threshold")
    assert kept | {"reviewed": 0} == shown | {"how": "budget", "asked": {"budget": 30}}
    again = app("threshold", workspace.id)
    assert data_of(again)["chosen"] == shown
    assert again.number_input(key="threshold_budget").value == 30


def test_hours_at_ones_own_pace(app, opened):
    test = goal(app("threshold", opened[0].id), "hours")
    test.number_input(key="threshold_seconds").set_value(36.0).run()
    test.number_input(key="threshold_hours").set_value(0.5).run()
    data = data_of(test)
    assert data["chosen"]["flagged"] == 40, "of the first fifty cards of the queue every fifth is drawn at random"
    assert (data["seconds"], data["pace"]) == (36.0, "set")


def test_a_threshold_typed_by_hand(app, opened):
    test = app("threshold", opened[0].id)
    test.number_input(key="threshold_by_hand").set_value(0.9).run()
    assert data_of(test)["chosen"]["threshold"] == 0.9
    goal(test, "budget")
    assert test.number_input(key="threshold_budget").value == data_of(test)["chosen"]["flagged"]


def test_what_the_browser_sends_is_checked_and_kept(demo_root, opened, monkeypatch):
    workspace, run = opened
    remembered = {}
    monkeypatch.setattr("pages.shared.state.remember", remembered.__setitem__)
    monkeypatch.setattr("pages.shared.state.recall", lambda name, default=None: remembered.get(name, default))
    monkeypatch.setattr("pages.shared.loaders.state.current", lambda: type("S", (), {"reviewer": "anna"}))
    for bad in (
        None,
        "0.5",
        {},
        {"threshold": "0.5"},
        {"threshold": 1.5},
        {"threshold": float("nan")},
        {"threshold": True},
    ):
        assert not take_message(workspace, run, bad)
    assert chosen(workspace, run) is None
    assert take_message(workspace, run, {"threshold": 0.25, "stamp": "a"})
    assert take_message(workspace, run, {"threshold": 0.25, "stamp": "a", "attempt": 2})
    log = store_of(workspace).choices(run.id)
    assert len(log) == 1 and log["who"][0] == "anna"
    flagged = int((run.scores["suspicion"] >= 0.25).sum())
    assert chosen(workspace, run) == ChosenThreshold(0.25, flagged, "by hand")


def test_reviews_turn_the_guess_into_bands_that_hold_the_truth(app, opened):
    workspace, run = opened
    suspicion = in_order(run)
    wrong = np.random.default_rng(0).random(len(suspicion)) < suspicion
    review(workspace, run, wrong, 90)
    data = data_of(app("threshold", workspace.id))
    known = data["bands"]
    assert known["guess"] is False and "90 random cards" in known["words"]
    assert "Grey: the bands after 45 random cards" in known["words"]
    place = int(np.abs(np.array(known["thresholds"]) - run.threshold).argmin())
    flagged = suspicion >= known["thresholds"][place]
    truths = {"precision": wrong[flagged].mean(), "detection": flagged[wrong].mean()}
    for name, truth in truths.items():
        now_band, before = known[name], known[f"earlier_{name}"]
        assert now_band["low"][place] <= truth <= now_band["high"][place]
        assert now_band["low"][place] < now_band["points"][place] <= now_band["high"][place]
        narrower = before["high"][place] - before["low"][place] - now_band["high"][place] + now_band["low"][place]
        assert narrower > 0
    assert (data["seconds"], data["pace"]) == (6.0, "measured")


def test_a_target_is_found_or_refused_in_words(app, opened):
    workspace, run = opened
    wrong = np.random.default_rng(1).random(len(run.scores)) < in_order(run)
    wrong[run.scores["row"][:3]] = False  # so that no threshold has all its flags right
    review(workspace, run, wrong, 90)
    test = goal(app("threshold", workspace.id), "precision")
    test.number_input(key="threshold_target").set_value(50)
    next(b for b in test.button if b.label == "Find").click().run()
    found = data_of(test)["chosen"]["threshold"]
    assert wrong[in_order(run) >= found].mean() >= 0.5
    kept = chosen(workspace, run)
    assert (kept.how, kept.asked) == ("precision", {"percent": 50, "sure": "95 % sure"})
    test.number_input(key="threshold_target").set_value(99)
    next(b for b in test.button if b.label == "Find").click().run()
    assert "No threshold short of flagging all reaches 99 % (95 % sure) yet" in words(test)
    assert chosen(workspace, run) == kept


def test_verdicts_of_several_reviewers_become_one_code():
    ids = np.array(list("abcdefghij"), object)
    samples = pd.DataFrame({"sample_id": ids})
    dataset = Dataset("d", "image", ids, np.zeros(10, np.int32), ("x", "y", "z"), samples)
    run = type("R", (), {"id": "r"})
    said = {
        "a": [("keep", (0,))],
        "b": [("relabel", (1,)), ("relabel", (1,)), ("keep", (0,))],
        "c": [("keep", (0,)), ("relabel", (1,))],
        "d": [("several_fit", (0, 1))],
        "e": [("several_fit", (1, 2))],
        "f": [("none_fits", ())],
        "g": [("unclear_item", ())],
        "h": [("unsure", ())],
        "i": [("skip", ())],
        "j": [("later", ())],
    }
    log = [
        a_decision(run, sample, verdict, labels, reviewer=f"r{i}")
        for sample, votes in said.items()
        for i, (verdict, labels) in enumerate(votes)
    ]
    log = [type(d)(**(d.__dict__ | {"seq": i + 1})) for i, d in enumerate(log)]
    codes = verdict_codes(dataset, log)
    assert codes[:9].tolist() == [0, 1, 2, 0, 1, 1, 2, 2, 2] and np.isnan(codes[9])
    assert np.isnan(verdict_codes(dataset, log[:1])[1:]).all()


def test_the_papers_rule_counts_beside_the_default(app, opened):
    workspace, run = opened
    data = data_of(app("threshold", workspace.id), "paper_rule")
    m = len(run.expert_names)
    assert np.shape(data["flagged"]) == np.shape(data["shared"]) == np.shape(data["thresholds"]) == (m, 101)
    flagged, shared = np.array(data["flagged"]), np.array(data["shared"])
    assert (shared <= flagged).all() and flagged[0, 0] > 0
    assert data["agree"] == m // 2 + 1 and data["tau"] == 50


def test_before_reviews_the_papers_rule_has_no_estimate_and_the_default_a_guess(app, opened):
    data = data_of(app("threshold", opened[0].id), "paper_rule")
    assert data["paper"] is None and data["default"] is None
    assert data["bands"]["guess"] and "once enough random cards" in data["words"]


def test_after_reviews_both_rules_have_estimates_that_hold_the_truth(app, opened):
    workspace, run = opened
    suspicion = in_order(run)
    wrong = np.random.default_rng(0).random(len(suspicion)) < suspicion
    review(workspace, run, wrong, 120)
    data = data_of(app("threshold", workspace.id), "paper_rule")
    agree, tau = data["agree"] - 1, data["tau"]
    alone = run_paper_rule(workspace, run, agree + 1, tau / 100)
    assert data["flagged"][agree][tau] == alone.sum()
    default = suspicion >= data["thresholds"][agree][tau] - 1e-4
    for rule, flagged in (("paper", alone), ("default", default)):
        for name, truth in {"precision": wrong[flagged].mean(), "detection": flagged[wrong].mean()}.items():
            table = data[rule][name]
            low, point, high = (table[end][agree][tau] for end in ("low", "points", "high"))
            assert low <= truth <= high and low < point < high, (rule, name)
    strictest = data["flagged"][-1]
    assert [low is None for low in data["paper"]["precision"]["low"][-1]] == [count == 0 for count in strictest]


def run_paper_rule(workspace, run, agree: int, tau: float) -> np.ndarray:
    """(N,) what the paper's rule flags, straight from its definition."""
    given, flagged = workspace.dataset().given_labels, np.zeros(len(run.scores), bool)
    for row, (votes, sure) in enumerate(zip(np.asarray(run.predicted), np.asarray(run.confidence))):
        others = [label for label in set(votes) if label >= 0 and label != given[row]]
        agreeing = [sure[votes == label] for label in others if (votes == label).sum() >= agree]
        flagged[row] = any((some >= tau).all() for some in agreeing)
    return flagged


def test_what_the_next_cards_bring(app, opened):
    workspace, run = opened
    assert "Known once 40 random cards are reviewed" in words(app("threshold", workspace.id))
    wrong = np.random.default_rng(0).random(len(run.scores)) < in_order(run)
    review(workspace, run, wrong, 90)
    st.cache_resource.clear()  # what is known of the reviews is kept for five seconds
    told = words(app("threshold", workspace.id))
    line = next(line for line in told.splitlines() if line.startswith("| the next 50"))
    expected = float(line.split("**")[1])
    reviewed = AuditDesign.from_frame(run.audit).rows[:90]
    waiting = [row for row in run.scores["row"] if row not in set(reviewed)][:50]
    assert expected == pytest.approx(wrong[waiting].sum(), abs=12)
    assert "| 5 min |" in line, "50 cards at the measured 6 seconds"
    assert "At the threshold a given label is wrong with a probability of about" in told


def test_alarmed_groups_are_told_as_sentences(app, questions, monkeypatch):
    assert "Groups that stand out" in words(app("threshold", questions.id))
    sentence = "virology: 41 samples nobody agrees with, 19 expected"
    monkeypatch.setattr("pages.shared.loaders.group_sentences", lambda *ids: [sentence])
    assert sentence in words(app("threshold", questions.id))


def test_a_dataset_without_groups_says_nothing_of_them(app, opened):
    assert "Groups that stand out" not in words(app("threshold", opened[0].id))


def test_without_a_dataset_the_page_says_what_to_do(app):
    assert "Choose one on the Load page" in app("threshold").info[0].value


def test_the_certificate_says_what_can_be_claimed_and_keeps_what_is_asked(app, opened):
    (workspace, run), test = opened, app("threshold", opened[0].id)
    assert "Nothing can be claimed yet (95 % confidence, if the verdicts are right)" in words(test)
    test.number_input(key="certificate_at_most").set_value(7.5).run()
    assert Chosen.of(store_of(workspace).choices(), run.id).at_most == pytest.approx(0.075)
    assert any(one in words(test) for one in ("show that at most 7.5 % are wrong", "out of reach at this threshold"))
