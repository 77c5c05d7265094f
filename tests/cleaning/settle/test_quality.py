"""Agreement beyond chance, consensus and each reviewer's figures, against outside programs on one table of ratings.

The figures of irrCAC 0.4.4 (Fleiss, Krippendorff, Gwet) and crowd-kit 1.4.2 (Dawid and Skene, 200 rounds) on ``TABLE``
were written down in November 2026: irrCAC wants an older SciPy than we do, crowd-kit brings a library of language models.
krippendorff's alpha and scikit-learn's kappa are worked out here.
"""

import numpy as np
import pytest
from scipy.stats import quantile_test
from sklearn.metrics import cohen_kappa_score

from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.keep.decisions import Decision
from cleaning.settle.chance_corrected import beyond_chance, cohen
from cleaning.settle.consensus import both_ways, dawid_skene, majority, votes_of
from cleaning.settle.reviewer_quality import qualities, team_agreement

_TEXT = """
33333 22222 -2-22 333-1 2222- 323-- -3023 00-00 00-02 11--1 1-1-1 -3333 3-23- -0-00 -00-1 32-33 1000- --2-3 00000 13-21
3--33 113-1 1123- -1131 22122 11-11 33-3- 13-1- -11-1 2-2-2 ----2 2--22 -23-- 3--1- -3-33 -3-33 22--- 2222- 11101 --333
"""
TABLE = [[None if c == "-" else int(c) for c in row] for row in _TEXT.split()]
UNITS = [[v for v in row if v is not None] for row in TABLE]
SAID = [(i, f"r{r}", v) for i, row in enumerate(TABLE) for r, v in enumerate(row) if v is not None]


def test_figures_beyond_chance_are_those_of_other_programs():
    found = beyond_chance(UNITS)
    assert found.fleiss.point == pytest.approx(0.57951670994665, abs=1e-9)
    assert found.krippendorff.point == pytest.approx(0.6064814814814815, abs=1e-9)
    assert found.gwet.point == pytest.approx(0.59453667821279, abs=1e-9)
    for share in (found.fleiss, found.krippendorff, found.gwet):
        assert share.low < share.point < share.high <= 1 and share.count == sum(len(u) > 1 for u in UNITS)


@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_that_of_the_krippendorff_package(seed):
    reference = pytest.importorskip("krippendorff", reason="krippendorff (requirements-dev.txt) is not installed")
    rng = np.random.default_rng(seed)
    items, people, values = rng.integers(8, 80), rng.integers(2, 7), rng.integers(2, 6)
    truth = rng.integers(0, values, items)
    right, missing = rng.random((items, people)) < 0.7, rng.random((items, people)) < 0.3
    said = np.where(right, truth[:, None], rng.integers(0, values, (items, people)))
    units = [row[~gone].tolist() for row, gone in zip(said, missing)]
    alpha = reference.alpha(np.where(missing, np.nan, said).T, level_of_measurement="nominal")
    assert beyond_chance(units).krippendorff.point == pytest.approx(alpha, abs=1e-9)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 4), (2, 3)])
def test_cohens_kappa_is_that_of_scikit_learn(one, other):
    pairs = [(row[one], row[other]) for row in TABLE if None not in (row[one], row[other])]
    found = cohen(pairs)
    assert found.point == pytest.approx(cohen_kappa_score(*zip(*pairs)), abs=1e-9)
    assert found.low <= found.point <= found.high and found.count == len(pairs)


@pytest.mark.parametrize("units", [[], [[1]], [[1, 1], [1, 1]]])
def test_where_there_is_nothing_to_disagree_on_no_figure_is_told(units):
    assert np.isnan(beyond_chance(units).gwet.point) and np.isnan(beyond_chance(units).fleiss.point)
    assert np.isnan(cohen([(u[0], u[0]) for u in units]).point)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng, held = np.random.default_rng(1), 0
    truth = 0.7 * 0.7 + 0.3 * 0.3  # two who each say the truth with 0.7 of two equally common values
    for seed in range(60):
        right = rng.random((200, 2)) < 0.7
        said = np.where(right, 1, 0) ^ (rng.random(200) < 0.5)[:, None]
        share = beyond_chance(said.tolist(), seed).gwet
        held += share.low <= 2 * truth - 1 <= share.high
    assert held >= 52


def test_dawid_and_skene_come_to_what_crowd_kit_comes_to():
    votes = votes_of(SAID)
    found = dawid_skene(votes)
    row = dict(zip(votes.items, found.probability))
    columns = {value: place for place, value in enumerate(votes.values)}
    assert row[30][columns[2]] == pytest.approx(0.8676192420358471, abs=1e-9)
    assert row[30][columns[0]] == pytest.approx(0.13238075793724646, abs=1e-9)
    assert row[32][columns[3]] == pytest.approx(0.9999999999347098, abs=1e-9)
    assert row[27][columns[1]] == pytest.approx(0.999999999983892, abs=1e-9)
    assert np.allclose(found.probability.sum(axis=1), 1) and np.allclose(found.errors.sum(axis=2), 1)
    assert np.allclose(majority(votes)[0], [1.0, 0, 0, 0])


def test_one_who_mostly_says_the_contrary_is_read_the_other_way_round():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 300)
    right_at = {"one": 0.8, "two": 0.8, "three": 0.8, "contrary": 0.1}
    said = [
        (i, name, int(t if rng.random() < at else 1 - t)) for i, t in enumerate(truth) for name, at in right_at.items()
    ]
    best = dawid_skene(votes_of(said)).best()
    right = np.mean([best[i][0] == t for i, t in enumerate(truth)])
    share = majority(votes_of(said)).argmax(axis=1)
    values = votes_of(said).values
    assert right > np.mean([values[c] == t for c, t in zip(share, truth)])


def log(*lines) -> CurrentDecisions:
    current = CurrentDecisions()
    current.update(
        Decision(f"u{n}", "run", sample, who, "keep", (label,), seconds=s, card=card, seq=n + 1)
        for n, (who, sample, label, card, s) in enumerate(lines)
    )
    return current


def test_a_reviewer_is_measured_by_controls_repeats_and_pace():
    current = log(
        *[(who, s, 1, "suspicious", 2.0) for who in ("bob", "eve") for s in ("a", "b", "c")],
        ("ann", "a", 1, "control", 4.0),
        ("ann", "b", 2, "control", 6.0),
        ("ann", "d", 1, "suspicious", 5.0),
        ("ann", "e", 1, "suspicious", 9.0),
        ("ann", "d", 1, "repeat", 1.0),
        ("ann", "e", 0, "repeat", 0.0),
    )
    ann = {q.reviewer: q for q in qualities(current)}["ann"]
    assert (ann.controls.point, ann.controls.count, ann.repeats.point, ann.repeats.count) == (0.5, 2, 0.5, 2)
    assert ann.seconds.point == 5.0 and ann.cards == 6 and ann.controls.low < 0.5 < ann.controls.high
    assert ann.seconds.count == 5 and np.isnan(ann.seconds.low), "five cards bound no median at 95 %"


@pytest.mark.parametrize("n", [1, 5, 6, 7, 30, 400])
def test_the_pace_has_the_interval_of_a_median_as_scipy_works_it_out(n):
    seconds = np.random.default_rng(n).exponential(5.0, n) + 0.1
    (ann,) = qualities(log(*[("ann", f"s{i}", 1, "suspicious", float(s)) for i, s in enumerate(seconds)]))
    ends = quantile_test(seconds, q=1.0, p=0.5).confidence_interval(0.95)
    assert ann.seconds.point == pytest.approx(np.median(seconds), abs=1e-9) and ann.seconds.count == n
    assert (ann.seconds.low, ann.seconds.high) == pytest.approx((ends.low, ends.high), abs=1e-9, nan_ok=True)


def test_nobody_whose_cards_were_not_timed_has_a_pace():
    (ann,) = qualities(log(("ann", "a", 1, "suspicious", 0.0)))
    assert np.isnan(ann.seconds.point) and ann.seconds.count == 0


def test_repeats_are_told_by_how_many_were_decided_alike():
    first = [("ann", sample, 1, "suspicious", 1.0) for sample in "abcd"]
    again = [("ann", sample, 1 if sample != "d" else 2, "repeat", 1.0) for sample in "abcd"]
    (ann,) = qualities(log(*first, *again))
    assert (ann.repeats.point, ann.repeats.count) == (0.75, 4)


def test_agreement_is_told_in_all_and_by_pair_class_and_verdict():
    current = log(
        *[("bob", f"s{i}", i % 2, "suspicious", 1.0) for i in range(10)],
        *[("ann", f"s{i}", i % 2 if i < 8 else 1 - i % 2, "suspicious", 1.0) for i in range(10)],
    )
    votes = {f"s{i}": current.on(f"s{i}") for i in range(10)}
    found = team_agreement(votes, {f"s{i}": int(i >= 8) for i in range(10)})
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.same.point, pair.same.count) == ("ann", "bob", 0.8, 10)
    assert found.by_class[0].gwet.point == 1.0 and found.by_class[1].gwet.point < 0
    assert set(found.by_verdict) == {"keep"} and found.overall.gwet.count == 10


def test_both_ways_stand_side_by_side_where_they_differ_first():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 300)
    right_at = {"one": 0.95, "two": 0.95, "three": 0.95, "contrary": 0.05, "other": 0.05}
    said = [
        (i, name, int(t if rng.random() < at else 1 - t)) for i, t in enumerate(truth) for name, at in right_at.items()
    ]
    found = both_ways(votes_of(said))
    assert [one.differ for one in found] == sorted((one.differ for one in found), reverse=True)
    apart = [one for one in found if one.differ]
    assert apart and np.mean([one.modelled == truth[one.item] for one in apart]) > 0.9
    assert {one.votes for one in found} == {5} and len(found) == 300
    three = [(i, name, 1 if name != "cid" or i else 2) for i in range(4) for name in ("ann", "bob", "cid")]
    assert {one.item: (one.majority, round(one.share, 2)) for one in both_ways(votes_of(three))} == {
        0: (1, 0.67), 1: (1, 1.0), 2: (1, 1.0), 3: (1, 1.0)
    }  # fmt: skip
    (tied,) = both_ways(votes_of([("s", "ann", 1), ("s", "bob", 2)]))
    assert tied.majority is None and tied.share == 0.5 and both_ways(votes_of([])) == []
