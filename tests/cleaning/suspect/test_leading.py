"""An added expert needs only its own scores: the numbers are those of scoring all anew, and few other rows are read."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.domain.experts import FullExpert
from cleaning.suspect import leading, pipeline, softened
from cleaning.suspect.opinion_store import OpinionStore
from tests.factories import planted_dataset

FIELDS = ("predicted", "confidence", "label_probability", "suggested", "suggested_probability", "weights")


def same(one: pipeline.Scored, other: pipeline.Scored) -> None:
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(one.opinions, field), getattr(other.opinions, field), field)


@pytest.fixture
def read(monkeypatch):
    """(name, rows) of everything read of a full expert."""
    seen, logits = [], FullExpert.logits

    def noted(expert, rows):
        seen.append((expert.name, len(np.arange(10**6)[rows])))
        return logits(expert, rows)

    monkeypatch.setattr(softened, "is_plain", lambda expert: False)  # so that all reading goes through ``logits``
    monkeypatch.setattr(FullExpert, "logits", noted)
    return seen


@pytest.mark.parametrize("kind", ["image", "question"])
@pytest.mark.parametrize(
    ("kinds", "before"),
    [
        (("logits",), (1, 2)),
        (("logits",), (3, 4)),
        (("logits", "probabilities"), (9, 10, 11)),
        (("logits", "top1", "probabilities", "votes"), (3, 5, 6)),
        (("votes", "logits", "top1"), (2, 3, 4)),
    ],
    ids=["one", "three", "many, twice", "mixed", "only answers added"],
)
def test_adding_gives_the_numbers_of_scoring_anew(kind, kinds, before, tmp_path):
    planted = planted_dataset(n=600, classes=20, experts=before[-1], kinds=kinds, kind=kind)
    store = OpinionStore(tmp_path)
    for count in before:
        added = pipeline.run(planted.dataset, planted.experts[:count], store=store)
    same(added, pipeline.run(planted.dataset, planted.experts))


def test_experts_may_come_in_another_order(tmp_path):
    planted = planted_dataset(n=600, classes=20, experts=5, kinds=("logits",))
    store, turned = OpinionStore(tmp_path), planted.experts[::-1]
    pipeline.run(planted.dataset, planted.experts[:4], store=store)
    same(pipeline.run(planted.dataset, turned, store=store), pipeline.run(planted.dataset, turned))


def test_experts_that_abstain_stay_silent(tmp_path):
    planted = planted_dataset(n=600, classes=20, experts=4, kinds=("logits",))
    scores = planted.experts[0].scores.astype(np.float32)
    scores[::3] = np.nan
    experts = [replace(planted.experts[0], scores=scores), *planted.experts[1:]]
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, experts[:1], store=store)
    pipeline.run(planted.dataset, experts[:3], store=store)
    same(pipeline.run(planted.dataset, experts, store=store), pipeline.run(planted.dataset, experts))


def test_of_the_others_only_what_is_open_is_read(tmp_path, read):
    planted = planted_dataset(n=2_000, classes=50, experts=4, kinds=("logits",))
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts[:3], store=store)
    read.clear()
    pipeline.run(planted.dataset, planted.experts, store=store)
    again = {e.name: sum(rows for name, rows in read if name == e.name) for e in planted.experts}
    *old, new = again.values()
    assert new >= 2_000 and max(old) < 1_000 and len(set(old)) == 1


def test_a_class_of_which_nothing_is_kept_can_become_the_best(tmp_path, monkeypatch):
    """The added expert is sure of a class that the others think least likely; only reading on finds its probability."""
    planted = planted_dataset(n=600, classes=20, experts=3, kinds=("logits",))
    least = sum(e.logits(slice(None)) for e in planted.experts).argmin(axis=1)
    scores = np.zeros((600, 20), np.float32)
    scores[np.arange(600), np.where(np.arange(600) < 100, least, planted.dataset.given_labels)] = 8
    odd = FullExpert("odd", scores=scores, score_kind="logits")
    store, experts = OpinionStore(tmp_path), [*planted.experts, odd]
    pipeline.run(planted.dataset, planted.experts, store=store)
    added = pipeline.run(planted.dataset, experts, store=store)
    same(added, pipeline.run(planted.dataset, experts))
    assert (added.opinions.suggested[:100] == least[:100]).any()


@pytest.mark.parametrize("name", ["fit.json", "leading_sums.npy", "predicted.npy"])
def test_a_damaged_earlier_scoring_is_passed_over(tmp_path, name):
    planted = planted_dataset(n=300, classes=20, experts=4, kinds=("logits",))
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts[:3], store=store)
    (damaged,) = tmp_path.glob(f"*/{name}")
    damaged.write_bytes(damaged.read_bytes()[:50])
    same(pipeline.run(planted.dataset, planted.experts, store=store), pipeline.run(planted.dataset, planted.experts))


def test_growth_is_the_most_that_any_weight_grew():
    earlier = leading.Earlier(
        (2, 0),
        (1, 0),
        np.array([[0.5, 0.5], [0.4, 0.0], [1.0, 0.0]]),
        *[np.empty(0)] * 2,
        leading.Leading(*[np.empty(0)] * 4),
    )
    weights = np.array([[0.6, 0.2, 0.2], [0.1, 0.1, 0.8], [0, 0.5, 0.5]])
    np.testing.assert_allclose(earlier.growth(weights), [1.2, np.inf, 0.5])
