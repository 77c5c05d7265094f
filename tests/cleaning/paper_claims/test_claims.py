"""Each claim's figures against planted answers, scikit-learn and what is worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cleaning.calibrate.measures import bins_by_brier_score
from cleaning.drawing.shapes import Dot
from cleaning.errors import InputError
from cleaning.experts.shared_errors import error_correlation
from cleaning.paper_claims.carried_calibration import (
    Elsewhere,
    halves_table,
    parts_table,
    second_table,
    splitting_column,
)
from cleaning.paper_claims.cleaning_tradeoff import cleaning_tradeoff, flagged_table, half_of, rule_table, truth_side
from cleaning.paper_claims.independence import KNOWN_RIGHT, TRUSTED, independence_table, pair_correlations
from cleaning.paper_claims.material import gathered
from cleaning.paper_claims.pairs_screened import pairs_table, sent_on, worth_showing
from cleaning.paper_claims.rising_accuracy import (
    TOGETHER,
    ranks_right_above_wrong,
    rising_accuracy,
    rising_table,
    surest_and_least_sure,
)
from cleaning.paper_claims.sensitivity import bins_table, lists_table, methods_table, sensitivity
from tests.factories import planted_dataset


def test_the_chance_to_rank_right_above_wrong_is_scikit_learns_with_an_interval_that_covers():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        right = rng.random(300) < 0.7
        confidence = np.round(rng.normal(right * 1.0, 1.0), 1)  # with ties; the true value is known: Phi(1 / sqrt 2)
        area, low, high = ranks_right_above_wrong(confidence, right)
        assert area == pytest.approx(roc_auc_score(right, confidence))
        covered += low <= 0.7602 <= high
    assert 180 <= covered <= 199
    assert np.isnan(ranks_right_above_wrong(np.ones(3), np.ones(3, bool))).all()


def test_surest_and_least_sure_by_hand():
    row = surest_and_least_sure(np.arange(10) / 10, np.arange(10) >= 5, 0.2)
    assert (row["surest"], row["least_sure"]) == (1.0, 0.0) and row["surest_low"] < 1 and row["least_sure_high"] > 0


def test_hard_answers_are_ranked_only_together(material):
    table = rising_table(material).set_index("expert")
    assert np.isnan(table.loc["votes_3", "ranked"]) and table.loc["logits_0", "ranked_low"] > 0.5
    assert table.loc[TOGETHER, "accuracy"] > 0.8
    assert any("hard answers" in sentence for sentence in rising_accuracy(material).found)


def test_halves_are_judged_by_what_the_other_half_gives(material):
    table = halves_table(material).set_index("expert")
    assert len(table) == 4 and (table["answered"] <= 750).all()
    assert (table["ece_before"] > table["ece_across"]).loc["probabilities_1"]
    assert ((table["across_low"] <= table["ece_across"]) & (table["ece_across"] <= table["across_high"])).all()
    own = material.reports[0].calibration.parameters[0]
    told = float(table.loc["logits_0", "calibration"].split("= ")[1])
    assert told != pytest.approx(own, rel=1e-4) and told == pytest.approx(own, rel=0.3)


def test_a_part_where_an_expert_is_worse_stands_out_and_random_parts_do_not(planted):
    rng = np.random.default_rng(1)
    predicted = planted.experts[3].predicted.copy()
    hit = np.asarray(planted.dataset.group) == "group 2"
    predicted[hit] = np.where(rng.random(hit.sum()) < 0.6, (predicted[hit] + 1) % 5, predicted[hit])
    worse = [*planted.experts[:3], replace(planted.experts[3], predicted=predicted)]
    table = parts_table(gathered(planted.dataset, worse), np.asarray(planted.dataset.group, str))
    assert (table.loc[0, "part"], table.loc[0, "expert"]) == ("group 2", "votes_3") and table.loc[0, "beyond_chance"]
    answered = predicted != -1
    right = predicted == planted.dataset.given_labels
    inside, others = right[answered & hit].mean(), right[answered & ~hit].mean()
    assert table.loc[0, "ece_across"] == pytest.approx(others - inside, abs=0.005)  # by a map that never saw the part
    calm = parts_table(gathered(planted.dataset, planted.experts), np.asarray(planted.dataset.group, str))
    assert calm["beyond_chance"].sum() < table["beyond_chance"].sum() and len(calm) == 16


def test_a_column_is_found_or_refused(planted):
    assert splitting_column(planted.dataset)[0] == "group"
    with pytest.raises(InputError, match="no column 'nothing'"):
        splitting_column(planted.dataset, "nothing")
    with pytest.raises(InputError, match="2 to 200"):
        splitting_column(planted.dataset, "sample_id")
    assert (
        splitting_column(replace(planted.dataset, group=None, samples=planted.dataset.samples[["sample_id"]])) is None
    )


def test_a_second_dataset_is_judged_by_the_first_ones_calibration(material):
    other = planted_dataset(n=600, experts=4, classes=5, seed=5)
    table = second_table(material, Elsewhere(other.dataset, other.experts[:2]))
    assert list(table["expert"]) == ["logits_0", "probabilities_1"] and (table["answered"] == 600).all()
    strangers = [replace(expert, name=f"{expert.name}_else") for expert in other.experts]
    with pytest.raises(InputError, match="none of these experts"):
        second_table(material, Elsewhere(other.dataset, strangers))


def test_the_effect_of_bins_has_intervals_and_the_number_that_cross_validation_chooses(material):
    table = bins_table(material)
    judged = table[table["moment"] != "by chance"]
    assert ((judged["low"] <= judged["value"]) & (judged["value"] <= judged["high"])).all()
    report = material.reports[0]
    own = table[(table["expert"] == report.expert.name) & table["chosen"]]
    assert own["bins"].unique().tolist() == [
        bins_by_brier_score(report.after.confidence, report.right, sorted(set(table["bins"])))
    ]
    found = sensitivity(material)
    assert any("Cross-validation chooses" in sentence for sentence in found.found)
    panel = found.figures[0].panels[0]
    assert sum(isinstance(shape, Dot) and not shape.hollow for shape in panel.shapes) == 1


def test_half_is_sent_on_where_the_advantage_is():
    small = np.repeat([0.2, 0.4, 0.6, 0.8], 25)
    large = np.where(small == 0.6, 0.95, small + 0.01)
    sent = sent_on(small, large)
    assert sent[small == 0.6] == pytest.approx(1) and sent.sum() == pytest.approx(50)
    assert sent_on(small, large, 0.1)[small == 0.6] == pytest.approx(0.4)


def test_pairs_are_told_apart_and_only_gains_beyond_chance_are_shown(material):
    table = pairs_table(material)
    assert len(table) == 6 and (table["gap"] >= 0).all()
    assert (table["kind"] == np.where(table["gap"] < 0.02, "comparable", "small and large")).all()
    accuracy = {r.expert.name: (material.right(r) & r.answered).mean() for r in material.reports}
    for row in table.itertuples():
        assert row.gap == pytest.approx(accuracy[row.large] - accuracy[row.small])
    for kind, gain in (("small and large", "routed"), ("comparable", "surer")):
        chosen = worth_showing(table, kind, gain)
        low = table.set_index(["small", "large"])[f"{gain}_low"]
        assert all(low[pair] > 0 for pair in chosen)
    assert worth_showing(table.assign(routed_low=-1.0), "small and large", "routed") == []


def test_flagged_shares_are_counts(material):
    suspicion, agreeing = material.scored.suspicion, material.scored.agreeing
    table = flagged_table(material).set_index("threshold")
    inside = suspicion >= 0.5
    assert table.loc[0.5, "flagged"] == pytest.approx(inside.mean())
    assert table.loc[0.5, "with_all"] == pytest.approx((agreeing[inside] >= 4).mean())
    rule = rule_table(material).set_index(["agree", "tau"])["flagged"]
    assert rule[2, 0.5] == pytest.approx(material.agreement.flagged(2, 0.5).mean())


def test_with_a_truth_the_trade_off_is_that_of_evaluate_and_no_score_sees_it(material, known):
    before = material.scored.suspicion.copy()
    side = truth_side(material, known.places, known.wrong)
    assert (material.scored.suspicion == before).all()
    measures = side.measures.set_index(["ranking", "measure"])["value"]
    from sklearn.metrics import average_precision_score

    expected = average_precision_score(known.wrong, before[known.places])
    assert measures["this run", "average precision"] == pytest.approx(expected)
    with_truth, without = cleaning_tradeoff(material, side), cleaning_tradeoff(material)
    assert "precision_by_detection" in {f.name for f in with_truth.figures}
    assert "agreement_by_truth" in {f.name for f in with_truth.figures} and "agreement_by_truth" not in {
        f.name for f in without.figures
    }
    assert side.agreement is not None and side.agreement.sentence() in with_truth.found
    usual = half_of(len(material.experts))
    assert side.agreement.usual == usual and len(side.agreement.table) == len(material.experts) + 1
    assert "precision_by_detection" not in {f.name for f in without.figures}
    assert "No truth was given" in without.found[1]


def test_methods_are_cross_fitted_and_their_difference_is_paired(material):
    table = methods_table(material)
    own = table[table["method"] == "own"]
    assert set(table["expert"]) == {"logits_0", "probabilities_1", "top1_2"}
    assert (own[["worse_by", "worse_low", "worse_high"]] == 0).all(axis=None)
    raw = table[table["method"] == "none"].set_index("expert")
    assert raw.loc["logits_0", "worse_low"] > 0  # planted over-confident
    lists = lists_table(material)
    assert lists["kept"].between(0.5, 1).all() and (lists["kept_low"] < lists["kept_high"]).all()


def test_independent_errors_are_told_from_shared_ones(material, planted):
    right = ~planted.wrong
    table = independence_table(material, {TRUSTED: material.trusted, KNOWN_RIGHT: right}).set_index("basis")
    said = {r.expert.name: np.where(right, r.predicted, -1) for r in material.reports}
    expected = error_correlation(said, planted.dataset.given_labels).to_numpy()[np.triu_indices(4, 1)].mean()
    assert table.loc[KNOWN_RIGHT, "correlation"] == pytest.approx(expected)
    assert table.loc[TRUSTED, "correlation"] < table.loc[KNOWN_RIGHT, "correlation"] < 1
    assert (table["effective_low"] <= table["effective"]).all() and (
        table["effective"] <= table["effective_high"]
    ).all()
    pairs = pair_correlations(material, right)
    assert len(pairs) == 6 and pairs["correlation"].mean() == pytest.approx(expected)
    assert ((pairs["low"] <= pairs["correlation"]) & (pairs["correlation"] <= pairs["high"])).all()


def test_the_jackknife_of_a_correlation_covers():
    rng, inside = np.random.default_rng(3), 0
    from cleaning.paper_claims.independence import GROUPS, jackknife_half

    for _ in range(100):
        shared = rng.random(2000) < 0.5
        pair = np.where(shared, rng.random(2000) < 0.3, rng.random((2, 2000)) < 0.3)
        group = np.arange(2000) % GROUPS
        values = np.array([np.corrcoef(pair[:, group != g])[0, 1] for g in range(GROUPS)])
        inside += abs(np.corrcoef(pair)[0, 1] - 0.5) <= float(jackknife_half(values))
    assert 88 <= inside <= 100
