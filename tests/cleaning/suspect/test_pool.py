"""The calibrated linear pool against a case worked out by hand, a naive reference, and scipy for the weights."""

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from cleaning.calibrate import calibration
from cleaning.calibrate.calibration import Calibration, calibrate, calibrated_confidence
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert, Top1Expert
from cleaning.domain.folds import FOLD_COUNT
from cleaning.suspect import pool as pooling
from cleaning.suspect.pool import EQUAL_SHARE, equal_pool_trust, expert_weights, pool, spread_of, stacking_weights
from cleaning.suspect.pooled_rows import Pooling
from tests.factories import planted_dataset, tiny_dataset, voter


def fixed(name, method, *parameters):
    """A calibration with the same parameters for every fold."""
    return Calibration(name, method, (), np.array(parameters), np.tile(parameters, (FOLD_COUNT, 1)))


def folds_of(dataset):
    from cleaning.domain.folds import draw_folds

    return draw_folds(dataset.sample_ids)


def pooled(planted, experts=None):
    experts = experts or planted.experts
    folds, given = planted.folds(), planted.dataset.given_labels
    return pool(planted.dataset, experts, [calibrate(e, given, folds) for e in experts], folds)


def test_pool_by_hand(monkeypatch):
    """Full scores, a top-1 confidence and a hard answer, weights 0.5, 0.3, 0.2; K = 3, so J = 2."""
    monkeypatch.setattr(pooling, "expert_weights", lambda q, fold: np.tile([0.5, 0.3, 0.2], (FOLD_COUNT, 1)))
    dataset = tiny_dataset([0, 2, 1, 1], 3)
    probabilities = np.array([[0.2, 0.7, 0.1], [0.3, 0.25, 0.45]], np.float32)
    experts = [
        FullExpert(
            "full",
            scores=probabilities,
            score_kind="probabilities",
            rows=np.array([0, 1, ABSTAIN, ABSTAIN]),
        ),
        Top1Expert(
            "top1",
            predicted=np.array([1, 2, 1, ABSTAIN], np.int32),
            confidence=np.array([0.6, 0.6, 0.6, np.nan], np.float32),
        ),
        voter("votes", [0, ABSTAIN, 1, ABSTAIN]),
    ]
    maps = [fixed("full", "temperature", 1.0), fixed("top1", "platt", 1.0, 0.0), fixed("votes", "shrunk accuracy", 0.8)]
    said = pool(dataset, experts, maps, folds_of(dataset))
    # row 0: q(0) = .5 .2 + .3 .2 + .2 .8 = .32, q(1) = .5 .7 + .3 .6 + .2 .1 = .55
    # row 1, no vote, weights .625 and .375: q(0) = .625 .3 + .375 .2 = .2625, q(2) = .625 .45 + .375 .6 = .50625
    # row 2, no full scores, weights .6 and .4: q(1) = .6 .6 + .4 .8 = .68, others .6 .2 + .4 .1 = .16; nobody
    # suggests another label, so the suggested label is the given one. row 3: nobody says anything.
    assert said.label_probability[:3] == pytest.approx([0.32, 0.50625, 0.68], abs=1e-6)
    assert said.suggested_probability[:3] == pytest.approx([0.55, 0.2625, 0.16], abs=1e-6)
    assert said.suggested.tolist() == [1, 0, 1, 1]
    assert said.predicted.tolist() == [[1, 1, 0], [2, 2, ABSTAIN], [ABSTAIN, 1, 1], [ABSTAIN] * 3]
    assert said.confidence[0] == pytest.approx([0.7, 0.6, 0.8], abs=1e-6)
    assert (np.isnan(said.confidence) == (said.predicted == ABSTAIN)).all()
    assert said.agreeing().tolist() == [2, 0, 2, 0]


def test_the_rest_is_spread_over_at_most_four_other_classes():
    assert spread_of(np.array([2, 3, 4, 5, 6, 1000])).tolist() == [1, 2, 3, 4, 4, 4]
    for classes, rest in ((2, 0.2), (4, 0.2 / 3), (5, 0.05), (100, 0.05)):
        dataset = tiny_dataset([0, 1], classes)
        said = pool(dataset, [voter("v", [1, 1])], [fixed("v", "shrunk accuracy", 0.8)], folds_of(dataset))
        assert said.label_probability == pytest.approx([rest, 0.8])
        assert said.suggested_probability == pytest.approx([0.8, rest])


def test_an_option_that_does_not_exist_is_never_suggested():
    dataset = tiny_dataset([0, 0, 1], 5, option_counts=[2, 3, 5])
    scores = np.zeros((3, 5), np.float32)
    scores[0, 2:] = scores[1, 3:] = np.nan
    scores[:, 0] = 3
    experts = [FullExpert("full", scores=scores), voter("v", [0, 0, 1])]
    maps = [fixed("full", "temperature", 1.0), fixed("v", "shrunk accuracy", 0.6)]
    said = pool(dataset, experts, maps, folds_of(dataset))
    assert said.suggested.tolist()[0] == 1 and said.suggested[1] in (1, 2) and said.suggested[2] == 0
    weights = said.weights[folds_of(dataset).fold[0]]
    # two options: softmax(3, 0) of the full expert, and the whole rest of the vote on the one other option
    assert said.suggested_probability[0] == pytest.approx(weights @ [1 / (1 + np.exp(3)), 0.4], abs=1e-6)


def test_an_expert_worse_than_chance_speaks_for_the_other_option_only():
    """Two of four options exist; a vote for 1 that is right 3 times in 10 gives 0.3 to 1 and 0.7 to 0."""
    dataset = tiny_dataset([0, 1], 4, option_counts=[2, 2])
    said = pool(dataset, [voter("v", [1, 1])], [fixed("v", "shrunk accuracy", 0.3)], folds_of(dataset))
    assert said.label_probability == pytest.approx([0.7, 0.3])
    assert said.suggested_probability == pytest.approx([0.3, 0.7])
    assert said.suggested[0] == 1


def naive_pool(planted, said):
    """(label probability, best other probability) sample by sample from the definition, in float64."""
    dataset, folds = planted.dataset, planted.folds()
    confidence = [calibrated_confidence(e, c, folds) if not isinstance(e, FullExpert) else None
                  for e, c in zip(planted.experts, said.calibrations)]  # fmt: skip
    result = []
    for i, label in enumerate(dataset.given_labels):
        k_i, f = dataset.options_of()[i], folds.fold[i]
        q, total = np.zeros(k_i), 0.0
        for m, expert in enumerate(planted.experts):
            if isinstance(expert, FullExpert):
                z = expert.scores[i, :k_i].astype(np.float64)
                z = np.log(np.maximum(z, 6e-8)) if expert.score_kind == "probabilities" else z
                z = z / said.calibrations[m].by_fold[f, 0]
                own = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
            elif expert.predicted[i] == ABSTAIN:
                continue
            else:
                own = np.full(k_i, (1 - confidence[m][i]) / min(4, k_i - 1))
                own[expert.predicted[i]] = confidence[m][i]
            q += said.weights[f, m] * own
            total += said.weights[f, m]
        result.append((q[label] / total, np.delete(q, label).max() / total))
    return np.array(result)


@pytest.mark.parametrize("kind", ["image", "question"])
def test_pool_equals_a_naive_reference(kind):
    planted = planted_dataset(n=300, classes=7, kind=kind)
    said = pooled(planted)
    expected = naive_pool(planted, said)
    assert said.label_probability == pytest.approx(expected[:, 0], abs=1e-5)
    assert said.suggested_probability == pytest.approx(expected[:, 1], abs=1e-5)
    assert (said.suggested < planted.dataset.options_of()).all()


@pytest.mark.parametrize("experts", [1, 2, 9])
def test_any_number_of_full_experts_equals_the_naive_reference(experts):
    """More than are added in one go, and fewer."""
    planted = planted_dataset(n=200, classes=9, experts=experts, kinds=("logits", "probabilities"))
    said = pooled(planted)
    expected = naive_pool(planted, said)
    assert said.label_probability == pytest.approx(expected[:, 0], abs=1e-5)
    assert said.suggested_probability == pytest.approx(expected[:, 1], abs=1e-5)


def test_calibration_never_changes_an_answer(planted):
    said = pooled(planted)
    for column, expert in enumerate(planted.experts):
        raw = expert.logits(slice(None)).argmax(axis=1) if isinstance(expert, FullExpert) else expert.predicted
        assert (said.predicted[:, column] == raw).all()


def label_probabilities(n=3000, seed=0):
    """(n, 4) probabilities of the given label by experts each of which is the best on a part of the samples."""
    rng = np.random.default_rng(seed)
    q = rng.beta(1, 3, (n, 4))
    best = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    q[np.arange(n), best] = rng.beta(4, 1, n)
    return np.maximum(q, 1e-6)


def best_weights(q, counts):
    """Weights on the simplex with the largest ``counts``-weighted mean log of the pooled probability, by SLSQP."""
    answered, q = ~np.isnan(q), np.nan_to_num(q)

    def loss(w):
        return -np.average(np.log(q @ w) - np.log(answered @ w), weights=counts)

    m = q.shape[1]
    simplex = {"type": "eq", "fun": lambda w: w.sum() - 1}
    options = {"ftol": 1e-13, "maxiter": 500}
    found = minimize(loss, np.full(m, 1 / m), bounds=[(1e-9, 1)] * m, constraints=[simplex], options=options)
    return found.x


@pytest.mark.parametrize("seed", range(3))
def test_stacking_weights_equal_those_of_scipy(seed):
    q = label_probabilities(seed=seed)
    assert stacking_weights(q) == pytest.approx(best_weights(q, np.ones(len(q))), abs=1e-3)


def test_stacking_weights_with_abstentions_equal_those_of_scipy():
    """Each sample counts by the weight of the experts who answer it."""
    q = label_probabilities()
    q[np.random.default_rng(1).random(q.shape) < [0.5, 0.05, 0.1, 0.0]] = np.nan
    weights = stacking_weights(q)
    assert weights == pytest.approx(best_weights(q, ~np.isnan(q) @ weights), abs=1e-3)
    assert stacking_weights(np.vstack([q, np.full((500, 4), np.nan)])) == pytest.approx(weights, abs=1e-9)


def test_stacking_finds_the_expert_that_dominates():
    rng = np.random.default_rng(0)
    q = np.column_stack([rng.beta(8, 1, 2000), rng.beta(2, 2, 2000), rng.beta(2, 3, 2000)])
    assert stacking_weights(q)[0] > 0.95
    assert stacking_weights(np.full((0, 3), np.nan)) == pytest.approx([1 / 3] * 3)


def test_weights_are_part_equal_part_stacked_and_cross_fitted():
    q = label_probabilities(1000)
    fold = np.arange(1000) % FOLD_COUNT
    weights = expert_weights(q, fold)
    assert weights.shape == (FOLD_COUNT, 4)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert (weights >= 0.999 * EQUAL_SHARE / 4).all()
    assert weights[2] == pytest.approx(EQUAL_SHARE / 4 + (1 - EQUAL_SHARE) * stacking_weights(q[fold != 2]), abs=1e-6)
    changed = q.copy()
    changed[fold == 2] = changed[fold == 2][:, ::-1]
    assert (expert_weights(changed, fold)[2] == weights[2]).all()
    assert abs(expert_weights(changed, fold)[1] - weights[1]).max() > 0.01
    assert expert_weights(q[:, :1], fold).tolist() == [[1.0]] * FOLD_COUNT


def test_an_expert_better_than_the_equal_pool_is_not_diluted():
    rng = np.random.default_rng(0)
    q = np.column_stack([rng.beta(8, 1, 2000), *rng.beta(2, 3, (4, 2000))])
    assert equal_pool_trust(q) == pytest.approx(0, abs=1e-9)
    weights = expert_weights(q, np.arange(2000) % FOLD_COUNT)
    assert (weights[:, 0] > 0.95).all()


def test_trust_in_the_equal_pool_by_hand():
    """Gains log(.5 / .4) = .2231 and log(.5 / .6) = -.1823, twice each: mean .0204, standard error .2027 / 2."""
    q = np.array([[0.4, 0.6], [0.6, 0.4], [0.6, 0.4], [0.4, 0.6]])
    assert equal_pool_trust(q) == pytest.approx(norm.cdf(0.020411 / 0.101366), abs=1e-4)
    # where the first expert is silent it is given the equal pool's probability, here the second's own
    silent = np.array([[np.nan, 0.5], [0.9, 0.5], [0.9, 0.5], [np.nan, np.nan]])
    gain = np.array([0, np.log(0.7 / 0.9), np.log(0.7 / 0.9)])
    expected = norm.cdf(gain.mean() / (gain.std() / np.sqrt(3)))
    assert equal_pool_trust(silent) == pytest.approx(expected, abs=1e-9)
    assert equal_pool_trust(np.full((3, 2), np.nan)) == 1.0
    assert equal_pool_trust(np.full((3, 2), 0.5)) == 1.0


def test_experts_are_weighed_by_probabilities_that_sum_to_one():
    """A top-1 expert's rest goes to all K - 1 other classes when experts are weighed."""
    dataset = tiny_dataset([0, 1, 2, 3], 11)
    voted = Pooling.of(
        dataset, [voter("v", [0, 0, ABSTAIN, 3])], [fixed("v", "shrunk accuracy", 0.8)], folds_of(dataset)
    )
    own = voted.label_probability(0, np.arange(4), 16)
    assert own == pytest.approx([0.8, 0.02, np.nan, 0.8], nan_ok=True)


@pytest.mark.parametrize("kind", ["image", "question"])
def test_chunks_and_threads_change_nothing(kind, monkeypatch):
    planted = planted_dataset(n=700, kind=kind)
    reference = pooled(planted)
    for cells, threads in ((100, 1), (1000, 8), (10_000_000, 2)):
        monkeypatch.setattr("cleaning.scores.rows.CHUNK_CELLS", cells)
        monkeypatch.setattr(pooling, "cpu_count", lambda threads=threads: threads)
        again = pooled(planted)
        assert again.label_probability == pytest.approx(reference.label_probability, abs=1e-6)
        assert again.suggested_probability == pytest.approx(reference.suggested_probability, abs=1e-6)
        assert (again.predicted == reference.predicted).all()
        assert (again.suggested == reference.suggested).all()


def test_the_order_of_experts_only_permutes_what_they_say(planted):
    straight, turned = pooled(planted), pooled(planted, planted.experts[::-1])
    assert turned.expert_names == straight.expert_names[::-1]
    assert (turned.predicted == straight.predicted[:, ::-1]).all()
    assert turned.weights == pytest.approx(straight.weights[:, ::-1], abs=1e-6)
    assert turned.label_probability == pytest.approx(straight.label_probability, abs=1e-6)
    assert turned.suggested_probability == pytest.approx(straight.suggested_probability, abs=1e-6)


def test_progress_is_told_up_to_the_end(planted):
    told = []
    folds, given = planted.folds(), planted.dataset.given_labels
    maps = [calibrate(e, given, folds) for e in planted.experts]
    pool(planted.dataset, planted.experts, maps, folds, lambda words, share: told.append(share))
    assert told == sorted(told) and told[-1] == 1.0


def test_no_array_of_all_scores_is_made_and_files_stay_as_they_are(tmp_path, monkeypatch):
    """Three memory-mapped experts of 20,000 x 200: the pool stays below a third of one float64 copy of one expert,
    calibrating below two copies in float32 of the subsample it fits on."""
    n, classes = 20_000, 200
    rng = np.random.default_rng(0)
    dataset = tiny_dataset(rng.integers(0, classes, n), classes)
    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", rng.standard_normal((n, classes), np.float32))
    before = [(tmp_path / f"{name}.npy").read_bytes() for name in ("a", "b", "c")]
    experts = [FullExpert(x, scores=np.load(tmp_path / f"{x}.npy", mmap_mode="r+")) for x in ("a", "b", "c")]
    folds = folds_of(dataset)
    maps = [fixed(e.name, "temperature", 1.5) for e in experts]
    monkeypatch.setattr(pooling, "cpu_count", lambda: 2)
    monkeypatch.setattr(calibration, "SUBSAMPLE_CELLS", n * classes // 4)
    copy = n * classes * 8
    assert peak(lambda: pool(dataset, experts, maps, folds)) < copy / 3
    assert peak(lambda: calibrate(experts[0], dataset.given_labels, folds)) < copy / 3
    assert [(tmp_path / f"{name}.npy").read_bytes() for name in ("a", "b", "c")] == before


def peak(work) -> int:
    """Most bytes allocated at a time while working."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
