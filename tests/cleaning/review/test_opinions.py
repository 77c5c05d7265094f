"""Single samples through the experts' eyes: the pool's own numbers, and neighbours by hand."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import FullExpert
from cleaning.domain.folds import draw_folds
from cleaning.keep import said_confidence
from cleaning.keep.said_confidence import folds_of
from cleaning.keep.workspaces import create_workspace
from cleaning.review import row_opinions
from cleaning.review.row_opinions import RowOpinions
from cleaning.suspect.pipeline import run
from tests.cleaning.review.reviewing import ANN, BOB, item, shown
from tests.factories import planted_dataset


def opinions_of(tmp_path, dataset, experts) -> tuple[RowOpinions, object]:
    workspace = create_workspace(tmp_path, dataset, experts)
    saved = workspace.save_run(run(dataset, experts), experts)
    folds = folds_of(workspace, saved.settings.seed)
    return RowOpinions(dataset, saved, workspace.experts_of(saved), folds), saved


@pytest.mark.parametrize("kind", ["image", "question"])
def test_probabilities_are_those_of_the_pool(tmp_path, kind):
    planted = planted_dataset(n=600, classes=5, kind=kind, kinds=("logits", "probabilities", "votes"), experts=3)
    opinions, saved = opinions_of(tmp_path, planted.dataset, planted.experts)
    rows = np.arange(0, 600, 7)
    found = opinions.probabilities(rows)
    given = planted.dataset.given_labels[rows]
    pooled = np.asarray(saved.label_probability)[rows]
    assert found[np.arange(len(rows)), given] == pytest.approx(pooled, abs=1e-6)
    options = planted.dataset.options_of()[rows]
    assert not found[np.arange(5) >= options[:, None]].any()
    assert found.sum(axis=1) == pytest.approx(1) and (found >= 0).all()


def test_a_sample_on_which_every_expert_abstains_has_no_probabilities(tmp_path):
    planted = planted_dataset(n=300, kinds=("votes",), experts=2)
    for expert in planted.experts:
        expert.predicted[5] = -1
    opinions, _ = opinions_of(tmp_path, planted.dataset, planted.experts)
    assert not opinions.probabilities(np.array([5])).any()
    assert len(opinions.nearest(5, 3, np.ones(300, bool))) == 3


def line_of_samples(tmp_path, n: int = 60):
    """Samples of two classes whose logits differ from place to place by the same small step."""
    place = np.arange(n) / n
    logits = np.column_stack([4 + place, np.zeros(n), -place]).astype(np.float32)
    logits[n // 2 :] = logits[n // 2 :][:, [1, 0, 2]]
    given = logits.argmax(axis=1).astype(np.int32)
    given[::9] = 2
    ids = np.array([f"s{i:03d}" for i in range(n)], object)
    dataset = Dataset("line", "image", ids, given, ("a", "b", "c"), pd.DataFrame({"sample_id": ids}))
    return opinions_of(tmp_path, dataset, [FullExpert("one", scores=logits, score_kind="logits")])[0]


def test_nearest_are_the_neighbours_in_logit_space(tmp_path):
    opinions = line_of_samples(tmp_path)
    everywhere = np.ones(60, bool)
    assert set(opinions.nearest(10, 2, everywhere)) == {9, 11}
    assert opinions.nearest(0, 3, everywhere).tolist() == [1, 2, 3], "nearest first, never itself"
    assert opinions.nearest(29, 2, everywhere).tolist() == [28, 27], "the neighbour by number looks otherwise"
    without = everywhere.copy()
    without[[9, 11]] = False
    assert set(opinions.nearest(10, 2, without)) == {8, 12}


def test_few_logits_are_compared_and_kept_while_they_are_small(tmp_path, monkeypatch):
    monkeypatch.setattr(row_opinions, "MOST_CELLS", 30)
    opinions = line_of_samples(tmp_path)
    everywhere = np.ones(60, bool)
    assert len(opinions.nearest(10, 60, everywhere)) in (9, 10)
    assert opinions.nearest(40, 60, everywhere).min() >= 30 and len(opinions._kept) == 2
    monkeypatch.setattr(row_opinions, "MOST_KEPT", 30)
    opinions = line_of_samples(tmp_path)
    opinions.nearest(10, 60, everywhere)
    assert opinions.nearest(40, 60, everywhere).min() >= 30 and len(opinions._kept) == 1


def test_probabilities_of_bare_answers_over_many_classes_add_up_to_one(tmp_path):
    planted = planted_dataset(n=400, classes=40, kinds=("votes", "top1"), experts=4)
    opinions, saved = opinions_of(tmp_path, planted.dataset, planted.experts)
    rows = np.arange(0, 400, 11)
    found = opinions.probabilities(rows)
    answered = (saved.predicted[rows] >= 0).any(axis=1)
    assert found.sum(axis=1) == pytest.approx(answered.astype(float))
    agreed = np.flatnonzero((saved.predicted[rows] == saved.predicted[rows][:, :1]).all(axis=1) & answered)
    fold = draw_folds(planted.dataset.sample_ids, saved.settings.seed).fold[rows[agreed]]
    expected = (saved.confidence[rows[agreed]] * saved.fold_weights[fold]).sum(axis=1)
    assert len(agreed) and found[agreed].max(axis=1) == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def slow_fit(monkeypatch):
    """What is said of experts is fitted until it may go on: (it has begun, it may go on)."""
    begun, go_on = threading.Event(), threading.Event()

    def fitted(*about):
        begun.set()
        assert go_on.wait(20)
        return lambda rows: np.full((len(rows), 3), 0.5, np.float32)

    monkeypatch.setattr(said_confidence, "said_of_rows", fitted)
    return begun, go_on


def test_cards_do_not_wait_while_what_is_said_of_the_experts_is_fitted(desk, slow_fit):
    begun, go_on = slow_fit
    with ThreadPoolExecutor(2) as people:
        told = people.submit(desk.facts.said, np.array([0, 1]))
        assert begun.wait(20)
        try:
            assert people.submit(desk.window, ANN, [], 5).result(timeout=10)["cards"]
        finally:
            go_on.set()
        assert told.result(timeout=10).tolist() == [[0.5] * 3] * 2


def test_saved_is_answered_while_what_is_told_of_the_card_is_still_made(desk, slow_fit):
    begun, go_on = slow_fit
    row = shown(desk.window(ANN, [], 1))[0]
    assert begun.wait(20), "it is made from when the first cards are handed out"
    sent = item(desk, row)
    outcome = desk.record(ANN, [sent], 0.0, patience=0.0)
    assert (outcome.saved, outcome.reveals, outcome.later) == ([sent["uuid"]], {}, [sent["uuid"]])
    go_on.set()
    told = desk.reveals(ANN, [sent["uuid"]])
    assert list(told) == [sent["uuid"]] and told[sent["uuid"]]["verdict"] == "unsure"
    assert desk.reveals(BOB, [sent["uuid"]]) == {}, "what somebody else decided is not told"
    again = desk.record(ANN, [item(desk, row + 1)], 0.0, patience=0.0)
    assert again.later == [] and len(again.reveals) == 1


def test_what_is_said_is_fitted_again_where_that_failed(desk, monkeypatch):
    def failing(*about):
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(said_confidence, "said_of_rows", failing)
        with pytest.raises(MemoryError):
            desk.facts.said(np.array([0]))
    assert desk.facts.said(np.array([0])).shape == (1, 3)
