"""The audit's cards: every prefix a random sample with known probabilities, the same after a round trip."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.suspect.audit import FLAGGED_SHARE, AuditDesign, draw_audit
from cleaning.suspect.ranking import rank_suspicion


def suspicions(n: int = 4_000, seed: int = 0) -> np.ndarray:
    return 1 / (1 + np.exp(-(np.random.default_rng(seed).logistic(size=n) * 1.5 - 3)))


@pytest.fixture(scope="module")
def ranking():
    return rank_suspicion(suspicions())


def test_no_card_twice_and_each_in_its_own_stratum(ranking):
    audit = draw_audit(ranking, 0.3, seed=1)
    assert len(np.unique(audit.rows)) == len(audit) == len(ranking), "at last every sample is a card"
    rank = ranking.rank[audit.rows]
    assert (audit.starts[audit.stratum] <= rank).all() and (rank < audit.starts[audit.stratum + 1]).all()


def test_a_stratum_begins_where_the_flags_end(ranking):
    flagged = int((ranking.suspicion >= 0.3).sum())
    audit = draw_audit(ranking, 0.3, seed=1)
    assert flagged in audit.starts
    inside = audit.starts[1:] <= flagged
    assert audit.counts(400)[inside].sum() == pytest.approx(FLAGGED_SHARE * 400, abs=20)
    skewed = draw_audit(ranking, 0.3, seed=1, flagged_share=1e-6)
    assert (skewed.counts(400) >= 6).all(), "no stratum stays unseen"


def test_the_timetable_is_known_before_the_draw(ranking):
    first, second = (draw_audit(ranking, 0.3, seed=seed) for seed in (1, 2))
    assert (first.stratum == second.stratum).all()
    assert (first.rows != second.rows).any()
    assert (first.rows == draw_audit(ranking, 0.3, seed=1).rows).all()
    assert (first.counts(200) == second.counts(200)).all()


@pytest.mark.parametrize("prefix", [7, 60])
def test_every_prefix_holds_each_sample_with_its_stated_probability(prefix):
    small, seeds = rank_suspicion(suspicions(120, seed=3)), 4_000
    drawn = np.zeros(len(small))
    for seed in range(seeds):
        audit = draw_audit(small, 0.2, seed)
        drawn[audit.rows[:prefix]] += 1
    chance = np.repeat(audit.counts(prefix) / audit.sizes, audit.sizes)  # by rank
    error = np.sqrt(chance * (1 - chance) / seeds)
    assert (np.abs(drawn[small.rows] / seeds - chance) <= 4.5 * error + 1e-12).all()


def test_equal_suspicions_stay_in_one_stratum():
    coarse = rank_suspicion(suspicions().round(1))
    audit = draw_audit(coarse, 0.3, seed=1)
    cuts = audit.starts[1:-1]
    assert (coarse.suspicion[cuts - 1] > coarse.suspicion[cuts]).all()


@pytest.mark.parametrize("threshold", [0.0, 2.0])
def test_all_or_nothing_flagged_is_sampled_too(ranking, threshold):
    audit = draw_audit(ranking, threshold, seed=1)
    assert audit.shares.sum() == pytest.approx(1) and (audit.counts(200) > 0).all()


def test_a_limit_on_the_cards(ranking):
    assert len(draw_audit(ranking, 0.3, 1, card_limit=150)) == 150
    assert len(draw_audit(ranking, 0.3, 1, card_limit=3)) == 100, "never fewer than a hundred"


def test_its_table_gives_the_same_design_back(ranking):
    audit = draw_audit(ranking, 0.3, seed=5)
    table = audit.to_frame()
    again = AuditDesign.from_frame(table.sample(frac=1, random_state=0))
    for name in ("rows", "stratum", "starts", "shares"):
        assert (getattr(again, name) == getattr(audit, name)).all(), name
    assert (again.threshold, again.seed) == (0.3, 5)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda table: table.drop(columns="stratum_size"), "lacks stratum_size"),
        (lambda table: table[:0], "0 rows"),
        (lambda table: table.assign(row=table["row"].iloc[0]), "repeats or lacks cards"),
        (lambda table: table.drop(index=4), "repeats or lacks cards"),
    ],
)
def test_a_damaged_table_is_a_sentence(ranking, harm, said):
    with pytest.raises(InputError, match=said):
        AuditDesign.from_frame(harm(draw_audit(ranking, 0.3, seed=5).to_frame()))
