"""Workspaces of answers that are marked already: kept whole, told from others, with nothing to clean in them."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.domain.scored import ScoredAnswers, ScoredExpert
from cleaning.errors import InputError
from cleaning.keep.decisions import open_store
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.verifying import verify
from cleaning.keep.workspaces import create_marked_workspace, list_workspaces, open_workspace, open_workspace_folder


def some_answers(n: int = 40, seed: int = 0) -> ScoredAnswers:
    rng = np.random.default_rng(seed)
    sure, score = rng.random(n), (rng.random(n) < 0.6).astype(float)
    sure[3] = score[3] = np.nan
    texts = np.array([f"answer, {i}" for i in range(n)], object)
    experts = (
        ScoredExpert("small/one", sure, score, texts, cost=2.0),
        ScoredExpert("large", rng.random(n), rng.random(n)),
    )
    parts = np.array(["dev", "test"] * (n // 2), object)
    return ScoredAnswers("sums", np.array([f"{i:03d}" for i in range(n)], object), experts, parts, ("One note.",))


def same(one: ScoredAnswers, other: ScoredAnswers) -> None:
    assert (one.name, one.notes) == (other.name, other.notes)
    assert list(one.sample_ids) == list(other.sample_ids) and list(one.parts) == list(other.parts)
    for a, b in zip(one.experts, other.experts, strict=True):
        assert (a.name, a.cost) == (b.name, b.cost)
        np.testing.assert_array_equal(a.confidence, b.confidence)
        np.testing.assert_array_equal(a.score, b.score)
        assert (a.answers is None) == (b.answers is None)
        assert a.answers is None or list(a.answers) == list(b.answers)


def test_what_was_read_comes_back(tmp_path):
    made = create_marked_workspace(tmp_path, some_answers())
    again = open_workspace(tmp_path, made.id)
    assert again.is_marked and again.kind == "marked" and again.about["samples"] == 40
    same(again.marked_answers(), some_answers())
    assert [w.id for w in list_workspaces(tmp_path)] == [made.id]
    assert create_marked_workspace(tmp_path, some_answers()).id == made.id
    assert [e["name"] for e in again.experts_about()] == ["small/one", "large"]


def test_other_answers_are_another_workspace():
    read = some_answers()
    first, second = read.experts
    score = second.score.copy()
    score[0] = 1 - score[0]
    others = (
        replace(read, experts=(first, replace(second, score=score))),
        replace(read, experts=(second, first)),
        replace(read, parts=read.parts[::-1]),
        replace(read, sample_ids=read.sample_ids[::-1]),
    )
    ids = {one.fingerprint() for one in (read, *others)}
    assert len(ids) == 5 and replace(read, name="else").fingerprint() == read.fingerprint()


def test_there_is_nothing_to_clean_and_that_is_a_sentence(tmp_path):
    made = create_marked_workspace(tmp_path, some_answers())
    assert made.run_ids() == [] and made.latest_run() is None
    with pytest.raises(InputError, match=r"marked already.*no labels"):
        made.dataset()


def test_it_is_looked_after_like_any_other(tmp_path):
    made = create_marked_workspace(tmp_path, some_answers())
    held = workspace_care.upkeep_of(made)
    assert (held.samples, held.runs, held.decided) == (40, 0, 0)
    copied = workspace_care.copy(workspace_care.rename(made, "renamed"), "a copy")
    same(copied.marked_answers(), replace(some_answers(), name="a copy"))
    (made.folder.parent / "by hand").mkdir()
    made.folder.rename(tmp_path / "by hand" / "x")
    assert open_workspace_folder(tmp_path / "by hand" / "x").id == made.id


def test_damage_is_found(tmp_path):
    made = create_marked_workspace(tmp_path, some_answers())
    store = open_store(made.decisions_url, made.id)
    assert verify(made, store).faults == []
    (made.folder / "marked.parquet").write_bytes(b"not a table")
    assert any("marked.parquet" in fault for fault in verify(open_workspace(tmp_path, made.id), store).faults)
    store.close()
