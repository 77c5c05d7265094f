"""Suspicion, the metadata excess and the paper's rule: by hand, against cleanlab and scipy, and under the null."""

import numpy as np
import pytest
from cleanlab.rank import get_normalized_margin_for_each_label
from scipy.stats import binomtest, poisson, spearmanr

from cleaning.calibrate.calibration import calibrate
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert, VotesExpert
from cleaning.domain.folds import draw_folds
from cleaning.suspect.pool import Opinions, pool
from cleaning.suspect.suspicion import default_suspicion, expert_agreement, log_ratio, metadata_excess
from tests.factories import tiny_dataset


def opinions(predicted, confidence, label_probability=None, suggested=None, suggested_probability=None):
    predicted = np.asarray(predicted, np.int32)
    n, m = predicted.shape
    zeros = np.zeros(n)
    return Opinions(
        tuple(f"e{i}" for i in range(m)),
        predicted,
        np.asarray(confidence, np.float32),
        np.asarray(zeros if label_probability is None else label_probability, np.float32),
        np.asarray(zeros if suggested is None else suggested, np.int32),
        np.asarray(zeros if suggested_probability is None else suggested_probability, np.float32),
        np.full((5, m), 1 / m),
        (),
    )


def test_log_ratio_and_suspicion_by_hand():
    said = opinions([[0]] * 4, [[0.5]] * 4, [0.8, 0.3, 0.4, 0.0], None, [0.1, 0.6, 0.4, 0.9])
    assert log_ratio(said)[:3] == pytest.approx([np.log(0.1 / 0.8), np.log(2), 0], abs=1e-6)
    # sigmoid(log(a / b)) = a / (a + b)
    suspicion = default_suspicion(said, np.zeros(4, int))
    assert suspicion[:3] == pytest.approx([1 / 9, 2 / 3, 0.5], abs=1e-6)
    assert 0.999 < suspicion[3] <= 1 and np.isfinite(log_ratio(said)).all()


def test_a_sample_nobody_answers_is_not_suspected():
    dataset = tiny_dataset([0, 1, 1, 0], 3)
    expert = VotesExpert("v", predicted=np.array([0, 1, ABSTAIN, 2], np.int32))
    folds = draw_folds(dataset.sample_ids)
    said = pool(dataset, [expert], [calibrate(expert, dataset.given_labels, folds)], folds)
    suspicion = default_suspicion(said, dataset.given_labels)
    assert 0 < suspicion[2] < suspicion[[0, 1, 3]].min()


def test_one_expert_and_two_classes_rank_as_the_normalized_margin_of_cleanlab():
    """With two classes the log ratio is a monotone map of the margin of the same calibrated probabilities."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 800)
    logits = rng.normal(0, 1.5, (800, 2)).astype(np.float32)
    logits[np.arange(800), labels] += 1
    dataset = tiny_dataset(labels, 2)
    folds = draw_folds(dataset.sample_ids)
    expert = FullExpert("e", scores=logits)
    fitted = calibrate(expert, dataset.given_labels, folds)
    suspicion = default_suspicion(pool(dataset, [expert], [fitted], folds), dataset.given_labels)
    z = logits.astype(np.float64) / fitted.by_fold[folds.fold]
    probabilities = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    quality = get_normalized_margin_for_each_label(labels, probabilities)
    assert (np.argsort(suspicion)[-50:] == np.argsort(-quality, kind="stable")[-50:]).mean() > 0.9
    assert spearmanr(suspicion, quality).statistic < -0.99999


def test_several_classes_rank_as_the_margin_of_logarithms():
    """The log ratio is log of the best other probability less log of the given label's, whatever K."""
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(5), 300).astype(np.float32)
    labels = rng.integers(0, 5, 300)
    own = probabilities[np.arange(300), labels]
    others = probabilities.copy()
    others[np.arange(300), labels] = -1
    said = opinions(np.zeros((300, 1)), np.ones((300, 1)), own, others.argmax(1), others.max(1))
    above = default_suspicion(said, labels) > 0.5
    # more suspicious than 0.5 exactly where cleanlab's normalized margin is below its middle
    assert (above == (get_normalized_margin_for_each_label(labels, probabilities) < 0.5)).all()


# -- metadata excess ------------------------------------------------------------------------------------------------


def grouped(seed, planted_share=0.0, n=3000, groups=15):
    """(opinions, given labels, group, folds): two experts with honest confidences; in group 3 a share of the given
    labels is replaced by one that nobody votes for."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(5, 2, n)
    right = rng.random((n, 2)) < confidence[:, None]
    given = np.zeros(n, np.int32)
    group = np.array([f"g{k:02d}" for k in rng.integers(0, groups, n)], object)
    given[(group == "g03") & (rng.random(n) < planted_share)] = 3
    said = opinions(np.where(right, 0, [1, 2]), np.tile(confidence[:, None], 2))
    ids = np.array([f"s{i}" for i in range(n)], object)
    return said, given, group, draw_folds(ids, seed)


def test_a_planted_group_is_alarmed_with_the_right_factor():
    excess = metadata_excess(*grouped(0, planted_share=0.3))
    alarmed = excess.table[excess.table["alarmed"]]
    assert alarmed["group"].tolist() == ["g03"]
    row = alarmed.iloc[0]
    assert row["factor"] == pytest.approx((row["observed"] + 1) / (row["expected"] + 1))
    table = excess.table
    assert table["p_value"].to_numpy() == pytest.approx(poisson.sf(table["observed"] - 1, table["expected"]))
    assert 0.01 < table["p_value"].median() < 1
    # about 8 % have nobody behind them by chance, 0.08 + 0.3 * 0.92 in the planted group
    assert 2.5 < row["factor"] < 5
    said, given, group, _ = grouped(0, planted_share=0.3)
    assert excess.log_factor == pytest.approx(np.where(group == "g03", np.log(row["factor"]), 0))
    unsupported = ~(said.predicted == given[:, None]).any(axis=1)
    counts = {name: int(unsupported[group == name].sum()) for name in excess.table["group"]}
    assert excess.table.set_index("group")["observed"].to_dict() == counts
    assert excess.table["expected"].sum() == pytest.approx(unsupported.sum(), rel=0.02)
    expected_words = f"g03: {row['observed']:.0f} samples nobody agrees with, {row['expected']:.0f} expected"
    assert excess.sentences() == [expected_words]
    with_group, without = default_suspicion(said, given, excess), default_suspicion(said, given)
    assert (with_group > without)[group == "g03"].all() and (with_group == without)[group != "g03"].all()


def test_hardly_any_group_is_alarmed_by_chance():
    """In at most 5 of 100 datasets may some group be alarmed; 40 datasets without a planted group."""
    alarmed = sum(bool(metadata_excess(*grouped(seed)).table["alarmed"].any()) for seed in range(40))
    assert binomtest(alarmed, 40, 0.05, alternative="greater").pvalue > 0.01


def test_the_excess_does_not_depend_on_the_order_of_rows():
    said, given, group, folds = grouped(5, planted_share=0.3)
    shuffle = np.random.default_rng(0).permutation(len(given))
    turned = opinions(said.predicted[shuffle], said.confidence[shuffle])
    ids = np.array([f"s{i}" for i in range(len(given))], object)
    straight = metadata_excess(said, given, group, folds)
    shuffled = metadata_excess(turned, given[shuffle], group[shuffle], draw_folds(ids[shuffle], 5))
    assert shuffled.log_factor == pytest.approx(straight.log_factor[shuffle])
    assert (shuffled.table["group"] == straight.table["group"]).all()


def test_what_is_expected_of_a_fold_does_not_follow_from_its_own_labels():
    said, given, _, folds = grouped(0)
    group = np.array([f"fold {f}" for f in folds.fold], object)
    before = metadata_excess(said, given, group, folds).table["expected"]
    nobody_votes_for_it = np.where(folds.fold == 2, 3, given).astype(np.int32)
    after = metadata_excess(said, nobody_votes_for_it, group, folds).table["expected"]
    assert after[2] == before[2]
    assert (after > 1.5 * before)[[0, 1, 3, 4]].all()


def test_samples_nobody_answers_are_neither_observed_nor_expected():
    said, given, group, folds = grouped(0)
    said.predicted[group == "g01"] = ABSTAIN
    said.confidence[group == "g01"] = np.nan
    row = metadata_excess(said, given, group, folds).table.set_index("group").loc["g01"]
    assert (row["observed"], row["expected"], row["factor"]) == (0, 0, 1)
    assert row["samples"] == (group == "g01").sum()


# -- the paper's rule -----------------------------------------------------------------------------------------------

A = ABSTAIN
NAN = np.nan
# given label 0 throughout; four experts
PREDICTED = [[1, 1, 2, 0], [1, 2, 1, 2], [0, 0, 0, 0], [1, A, A, 0], [A, A, A, A], [3, 3, 3, 3]]
CONFIDENCE = [
    [0.9, 0.7, 0.99, 0.8],
    [0.6, 0.9, 0.6, 0.8],
    [0.9, 0.9, 0.9, 0.9],
    [0.55, NAN, NAN, 0.9],
    [NAN, NAN, NAN, NAN],
    [0.5, 0.6, 0.7, 0.8],
]


def paper_view():
    return expert_agreement(opinions(PREDICTED, CONFIDENCE), np.zeros(6, np.int32))


def test_agreement_by_hand():
    view = paper_view()
    # row 1: two for label 1 (mean 0.6), two for label 2 (mean 0.85): the surer two win
    assert view.label.tolist() == [1, 2, 0, 1, 0, 3]
    assert view.count.tolist() == [2, 2, 0, 1, 0, 4]
    assert view.weakest == pytest.approx([0.7, 0.8, 0, 0.55, 0, 0.5], abs=1e-6)
    assert view.mean == pytest.approx([0.8, 0.85, 0, 0.55, 0, 0.65], abs=1e-6)


def test_more_agreeing_experts_count_more_than_surer_ones():
    view = expert_agreement(opinions([[1, 1, 2], [1, 2, 2]], [[0.1, 0.1, 1.0], [1.0, 1.0, 1.0]]), np.zeros(2, np.int32))
    assert view.label.tolist() == [1, 2] and view.count.tolist() == [2, 2]


def test_the_ladder_goes_by_number_then_by_mean_confidence():
    ladder = paper_view().ladder(4)
    assert ladder == pytest.approx([1.8 / 4, 1.85 / 4, 0, 0.55 / 4, 0, 3.65 / 4], abs=1e-6)
    assert np.argsort(-ladder, kind="stable").tolist()[:4] == [5, 1, 0, 3]


@pytest.mark.parametrize(
    ("agree", "confidence", "flagged"),
    [(1, 0.0, [0, 1, 3, 5]), (2, 0.0, [0, 1, 5]), (2, 0.75, [1]), (3, 0.5, [5]), (4, 0.51, [])],
)
def test_the_papers_rule_by_hand(agree, confidence, flagged):
    assert np.flatnonzero(paper_view().flagged(agree, confidence)).tolist() == flagged


def test_agreement_does_not_depend_on_the_order_of_experts():
    rng = np.random.default_rng(0)
    predicted, confidence = rng.integers(-1, 4, (500, 6)), rng.random((500, 6))
    given, turn = rng.integers(0, 4, 500), [3, 1, 5, 0, 4, 2]
    straight = expert_agreement(opinions(predicted, confidence), given)
    turned = expert_agreement(opinions(predicted[:, turn], confidence[:, turn]), given)
    assert (turned.label == straight.label).all() and (turned.count == straight.count).all()
    assert turned.mean == pytest.approx(straight.mean) and turned.weakest == pytest.approx(straight.weakest)
