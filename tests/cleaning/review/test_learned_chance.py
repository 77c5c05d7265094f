"""The model of verdicts: against a general optimiser, on planted clusters, and silent where nothing is to be learned."""

import numpy as np
import pytest
from scipy.optimize import minimize

from cleaning.review.learning import learned_chance
from cleaning.review.learning.learned_chance import SPREADS, ChanceModel, Inputs, SeenSamples, fit


@pytest.fixture
def facts(desk):
    return desk.facts


def inputs(rng, n=80) -> Inputs:
    codes = {"given": rng.integers(0, 4, n), "pair": rng.integers(0, 9, n) * 7}
    return Inputs(rng.normal(size=n), rng.normal(size=(n, 5)) * 0.7, codes)


def test_the_fit_is_the_posteriors_mode():
    rng = np.random.default_rng(0)
    told, wrong = inputs(rng), (rng.random(80) < 0.4).astype(float)
    columns = [told.dense]
    for name, code in told.codes.items():
        columns.append(SPREADS[name] * (code[:, None] == np.unique(code)))
    design = np.hstack(columns)

    def loss(weights):
        logits = told.base + design @ weights
        return (np.logaddexp(0, logits) - wrong * logits).sum() + weights @ weights / 2

    best = minimize(loss, np.zeros(design.shape[1]), method="BFGS", options={"gtol": 1e-8})
    assert fit(told, wrong).logits(told) == pytest.approx(told.base + design @ best.x, abs=2e-2)


def test_categories_never_met_have_no_effect():
    rng = np.random.default_rng(1)
    told, wrong = inputs(rng), (rng.random(80) < 0.4).astype(float)
    fitted = fit(told, wrong)
    new = Inputs(told.base, told.dense, {name: np.full(80, 1_000) for name in told.codes})
    assert fitted.logits(new) == pytest.approx(told.base + told.dense @ fitted.dense)


def test_it_learns_where_errors_cluster_and_stays_silent_where_not(facts):
    """Verdicts that hang on the given class are learned; verdicts drawn as suspicion says are not."""
    rng, model = np.random.default_rng(2), ChanceModel(lambda: SeenSamples.of(facts))
    given, rows = facts.dataset.given_labels, rng.permutation(400)[:200]
    of_class = np.where(given[rows] == 1, 0.9, 0.05)
    logits = model.learn(rows, (rng.random(200) < of_class).astype(float))
    others = np.setdiff1d(np.arange(400), rows)
    assert logits[others][given[others] == 1].mean() > logits[others][given[others] != 1].mean() + 1
    silent = [model.learn(rows, (rng.random(200) < 0.3).astype(float)) for _ in range(10)]
    assert sum(one is not None for one in silent) <= 4


def test_too_few_verdicts_teach_nothing(facts):
    rows = np.arange(50)
    assert ChanceModel(lambda: SeenSamples.of(facts)).learn(rows, np.zeros(50)) is None
    assert ChanceModel(lambda: SeenSamples.of(facts)).learn(rows, (rows < 9).astype(float)) is None


def test_samples_beyond_the_most_suspicious_keep_the_line_alone(facts, monkeypatch):
    monkeypatch.setattr(learned_chance, "MOST_ROWS", 100)
    rng, model = np.random.default_rng(2), ChanceModel(lambda: SeenSamples.of(facts))
    rows = facts.ranked.ranking.rows[:100][rng.permutation(100)]
    wrong = (rng.random(100) < np.where(facts.dataset.given_labels[rows] == 1, 0.95, 0.03)).astype(float)
    logits = model.learn(rows, wrong)
    rest = facts.ranked.ranking.rows[100:]
    assert (
        np.isfinite(logits).all() and (np.diff(logits[rest]) * np.sign(np.diff(facts.suspicion[rest])) >= -1e-12).all()
    )


def test_the_reason_names_the_kind_whose_labels_were_wrong(desk):
    from cleaning.review.finds import Judged
    from cleaning.review.learning.taught import Taught

    given, suggested, learning = desk.dataset.given_labels, desk.facts.suggested, desk._learning
    ones, others = np.flatnonzero(given == 1)[:6], np.flatnonzero(given == 2)[:20]
    judged = [Judged(int(r), 1, int(suggested[r]), i != 0) for i, r in enumerate(ones[:5])]
    judged += [Judged(int(r), 2, int(suggested[r]), False) for r in others]
    learning._judged, learning._taught = (1, judged), Taught(25, np.zeros(400))
    words = learning.why("learning", int(ones[5]))
    assert "of 5 wrong so far" in words or "wrong so far" in words
    assert words.startswith((f"given {desk.dataset.class_names[1]}", desk.dataset.group_name))
    assert learning.why("suspicion", int(ones[5])) == "" == learning.why("learning", int(others[-1]))
