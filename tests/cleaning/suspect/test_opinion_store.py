"""Nothing is asked twice: interrupted, re-ruled and extended scorings read only what was not read before."""

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cleaning.calibrate import chosen_way
from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.domain.experts import FullExpert
from cleaning.domain.folds import draw_folds
from cleaning.domain.settings import Settings
from cleaning.suspect import opinion_store, pipeline, softened
from cleaning.suspect.opinion_store import OpinionStore
from cleaning.suspect.pooled_rows import Pooling
from tests.conftest import REPOSITORY
from tests.factories import planted_dataset

KINDS = ("logits", "top1", "probabilities", "votes")


@pytest.fixture
def planted(monkeypatch):
    monkeypatch.setattr(opinion_store, "BLOCK_CELLS", 600)  # 100 samples
    return planted_dataset(n=500, classes=6, experts=4, kinds=KINDS)


@pytest.fixture
def asked(monkeypatch):
    """(name, first row) of every chunk read of a full expert, and the names of the experts calibrated."""
    seen = {"read": [], "calibrated": []}
    logits = FullExpert.logits

    def noted(expert, rows):
        seen["read"].append((expert.name, rows.start if isinstance(rows, slice) else "some"))
        return logits(expert, rows)

    def fitted(method, expert, *others):
        seen["calibrated"].append(expert.name)
        return calibrate_as(method, expert, *others)

    monkeypatch.setattr(softened, "is_plain", lambda expert: False)  # so that all reading goes through ``logits``
    monkeypatch.setattr(FullExpert, "logits", noted)
    monkeypatch.setattr(opinion_store, "calibrate_as", fitted)
    return seen


def same(one, other):
    assert one.opinions.expert_names == other.opinions.expert_names
    for field in ("predicted", "confidence", "label_probability", "suggested", "suggested_probability", "weights"):
        np.testing.assert_array_equal(getattr(one.opinions, field), getattr(other.opinions, field))
    assert one.table.equals(other.table)


def test_a_store_changes_no_number(planted, tmp_path):
    plain = pipeline.run(planted.dataset, planted.experts)
    for _ in range(2):
        same(pipeline.run(planted.dataset, planted.experts, store=OpinionStore(tmp_path)), plain)


def test_another_rule_asks_no_expert_again(planted, tmp_path, asked):
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts, store=store)
    asked["read"].clear()
    asked["calibrated"].clear()
    for settings in (Settings(rule="paper"), Settings(budget=7), Settings(threshold=0.9)):
        again = pipeline.run(planted.dataset, planted.experts, settings, store=store)
        assert again.settings == settings
    assert asked == {"read": [], "calibrated": []}
    pipeline.run(planted.dataset, planted.experts, Settings(seed=1), store=store)
    assert asked["read"] and len(asked["calibrated"]) == 4


def test_an_interrupted_scoring_goes_on_after_the_last_block(planted, tmp_path, asked, monkeypatch):
    whole = pipeline.run(planted.dataset, planted.experts)
    noted = FullExpert.logits

    def interrupted(expert, rows):
        if isinstance(rows, slice) and rows.start >= 300:
            raise KeyboardInterrupt
        return noted(expert, rows)

    store = OpinionStore(tmp_path)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(FullExpert, "logits", interrupted)
        pipeline.run(planted.dataset, planted.experts, store=store)
    assert store.finished(planted.dataset, planted.experts, 0) is None
    asked["read"].clear()
    asked["calibrated"].clear()
    same(pipeline.run(planted.dataset, planted.experts, store=store), whole)
    assert sorted(asked["read"]) == [
        (e.name, row) for e in planted.experts if isinstance(e, FullExpert) for row in (300, 400)
    ]
    assert asked["calibrated"] == []


def test_interrupted_while_calibrating_goes_on_at_the_next_expert(planted, tmp_path, asked):
    store = OpinionStore(tmp_path)

    def stop(words, share):
        if words == f"calibrating {planted.experts[2].name}":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(planted.dataset, planted.experts, progress=stop, store=store)
    assert asked["calibrated"] == [e.name for e in planted.experts[:2]]
    pipeline.run(planted.dataset, planted.experts, store=store)
    assert asked["calibrated"] == [e.name for e in planted.experts]


def test_an_added_expert_is_the_only_one_calibrated(planted, tmp_path, asked):
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts[:3], store=store)
    asked["calibrated"].clear()
    added = pipeline.run(planted.dataset, planted.experts, store=store)
    assert asked["calibrated"] == [planted.experts[3].name]
    same(added, pipeline.run(planted.dataset, planted.experts))


def test_another_method_starts_from_the_usual_calibration_that_is_kept(planted, tmp_path, monkeypatch):
    store, expert = OpinionStore(tmp_path), planted.experts[0]
    folds = draw_folds(planted.dataset.sample_ids)
    anew = calibrate_as("isotonic", expert, planted.dataset.given_labels, folds)
    store.calibration(planted.dataset, expert, folds=folds, seed=0)
    monkeypatch.setattr(chosen_way, "calibrate", lambda *given: pytest.fail("is fitted already"))
    other = store.calibrated({expert.name: "isotonic"})
    assert other.calibration(planted.dataset, expert, folds=folds, seed=0).to_dict() == anew.to_dict()


def test_an_added_expert_is_the_only_one_asked_for_its_weight(planted, tmp_path, monkeypatch):
    store, (new, *old) = OpinionStore(tmp_path), planted.experts
    pipeline.run(planted.dataset, old, store=store)
    asked, label_probability = [], Pooling.label_probability
    monkeypatch.setattr(
        Pooling,
        "label_probability",
        lambda pooling, column, *others: (
            asked.append(pooling.experts[column].name) or label_probability(pooling, column, *others)
        ),
    )
    added = pipeline.run(planted.dataset, planted.experts, store=store)
    assert asked == [new.name]
    same(added, pipeline.run(planted.dataset, planted.experts))


def test_changed_scores_or_labels_are_asked_anew(planted, tmp_path):
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts, store=store)
    first = planted.experts[0]
    changed = FullExpert(first.name, scores=first.scores * np.float32(1.1))
    assert store.finished(planted.dataset, [changed, *planted.experts[1:]], 0) is None
    assert store.finished(planted.dataset, planted.experts[::-1], 0) is None
    other = planted_dataset(n=500, classes=6, experts=4, kinds=KINDS, seed=1).dataset
    assert store.finished(other, planted.experts, 0) is None
    assert store.finished(planted.dataset, planted.experts, 0) is not None


@pytest.mark.parametrize("name", ["predicted.npy", "leading_sums.npy", "fit.json", "*.npy", "*.json"])
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_what_is_damaged_is_asked_anew(planted, tmp_path, name, how):
    store = OpinionStore(tmp_path)
    pipeline.run(planted.dataset, planted.experts, store=store)
    (place,) = (path.parent for path in tmp_path.glob("*/fit.json"))
    folder = place
    if "*" in name:
        shutil.rmtree(place)  # what it was made of is then looked for again
        folder = tmp_path / "calibrations"
    for path in folder.glob(name):
        path.unlink() if how == "gone" else os.truncate(path, path.stat().st_size // 2)
    same(pipeline.run(planted.dataset, planted.experts), pipeline.run(planted.dataset, planted.experts, store=store))
    assert store.finished(planted.dataset, planted.experts, 0) is not None


def test_a_damaged_beginning_is_begun_anew(planted, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(opinion_store, "take_place", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(planted.dataset, planted.experts, store=OpinionStore(tmp_path))
    (making,) = tmp_path.glob("*.unfinished")
    os.truncate(making / "predicted.npy", 200)
    same(
        pipeline.run(planted.dataset, planted.experts),
        pipeline.run(planted.dataset, planted.experts, store=OpinionStore(tmp_path)),
    )


def test_a_calibration_comes_back_to_the_last_bit():
    fitted = Calibration("e", "platt", ("slope", "intercept"), np.array([0.1, 1 / 3]), np.full((5, 2), np.pi), True)
    again = Calibration.from_dict(fitted.to_dict())
    assert (
        again.by_fold.tobytes() == fitted.by_fold.tobytes()
        and again.parameters.tobytes() == fitted.parameters.tobytes()
    )
    assert (again.expert, again.method, again.parameter_names, again.at_bound) == (
        "e",
        "platt",
        ("slope", "intercept"),
        True,
    )


def test_two_that_score_the_same_at_once_both_finish(planted, tmp_path, monkeypatch):
    """The first stands still after its first array, until the second has been through or waits for it."""
    whole = pipeline.run(planted.dataset, planted.experts)
    first_is_at_it, second_has_been = threading.Event(), threading.Event()

    def held_up(*arguments, made=opinion_store.new_npy):
        array = made(*arguments)
        if threading.current_thread().name.startswith("first") and not first_is_at_it.is_set():
            first_is_at_it.set()
            assert second_has_been.wait(60)
        return array

    def heard(words, share):
        if words.startswith("waiting"):
            second_has_been.set()

    def scored(progress):
        return pipeline.run(planted.dataset, planted.experts, progress=progress, store=OpinionStore(tmp_path))

    monkeypatch.setattr(opinion_store, "new_npy", held_up)
    with ThreadPoolExecutor(thread_name_prefix="first") as first, ThreadPoolExecutor() as second:
        one = first.submit(scored, lambda words, share: None)
        assert first_is_at_it.wait(60)
        other = second.submit(scored, heard)
        other.add_done_callback(lambda done: second_has_been.set())
        same(one.result(), whole)
        same(other.result(), whole)
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]


def test_processes_that_score_the_same_at_once_all_finish(tmp_path):
    np.save(tmp_path / "labels.npy", np.arange(6000) % 30)
    np.save(tmp_path / "net.npy", np.random.default_rng(0).normal(size=(6000, 30)).astype(np.float32))
    files = ["--labels", "labels.npy", "--expert", "net=net.npy", "--workspaces", "kept", "--as-is"]
    command = [sys.executable, "-m", "cleaning", "score", *files]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    started = [
        subprocess.Popen([*command, "--out", f"{n}.csv"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        for n in range(3)
    ]
    told = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told
    assert len({(tmp_path / f"{n}.csv").read_bytes() for n in range(3)}) == 1
