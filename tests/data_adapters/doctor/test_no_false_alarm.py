"""Sound sets of every sort pass the evidence check with all their experts and no error; misread ones do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cleaning.domain.experts import FullExpert, Top1Expert, VotesExpert
from cleaning.errors import InputError
from data_adapters import Reading, ReadingPlan
from data_adapters.doctor import diagnose
from data_adapters.doctor.plausibility import held_against_evidence
from data_adapters.plan import ReadingOptions
from tests.factories import tiny_dataset

CLASSES = (2, 3, 5, 10, 40, 200, 1000)


def sound_set(seed: int) -> Reading:
    """A dataset of 2 to 1,000 classes with up to 45 % wrong labels and one to five experts, weak to excellent; in every
    fourth one class rules, in every fifth the key of a question is always A."""
    rng = np.random.default_rng(seed)
    classes = CLASSES[seed % len(CLASSES)]
    n = int(rng.choice([200, 500, 2000]))
    always_a = seed % 5 == 0 and classes <= 10
    shares = np.full(classes, 1 / classes)
    if seed % 4 == 0:
        shares = np.append(0.9, np.full(classes - 1, 0.1 / (classes - 1)))
    truth = np.zeros(n, np.int64) if always_a else rng.choice(classes, n, p=shares)
    wrong = rng.random(n) < (0.0 if always_a else rng.uniform(0, 0.45))
    given = np.where(wrong, (truth + rng.integers(1, classes, n)) % classes, truth)
    experts = [_expert(m, truth, classes, shares, rng) for m in range(rng.integers(1, 6))]
    dataset = tiny_dataset(given, classes)
    if always_a:
        dataset = replace(dataset, kind="question", option_counts=np.full(n, classes, np.int32))
    return Reading(dataset, tuple(experts), (), Path("made"), tuple(e.name for e in experts if rng.random() < 0.5))


def _expert(number: int, truth: np.ndarray, classes: int, shares: np.ndarray, rng):
    n, weak = len(truth), 1 / classes + 0.25 * (1 - 1 / classes)
    right = rng.random(n) < rng.uniform(weak, 0.995)
    predicted = np.where(right, truth, rng.choice(classes, n, p=shares)).astype(np.int32)
    if number % 3 == 1:
        return VotesExpert(f"votes {number}", predicted=predicted)
    sure = np.clip(rng.beta(6, 2, n), 1 / classes + 1e-3, 0.999).astype(np.float32)
    if number % 3 == 2:
        return Top1Expert(f"top1 {number}", predicted=predicted, confidence=sure)
    scores = rng.standard_normal((n, classes)).astype(np.float32)
    scores[np.arange(n), predicted] = scores.max(axis=1) + sure
    return FullExpert(f"full {number}", scores=scores)


@pytest.mark.parametrize("first", range(0, 210, 21))
def test_sound_sets_pass_with_all_their_experts(first):
    for seed in range(first, first + 21):
        reading = sound_set(seed)
        plan = ReadingPlan()
        assert held_against_evidence(reading, plan) is reading, seed
        agreed = [d for d in plan.decisions if d.part == "agreement with the given labels"]
        assert [d.about for d in agreed] == [expert.name for expert in reading.experts]
        assert not diagnose(lambda plan, reading=reading: reading).errors, seed


def trained_set(seed: int) -> Reading | None:
    """Made otherwise: classes as clouds of points, experts trained on other points of them; 97 % one class in every third
    set, labels mixed up with the nearest class, 30 to 3,000 samples. None where an expert learnt next to nothing."""
    rng = np.random.default_rng(seed)
    k, n = int(rng.choice([2, 2, 3, 4, 7, 10, 26, 100])), int(rng.choice([30, 60, 200, 1000, 3000]))
    shares = np.append(0.97, np.full(k - 1, 0.03 / (k - 1))) if seed % 3 == 0 else rng.dirichlet(np.ones(k))
    centres = rng.normal(0, rng.uniform(0.3, 2), (k, 12))
    truth = rng.choice(k, n, p=shares)
    nearest = np.argsort(((centres[:, None] - centres) ** 2).sum(axis=2), axis=1)[:, 1]
    other = np.where(rng.random(n) < 0.6, nearest[truth], rng.integers(0, k, n))
    given = np.where(rng.random(n) < rng.uniform(0, 0.45), other, truth)
    seen = centres[truth] + rng.normal(0, 1, (n, 12))
    experts = [_trained(m, seen, centres, rng) for m in range(rng.integers(1, 5))]
    said = [e.scores.argmax(axis=1) if isinstance(e, FullExpert) else e.predicted for e in experts]
    if min(_learnt(one, truth, k) for one in said) < 0.15:
        return None
    return Reading(tiny_dataset(given, k), tuple(experts), (), Path("made"))


def _learnt(said: np.ndarray, truth: np.ndarray, k: int) -> float:
    """By how much an expert is right more often than its answers would be, dealt out at random; 1 where one class rules
    all its answers."""
    if np.bincount(said).max() > 0.9 * len(said):
        return 1.0
    return (said == truth).mean() - np.bincount(said, minlength=k) @ np.bincount(truth, minlength=k) / len(said) ** 2


def _trained(number: int, seen: np.ndarray, centres: np.ndarray, rng):
    """Least squares on some of the columns of points of its own."""
    k, some = len(centres), rng.permutation(12)[: rng.integers(4, 13)]
    own = rng.integers(0, k, int(rng.choice([200, 2000])))
    points = np.c_[(centres[own] + rng.normal(0, 1, (len(own), 12)))[:, some], np.ones(len(own))]
    weights = np.linalg.solve(points.T @ points + np.eye(points.shape[1]), points.T @ np.eye(k)[own])
    logits = (np.c_[seen[:, some], np.ones(len(seen))] @ weights * rng.uniform(2, 12)).astype(np.float32)
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure, predicted = (exps / exps.sum(axis=1, keepdims=True)).max(axis=1), logits.argmax(axis=1).astype(np.int32)
    if number % 3 == 1:
        return Top1Expert(f"top1 {number}", predicted=predicted, confidence=sure)
    return (
        VotesExpert(f"votes {number}", predicted=predicted)
        if number % 3
        else FullExpert(f"full {number}", scores=logits)
    )


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_trained_experts_pass(first):
    looked_at = 0
    for seed in range(first, first + 40):
        reading = trained_set(seed)
        if reading is not None:
            looked_at += 1
            assert held_against_evidence(reading, ReadingPlan()) is reading, seed
    assert looked_at > 15


def many(seed: int, classes: int, experts: int = 2) -> Reading:
    """Sound and clear: 1,000 samples, 8 % wrong."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, 1000)
    given = np.where(rng.random(1000) < 0.08, (truth + 1) % classes, truth)
    made = [_expert(m, truth, classes, np.full(classes, 1 / classes), rng) for m in range(experts)]
    return Reading(tiny_dataset(given, classes), tuple(made), (), Path("made"))


def mixed_up(expert, rng):
    return expert.taken(rng.permutation(1000))


@pytest.mark.parametrize("classes", [3, 10, 100])
def test_one_expert_at_chance_among_sound_ones_is_left_out_and_named(classes):
    reading = many(classes, classes, experts=3)
    bad = mixed_up(reading.experts[0], np.random.default_rng(1))
    held = held_against_evidence(replace(reading, experts=(bad, *reading.experts[1:])), ReadingPlan())
    assert [e.name for e in held.experts] == ["votes 1", "top1 2"]
    assert any("'full 0' agrees with the given labels by chance alone" in note for note in held.notes)


@pytest.mark.parametrize("classes", [4, 30])
def test_where_all_experts_are_at_chance_it_stops_unless_told_to_go_on(classes):
    reading, rng = many(2, classes), np.random.default_rng(3)
    reading = replace(reading, experts=tuple(mixed_up(e, rng) for e in reading.experts))
    with pytest.raises(InputError, match=r"by chance alone.*No expert is left.*--as-is"):
        held_against_evidence(reading, ReadingPlan())
    assert held_against_evidence(reading, ReadingPlan(ReadingOptions(as_is=True))) is reading


def test_an_expert_that_repeats_the_given_labels_has_no_vote():
    reading = many(5, 7)
    echo = VotesExpert("echo", predicted=reading.dataset.given_labels)
    held = held_against_evidence(replace(reading, experts=(*reading.experts, echo)), ReadingPlan())
    assert "echo" not in [e.name for e in held.experts]
    with pytest.raises(InputError, match="'echo' repeats the given labels"):
        held_against_evidence(replace(reading, experts=(echo,)), ReadingPlan())


@pytest.mark.parametrize("classes", [3, 12])
def test_losses_are_told_from_scores(classes):
    reading = many(6, classes, experts=1)
    lower = replace(reading.experts[0], scores=-reading.experts[0].scores)
    with pytest.raises(InputError, match="--fix negated:full 0"):
        held_against_evidence(replace(reading, experts=(lower,)), ReadingPlan())


@pytest.mark.parametrize(
    "order",
    [lambda k: np.arange(k)[::-1], lambda k: np.argsort([str(i) for i in range(k)]), lambda k: np.roll(range(k), 1)],
)
def test_another_order_of_classes_stops_with_its_fix(order):
    reading = many(7, 15, experts=1)
    turned = replace(reading.experts[0], scores=reading.experts[0].scores[:, order(15)])
    with pytest.raises(InputError, match="--fix class_order:full 0"):
        held_against_evidence(replace(reading, experts=(turned,)), ReadingPlan())


def test_two_classes_the_other_way_round_stop():
    reading = many(8, 2, experts=1)
    turned = replace(reading.experts[0], scores=reading.experts[0].scores[:, ::-1])
    with pytest.raises(InputError, match="--fix class_order:full 0"):
        held_against_evidence(replace(reading, experts=(turned,)), ReadingPlan())
