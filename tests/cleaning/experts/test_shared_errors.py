"""Which expert helps: hand-computed correlations, planted twins, words."""

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from cleaning.estimate import Interval
from cleaning.experts import shared_errors
from cleaning.experts.shared_errors import (
    advice,
    effective_number,
    error_correlation,
    expert_table,
    groups_that_err_together,
    leave_one_out,
    mean_correlation,
)
from cleaning.experts.who_helps import correlation_on, trusted_rows

LABELS = np.zeros(4, int)


def planted(n=4000, seed=0):
    """Two twins (same errors but for a few), one loner with errors of its own."""
    rng = np.random.default_rng(seed)
    labels, shared = np.zeros(n, int), rng.random(n) < 0.3
    wrong = {
        "twin_a": shared ^ (rng.random(n) < 0.02),
        "twin_b": shared ^ (rng.random(n) < 0.02),
        "loner": rng.random(n) < 0.3,
    }
    return labels, {name: own.astype(int) for name, own in wrong.items()}


def test_correlation_by_hand():
    predicted = {"a": np.array([0, 0, 1, 1]), "b": np.array([0, 1, 1, 1]), "c": np.array([1, 1, 0, 0])}
    correlation = error_correlation(predicted, LABELS)
    # cov(a, b) = 2/4 - 1/2 * 3/4 = 1/8; spread = sqrt(1/4 * 3/16)
    assert correlation.loc["a", "b"] == pytest.approx(0.125 / np.sqrt(0.25 * 0.1875))
    assert correlation.loc["a", "c"] == pytest.approx(-1.0)
    assert correlation.equals(correlation.T) and (np.diag(correlation) == 1).all()


def test_correlation_equals_numpy_on_what_both_answered():
    rng = np.random.default_rng(0)
    a, b = rng.integers(-1, 2, 500), rng.integers(-1, 2, 500)
    both = (a >= 0) & (b >= 0)
    expected = np.corrcoef(a[both], b[both])[0, 1]
    found = error_correlation({"a": a, "b": b}, np.zeros(500, int))
    assert found.loc["a", "b"] == pytest.approx(expected) == pytest.approx(found.loc["b", "a"])


def test_correlation_counted_in_parts_is_the_same(monkeypatch):
    rng = np.random.default_rng(1)
    labels, predicted = rng.integers(0, 3, 500), {name: rng.integers(-1, 3, 500) for name in "abc"}
    whole = error_correlation(predicted, labels)
    monkeypatch.setattr(shared_errors, "ROWS_AT_ONCE", 37)
    assert error_correlation(predicted, labels).equals(whole)


def test_correlation_that_means_nothing_is_nan():
    predicted = {"right": np.zeros(4, int), "some": np.array([0, 1, 0, 1]), "other": np.array([-1, -1, -1, 1])}
    correlation = error_correlation(predicted, LABELS)
    assert np.isnan(correlation.loc["right", "some"]) and np.isnan(correlation.loc["some", "other"])
    assert mean_correlation(correlation) == 0.0 and effective_number(correlation) == 3.0


def test_effective_number_by_hand():
    def of(m, rho):
        return effective_number(pd.DataFrame(np.where(np.eye(m) == 1, 1.0, rho)))

    assert of(4, 0.5) == pytest.approx(4 / 2.5)
    assert of(3, 0.0) == 3.0 and of(3, 1.0) == pytest.approx(1.0) and of(3, -0.4) == 3.0
    assert of(1, 0.0) == 1.0


def test_groups_by_correlation():
    labels, predicted = planted()
    correlation = error_correlation(predicted, labels)
    assert groups_that_err_together(correlation) == [["twin_a", "twin_b"], ["loner"]]
    assert groups_that_err_together(correlation, 1.01) == [["twin_a"], ["twin_b"], ["loner"]]
    assert groups_that_err_together(correlation, -1.0) == [["twin_a", "twin_b", "loner"]]
    reordered = correlation.loc[["loner", "twin_b", "twin_a"], ["loner", "twin_b", "twin_a"]]
    assert groups_that_err_together(reordered) == [["loner"], ["twin_b", "twin_a"]]


def test_average_link_does_not_chain():
    """a-b and b-c are close, a-c is not: the mean of c with {a, b} is below the bar."""
    matrix = pd.DataFrame([[1, 0.9, 0.3], [0.9, 1, 0.8], [0.3, 0.8, 1]], index=list("abc"), columns=list("abc"))
    assert groups_that_err_together(matrix, 0.75) == [["a", "b"], ["c"]]


def test_leave_one_out_by_hand():
    lists = {
        ("a", "b", "c"): [4, 3, 2, 1],
        ("b", "c"): [4, 3, 2, 1],
        ("a", "c"): [4, 1, 3, 2],
        ("a", "b"): [1, 2, 3, 4],
    }
    table = leave_one_out(["a", "b", "c"], lambda names: np.array(lists[names]), 2, wrong=np.array([1, 1, 0, 1], bool))
    assert table.to_dict("list") == {
        "expert": ["a", "b", "c"],
        "overlap": [1.0, 0.5, 0.0],
        "finds_lost": [0, 1, 1],
    }


def test_finds_lost_are_estimated_from_what_leaves_and_what_comes():
    lists = {("a", "b"): [4, 3, 2, 1], ("b",): [4, 1, 3, 2], ("a",): [4, 3, 2, 1]}
    asked = []

    def exchange(leaving, coming):
        asked.append((leaving.tolist(), coming.tolist()))
        return Interval(0.5, -1.0, 1.0)

    table = leave_one_out(["a", "b"], lambda names: np.array(lists[names]), 2, exchange=exchange)
    assert asked == [([False, True, False, False], [False, False, True, False]), ([False] * 4, [False] * 4)]
    assert table[["lost_estimate", "lost_low", "lost_high"]].to_numpy().tolist() == [[0.5, -1, 1]] * 2


def test_table_and_words_name_the_twin_to_drop():
    labels, predicted = planted()
    left_out = pd.DataFrame({"expert": ["twin_a", "twin_b", "loner"], "overlap": [0.97, 0.96, 0.5]})
    costs = {"twin_a": 1.0, "twin_b": 5.0, "loner": 2.0}
    families = {"twin_a": "vit", "twin_b": "vit"}
    table = expert_table(predicted, labels, families=families, costs=costs, left_out=left_out)
    assert table["errs_with"].tolist() == ["twin_b", "twin_a", ""]
    assert table["agreement"].to_numpy() == pytest.approx(1 - np.array([p.mean() for p in predicted.values()]))
    assert table["answered"].tolist() == [1.0, 1.0, 1.0] and table["weight"].isna().all()
    words = advice(table, error_correlation(predicted, labels))
    assert words[1:5] == [
        "Drop twin_b: without it 96 % of the flagged samples stay flagged, and a sample costs 3 instead of 8.",
        "Look again before you drop a second one.",
        "twin_a and twin_b are of one family (vit).",
        "twin_a and twin_b often err on the same samples, so together they count for little more than one.",
    ]
    assert words[5].startswith("To add one, look for another family or other training data: one more expert like")


def test_words_claim_no_cost_that_is_not_known_and_round_nothing_to_all():
    labels, predicted = planted()
    left_out = pd.DataFrame({"expert": list(predicted), "overlap": [1.0, 0.2, 0.9999]})
    table = expert_table(predicted, labels, costs={"twin_a": 3.0, "loner": None}, left_out=left_out)
    words = advice(table, error_correlation(predicted, labels))
    assert words[1] == "Drop twin_a: without it the same samples are flagged."
    table.loc[0, "overlap"] = 0.99999
    words = advice(table, error_correlation(predicted, labels))
    assert words[1] == "Drop twin_a: without it 99.9 % of the flagged samples stay flagged."


def test_words_drop_nobody_who_is_missed():
    labels, predicted = planted()
    correlation = error_correlation(predicted, labels)
    missed = pd.DataFrame({"expert": list(predicted), "overlap": [0.6, 0.7, 0.5]})
    assert "Drop none" in " ".join(advice(expert_table(predicted, labels, left_out=missed), correlation))
    assert "Drop" not in " ".join(advice(expert_table(predicted, labels), correlation))  # nothing known: no advice
    pair = {name: predicted[name] for name in ("twin_a", "loner")}
    kept = pd.DataFrame({"expert": list(pair), "overlap": [1.0, 1.0]})
    words = advice(expert_table(pair, labels, left_out=kept), error_correlation(pair, labels))
    assert "Drop none" in " ".join(words)


def test_what_one_more_expert_brings_by_hand():
    matrix = pd.DataFrame(np.where(np.eye(3) == 1, 1.0, 0.6), index=list("abc"), columns=list("abc"))
    table = expert_table({n: np.array([0, 1, 0, 1]) for n in "abc"}, LABELS)
    # now 3 / 2.2; alike 4 / 2.8; at half with the new one rho = (6 * 0.6 + 6 * 0.3) / 12 = 0.45: 4 / 2.35
    words = advice(table, matrix)[-1]
    assert f"like these adds the worth of {4 / 2.8 - 3 / 2.2:.2f} independent experts" in words
    assert words.endswith(f"(a correlation of 0.30 instead of 0.60) adds {4 / 2.35 - 3 / 2.2:.2f}.")


def test_an_expert_that_always_abstains_is_shown_as_such():
    labels, predicted = planted(50)
    table = expert_table(predicted | {"mute": np.full(50, -1)}, labels)
    assert table["answered"].iloc[-1] == 0 and np.isnan(table["agreement"].iloc[-1])
    assert np.isnan(table["mean_correlation"].iloc[-1]) and table["errs_with"].iloc[-1] == ""


def test_mistakes_are_told_in_words():
    with pytest.raises(InputError, match="at least two experts"):
        leave_one_out(["a"], lambda names: np.zeros(3), 1)
    with pytest.raises(InputError, match="does not fit 3 samples"):
        leave_one_out(["a", "b"], lambda names: np.zeros(3), 4)


def test_wrong_labels_do_not_make_right_experts_err_together():
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 5, 6_000)
    wrong = rng.random(6_000) < 0.15
    given = np.where(wrong, (truth + 1) % 5, truth)
    said = {name: np.where(rng.random(6_000) < 0.1, (truth + 2) % 5, truth) for name in ("one", "two")}
    assert correlation_on(said, given).loc["one", "two"] > 0.5, "they are independent, and seem to err together"
    trusted = trusted_rows(np.full(6_000, np.nan), flagged=wrong)
    assert abs(correlation_on(said, given, trusted=trusted).loc["one", "two"]) < 0.05
    verified = np.where(np.arange(6_000) < 3_000, wrong.astype(float), np.nan)
    corrected = np.where(np.arange(6_000) < 3_000, truth, given)
    trusted = trusted_rows(verified, flagged=np.ones(6_000, bool))
    assert trusted.sum() == 3_000
    assert abs(correlation_on(said, given, corrected, trusted).loc["one", "two"]) < 0.05


def test_unsure_cards_and_samples_without_a_class_are_not_trusted():
    trusted = trusted_rows(np.array([0, 1, 2, np.nan, np.nan]), np.array([True, True, False, False, True]))
    assert trusted.tolist() == [True, True, False, True, False]
    said = {"a": np.array([0, 1, 0, 1]), "b": np.array([0, 1, 1, 0])}
    labels = np.array([0, 0, -1, -1])
    assert correlation_on(said, np.zeros(4, int), labels).loc["a", "b"] == pytest.approx(1)
