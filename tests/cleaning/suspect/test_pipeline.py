"""From a dataset and experts to a ranked list: planted errors are found, and what must not matter does not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import FullExpert, Top1Expert, VotesExpert
from cleaning.domain.settings import DEFAULT_THRESHOLD, Settings
from cleaning.errors import InputError
from cleaning.suspect import pipeline
from tests.factories import Planted, average_precision, planted_dataset, tiny_dataset, voter


def run(planted: Planted, **settings) -> pipeline.Scored:
    return pipeline.run(planted.dataset, planted.experts, Settings(**settings))


def by_sample(scored: pipeline.Scored) -> pd.DataFrame:
    return scored.table.set_index("sample_id").sort_index()


def same_scores(one: pd.DataFrame, other: pd.DataFrame, tolerance=1e-6) -> None:
    """Raises AssertionError unless both rank and suggest alike, up to rounding."""
    for column in ("suspicion", "confidence"):
        np.testing.assert_allclose(one[column], other[column], atol=tolerance, rtol=0)
    for column in ("given_label", "suggested_label", "agreeing_experts"):
        assert (one[column] == other[column]).all(), column


# -- planted errors are found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "seed"), [("image", 0), ("image", 7), ("question", 1), ("question", 8)])
def test_planted_errors_are_found_and_better_by_all_experts_than_by_any(kind, seed):
    planted = planted_dataset(n=1500, kind=kind, seed=seed)
    together = average_precision(planted.wrong, run(planted).table)
    alone = [
        average_precision(planted.wrong, pipeline.run(planted.dataset, [expert]).table) for expert in planted.experts
    ]
    assert together > 6 * planted.wrong.mean()
    assert together > max(alone) + 0.01
    assert together > np.mean(alone) + 0.05


def test_the_suggested_label_of_a_planted_error_is_mostly_the_truth(planted):
    top = run(planted).table.head(100)
    found = top[planted.wrong[top["row"]]]
    assert len(found) > 75
    assert (found["suggested"] == planted.truth[found["row"]]).mean() > 0.95


def test_errors_nobody_saw_come_from_a_group_that_has_many():
    """Given labels moved together in one group: with the group the errors there rise, without it they do not."""
    planted = planted_dataset(n=2000, kinds=("votes",), error_rate=0.02, groups=10)
    dataset, rng = planted.dataset, np.random.default_rng(3)
    moved = (dataset.group == "group 4") & (rng.random(2000) < 0.3)
    given = np.where(moved, (planted.truth + 1) % 6, dataset.given_labels).astype(np.int32)
    changed = replace(planted, dataset=replace(dataset, given_labels=given), wrong=planted.wrong | moved)
    with_group, without = run(changed), run(changed, use_group=False)
    assert without.excess is None
    assert with_group.excess.table.loc[with_group.excess.table["alarmed"], "group"].tolist() == ["group 4"]
    assert average_precision(changed.wrong, with_group.table) > average_precision(changed.wrong, without.table)


# -- what must not matter -------------------------------------------------------------------------------------------


def test_the_same_run_twice_is_the_same(planted):
    pd.testing.assert_frame_equal(run(planted).table, run(planted).table)


def test_another_seed_changes_folds_and_hardly_the_ranking(planted):
    one, other = by_sample(run(planted)), by_sample(run(planted, seed=5))
    assert not (one["suspicion"] == other["suspicion"]).all()
    assert one["suspicion"].corr(other["suspicion"], method="spearman") > 0.99


def test_the_order_of_experts_does_not_matter(planted):
    turned = pipeline.run(planted.dataset, planted.experts[::-1])
    same_scores(by_sample(run(planted)), by_sample(turned))


def shuffled(planted: Planted, order: np.ndarray) -> Planted:
    """The same samples in another order."""
    d = planted.dataset
    dataset = Dataset(
        d.name,
        d.kind,
        d.sample_ids[order],
        d.given_labels[order],
        d.class_names,
        d.samples.iloc[order].reset_index(drop=True),
        option_counts=None if d.option_counts is None else d.option_counts[order],
        group=None if d.group is None else d.group[order],
        group_name=d.group_name,
    )
    experts = [replace(e, **{field: array[order] for field, array in e.arrays().items()}) for e in planted.experts]
    return Planted(dataset, experts, planted.truth[order], planted.wrong[order])


@pytest.mark.parametrize("kind", ["image", "question"])
@pytest.mark.parametrize("rule", ["default", "paper"])
def test_the_order_of_rows_does_not_matter(kind, rule):
    planted = planted_dataset(n=800, kind=kind, groups=4)
    turned = shuffled(planted, np.random.default_rng(1).permutation(800))
    same_scores(by_sample(run(planted, rule=rule)), by_sample(run(turned, rule=rule)))


def test_rows_named_by_a_join_equal_rows_in_order(planted):
    """A file in another order with ``rows`` that say where each sample is gives the same scores."""
    place = np.random.default_rng(2).permutation(len(planted.truth))
    experts = [
        replace(e, scores=e.scores[place], rows=np.argsort(place)) if isinstance(e, FullExpert) else e
        for e in planted.experts
    ]
    same_scores(by_sample(run(planted)), by_sample(pipeline.run(planted.dataset, experts)))


def test_the_order_of_classes_does_not_matter(planted):
    """Class k becomes class turn[k] everywhere; names stay with their classes."""
    turn = np.array([3, 5, 0, 1, 4, 2])
    back = np.argsort(turn)
    dataset = replace(
        planted.dataset,
        given_labels=turn[planted.dataset.given_labels].astype(np.int32),
        class_names=tuple(planted.dataset.class_names[k] for k in back),
    )
    experts = [
        replace(e, scores=e.scores[:, back])
        if isinstance(e, FullExpert)
        else e.answering(np.where(e.predicted < 0, ABSTAIN, turn[e.predicted]))
        for e in planted.experts
    ]
    one, other = by_sample(run(planted)), by_sample(pipeline.run(dataset, experts))
    np.testing.assert_allclose(one["suspicion"], other["suspicion"], atol=1e-6)
    assert (one["given_label"] == other["given_label"]).all()
    # a tie of the best other class is broken by class number; elsewhere the same name is suggested
    different = one["suggested_label"] != other["suggested_label"]
    np.testing.assert_allclose(one["confidence"][different], other["confidence"][different], atol=1e-6)
    assert different.mean() < 0.1
    assert not different[one["suspicion"] > 0.5].any()


def test_inputs_are_never_modified(planted):
    kept = [{field: array.copy() for field, array in e.arrays().items()} for e in planted.experts]
    given = planted.dataset.given_labels.copy()
    run(planted)
    assert (planted.dataset.given_labels == given).all()
    for expert, before in zip(planted.experts, kept):
        for field, array in before.items():
            np.testing.assert_array_equal(expert.arrays()[field], array)


# -- the list and the flags -----------------------------------------------------------------------------------------


def test_the_list_holds_every_sample_once_most_suspicious_first(planted):
    scored = run(planted)
    table = scored.table
    assert tuple(table.columns[:7]) == pipeline.COLUMNS
    assert sorted(table["row"]) == list(range(len(planted.dataset)))
    assert (table["suspicion"].diff().dropna() <= 0).all()
    assert table["suspicion"].between(0, 1).all() and table["confidence"].between(0, 1).all()
    assert (table["sample_id"] == planted.dataset.sample_ids[table["row"]]).all()
    assert (table["given"] == planted.dataset.given_labels[table["row"]]).all()
    names = np.asarray(planted.dataset.class_names, object)
    assert (table["suggested_label"] == names[table["suggested"]]).all()
    assert (table["agreeing_experts"] == scored.opinions.agreeing()[table["row"]]).all()


def test_flagged_means_at_least_the_threshold(planted):
    scored = run(planted)
    assert scored.threshold == DEFAULT_THRESHOLD
    assert (scored.table["flagged"] == (scored.table["suspicion"] >= DEFAULT_THRESHOLD)).all()
    exactly = float(scored.table["suspicion"].iloc[40])
    at = run(planted, threshold=exactly)
    assert at.threshold == exactly
    assert at.table["flagged"].sum() == (at.table["suspicion"] >= exactly).sum() > 40
    assert run(planted, threshold=0.0).table["flagged"].all()


@pytest.mark.parametrize("rule", ["default", "paper"])
def test_a_larger_budget_flags_a_superset(planted, rule):
    flagged = set()
    for budget in (0, 1, 2, 17, 18, 200):
        table = run(planted, rule=rule, budget=budget).table
        larger = set(table.loc[table["flagged"], "sample_id"])
        assert flagged <= larger and len(larger) <= budget
        assert rule == "paper" or len(larger) == budget
        flagged = larger
    assert len(flagged) > 17


def test_a_budget_takes_the_top_of_the_list_and_gives_its_threshold(planted):
    scored = run(planted, budget=25)
    assert scored.table["flagged"].tolist() == [True] * 25 + [False] * (len(scored.table) - 25)
    assert scored.threshold == scored.table["suspicion"].iloc[24]
    assert run(planted, budget=10**9).table["flagged"].all()
    assert run(planted, budget=0).threshold == 1.0


def test_the_papers_rule_flags_by_agreement(planted):
    scored = run(planted, rule="paper", agree=3, min_confidence=0.6)
    table, said = scored.table, scored.opinions
    for row in table.head(60).itertuples():
        agreeing = said.predicted[row.row] == row.suggested
        confident = said.confidence[row.row][agreeing]
        if row.flagged:
            assert agreeing.sum() >= 3 and confident.min() >= 0.6 and row.suggested != row.given
        elif row.suggested != row.given:
            assert agreeing.sum() < 3 or confident.min() < 0.6
        assert row.agreeing_experts == (agreeing.sum() if row.suggested != row.given else 0)
    assert 0 < table["flagged"].sum() < run(planted, rule="paper", agree=2, min_confidence=0.6).table["flagged"].sum()
    assert average_precision(planted.wrong, table) > 6 * planted.wrong.mean()
    assert scored.threshold == table.loc[table["flagged"], "suspicion"].min()


def test_all_or_none_agreeing_is_no_error():
    dataset = tiny_dataset([0, 1, 0, 1], 2)
    scored = pipeline.run(dataset, [voter("a", [0, 1, 0, 1]), voter("b", [0, 1, 0, 1])], Settings(rule="paper"))
    assert not scored.table["flagged"].any() and (scored.table["suspicion"] == 0).all()
    assert scored.threshold == 1.0


# -- small and bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("rule", ["default", "paper"])
def test_fewer_samples_than_folds(n, rule):
    planted = planted_dataset(n=n, error_rate=0, seed=3)
    experts = [replace(e, predicted=planted.truth) if isinstance(e, VotesExpert) else e for e in planted.experts]
    experts = [e if not isinstance(e, Top1Expert) else voter(e.name, planted.truth) for e in experts]
    table = pipeline.run(planted.dataset, experts, Settings(rule=rule)).table
    assert len(table) == n and table["suspicion"].between(0, 1).all() and np.isfinite(table["confidence"]).all()


def test_experts_that_agree_perfectly_with_the_given_labels():
    """No error anywhere: nothing is flagged, whatever the kind of score."""
    dataset = tiny_dataset(np.arange(60) % 3, 3)
    given = dataset.given_labels
    experts = [
        FullExpert("full", scores=(5 * np.eye(3)[given]).astype(np.float32)),
        Top1Expert("top1", predicted=given, confidence=np.ones(60, np.float32)),
        voter("votes", given),
    ]
    assert not pipeline.run(dataset, experts).table["flagged"].any()


def test_an_expert_that_is_silent_on_many_samples_is_weighed_only_where_it_answers():
    planted = planted_dataset(n=600, kinds=("votes",), experts=3)
    answers = planted.experts[0].predicted.copy()
    answers[:500] = ABSTAIN
    others = pipeline.run(planted.dataset, planted.experts[1:])
    scored = pipeline.run(planted.dataset, [voter("rare", answers), *planted.experts[1:]])
    early = scored.table["row"] < 500
    same = others.table[others.table["row"] < 500]["row"].tolist()
    assert average_precision(planted.wrong, scored.table) > average_precision(planted.wrong, others.table) - 0.01
    # where it is silent the other two decide, with shares of weight that hardly changed
    assert len(set(scored.table[early]["row"].head(50)) & set(same[:50])) >= 45


def test_bad_experts_are_told_in_words(planted):
    with pytest.raises(InputError, match=r"There is no expert\. Give at least one file"):
        pipeline.run(planted.dataset, [])
    votes = planted.experts[3]
    with pytest.raises(InputError, match=r"Experts bear the same name: votes_3\. Give each"):
        pipeline.run(planted.dataset, [votes, planted.experts[0], votes])
    with pytest.raises(InputError, match="9 experts must agree, but there are only 5"):
        run(planted, rule="paper", agree=9)


def test_progress_names_every_expert_and_ends_at_all(planted):
    told = []
    pipeline.run(planted.dataset, planted.experts, progress=lambda words, share: told.append((words, share)))
    words = [w for w, _ in told]
    assert all(f"calibrating {e.name}" in words for e in planted.experts)
    assert told[-1] == ("asking the experts", 1.0) and all(0 <= share <= 1 for _, share in told)


def test_the_ranked_list_in_parts_is_the_whole():
    planted = planted_dataset(n=300)
    scored = run(planted)
    parts = [scored.columns(slice(start, start + 77)) for start in range(0, 300, 77)]
    whole = {name: np.concatenate([part[name] for part in parts]).astype(object) for name in parts[0]}
    pd.testing.assert_frame_equal(pd.DataFrame(whole), scored.table, check_dtype=False)


def test_ties_are_ranked_by_agreement_then_by_id():
    suspicion = np.array([0.2, 0.9, 0.2, 0.2, 0.9])
    agreeing = np.array([1, 0, 2, 1, 3])
    ids = np.array(["z", "b", "c", "é", "a"], object)
    order = pipeline.most_suspicious_first(suspicion, agreeing, ids)
    assert order.tolist() == [4, 1, 2, 0, 3]
    assert pipeline.most_suspicious_first(np.empty(0), np.empty(0, int), np.empty(0, object)).tolist() == []
