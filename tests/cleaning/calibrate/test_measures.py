"""Calibration measures against hand-computed cases, scikit-learn and naive references."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.measures.groups import holm, honest_p_value
from cleaning.calibrate.measures.measures import calibration_error_with_interval
from cleaning.calibrate.measures.resampling import redraw, redrawn_means
from cleaning.calibrate.measures.words import percent
from cleaning.errors import InputError


def an_expert(n=4000, power=1.0, seed=3):
    """Confidences and rights; right with chance confidence**power (power 1: perfectly calibrated)."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(4, 1.5, n)
    return confidence, (rng.random(n) < confidence**power).astype(int)


def naive_error(confidence, correct, low_high):
    """Sample by sample, from the definition; low_high: list of (low, high] pairs."""
    total = 0.0
    for position, (low, high) in enumerate(low_high):
        members = [i for i, c in enumerate(confidence) if low < c <= high or (position == 0 and c == low == 0.0)]
        if members:
            mean = sum(confidence[i] for i in members) / len(members)
            right = sum(correct[i] for i in members) / len(members)
            total += len(members) / len(confidence) * abs(mean - right)
    return total


def test_calibration_error_by_hand():
    confidence = np.array([0.2, 0.4, 0.7, 0.9])
    correct = np.array([0, 1, 1, 0])
    # two bins: {0.2, 0.4} mean 0.3, right 0.5; {0.7, 0.9} mean 0.8, right 0.5 -> (0.2 + 0.3) / 2
    for scheme in ("equal_mass", "equal_width"):
        assert metrics.expected_calibration_error(confidence, correct, 2, scheme) == pytest.approx(0.25)


@pytest.mark.parametrize("bins", [1, 10, 15, 37])
def test_equal_width_error_equals_a_naive_reference(bins):
    confidence, correct = an_expert(1500, power=2)
    confidence[:20] = np.arange(20) / 19  # also values on edges, 0 and 1
    width = [(b / bins, (b + 1) / bins) for b in range(bins)]
    expected = naive_error(confidence, correct, width)
    assert metrics.expected_calibration_error(confidence, correct, bins, "equal_width") == pytest.approx(
        expected, abs=1e-9
    )


@pytest.mark.parametrize("n", [15, 100, 1501])
def test_equal_mass_error_equals_a_naive_reference(n):
    confidence, correct = an_expert(n, power=2)
    order = sorted(range(n), key=lambda i: confidence[i])
    parts = [order[-(-b * n // 15) : -(-(b + 1) * n // 15)] for b in range(15)]
    expected = sum(abs(sum(confidence[i] - correct[i] for i in part)) for part in parts) / n
    assert metrics.expected_calibration_error(confidence, correct, 15) == pytest.approx(expected, abs=1e-9)


def test_ties_are_never_split_and_order_does_not_matter():
    rng = np.random.default_rng(0)
    confidence = rng.choice([0.1, 0.25, 0.5, 0.9, 1.0], 300, p=[0.1, 0.1, 0.15, 0.1, 0.55])
    correct = rng.integers(0, 2, 300)
    edges = metrics.quantile_edges(confidence, 15)
    assigned = metrics.assign_bins(confidence, edges)
    for value in np.unique(confidence):
        assert len(set(assigned[confidence == value])) == 1
    assert len(edges) + 1 == 5  # every value its own bin, never an empty one
    shuffle = rng.permutation(300)
    assert metrics.expected_calibration_error(confidence[shuffle], correct[shuffle]) == pytest.approx(
        metrics.expected_calibration_error(confidence, correct), abs=1e-12
    )


def test_equal_mass_bins_are_equal_and_constant_confidence_is_one_bin():
    counts = np.bincount(metrics.assign_bins(np.arange(1000) / 1000, metrics.quantile_edges(np.arange(1000) / 1000, 7)))
    assert counts.max() - counts.min() <= 1 and len(counts) == 7
    assert len(metrics.quantile_edges(np.full(50, 0.3), 15)) == 0
    assert metrics.expected_calibration_error(np.full(50, 0.3), np.ones(50)) == pytest.approx(0.7)


def test_values_nearer_than_the_tie_share_a_bin():
    values = np.array([0.1, 0.5, 0.5 + 1e-12, 0.9])
    assert metrics.assign_bins(values, metrics.quantile_edges(values, 4)).tolist() == [0, 1, 1, 2]


def test_scores_equal_scikit_learn():
    confidence, correct = an_expert(500, power=2)
    assert metrics.brier_score_top1(confidence, correct) == pytest.approx(brier_score_loss(correct, confidence))
    assert metrics.negative_log_likelihood_top1(confidence, correct) == pytest.approx(log_loss(correct, confidence))
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(6), 300)
    labels = rng.integers(0, 6, 300)
    given = probabilities[np.arange(300), labels]
    assert metrics.negative_log_likelihood(given) == pytest.approx(log_loss(labels, probabilities))
    assert metrics.brier_score_multiclass(given, (probabilities**2).sum(1)) == pytest.approx(
        brier_score_loss(labels, probabilities, scale_by_half=False)
    )


def test_certain_and_wrong_stays_finite():
    assert metrics.negative_log_likelihood(np.zeros(3)) == pytest.approx(-np.log(1e-12))


def test_abstentions_are_left_out():
    confidence, correct = an_expert(200)
    with_gaps = np.insert(confidence, 50, [np.nan] * 5), np.insert(correct, 50, [0] * 5)
    for measure in (metrics.expected_calibration_error, metrics.brier_score_top1):
        assert measure(*with_gaps) == measure(confidence, correct)
    assert metrics.reliability_curve(*with_gaps)["count"].sum() == 200


@pytest.mark.parametrize(
    ("confidence", "correct", "words"),
    [
        ([0.5, 1.2], [0, 1], "0.5 to 1.2"),
        ([0.5], [0, 1], "one number per sample"),
        ([np.nan], [0], "answered no sample"),
        ([0.5], [1.5], "between 0"),
    ],
)
def test_bad_input_is_told_in_words(confidence, correct, words):
    with pytest.raises(InputError, match=words):
        metrics.expected_calibration_error(np.array(confidence), np.array(correct))


def test_unknown_bins_are_told_in_words():
    with pytest.raises(InputError, match="equal_mass or equal_width"):
        metrics.bin_edges(np.array([0.5]), 3, "quantile")
    with pytest.raises(InputError, match="at least 1"):
        metrics.bin_edges(np.array([0.5]), 0)


def test_cell_bootstrap_agrees_with_redrawing_rows():
    rng = np.random.default_rng(5)
    values = rng.gamma(0.5, 1, 3000)
    by_rows = values[rng.integers(0, 3000, (2000, 3000))].mean(axis=1)
    by_cells = redrawn_means(values, 2000, rng)
    assert by_cells.std() == pytest.approx(by_rows.std(), rel=0.08)
    assert np.quantile(by_cells, [0.025, 0.975]) == pytest.approx(np.quantile(by_rows, [0.025, 0.975]), rel=0.01)


def test_cell_bootstrap_keeps_the_row_count():
    counts, sums = redraw(np.array([0, 0, 1, 2]), np.array([1.0, 1, 5, 7]), 4, 50, np.random.default_rng(0))
    assert (counts.sum(axis=1) == 4).all()
    assert sums == pytest.approx(counts * np.array([1.0, 5, 7, 0]))


@pytest.mark.parametrize("power", [1.5, 3.0])
def test_calibration_error_interval_covers(power):
    """In 95 of 100 fresh datasets the interval should hold the error of a huge one; 88 is 3 sigma below."""
    truth = metrics.expected_calibration_error(*an_expert(400_000, power, seed=99))
    held = 0
    for seed in range(100):
        low, high = calibration_error_with_interval(*an_expert(2000, power, seed), seed=seed)[1:]
        held += low <= truth <= high
    assert held >= 88


def test_error_expected_by_chance_is_exceeded_by_a_calibrated_expert_5_times_in_100():
    above = 0
    for seed in range(200):
        confidence, correct = an_expert(1500, 1.0, seed)
        above += metrics.expected_calibration_error(
            confidence, correct
        ) > metrics.expected_calibration_error_when_calibrated(confidence, draws=400, seed=seed)
    assert 2 <= above <= 22


def test_table_of_measures_holds_every_value_inside_its_interval():
    confidence, correct = an_expert(3000, power=2)
    table = metrics.calibration_measures(confidence, correct, confidence, confidence**2).set_index("measure")
    assert table.loc["accuracy", "value"] == pytest.approx(correct.mean())
    assert table.loc["negative_log_likelihood", "value"] == pytest.approx(-np.log(confidence).mean())
    with_interval = table.dropna()
    assert len(with_interval) == 7
    assert (with_interval["low"] < with_interval["value"]).all()
    assert (with_interval["value"] < with_interval["high"]).all()
    by_chance = table.loc["expected_calibration_error_when_calibrated", "value"]
    assert by_chance < table.loc["expected_calibration_error", "low"]
    again = metrics.calibration_measures(confidence, correct, confidence, confidence**2).set_index("measure")
    assert table.equals(again)


def test_reliability_curve_by_hand():
    confidence = np.array([0.2, 0.4, 0.7, 0.9])
    curve = metrics.reliability_curve(confidence, np.array([0, 1, 1, 1]), bins=2)
    assert curve["count"].tolist() == [2, 2]
    assert curve["mean_confidence"].tolist() == pytest.approx([0.3, 0.8])
    assert curve["accuracy"].tolist() == [0.5, 1.0]
    assert curve[["low", "high"]].to_numpy().ravel() == pytest.approx([0, 0.55, 0.55, 1])
    # all right: Wilson, 2 of 2: n / (n + z^2)
    assert curve["accuracy_low"][1] == pytest.approx(2 / (2 + 1.959964**2), abs=1e-6)
    assert curve["accuracy_high"][1] == 1.0


def test_reliability_curve_sums_up_to_the_error_and_leaves_out_empty_bins():
    confidence, correct = an_expert(1000, power=2)
    for scheme in ("equal_mass", "equal_width"):
        curve = metrics.reliability_curve(confidence, correct, 40, scheme)
        weight = curve["count"] / curve["count"].sum()
        error = (weight * (curve["mean_confidence"] - curve["accuracy"]).abs()).sum()
        assert error == pytest.approx(metrics.expected_calibration_error(confidence, correct, 40, scheme))
        assert (curve["count"] > 0).all()
        assert (curve["accuracy_low"] <= curve["accuracy"]).all()
        assert (curve["accuracy_high"] >= curve["accuracy"]).all()


def test_number_of_rights_by_hand():
    # three honest 0.9: chance of 0 or 1 right = 0.1^3 + 3 * 0.9 * 0.1^2 = 0.028
    assert honest_p_value(np.full(3, 0.9), 1) == pytest.approx(2 * 0.028)
    assert honest_p_value(np.full(3, 0.9), 3) == 1.0


def test_number_of_rights_equals_the_binomial_of_scipy():
    from scipy.stats import binom

    for n, p, right in [(400, 0.02, 20), (2000, 0.005, 3), (5000, 0.999, 4980), (3000, 0.001, 12)]:
        expected = min(1.0, 2 * min(binom.cdf(right, n, p), binom.sf(right - 1, n, p)))
        assert honest_p_value(np.full(n, p), right) == pytest.approx(expected, rel=1e-6, abs=1e-10)
    exact = 2 * binom.sf(3269, 4000, 0.8)  # a variance of 640: the normal tail
    assert honest_p_value(np.full(4000, 0.8), 3270) == pytest.approx(exact, rel=0.1)


def test_holm_by_hand():
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])


def test_groups_flag_the_planted_one_and_hardly_ever_another():
    groups = np.repeat(np.array([f"subject {g:02}" for g in range(40)]), 100)
    false_flags = 0
    for seed in range(20):
        confidence, correct = an_expert(4000, 1.0, seed)
        planted = groups == "subject 07"
        correct[planted] = np.random.default_rng(seed).random(planted.sum()) < confidence[planted] - 0.3
        table = metrics.by_group(confidence, correct, groups)
        assert table.loc[0, "group"] == "subject 07" and table.loc[0, "flagged"]
        assert table.loc[0, "gap"] > 0.15 and len(table) == 40
        false_flags += table["flagged"].sum() - 1
    assert false_flags <= 4


def test_a_big_group_with_a_small_gap_is_not_flagged():
    confidence, _ = an_expert(200_000)
    correct = np.random.default_rng(1).random(200_000) < confidence - 0.01
    table = metrics.by_group(confidence, correct, np.repeat(["one"], 200_000))
    assert table.loc[0, "adjusted_p_value"] < 1e-6 and not table.loc[0, "flagged"]
    assert metrics.by_group(confidence, correct, np.repeat(["one"], 200_000), smallest_gap=0)["flagged"].all()


def test_sentence_names_the_worst_bin():
    confidence = np.concatenate([np.linspace(0.979, 0.981, 500), np.linspace(0.4, 0.41, 500)])
    correct = np.concatenate([np.arange(500) < 355, np.arange(500) < 202]).astype(int)
    sentence = metrics.overconfidence_sentence(confidence, correct, bins=2)
    assert sentence == "When this model says 98 %, it is right 71 % of the time: it is over-confident."
    calibrated = np.where(confidence > 0.5, 0.71, 0.4)
    told = metrics.overconfidence_sentence(confidence, correct, calibrated, bins=2, who="vit")
    assert told.startswith("When vit says 98 %")
    assert told.endswith("After calibration the same answers say 71 % and are right 71 % of the time.")


def test_sentence_believes_an_honest_expert_and_names_a_modest_one():
    confidence, correct = an_expert(20_000)
    assert "taken at their word" in metrics.overconfidence_sentence(confidence, correct)
    assert "too modest" in metrics.overconfidence_sentence(*an_expert(20_000, power=0.3))


def test_percent_never_rounds_to_certainty():
    assert [percent(x) for x in (0.712, 0.9996, 0.998, 1.0, 0.0, 0.0003, 0.9899)] == [
        "71 %",
        "99.9 %",
        "99.8 %",
        "100 %",
        "0 %",
        "0.1 %",
        "99 %",
    ]


def test_a_confidence_on_an_edge_belongs_to_the_lower_bin():
    assert metrics.assign_bins(np.array([0.0, 0.5, 0.51, 1.0]), np.array([0.5])).tolist() == [0, 0, 1, 1]
    curve = metrics.reliability_curve(np.array([0.5, 0.6]), np.array([1, 1]), 2, "equal_width")
    assert curve["count"].tolist() == [1, 1]


def test_one_cell_spreads_like_redrawn_rows():
    values = np.random.default_rng(0).random(400)
    sums = redraw(np.zeros(400, int), values, 1, 4000, np.random.default_rng(1))[1][:, 0]
    assert sums.std() / 400 == pytest.approx(values.std() / np.sqrt(400), rel=0.06)


def test_interval_of_a_nearly_calibrated_expert_holds_its_own_error():
    """Without taking the noise of redrawing out, the low end would lie above the error itself about half the time."""
    for seed in range(20):
        value, low, high = calibration_error_with_interval(*an_expert(1000, 1.0, seed), seed=seed)
        assert 0 <= low < value < high


def test_sentence_does_not_accuse_by_chance():
    """An honest expert is called mis-calibrated at most 5 times in 100, though some bin is often off by chance."""
    sentences = [metrics.overconfidence_sentence(*an_expert(200, seed=seed)) for seed in range(60)]
    assert sum("taken at their word" not in sentence for sentence in sentences) <= 6
