"""The detection benchmark's own arithmetic: measures by hand and against scikit-learn, rankings against the product."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from benchmarks.detection import Contest
from benchmarks.detection_alternatives import ALTERNATIVES, ratio, undoubted, voices, weighed_by
from benchmarks.detection_contenders import ALONE, DEFAULT, PAPER, WITHOUT_GROUP, Asked, distribution, mean_of, rankings
from benchmarks.detection_sets import JudgedSet, planted_set
from benchmarks.detection_tables import against_the_best, chosen, every_measure, left_out, tables, tried
from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert
from cleaning.known_truth.detection_metrics import MEASURES, Measured, Steps, measure, measure_all
from cleaning.suspect.pipeline import run
from cleaning.suspect.pool import EQUAL_SHARE
from cleaning.suspect.suspicion import log_ratio
from tests.factories import planted_dataset


def measured(score, wrong, weight=None):
    values = measure(Steps.of(np.asarray(score, float)), np.asarray(wrong, float), weight)
    return dict(zip(MEASURES, values))


def test_measures_by_hand():
    """Wrong, right, wrong, right, right, wrong from the top: precision 1, 1/2, 2/3, 1/2, 2/5, 1/2."""
    found = measured([6, 5, 4, 3, 2, 1], [1, 0, 1, 0, 0, 1])
    assert found["average precision"] == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)
    assert found["precision at E"] == pytest.approx(2 / 3)  # two wrong among the first three
    assert found["detection at 50 %"] == 1  # the last threshold still has a precision of one half
    assert found["detection at 70 %"] == found["detection at 90 %"] == pytest.approx(1 / 3)


def test_equal_scores_are_one_step():
    """Two steps of three, with one and two of the three wrong labels: nothing in between can be had."""
    found = measured([2, 2, 2, 1, 1, 1], [0, 1, 0, 1, 1, 0])
    assert found["average precision"] == pytest.approx((1 * (1 / 3) + 2 * (3 / 6)) / 3)
    assert found["precision at E"] == pytest.approx(1 / 3)
    assert found["detection at 50 %"] == 1 and found["detection at 70 %"] == 0
    # of four equal ones, two of them wrong, two are taken: one of the two on average
    assert measured([1, 1, 1, 1], [1, 0, 0, 1])["precision at E"] == pytest.approx(1 / 2)


def test_no_wrong_label_gives_no_measure():
    assert np.isnan(list(measured([2, 1], [0, 0]).values())).all()


@pytest.mark.parametrize("levels", [5, 100_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_measures_equal_those_of_scikit_learn(levels, weighted):
    rng = np.random.default_rng(levels)
    wrong = rng.random(2_000) < 0.1
    score = np.round((rng.random(2_000) + 0.7 * wrong) * levels)
    weight = rng.multinomial(2_000, np.full(2_000, 1 / 2_000)).astype(float) if weighted else None
    found = measured(score, wrong, weight)
    expected = average_precision_score(wrong, score, sample_weight=weight)
    assert found["average precision"] == pytest.approx(expected, abs=1e-12)
    precision, recall, _ = precision_recall_curve(wrong, score, sample_weight=weight)
    for least in (0.5, 0.7, 0.9):
        best = recall[:-1][precision[:-1] >= least].max(initial=0)
        assert found[f"detection at {100 * least:.0f} %"] == pytest.approx(best, abs=1e-12)


def test_the_order_of_samples_and_a_rising_map_of_the_score_change_nothing():
    rng = np.random.default_rng(0)
    score, wrong = rng.normal(size=500).round(1), rng.random(500) < 0.2
    order = rng.permutation(500)
    expected = list(measured(score, wrong).values())
    assert list(measured(score[order], wrong[order]).values()) == pytest.approx(expected)
    assert list(measured(np.exp(score), wrong).values()) == pytest.approx(expected)


def test_intervals_come_from_the_same_resamples():
    rng = np.random.default_rng(1)
    wrong = rng.random(800) < 0.2
    good = rng.normal(size=800) + 2 * wrong
    found = measure_all({"good": good, "again": good * 3, "blind": rng.normal(size=800)}, wrong, 200)
    assert (found["good"].over(found["again"]) == 0).all()
    low, high = found["good"].interval()
    assert (low <= found["good"].point).all() and (found["good"].point <= high).all()
    gain = found["good"].over(found["blind"])[:, 0]
    assert 0.2 < gain[1] < gain[0] < gain[2]
    # the paired difference is known better than either alone
    near = measure_all({"good": good, "near": good + 0.1 * rng.normal(size=800)}, wrong, 200)
    paired = near["good"].over(near["near"])[:, 0]
    assert paired[2] - paired[1] < 0.3 * np.ptp(near["good"].interval()[:, 0])


@pytest.fixture(scope="module")
def asked():
    """Questions with 2 to 5 options and experts of all kinds, two of which abstain at times; with groups, one bad."""
    made = planted_dataset(n=900, classes=5, kind="question", groups=3, seed=3)
    group = np.where(made.wrong & (np.arange(900) % 3 > 0), "careless", made.dataset.group)
    rows = np.arange(0, 900, 2)
    dataset = replace(made.dataset, group=group)
    return Asked.of(JudgedSet("made", "planted", dataset, made.experts, rows, made.wrong[rows]))


def test_the_default_ranks_as_the_product_does(asked):
    scored = run(asked.judged.dataset, asked.judged.experts)
    ours = rankings(asked)[DEFAULT]
    assert scored.excess.table["alarmed"].any() and not np.array_equal(ours, rankings(asked)[WITHOUT_GROUP])
    assert 1 / (1 + np.exp(-ours)) == pytest.approx(scored.suspicion[asked.judged.judged], abs=1e-9)


def test_every_contender_is_there_and_beats_chance(asked):
    found = rankings(asked)
    names = [expert.name for expert in asked.judged.experts]
    expected = {DEFAULT, WITHOUT_GROUP, "vote count", "paper, ladder"} | {ALONE + name for name in names}
    assert expected | {f"{PAPER}{k}" for k in range(1, 6)} <= set(found)
    for name, score in found.items():
        assert score.shape == (450,) and np.isfinite(score).all(), name
        assert measured(score, asked.judged.wrong)["average precision"] > asked.judged.wrong.mean(), name


def test_distributions_sum_to_one_over_the_options(asked):
    rows, options = asked.judged.judged, asked.judged.dataset.options_of()[asked.judged.judged]
    for number, expert in enumerate(asked.judged.experts):
        for calibrated in (False, True):
            q = distribution(asked, number, rows, calibrated)
            silent = np.isnan(q).any(axis=1)
            assert (q[~silent] >= 0).all() and q[~silent].sum(axis=1) == pytest.approx(1, abs=1e-5)
            assert not q[~silent][np.arange(5) >= options[~silent, None]].any()
            if not isinstance(expert, FullExpert):
                assert (silent == (expert.predicted[rows] == ABSTAIN)).all()


def test_the_mean_leaves_out_who_abstains():
    each = [np.array([[0.8, 0.2], [np.nan] * 2, [np.nan] * 2]), np.array([[0.4, 0.6], [0.1, 0.9], [np.nan] * 2])]
    mean = mean_of(each, np.array([2, 2, 2]))
    assert mean == pytest.approx(np.array([[0.6, 0.4], [0.1, 0.9], [0.5, 0.5]]))


def test_cleanlabs_ensemble_read_in_chunks_is_cleanlabs(monkeypatch):
    from cleanlab.rank import get_label_quality_ensemble_scores

    made = planted_dataset(n=3_000, kinds=("logits", "probabilities"), seed=4)
    asked = Asked.of(JudgedSet("full", "planted", made.dataset, made.experts, np.arange(3_000), made.wrong))
    monkeypatch.setattr("benchmarks.detection_contenders.CHUNK_CELLS", 6_000)
    raw = [distribution(asked, m, np.arange(3_000), False) for m in range(len(made.experts))]
    expected = 1 - get_label_quality_ensemble_scores(made.dataset.given_labels, raw, verbose=False)
    assert rankings(asked)["cleanlab ensemble self confidence"] == pytest.approx(expected, abs=1e-9)


def test_alternatives_start_from_the_default(asked):
    heard = voices(asked)
    assert ratio(heard.pooled(heard.weights)) == pytest.approx(log_ratio(asked.opinions), abs=1e-5)
    for name, score in ALTERNATIVES.items():
        assert np.isfinite(score(heard)).all(), name


def test_the_defaults_own_weights_among_the_alternatives_give_the_default(asked):
    heard = voices(asked)
    same = weighed_by(EQUAL_SHARE, trusting=True)(heard)
    assert same[asked.judged.judged] == pytest.approx(rankings(asked)[DEFAULT], abs=1e-4)


def test_doubted_samples_weigh_nothing(asked):
    heard = voices(asked)
    silent = np.isnan(undoubted(heard)).all(axis=1)
    wrong = asked.judged.wrong[np.searchsorted(asked.judged.judged, heard.rows[heard.rows % 2 == 0])]
    assert 0.05 < silent.mean() < 0.3
    assert wrong[silent[heard.rows % 2 == 0]].mean() > 3 * wrong.mean()


def test_alternatives_of_many_classes_start_from_the_default_too():
    made = planted_dataset(n=600, classes=80, kinds=("top1", "votes"), seed=5)
    asked = Asked.of(JudgedSet("many", "planted", made.dataset, made.experts, np.arange(600), made.wrong))
    heard = voices(asked)
    assert heard.q.shape[2] == 2 + len(made.experts)
    assert ratio(heard.pooled(heard.weights)) == pytest.approx(log_ratio(asked.opinions), abs=1e-5)


@pytest.mark.parametrize("errors", ["random", "hard", "pairs"])
def test_planted_errors_are_as_told(errors):
    planted = planted_set("p", 1, (1.5, 1.5), errors, classes=8)
    again = planted_set("p", 1, (1.5, 1.5), errors, classes=8)
    assert planted.wrong.mean() == pytest.approx(0.08, abs=1e-3)
    assert (planted.dataset.given_labels == again.dataset.given_labels).all()
    if errors == "pairs":
        assert (planted.dataset.given_labels[planted.wrong] % 2 == 0).all()


def contest(name, kind="planted", **average_precisions):
    """A contest in which every ranking has the same average precision in all resamples."""
    flat = {
        n: Measured(np.full(len(MEASURES), v), np.full((4, len(MEASURES)), v)) for n, v in average_precisions.items()
    }
    wrong = np.array([True, False])
    judged = JudgedSet(name, kind, None, [], np.arange(2), wrong)
    return Contest(judged, {n: flat[n] for n in (DEFAULT, "rival")}, {n: m for n, m in flat.items() if n != "rival"})


def test_an_alternative_is_chosen_only_where_it_loses_nowhere():
    sets = [
        contest("a", default=0.5, rival=0.4, bold=0.9, shy=0.51),
        contest("b", default=0.5, rival=0.6, bold=0.4, shy=0.5),
    ]
    assert chosen(sets) == "shy"
    assert chosen(sets[:1]) == "bold"
    assert chosen([contest("c", default=0.5, rival=0.4, bold=0.4, shy=0.45)]) == DEFAULT
    text = left_out(sets)
    assert "| a | default | +0.000 [+0.000, +0.000] |" in text  # on b alone nothing wins
    assert "| b | bold | -0.100 [-0.100, -0.100] |" in text
    assert "| mean |  | -0.0500 |" in text


def test_sets_of_the_same_samples_are_left_out_together():
    sets = [
        contest("MMLU, one", default=0.5, rival=0.4, bold=0.9),
        contest("MMLU, two", default=0.5, rival=0.4, bold=0.9),
    ]
    other = contest("b", default=0.5, rival=0.4, bold=0.5)
    assert "| MMLU, one | default |" in left_out([*sets, other])


def test_the_table_says_where_the_default_is_worse():
    text = against_the_best([contest("a", default=0.5, rival=0.4), contest("b", default=0.5, rival=0.6)])
    assert text.splitlines()[2].endswith("| rival: 0.400 | yes | +0.100 [+0.100, +0.100] | yes |")
    assert text.splitlines()[3].endswith("| rival: 0.600 | no | -0.100 [-0.100, -0.100] | no |")


def test_a_measure_is_marked_only_where_the_best_other_lies_beyond_the_defaults_own_interval():
    text = every_measure([contest("a", default=0.5, rival=0.4), contest("b", default=0.5, rival=0.6)])
    assert "(beyond)" not in text.splitlines()[2]
    assert text.splitlines()[3].count("(beyond)") == len(MEASURES)


def test_tried_names_the_sets_won_and_lost():
    sets = [
        contest("a, b", "real", default=0.5, rival=0.4, bold=0.6, shy=0.4996),
        contest("c", default=0.5, rival=0.4, bold=0.3, shy=0.5),
        contest("d", default=0.5, rival=0.4, bold=0.4, shy=0.5),
    ]
    bold, shy = tried(sets).splitlines()[2:]
    assert bold == "| bold | +0.1000 | -0.0667 | a, b | c; d | +0.100 [+0.100, +0.100] |"
    assert shy.startswith("| shy | -0.0004 | -0.0001 | none | none |")


def test_all_tables_have_rows_as_wide_as_their_headers():
    text = tables(
        [contest("a", "real", default=0.5, rival=0.4, bold=0.6), contest("b", default=0.5, rival=0.6, bold=0.6)]
    )
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1
